// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Reads a frame from the outside in and stops at the first thing that is wrong with it.
#include "frame.hh"

#include <algorithm>

#include <mcfwd/mac.hh>

namespace mcfwd::lab {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::size_t kEthernetOctets = 14;
constexpr std::size_t kUdpOctets = 8;
constexpr std::uint8_t kProtocolIgmp = 2;
constexpr std::uint8_t kProtocolUdp = 17;

[[nodiscard]] std::uint8_t byte_at(Bytes bytes, std::size_t at) {
    return std::to_integer<std::uint8_t>(bytes[at]);
}

[[nodiscard]] std::uint16_t word_at(Bytes bytes, std::size_t at) {
    return static_cast<std::uint16_t>((byte_at(bytes, at) << 8U) | byte_at(bytes, at + 1));
}

[[nodiscard]] Ipv4Address address_at(Bytes bytes, std::size_t at) {
    return {byte_at(bytes, at), byte_at(bytes, at + 1), byte_at(bytes, at + 2), byte_at(bytes, at + 3)};
}

/// Ones' complement sum in network order, not yet complemented.
[[nodiscard]] std::uint32_t sum_words(Bytes bytes, std::uint32_t sum = 0) {
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        sum += word_at(bytes, i);
    }
    if (bytes.size() % 2 != 0) {
        sum += static_cast<std::uint32_t>(byte_at(bytes, bytes.size() - 1)) << 8U;
    }
    return sum;
}

[[nodiscard]] bool sum_is_good(std::uint32_t sum) {
    while ((sum >> 16U) != 0) {
        sum = (sum & 0xffffU) + (sum >> 16U);
    }
    return sum == 0xffffU;
}

[[nodiscard]] bool mac_belongs_to(Bytes frame, Ipv4Address group) {
    const MacAddress expected = multicast_mac(group);
    return std::ranges::equal(frame.first(6), std::as_bytes(std::span(expected.bytes)));
}

/// `packet` is the IP packet without the frame's padding; `header` its header length.
[[nodiscard]] FrameKind read_udp(Bytes packet, std::size_t header, Frame& frame) {
    const Bytes udp = packet.subspan(header);
    if (udp.size() < kUdpOctets || word_at(udp, 4) != udp.size()) {
        return FrameKind::kBadIpHeader;
    }
    frame.port = word_at(udp, 2);
    const auto pseudo = static_cast<std::uint32_t>(kProtocolUdp + udp.size());
    if (word_at(udp, 6) == 0 || !sum_is_good(sum_words(udp, sum_words(packet.subspan(12, 8), pseudo)))) {
        return FrameKind::kBadUdpChecksum;
    }
    const auto probe = read_probe(udp.subspan(kUdpOctets));
    if (!probe) {
        return FrameKind::kBadPayload;
    }
    frame.probe = *probe;
    return FrameKind::kData;
}

[[nodiscard]] FrameKind read_ipv4(Bytes bytes, Frame& frame) {
    const Bytes packet = bytes.subspan(kEthernetOctets);
    const std::size_t header = std::size_t{4} * (byte_at(packet, 0) & 0x0fU);
    const std::size_t total = word_at(packet, 2);
    if (byte_at(packet, 0) >> 4U != 4 || header < 20 || total < header || total > packet.size()) {
        return FrameKind::kBadIpHeader;
    }
    frame.ttl = byte_at(packet, 8);
    const std::uint8_t protocol = byte_at(packet, 9);
    if (protocol == kProtocolIgmp) {
        frame.igmp = packet.subspan(header, total - header);
        return FrameKind::kIgmp;
    }
    if (frame.group.is_link_local_multicast()) {
        return FrameKind::kOther;
    }
    if (!mac_belongs_to(bytes, frame.group)) {
        return FrameKind::kBadMac;
    }
    if (!sum_is_good(sum_words(packet.first(header)))) {
        return FrameKind::kBadIpChecksum;
    }
    return protocol == kProtocolUdp ? read_udp(packet.first(total), header, frame) : FrameKind::kBadIpHeader;
}

void groups_in_v3_report(Bytes igmp, std::vector<Ipv4Address>& groups) {
    const std::size_t records = word_at(igmp, 6);
    std::size_t at = 8;
    for (std::size_t i = 0; i < records && at + 8 <= igmp.size(); ++i) {
        groups.push_back(address_at(igmp, at + 4));
        at += 8 + std::size_t{4} * word_at(igmp, at + 2) + std::size_t{4} * byte_at(igmp, at + 1);
    }
}

} // namespace

Frame read_frame(Bytes bytes) {
    Frame frame;
    constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
    if (bytes.size() < kEthernetOctets + 20 || word_at(bytes, 12) != kEtherTypeIpv4) {
        return frame;
    }
    frame.source = address_at(bytes, kEthernetOctets + 12);
    frame.group = address_at(bytes, kEthernetOctets + 16);
    if (frame.group.is_multicast()) {
        frame.kind = read_ipv4(bytes, frame);
    }
    return frame;
}

std::vector<Ipv4Address> groups_in_report(Bytes igmp) {
    std::vector<Ipv4Address> groups;
    if (igmp.size() < 8) {
        return groups;
    }
    switch (byte_at(igmp, 0)) {
    case 0x12: // IGMPv1 report
    case 0x16: // IGMPv2 report
    case 0x17: // IGMPv2 leave
        groups.push_back(address_at(igmp, 4));
        break;
    case 0x22: // IGMPv3 report
        groups_in_v3_report(igmp, groups);
        break;
    default:
        break;
    }
    return groups;
}

} // namespace mcfwd::lab
