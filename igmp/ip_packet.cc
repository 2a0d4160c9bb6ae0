// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Nothing behind a length that was not checked is read.
#include "ip_packet.hh"

#include <algorithm>
#include <bit>
#include <cstring>

#include "wire.hh"

namespace mcfwd::igmp {
namespace {

using Bytes = std::span<const std::byte>;

bool has_router_alert(Bytes options) {
    std::size_t at = 0;
    while (at < options.size()) {
        const std::uint8_t type = wire::load8(options, at);
        if (type == 0) {
            return false;
        }
        if (type == 1) {
            ++at;
            continue;
        }
        if (at + 1 >= options.size()) {
            return false;
        }
        const std::uint8_t length = wire::load8(options, at + 1);
        if (length < 2 || length > options.size() - at) {
            return false;
        }
        if (type == wire::kRouterAlert && length == 4) {
            return true;
        }
        at += length;
    }
    return false;
}

} // namespace

std::expected<IpPacket, ParseFailure> parse_ip(Bytes packet, std::uint8_t protocol, Cut cut) {
    if (packet.size() < wire::kIpHeader) {
        return std::unexpected(ParseFailure::kTooShort);
    }
    const std::uint8_t version_and_length = wire::load8(packet, 0);
    const std::size_t header = (version_and_length & 0xFU) * std::size_t{4};
    const std::size_t total = wire::load16(packet, 2);
    if ((version_and_length >> 4U) != 4 || header < wire::kIpHeader || header > total ||
        header > packet.size() || (total > packet.size() && cut == Cut::kNo)) {
        return std::unexpected(ParseFailure::kBadIpHeader);
    }
    if (internet_checksum(packet.first(header)) != 0) {
        return std::unexpected(ParseFailure::kBadIpChecksum);
    }
    if (wire::load8(packet, 9) != protocol) {
        return std::unexpected(ParseFailure::kNotIgmp);
    }
    if ((wire::load16(packet, 6) & 0x3FFFU) != 0) {
        return std::unexpected(ParseFailure::kFragment);
    }
    return IpPacket{.source = wire::load_address(packet, 12),
                    .destination = wire::load_address(packet, 16),
                    .ttl = wire::load8(packet, 8),
                    .router_alert = has_router_alert(packet.first(header).subspan(wire::kIpHeader)),
                    .cut = total > packet.size(),
                    .payload = packet.first(std::min(total, packet.size())).subspan(header)};
}

std::uint16_t internet_checksum(Bytes bytes) {
    // The sum does not depend on byte order but for a final swap (RFC 1071), so it runs over 4 native octets
    // a step.
    std::uint64_t sum = 0;
    while (bytes.size() >= 4) {
        std::uint32_t word = 0;
        std::memcpy(&word, bytes.data(), 4);
        sum += word;
        bytes = bytes.subspan(4);
    }
    if (!bytes.empty()) {
        std::uint32_t word = 0;
        std::memcpy(&word, bytes.data(), bytes.size());
        sum += word;
    }
    while (sum > 0xFFFFU) {
        sum = (sum & 0xFFFFU) + (sum >> 16U);
    }
    const auto folded = static_cast<std::uint16_t>(~sum);
    return std::endian::native == std::endian::little ? __builtin_bswap16(folded) : folded;
}

std::vector<std::byte> begin_ip(Ipv4Address source, Ipv4Address destination) {
    std::vector<std::byte> packet;
    packet.reserve(64);
    wire::append8(packet, 0x46); // version 4, six words
    wire::append8(packet, 0xC0); // internetwork control
    wire::append16(packet, 0);   // total length
    wire::append16(packet, 0);
    wire::append16(packet, 0x4000);
    wire::append8(packet, 1); // TTL
    wire::append8(packet, wire::kProtocol);
    wire::append16(packet, 0); // checksum
    wire::append_address(packet, source);
    wire::append_address(packet, destination);
    wire::append16(packet, (unsigned{wire::kRouterAlert} << 8U) | 4U);
    wire::append16(packet, 0);
    return packet;
}

std::vector<std::byte> finish_ip(std::vector<std::byte> packet) {
    const std::span<std::byte> bytes(packet);
    const auto igmp = bytes.subspan(wire::kOurIpHeader);
    wire::store16(igmp, 2, internet_checksum(igmp));
    wire::store16(bytes, 2, static_cast<std::uint16_t>(packet.size()));
    wire::store16(bytes, 10, internet_checksum(bytes.first(wire::kOurIpHeader)));
    return packet;
}

} // namespace mcfwd::igmp
