// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Counters of the host side of an interface: everything received or sent, and everything ignored with its
// reason.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "codec.hh"
#include "message.hh"

namespace mcfwd::igmp {

/// Why a well-formed message had no effect on the host side.
enum class HostIgnoreReason : std::uint8_t {
    kNoRouterAlert,  ///< a version 2 or 3 query, and `require_router_alert` is set
    kOwnPacket,      ///< carries our own address
    kBadSource,      ///< no router or host can have this address
    kBadDestination, ///< a general query not sent to 224.0.0.1, a specific one neither to its group nor to us
    kNotGroup,       ///< a query about what is no group
    kNotMember,      ///< a query about a group in which we are not
    kNotForHosts,    ///< a leave or a version 3 report, or a report while nothing is suppressed
};
inline constexpr std::size_t kHostIgnoreReasons =
    static_cast<std::size_t>(HostIgnoreReason::kNotForHosts) + 1;

[[nodiscard]] constexpr std::string_view host_ignore_reason_name(HostIgnoreReason reason) {
    constexpr std::array<std::string_view, kHostIgnoreReasons> kNames{
        "no_router_alert", "own_packet", "bad_source",   "bad_destination",
        "not_group",       "not_member", "not_for_hosts"};
    return kNames[static_cast<std::size_t>(reason)];
}

struct HostCounters {
    std::array<std::uint64_t, kMessageTypes> received{}; ///< per MessageType, well-formed
    std::array<std::uint64_t, kMessageTypes> sent{};     ///< per MessageType, packets
    std::array<std::uint64_t, kParseFailures> parse_failures{};
    std::array<std::uint64_t, kHostIgnoreReasons> ignored{};
    std::uint64_t suppressed = 0;   ///< reports not sent because another host's was heard
    std::uint64_t mode_changes = 0; ///< of the compatibility mode

    void ignore(HostIgnoreReason reason) { ++ignored[static_cast<std::size_t>(reason)]; }
};

} // namespace mcfwd::igmp
