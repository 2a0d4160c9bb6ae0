// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Three messages of one or two words.
#include "discovery.hh"

#include <algorithm>
#include <limits>

#include "ip_packet.hh"
#include "message.hh"
#include "wire.hh"

namespace mcfwd::igmp {
namespace {

constexpr std::uint8_t kFirstType = 0x30; // advertisement, then solicitation, then termination

/// Packet up to the checksum.
std::vector<std::byte> begin(DiscoveryType type, Ipv4Address source, Ipv4Address destination,
                             std::uint8_t second_octet) {
    std::vector<std::byte> packet = begin_ip(source, destination);
    wire::append8(packet, static_cast<std::uint8_t>(kFirstType + static_cast<std::uint8_t>(type)));
    wire::append8(packet, second_octet);
    wire::append16(packet, 0);
    return packet;
}

template <typename Number>
Number whole_seconds(Duration duration) {
    const auto count = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    return static_cast<Number>(
        std::min<std::chrono::seconds::rep>(count, std::numeric_limits<Number>::max()));
}

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
        result.query_interval = std::chrono::seconds(wire::load16(ip->payload, 4));
        result.robustness = wire::load16(ip->payload, 6);
    }
    return result;
}

std::vector<std::byte> encode_solicitation(Ipv4Address source) {
    return finish_ip(begin(DiscoveryType::kSolicitation, source, kAllRouters, 0));
}

std::vector<std::byte> encode_advertisement(Ipv4Address source, Duration interval, Duration query_interval,
                                            unsigned robustness) {
    auto packet =
        begin(DiscoveryType::kAdvertisement, source, kAllSnoopers, whole_seconds<std::uint8_t>(interval));
    wire::append16(packet, whole_seconds<std::uint16_t>(query_interval));
    wire::append16(packet, static_cast<std::uint16_t>(robustness));
    return finish_ip(std::move(packet));
}

std::vector<std::byte> encode_termination(Ipv4Address source) {
    return finish_ip(begin(DiscoveryType::kTermination, source, kAllSnoopers, 0));
}

} // namespace mcfwd::igmp
