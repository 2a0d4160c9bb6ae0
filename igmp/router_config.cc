// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The rules between the settings of an interface, each with a message that says what would be right.
#include "router_config.hh"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "code.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kShortest = milliseconds(100); // the unit of the maximum response time
constexpr Duration kLongestResponse = milliseconds(100) * kMaxCodeValue;
constexpr Duration kLongestResponseV2 = milliseconds(100) * 255;
constexpr Duration kLongestInterval = seconds(kMaxCodeValue);
constexpr unsigned kMaxCount = 255;

double in_seconds(Duration value) {
    return duration<double>(value).count();
}

struct DurationRule {
    const char* key;
    Duration value, least, most;
};

struct CountRule {
    const char* key;
    unsigned value;
};

Expected<void> validate_times(const RouterConfig& config) {
    const Duration longest = config.version == Version::kV3 ? kLongestResponse : kLongestResponseV2;
    const std::array rules{
        DurationRule{"query_interval", config.query_interval, seconds(1), kLongestInterval},
        DurationRule{"query_response_interval", config.query_response_interval, kShortest, longest},
        DurationRule{"last_member_query_interval", config.last_member_query_interval, kShortest, longest},
        DurationRule{"startup_query_interval",
                     config.startup_query_interval.value_or(config.query_interval / 4), kShortest,
                     config.query_interval}};
    for (const DurationRule& rule : rules) {
        if (rule.value < rule.least || rule.value > rule.most) {
            return fail(Status::kInvalidParameter,
                        fmt::format("{} = {} is out of range: {} to {} seconds", rule.key,
                                    in_seconds(rule.value), in_seconds(rule.least), in_seconds(rule.most)));
        }
    }
    if (config.query_response_interval >= config.query_interval) {
        return fail(Status::kInvalidParameter,
                    fmt::format("query_response_interval = {} must be less than query_interval = {}",
                                in_seconds(config.query_response_interval),
                                in_seconds(config.query_interval)));
    }
    return {};
}

Expected<void> validate_counts(const RouterConfig& config) {
    const std::array rules{
        CountRule{"robustness", config.robustness},
        CountRule{"last_member_query_count", config.last_member_query_count.value_or(config.robustness)},
        CountRule{"startup_query_count", config.startup_query_count.value_or(config.robustness)}};
    for (const CountRule& rule : rules) {
        if (rule.value < 1 || rule.value > kMaxCount) {
            return fail(Status::kInvalidParameter,
                        fmt::format("{} = {} is out of range: 1 to {}", rule.key, rule.value, kMaxCount));
        }
    }
    return {};
}

Expected<void> validate_link(const RouterConfig& config) {
    if (!config.address.is_valid_source()) {
        return fail(Status::kInvalidParameter,
                    fmt::format("address {} can not be the source of queries", config.address));
    }
    if (config.mtu < 68 || config.mtu > 65535) {
        return fail(Status::kInvalidParameter,
                    fmt::format("mtu = {} is out of range: 68 to 65535", config.mtu));
    }
    if (config.version < Version::kV1 || config.version > Version::kV3) {
        return fail(Status::kInvalidParameter,
                    fmt::format("version = {} is unknown: 1, 2 or 3", static_cast<unsigned>(config.version)));
    }
    if (!config.ssm_range.address.is_multicast() || config.ssm_range.length < 4) {
        return fail(Status::kInvalidParameter,
                    fmt::format("ssm_range = {} is not inside 224.0.0.0/4", config.ssm_range));
    }
    return {};
}

Expected<void> validate_discovery(const RouterConfig& config) {
    constexpr Duration kLeast = std::chrono::seconds(4); // RFC 4286 section 3.1.1
    constexpr Duration kMost = std::chrono::seconds(180);
    const Duration interval = config.advertisement_interval.value_or(kLeast);
    if (interval < kLeast || interval > kMost || interval % std::chrono::seconds(1) != Duration::zero()) {
        return fail(Status::kInvalidParameter,
                    fmt::format("advertisement interval = {} is out of range: 4 to 180, whole seconds",
                                in_seconds(interval)));
    }
    return {};
}

Expected<void> validate_hosts(const RouterConfig& config) {
    constexpr std::size_t kMostPerSecond = 1'000'000'000; // a record per nanosecond, the clock's unit
    if (config.host_rate > kMostPerSecond) {
        return fail(Status::kInvalidParameter,
                    fmt::format("host_rate = {} is out of range: 0 to {} records per second",
                                config.host_rate, kMostPerSecond));
    }
    if (config.max_tracked < 1) {
        return fail(Status::kInvalidParameter, "max_tracked = 0 is out of range: at least 1");
    }
    if (config.older_versions == OlderVersions::kIgnored && config.version != Version::kV3) {
        return fail(Status::kInvalidParameter,
                    fmt::format("version = {} can not be spoken where older versions are ignored",
                                static_cast<unsigned>(config.version)));
    }
    for (const AccessRule& rule : config.access_list) {
        if (!rule.group.address.is_multicast() || rule.group.length < 4) {
            return fail(Status::kInvalidParameter,
                        fmt::format("access_list group {} is not inside 224.0.0.0/4", rule.group));
        }
    }
    return {};
}

} // namespace

Expected<void> validate(const StaticGroup& entry, const Ipv4Prefix& ssm_range) {
    if (!entry.group.is_routable_group()) {
        return fail(
            Status::kInvalidParameter,
            fmt::format("group {} can not be joined: need 224.0.1.0 to 239.255.255.255", entry.group));
    }
    if (entry.source == kAnySource) {
        if (ssm_range.contains(entry.group)) {
            return fail(
                Status::kInvalidParameter,
                fmt::format("group {} is source-specific ({}) and needs a source", entry.group, ssm_range));
        }
        return {};
    }
    if (!entry.source.is_valid_source()) {
        return fail(Status::kInvalidParameter, fmt::format("source {} can not send packets", entry.source));
    }
    return {};
}

static Expected<void> validate_static_groups(const RouterConfig& config) {
    const auto& entries = config.static_groups;
    for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
        if (auto checked = validate(*entry, config.ssm_range); !checked) {
            return checked;
        }
        if (std::find(entries.begin(), entry, *entry) != entry) {
            return fail(Status::kInvalidParameter,
                        fmt::format("static group {} is listed twice", entry->group));
        }
    }
    return {};
}

Expected<void> validate(const RouterConfig& config) {
    for (const auto check : {validate_link, validate_counts, validate_times, validate_discovery,
                             validate_hosts, validate_static_groups}) {
        if (auto checked = check(config); !checked) {
            return checked;
        }
    }
    return {};
}

Intervals Intervals::of(const RouterConfig& config) {
    return {.robustness = config.robustness,
            .query_interval = config.query_interval,
            .query_response_interval = config.query_response_interval,
            .last_member_query_interval = config.last_member_query_interval,
            .last_member_query_count = config.last_member_query_count.value_or(config.robustness),
            .least_span = config.robustness * config.query_interval};
}

} // namespace mcfwd::igmp
