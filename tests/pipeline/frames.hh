// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Frames for the tests, built byte by byte and independently of the code under test.
#pragma once

#include <cstdint>
#include <vector>

#include <mcfwd/ipv4.hh>
#include <mcfwd/mac.hh>

namespace mcfwd::pipeline {

using Octets = std::vector<std::uint8_t>;
using Frames = std::vector<Octets>;

inline constexpr MacAddress kHostMac{{0x02, 0, 0, 0, 0, 0x77}};

/// A UDP-like multicast packet in an Ethernet frame; every field may be set to something wrong.
struct FrameText {
    Ipv4Address source{10, 0, 1, 2};
    Ipv4Address group{239, 1, 1, 1};
    std::uint8_t ttl = 16;
    std::uint8_t protocol = 17;
    std::uint16_t vlan = 0;
    MacAddress source_mac = kHostMac;
    Octets payload = Octets(64, 0xab);
    Octets options = {}; ///< a multiple of four octets
    std::uint16_t ether_type = 0x0800;
};

/// RFC 1071 over `octets`, with the checksum field as it is.
[[nodiscard]] std::uint16_t internet_checksum(const Octets& octets);

/// The IP packet alone, with a correct checksum.
[[nodiscard]] Octets ip_packet(const FrameText& text);
/// The frame as it arrives. Not padded.
[[nodiscard]] Octets frame(const FrameText& text);
/// What a router makes of it: TTL lowered, checksum computed anew, other addresses and tag, padded to 60.
[[nodiscard]] Octets routed(const FrameText& text, const MacAddress& source_mac, std::uint16_t vlan = 0);
/// Recomputes the header checksum of an IP packet that starts at `offset`.
void fix_checksum(Octets& frame, std::size_t offset = 14);

} // namespace mcfwd::pipeline
