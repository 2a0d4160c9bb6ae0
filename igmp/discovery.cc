// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Three messages of one or two words.
#include "discovery.hh"

#include "ip_packet.hh"
#include "message.hh"
#include "wire.hh"

namespace mcfwd::igmp {
namespace {

constexpr std::uint8_t kFirstType = 0x30; // advertisement, then solicitation, then termination

} // namespace

std::expected<Discovery, ParseFailure> parse_discovery(std::span<const std::byte> packet) {
    const auto ip = parse_ip(packet, wire::kProtocol, Cut::kNo);
    if (!ip) {
        return std::unexpected(ip.error());
    }
    if (ip->payload.size() < wire::kShortest) {
        return std::unexpected(ParseFailure::kTooShort);
    }
    if (internet_checksum(ip->payload) != 0) {
        return std::unexpected(ParseFailure::kBadChecksum);
    }
    const unsigned type = wire::load8(ip->payload, 0);
    if (type < kFirstType || type - kFirstType >= kDiscoveryTypes) {
        return std::unexpected(ParseFailure::kUnknownType);
    }
    Discovery result{.type = static_cast<DiscoveryType>(type - kFirstType),
                     .source = ip->source,
                     .destination = ip->destination,
                     .ttl = ip->ttl,
                     .router_alert = ip->router_alert};
    if (result.type == DiscoveryType::kAdvertisement) {
        if (ip->payload.size() < wire::kShortMessage) {
            return std::unexpected(ParseFailure::kTooShort);
        }
        result.interval = std::chrono::seconds(wire::load8(ip->payload, 1));
    }
    return result;
}

std::vector<std::byte> encode_solicitation(Ipv4Address source) {
    std::vector<std::byte> packet = begin_ip(source, kAllRouters);
    wire::append8(packet, kFirstType + static_cast<std::uint8_t>(DiscoveryType::kSolicitation));
    wire::append8(packet, 0);
    wire::append16(packet, 0);
    return finish_ip(std::move(packet));
}

} // namespace mcfwd::igmp
