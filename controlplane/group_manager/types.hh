// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Keys and small values of the group manager: who (client), where (interface key), what (source and group).
// Included by everything that talks to the group manager.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <mcfwd/ids.hh>
#include <mcfwd/ipv4.hh>

namespace mcfwd::group_manager {

/// A registered client. Never reused; 0 is no client. Ascending in the order of registration.
using ClientHandle = StrongId<struct ClientHandleTag, std::uint64_t>;
inline constexpr ClientHandle kNoClient{};

/// A running group enumeration. Never reused; 0 is none.
using EnumerationHandle = StrongId<struct EnumerationHandleTag, std::uint64_t>;

/// Identity of a client (specification 1.1). Several components of one protocol are different clients.
struct ComponentId {
    std::uint32_t protocol = 0;
    std::uint32_t component = 0;
    constexpr auto operator<=>(const ComponentId&) const = default;
};

/// Protocol numbers that make a client the IGMP of its interfaces (specification 1.2).
inline constexpr std::uint32_t kProtocolIgmp = 10;
inline constexpr std::uint32_t kProtocolIgmpVendor = 0x4137000A;

/// Component of IGMP's protocol number that is the proxy of RFC 4605: as a host on its upstream interface it
/// owns that like a routing protocol, and is not the IGMP of any interface (N48).
inline constexpr std::uint32_t kComponentProxy = 4605;

[[nodiscard]] constexpr bool is_igmp(ComponentId id) {
    return (id.protocol == kProtocolIgmp || id.protocol == kProtocolIgmpVendor) &&
           id.component != kComponentProxy;
}

/// Every table is keyed by this pair (specification 1.3). `next_hop` is 0 but on the links of a
/// point-to-multipoint interface; keys that differ only in it are independent in ownership, interest and
/// alerts. On the wire the links of an interface are one: one copy reaches all that want it, none leaves on
/// the interface that the packets arrive on, and packets arrive with `next_hop` 0.
struct InterfaceKey {
    IfIndex interface;
    Ipv4Address next_hop;
    constexpr auto operator<=>(const InterfaceKey&) const = default;
};

/// A packet of an entry with this iif arrived where it should. Packets do not tell links apart: they arrive
/// on the interface itself, which stands for each of its links.
[[nodiscard]] constexpr bool accepts(InterfaceKey iif, InterfaceKey arrival) {
    return iif == arrival || (arrival.next_hop.is_unspecified() && iif.interface == arrival.interface);
}

/// A key of a membership or a flow. 0 is the wildcard (mask 0), any other value stands for itself (host
/// mask): ranges cannot be written. Order: by group, then source, so (*,*) first and (*,G) before every
/// (S,G).
struct SourceGroup {
    Ipv4Address group;
    Ipv4Address source;
    constexpr auto operator<=>(const SourceGroup&) const = default;

    [[nodiscard]] constexpr bool is_concrete() const {
        return !group.is_unspecified() && !source.is_unspecified();
    }
};

/// Flags of add and delete (specification 2.6), combined with |.
enum class MembershipFlags : std::uint8_t {
    kJoin = 1,    ///< the membership itself, and through it every matching entry
    kForward = 2, ///< the interface in the oif list of the one entry (S,G), no membership
};
[[nodiscard]] constexpr MembershipFlags operator|(MembershipFlags a, MembershipFlags b) {
    return static_cast<MembershipFlags>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
[[nodiscard]] constexpr bool has_flag(MembershipFlags flags, MembershipFlags flag) {
    return (static_cast<std::uint8_t>(flags) & static_cast<std::uint8_t>(flag)) != 0;
}

/// What kind of route the multicast view answered with.
enum class RouteKind : std::uint8_t {
    kNone,        ///< no route
    kConnected,   ///< subnet of an interface
    kConfigured,  ///< `[[rpf_route]]`
    kStaticEntry, ///< iif named by an `[[mroute]]`
    kProxy,       ///< no other; the proxy's upstream
};

struct Route {
    RouteKind kind = RouteKind::kNone;
    Ipv4Prefix prefix; ///< that matched
    constexpr auto operator<=>(const Route&) const = default;
};

/// Phase of an interface record (specification 1.4).
enum class Phase : std::uint8_t {
    kStable,
    kHandoff, ///< between DISABLE_IGMP and ENABLE_IGMP
};

enum class MfeState : std::uint8_t { kActive, kNegative };

/// Why an entry forwards nothing.
enum class NegativeReason : std::uint8_t {
    kNone,        ///< it does forward
    kNoReceivers, ///< nobody wants it, or every interested interface is vetoed, bounded or the iif
    kNoRoute,     ///< the multicast view does not know the source
    kUnownedIif,  ///< nobody owns the interface towards the source
    kBoundary,    ///< a scope boundary blocks the group on the iif
};

[[nodiscard]] constexpr std::string_view route_kind_name(RouteKind kind) {
    constexpr std::array<std::string_view, 5> kNames{"none", "connected", "configured", "static_entry",
                                                     "proxy"};
    return kNames[static_cast<std::size_t>(kind)];
}
[[nodiscard]] constexpr std::string_view phase_name(Phase phase) {
    return phase == Phase::kStable ? "stable" : "handoff";
}
[[nodiscard]] constexpr std::string_view state_name(MfeState state) {
    return state == MfeState::kActive ? "active" : "negative";
}
[[nodiscard]] constexpr std::string_view reason_name(NegativeReason reason) {
    constexpr std::array<std::string_view, 5> kNames{"none", "no_receivers", "no_route", "unowned_iif",
                                                     "boundary"};
    return kNames[static_cast<std::size_t>(reason)];
}

} // namespace mcfwd::group_manager

template <>
struct std::hash<mcfwd::group_manager::InterfaceKey> {
    std::size_t operator()(const mcfwd::group_manager::InterfaceKey& key) const noexcept {
        const std::uint64_t both = (std::uint64_t{key.interface.value()} << 32U) | key.next_hop.host();
        return std::hash<std::uint64_t>{}(both * 0x9e3779b97f4a7c15ULL);
    }
};

/// "(S,G)" with "*" for a wildcard.
template <>
struct fmt::formatter<mcfwd::group_manager::SourceGroup> {
    constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
    template <typename Context>
    auto format(const mcfwd::group_manager::SourceGroup& key, Context& context) const {
        const auto text = [](mcfwd::Ipv4Address a) {
            return a.is_unspecified() ? "*" : fmt::format("{}", a);
        };
        return fmt::format_to(context.out(), "({},{})", text(key.source), text(key.group));
    }
};
