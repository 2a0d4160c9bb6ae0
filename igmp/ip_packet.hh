// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The IP header around the messages of this folder, both ways.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <vector>

#include <mcfwd/ipv4.hh>

#include "codec.hh"

namespace mcfwd::igmp {

struct IpPacket {
    Ipv4Address source;
    Ipv4Address destination;
    std::uint8_t ttl = 0;
    bool router_alert = false;
    bool cut = false; ///< the payload is longer than what is there
    std::span<const std::byte> payload;
};

/// Whether the end of the packet may be missing.
enum class Cut : std::uint8_t { kNo, kAllowed };

/// Checks the header and that it carries `protocol`. Octets after the IP total length are no payload.
[[nodiscard]] std::expected<IpPacket, ParseFailure> parse_ip(std::span<const std::byte> packet,
                                                             std::uint8_t protocol, Cut cut);

/// The header of an IGMP packet (TTL 1, TOS 0xC0, Router Alert), to which the message is appended. It is
/// atomic (RFC 6864): don't fragment, ID 0.
[[nodiscard]] std::vector<std::byte> begin_ip(Ipv4Address source, Ipv4Address destination);
/// Fills in the length and both checksums.
[[nodiscard]] std::vector<std::byte> finish_ip(std::vector<std::byte> packet);

} // namespace mcfwd::igmp
