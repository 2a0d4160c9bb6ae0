// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Multicast router discovery (RFC 4286): what routers say about themselves to snooping switches, and the
// question that makes them say it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/ipv4.hh>

#include "codec.hh"

namespace mcfwd::igmp {

inline constexpr Ipv4Address kAllSnoopers{224, 0, 0, 106};

enum class DiscoveryType : std::uint8_t { kAdvertisement, kSolicitation, kTermination };
inline constexpr std::size_t kDiscoveryTypes = static_cast<std::size_t>(DiscoveryType::kTermination) + 1;

[[nodiscard]] constexpr std::string_view discovery_type_name(DiscoveryType type) {
    constexpr std::array<std::string_view, kDiscoveryTypes> kNames{
        "router_advertisement", "router_solicitation", "router_termination"};
    return kNames[static_cast<std::size_t>(type)];
}

/// A message and what its IP header said.
struct Discovery {
    DiscoveryType type = DiscoveryType::kSolicitation;
    Ipv4Address source;
    Ipv4Address destination;
    std::uint8_t ttl = 0;
    bool router_alert = false;
    Duration interval{}; ///< of an advertisement: when the next one comes
    Duration query_interval{};
    unsigned robustness = 0; ///< of an advertisement, as the query interval; 0: no IGMP there

    /// Whether a router says so by the rules: an advertisement or termination with TTL 1 and Router Alert,
    /// sent to all snoopers from an address that can have sent it.
    [[nodiscard]] bool from_router() const {
        return type != DiscoveryType::kSolicitation && ttl == 1 && router_alert &&
               destination == kAllSnoopers && source.is_valid_source() &&
               (type == DiscoveryType::kTermination || interval > Duration::zero());
    }
    /// Whether a switch asks by the rules.
    [[nodiscard]] bool from_snooper() const {
        return type == DiscoveryType::kSolicitation && ttl == 1 && router_alert &&
               destination == kAllRouters && (source.is_unspecified() || source.is_valid_source());
    }
    /// NeighborDeadInterval: three intervals with their jitter of 2.5 per cent.
    [[nodiscard]] Duration dead_interval() const { return 3 * (interval + interval / 40); }
};

/// As `parse`, for the message types that it calls unknown. kUnknownType: it is not of these either.
[[nodiscard]] std::expected<Discovery, ParseFailure> parse_discovery(std::span<const std::byte> packet);

/// A complete IP packet to all routers. `source` may be 0.0.0.0.
[[nodiscard]] std::vector<std::byte> encode_solicitation(Ipv4Address source);
/// The same to all snoopers. Times are sent in whole seconds: `interval` up to 255, `query_interval` up to
/// 65,535.
[[nodiscard]] std::vector<std::byte> encode_advertisement(Ipv4Address source, Duration interval,
                                                          Duration query_interval, unsigned robustness);
[[nodiscard]] std::vector<std::byte> encode_termination(Ipv4Address source);

} // namespace mcfwd::igmp
