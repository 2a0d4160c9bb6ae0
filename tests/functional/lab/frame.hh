// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What a frame on a receiver's wire is: a test packet, good or with a fault, an IGMP message, or something
// that the tests do not care about. An own reading of the formats, independent of the code under test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <mcfwd/ipv4.hh>

#include "probe.hh"

namespace mcfwd::lab {

enum class FrameKind : std::uint8_t {
    kOther, ///< not IPv4 multicast, or link-local multicast other than IGMP
    kIgmp,
    kData,        ///< a good test packet
    kBadMac,      ///< destination MAC does not belong to the group
    kBadIpHeader, ///< lengths do not fit the frame, or not UDP
    kBadIpChecksum,
    kBadUdpChecksum, ///< wrong, or absent
    kBadPayload,     ///< not a probe
};

struct Frame {
    FrameKind kind = FrameKind::kOther;
    Ipv4Address source;
    Ipv4Address group;
    std::uint16_t port = 0;
    std::uint8_t ttl = 0;
    Probe probe;                     ///< kData only
    std::span<const std::byte> igmp; ///< kIgmp only: the message behind the IP header
};

/// Reads an Ethernet frame without VLAN tag. Never reads outside `bytes`.
[[nodiscard]] Frame read_frame(std::span<const std::byte> bytes);

/// Groups that a host's IGMP message (report or leave, any version) speaks of.
[[nodiscard]] std::vector<Ipv4Address> groups_in_report(std::span<const std::byte> igmp);

} // namespace mcfwd::lab
