// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Counters of one routed interface: everything received or sent, and everything refused with its reason.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "codec.hh"
#include "message.hh"

namespace mcfwd::igmp {

/// Why a well-formed message, or one record of a report, had no effect.
enum class IgnoreReason : std::uint8_t {
    kNoRouterAlert,   ///< and `require_router_alert` is set
    kBadSource,       ///< no host or router can have this address
    kOwnPacket,       ///< carries our own address
    kBadDestination,  ///< a query sent neither to 224.0.0.1, nor to its group, nor to us
    kNotElected,      ///< query of a router that is not the querier here, or of none (0.0.0.0)
    kNotGroup,        ///< group address outside class D
    kLinkLocalGroup,  ///< 224.0.0.0/24 needs no membership
    kSsmRange,        ///< any-source message for a source-specific group
    kNotSource,       ///< listed source that no packet can come from; counts sources
    kCompatibility,   ///< the group has older members (RFC 9776 section 7.3.2)
    kOlderVersion,    ///< version 1 or 2 where `older_versions` are ignored
    kAccessList,      ///< not permitted; counts records and, of lists, sources
    kHostRate,        ///< `host_rate` exceeded; counts records
    kHostGroupLimit,  ///< `max_groups_per_host` reached
    kGroupLimit,      ///< `max_groups` reached
    kSourceLimit,     ///< `max_sources` reached; counts sources
    kUnknownRecord,   ///< record of an unknown type
    kTruncatedReport, ///< the rest of a report after a record that runs past its end
};
inline constexpr std::size_t kIgnoreReasons = static_cast<std::size_t>(IgnoreReason::kTruncatedReport) + 1;

[[nodiscard]] constexpr std::string_view ignore_reason_name(IgnoreReason reason) {
    constexpr std::array<std::string_view, kIgnoreReasons> kNames{
        "no_router_alert", "bad_source",       "own_packet",      "bad_destination",  "not_elected",
        "not_group",       "link_local_group", "ssm_range",       "not_source",       "compatibility",
        "older_version",   "access_list",      "host_rate",       "host_group_limit", "group_limit",
        "source_limit",    "unknown_record",   "truncated_report"};
    return kNames[static_cast<std::size_t>(reason)];
}

/// Whether it protects the link from too many or unwanted members: what an operator wants to read in the log.
[[nodiscard]] constexpr bool is_refusal(IgnoreReason reason) {
    return reason >= IgnoreReason::kAccessList && reason <= IgnoreReason::kSourceLimit;
}

struct RouterCounters {
    std::array<std::uint64_t, kMessageTypes> received{}; ///< per MessageType, well-formed
    std::array<std::uint64_t, kMessageTypes> sent{};     ///< per MessageType, packets
    std::array<std::uint64_t, kParseFailures> parse_failures{};
    std::array<std::uint64_t, kIgnoreReasons> ignored{};
    void ignore(IgnoreReason reason, std::uint64_t count = 1) {
        ignored[static_cast<std::size_t>(reason)] += count;
    }
    std::uint64_t records = 0;     ///< group records of version 3 reports
    std::uint64_t fast_leaves = 0; ///< leaves that took effect, in part at least, without a question
    std::uint64_t querier_changes = 0;
    std::uint64_t older_queries =
        0; ///< queries of a version below the configured one (RFC 9776 section 7.3.1)
};

} // namespace mcfwd::igmp
