// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// [interface.igmp]: the values of RFC 9776 section 8 and their relations.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "reader.hh"
#include "rules.hh"
#include "sections.hh"

namespace mcfwd::config {

namespace {

using std::chrono::duration;

/// Largest values of Max Resp Code (tenths of a second) and QQIC (seconds), sections 4.1.1 and 4.1.7.
constexpr Milliseconds kLongestResponse{3'174'400};
constexpr Milliseconds kLongestQueryInterval{31'744'000};
/// Version 2 has no exponent: 8 bits of tenths (RFC 2236 section 2.2).
constexpr Milliseconds kLongestVersion2Response{25'500};
constexpr Milliseconds kTenth{100};
constexpr Milliseconds kSecond{1'000};
constexpr std::int64_t kMostRecords = 1'000'000'000; // one per nanosecond
constexpr std::int64_t kNoLimit = std::numeric_limits<std::uint32_t>::max();

double seconds_of(Milliseconds value) {
    return duration<double>(value).count();
}

/// What a query can carry of `value` in units of `unit`: rounded down to 8 bits of which 3 may be an
/// exponent.
Milliseconds carried(Milliseconds value, Milliseconds unit, unsigned version) {
    std::int64_t count = value / unit;
    if (version == 3 && count >= 128) {
        std::int64_t step = 8;
        while (count / step > 31) {
            step *= 2;
        }
        count -= count % step;
    }
    return unit * count;
}

std::optional<Ipv4Prefix> parse_group_range(std::string_view text) {
    return text.find('/') == std::string_view::npos ? std::nullopt : parse_groups(text);
}
constexpr TextRule<Ipv4Prefix> kGroupRange{parse_group_range, "a prefix of groups such as \"232.0.0.0/8\""};

void check_response(const Node& table, std::string_view key, Milliseconds value, const Igmp& igmp,
                    Findings& findings) {
    const Node* node = table.find(key);
    if (node == nullptr || !findings.sound(*node) || !findings.sound(table.at({"version"}))) {
        return;
    }
    if (igmp.version < 3 && value > kLongestVersion2Response) {
        findings.error(*node, fmt::format("{} is too long for version {}", key, igmp.version),
                       "at most 25.5 seconds");
        return;
    }
    if (igmp.version == 1) { // its queries carry no time
        return;
    }
    if (const Milliseconds sent = carried(value, kTenth, igmp.version); sent != value) {
        findings.warning(*node, fmt::format("queries carry a smaller {}", key),
                         fmt::format("{}", seconds_of(sent)));
    }
}

void check_intervals(const Node& table, const Igmp& igmp, Findings& findings) {
    check_response(table, "query_response_interval", igmp.query_response_interval, igmp, findings);
    check_response(table, "last_member_query_interval", igmp.last_member_query_interval, igmp, findings);

    const Node* response = table.find("query_response_interval");
    const Node* query = table.find("query_interval");
    const auto sound = [&](const Node* node) { return node == nullptr || findings.sound(*node); };
    if (igmp.query_response_interval >= igmp.query_interval && sound(response) && sound(query)) {
        const Node& culprit = response != nullptr ? *response : *query;
        findings.error(culprit,
                       fmt::format("query_response_interval {} is not less than query_interval {}",
                                   seconds_of(igmp.query_response_interval), seconds_of(igmp.query_interval)),
                       "query_response_interval < query_interval");
    }
    if (query != nullptr && sound(query) && igmp.version == 3 &&
        carried(igmp.query_interval, kSecond, 3) != igmp.query_interval) {
        findings.warning(*query, "queries carry a smaller query_interval",
                         fmt::format("{}", seconds_of(carried(igmp.query_interval, kSecond, 3))));
    }
    const Node* startup = table.find("startup_query_interval");
    if (startup != nullptr && sound(startup) && sound(query) &&
        igmp.startup_query_interval > igmp.query_interval) {
        findings.error(*startup, "startup_query_interval is longer than query_interval",
                       fmt::format("at most {}", seconds_of(igmp.query_interval)));
    }
}

void read_static_groups(TableReader& reader, const Node& table, Igmp& igmp, Findings& findings) {
    constexpr std::string_view kHeading = "static_groups";
    constexpr std::string_view kValid = "an array such as [{ group = \"239.1.1.1\" }]";
    const auto elements = reader.array("static_groups", kValid);
    if (!elements) {
        return;
    }
    std::set<StaticGroup> seen;
    for (const Node& element : *elements) {
        if (element.kind != Node::Kind::kTable) {
            findings.error(element, "static_groups is not valid", std::string(kValid));
            continue;
        }
        StaticGroup& entry = igmp.static_groups.emplace_back();
        TableReader keys(element, kHeading, findings);
        keys.required_text("group", entry.group, kGroup);
        keys.text("source", entry.source, kSource);
        keys.refuse_unknown();
        if (!findings.sound(element) || !findings.sound(element.at({"group"})) ||
            !findings.sound(element.at({"source"}))) {
            continue;
        }
        if (entry.source == kAnySource && igmp.ssm_range.contains(entry.group)) {
            findings.error(element,
                           fmt::format("group of the source-specific range {} has no source", igmp.ssm_range),
                           "{ group = \"G\", source = \"S\" }, or another ssm_range");
        } else if (!seen.insert(entry).second) {
            findings.error(element, "static group is there already", "each group and source once");
        }
    }
    if (!igmp.enabled && !igmp.static_groups.empty()) {
        findings.warning(table.at({"static_groups"}), "IGMP is off here: nobody joins these groups",
                         "enabled = true, or [[mroute]]");
    }
}

void check_hosts(const Node& table, const Igmp& igmp, Findings& findings) {
    const Node* older = table.find("older_versions");
    if (igmp.older_versions == OlderVersions::kIgnored && igmp.version != 3 && older != nullptr &&
        findings.sound(*older) && findings.sound(table.at({"version"}))) {
        findings.error(*older, fmt::format("older versions can not be ignored with version {}", igmp.version),
                       "version = 3, or older_versions = \"served\"");
    }
}

} // namespace

void read_igmp_timing(TableReader& reader, Igmp& igmp) {
    reader.integer("version", igmp.version, {1, 3});
    reader.seconds("query_interval", igmp.query_interval, {kSecond, kLongestQueryInterval});
    reader.seconds("query_response_interval", igmp.query_response_interval, {kTenth, kLongestResponse});
    reader.integer("robustness", igmp.robustness, {1, 7});
    igmp.startup_query_count = igmp.robustness;
    igmp.startup_query_interval = igmp.query_interval / 4;
    reader.seconds("last_member_query_interval", igmp.last_member_query_interval, {kTenth, kLongestResponse});
    std::uint8_t last_member_count = 0;
    reader.integer("last_member_query_count", last_member_count, {1, 255});
    if (last_member_count != 0) {
        igmp.last_member_query_count = last_member_count;
    }
    reader.seconds("startup_query_interval", igmp.startup_query_interval, {kTenth, kLongestQueryInterval});
    reader.integer("startup_query_count", igmp.startup_query_count, {1, 255});
}

void check_igmp_timing(const Node& table, const Igmp& igmp, Findings& findings) {
    check_intervals(table, igmp, findings);
    if (igmp.robustness == 1) {
        findings.warning(table.at({"robustness"}), "one lost packet ends a membership", "2 to 7");
    }
}

void read_igmp_limits(TableReader& reader, Igmp& igmp, Findings& findings) {
    reader.integer("max_groups", igmp.max_groups, {0, kNoLimit});
    reader.integer("max_sources", igmp.max_sources, {0, kNoLimit});
    reader.integer("max_groups_per_host", igmp.max_groups_per_host, {0, kNoLimit});
    reader.integer("host_rate", igmp.host_rate, {0, kMostRecords});
    reader.integer("max_tracked", igmp.max_tracked, {1, kNoLimit});
    read_access_list(reader, igmp.access_list, findings);
}

void read_igmp(const Node& table, Igmp& igmp, Findings& findings) {
    TableReader reader(table, "[interface.igmp]", findings);
    reader.boolean("enabled", igmp.enabled);
    read_igmp_timing(reader, igmp);
    reader.boolean("require_router_alert", igmp.require_router_alert);
    reader.text("ssm_range", igmp.ssm_range, kGroupRange);
    reader.choice("fast_leave", igmp.fast_leave);
    reader.choice("older_versions", igmp.older_versions);
    read_igmp_limits(reader, igmp, findings);
    read_static_groups(reader, table, igmp, findings);
    reader.refuse_unknown();

    check_igmp_timing(table, igmp, findings);
    check_hosts(table, igmp, findings);
}

} // namespace mcfwd::config
