// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// IGMP messages as host-order values: what the parser returns and the encoder takes. Nothing here knows
// bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/ipv4.hh>

namespace mcfwd::igmp {

inline constexpr Ipv4Address kAllSystems{224, 0, 0, 1};
inline constexpr Ipv4Address kAllRouters{224, 0, 0, 2};
inline constexpr Ipv4Address kAllIgmpv3Routers{224, 0, 0, 22};

/// IGMP protocol versions, also the compatibility modes of RFC 9776 section 7.
enum class Version : std::uint8_t { kV1 = 1, kV2 = 2, kV3 = 3 };

/// Filter modes of a group, of an interface (RFC 9776 sections 2 and 6.2.1).
enum class FilterMode : std::uint8_t { kInclude, kExclude };

/// A membership query of any version. General: no group. Group-specific: a group, no sources.
struct Query {
    Version version = Version::kV3;
    Duration max_response{};     ///< already decoded; 10 s for a version 1 query (RFC 9776 section 7.2.1)
    Ipv4Address group;           ///< unspecified in a general query
    bool suppress = false;       ///< S flag: routers that hear it leave their timers alone
    std::uint8_t robustness = 0; ///< QRV, 0 means "use your default"; version 3 only
    Duration querier_interval{}; ///< QQI; version 3 only, 0 otherwise
    std::vector<Ipv4Address> sources; ///< version 3 only
    bool operator==(const Query&) const = default;
};

struct ReportV1 {
    Ipv4Address group;
    bool operator==(const ReportV1&) const = default;
};

struct ReportV2 {
    Ipv4Address group;
    bool operator==(const ReportV2&) const = default;
};

struct Leave {
    Ipv4Address group;
    bool operator==(const Leave&) const = default;
};

/// RFC 9776 section 4.2.13; the values are those on the wire.
enum class RecordType : std::uint8_t {
    kIsInclude = 1, ///< MODE_IS_INCLUDE, IS_IN
    kIsExclude = 2, ///< MODE_IS_EXCLUDE, IS_EX
    kToInclude = 3, ///< CHANGE_TO_INCLUDE_MODE, TO_IN
    kToExclude = 4, ///< CHANGE_TO_EXCLUDE_MODE, TO_EX
    kAllow = 5,     ///< ALLOW_NEW_SOURCES
    kBlock = 6,     ///< BLOCK_OLD_SOURCES
};

struct GroupRecord {
    RecordType type = RecordType::kIsInclude;
    Ipv4Address group;
    std::vector<Ipv4Address> sources;
    bool operator==(const GroupRecord&) const = default;
};

struct ReportV3 {
    std::vector<GroupRecord> records;
    std::size_t unknown_records = 0; ///< records of a type we do not know, skipped one by one
    bool truncated = false; ///< a record ran past the end: it and what followed are lost, those before count
    bool operator==(const ReportV3&) const = default;
};

using Message = std::variant<Query, ReportV1, ReportV2, Leave, ReportV3>;

/// The names under which messages are counted and shown.
enum class MessageType : std::uint8_t {
    kGeneralQuery,
    kGroupQuery,
    kGroupSourceQuery,
    kReportV1,
    kReportV2,
    kReportV3,
    kLeave,
};
inline constexpr std::size_t kMessageTypes = static_cast<std::size_t>(MessageType::kLeave) + 1;

[[nodiscard]] constexpr std::string_view message_type_name(MessageType type) {
    constexpr std::array<std::string_view, kMessageTypes> kNames{
        "general_query", "group_query", "group_source_query", "report_v1", "report_v2", "report_v3", "leave"};
    return kNames[static_cast<std::size_t>(type)];
}

[[nodiscard]] MessageType type_of(const Message& message);

/// Where a message of this kind is sent: RFC 9776 sections 4.1.12 and 4.2.15, RFC 2236 section 9.
[[nodiscard]] Ipv4Address destination_of(const Message& message);

} // namespace mcfwd::igmp
