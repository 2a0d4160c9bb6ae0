// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Packets as test authors write them: hexadecimal text with spaces, and IP packets with lies in chosen
// places.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <igmp/codec.hh>

namespace mcfwd::igmp::test {

using Octets = std::vector<std::byte>;

/// "46c0 0020" to octets; spaces are free.
inline Octets octets(std::string_view hex) {
    Octets result;
    std::string digits;
    for (const char c : hex) {
        if (c != ' ') {
            digits.push_back(c);
        }
    }
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        result.push_back(static_cast<std::byte>(std::stoul(digits.substr(i, 2), nullptr, 16)));
    }
    return result;
}

inline std::string hex(const Octets& bytes) {
    std::string text;
    for (const std::byte byte : bytes) {
        text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
    }
    return text;
}

inline void put16(Octets& bytes, std::size_t at, std::uint16_t value) {
    bytes.at(at) = static_cast<std::byte>(value >> 8U);
    bytes.at(at + 1) = static_cast<std::byte>(value & 0xFFU);
}

/// Makes the IP header checksum right again after a change.
inline void fix_ip_checksum(Octets& packet) {
    const std::size_t header = (std::to_integer<std::size_t>(packet.at(0)) & 0xFU) * 4;
    put16(packet, 10, 0);
    put16(packet, 10, internet_checksum(std::span(packet).first(header)));
}

/// An IP packet from 10.0.1.9 to 224.0.0.22 around an IGMP message whose checksum field is filled in. The
/// header ends with Router Alert unless `options` says otherwise.
inline Octets packet_around(Octets igmp, std::string_view options = "94040000") {
    put16(igmp, 2, 0);
    put16(igmp, 2, internet_checksum(igmp));
    const Octets tail = octets(options);
    Octets packet = octets("45c0 0000 0000 0000 0102 0000 0a000109 e0000016");
    packet[0] = static_cast<std::byte>(0x40U | (5 + tail.size() / 4));
    packet.insert(packet.end(), tail.begin(), tail.end());
    packet.insert(packet.end(), igmp.begin(), igmp.end());
    put16(packet, 2, static_cast<std::uint16_t>(packet.size()));
    fix_ip_checksum(packet);
    return packet;
}

} // namespace mcfwd::igmp::test
