// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// See igmp_json.hh.
#include "igmp_json.hh"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <controlplane/rpc/to_json.hh>

namespace mcfwd::daemon {

using nlohmann::json;

namespace {

template <std::size_t N, typename Kind, typename NameOf>
void put_counters(json& counters, std::string_view prefix, const std::array<std::uint64_t, N>& values,
                  NameOf name_of) {
    for (std::size_t i = 0; i < N; ++i) {
        counters[fmt::format("{}{}", prefix, name_of(static_cast<Kind>(i)))] = values[i];
    }
}

const char* mode_name(igmp::FilterMode mode) {
    return mode == igmp::FilterMode::kInclude ? "include" : "exclude";
}

json host_json(const igmp::HostView& host) {
    json sources = json::array();
    for (const Ipv4Address source : host.sources) {
        sources.push_back(rpc::address_json(source));
    }
    return {{"address", host.address.is_unspecified() ? json() : rpc::address_json(host.address)},
            {"mac", fmt::to_string(host.mac)},
            {"version", static_cast<int>(host.version)},
            {"mode", mode_name(host.mode)},
            {"sources", std::move(sources)},
            {"heard", rpc::seconds_json(host.heard)},
            {"expires", rpc::seconds_json(host.expires)}};
}

} // namespace

json seconds_or_null(const std::optional<Duration>& duration) {
    return duration ? rpc::seconds_json(*duration) : json();
}

json buckets_json(const DurationHistogram& histogram, const char* counted) {
    json buckets = json::array();
    for (std::size_t i = 0; i < histogram.by_length.size(); ++i) {
        if (histogram.by_length[i] != 0) {
            buckets.push_back({{"from", std::uint64_t{1} << i},
                               {"to", std::uint64_t{1} << (i + 1)},
                               {counted, histogram.by_length[i]}});
        }
    }
    return buckets;
}

json latencies_json(const forwarding::ChangeLatencies& latencies) {
    const auto one = [](const DurationHistogram& histogram) -> json {
        const auto or_null = [&](Duration length) {
            return histogram.count == 0 ? json() : json(length.count());
        };
        return {{"count", histogram.count},
                {"p50_ns", or_null(histogram.percentile(50))},
                {"p99_ns", or_null(histogram.percentile(99))},
                {"max_ns", or_null(histogram.longest)},
                {"buckets_ns", buckets_json(histogram, "changes")}};
    };
    return {{"join", one(latencies.join)}, {"leave", one(latencies.leave)}};
}

json igmp_counters_json(const igmp::RouterCounters& counters) {
    json all = json::object();
    put_counters<igmp::kMessageTypes, igmp::MessageType>(all, "received_", counters.received,
                                                         igmp::message_type_name);
    put_counters<igmp::kMessageTypes, igmp::MessageType>(all, "sent_", counters.sent,
                                                         igmp::message_type_name);
    put_counters<igmp::kParseFailures, igmp::ParseFailure>(all, "malformed_", counters.parse_failures,
                                                           igmp::parse_failure_name);
    put_counters<igmp::kIgnoreReasons, igmp::IgnoreReason>(all, "ignored_", counters.ignored,
                                                           igmp::ignore_reason_name);
    all["records"] = counters.records;
    all["fast_leaves"] = counters.fast_leaves;
    all["older_queries"] = counters.older_queries;
    all["querier_changes"] = counters.querier_changes;
    return all;
}

json discovery_counters_json(const igmp::DiscoveryCounters& counters) {
    json all = json::object();
    put_counters<igmp::kDiscoveryTypes, igmp::DiscoveryType>(all, "received_", counters.received,
                                                             igmp::discovery_type_name);
    put_counters<igmp::kDiscoveryTypes, igmp::DiscoveryType>(all, "sent_", counters.sent,
                                                             igmp::discovery_type_name);
    all["refused_discovery"] = counters.refused;
    return all;
}

json host_counters_json(const igmp::HostCounters& counters) {
    json all = json::object();
    put_counters<igmp::kMessageTypes, igmp::MessageType>(all, "received_", counters.received,
                                                         igmp::message_type_name);
    put_counters<igmp::kMessageTypes, igmp::MessageType>(all, "sent_", counters.sent,
                                                         igmp::message_type_name);
    put_counters<igmp::kParseFailures, igmp::ParseFailure>(all, "malformed_", counters.parse_failures,
                                                           igmp::parse_failure_name);
    put_counters<igmp::kHostIgnoreReasons, igmp::HostIgnoreReason>(all, "ignored_", counters.ignored,
                                                                   igmp::host_ignore_reason_name);
    all["suppressed"] = counters.suppressed;
    all["mode_changes"] = counters.mode_changes;
    return all;
}

json igmp_group_json(const igmp::GroupView& group, igmp::WithHosts with_hosts) {
    json sources = json::array();
    for (const igmp::SourceView& source : group.sources) {
        sources.push_back({{"source", rpc::address_json(source.address)},
                           {"expires", seconds_or_null(source.expires)},
                           {"forwarded", source.forwarded},
                           {"static", source.is_static}});
    }
    json entry = {
        {"group", rpc::address_json(group.group)},
        {"mode", mode_name(group.mode)},
        {"version", static_cast<int>(group.version)},
        {"expires", seconds_or_null(group.expires)},
        {"sources", std::move(sources)},
        {"last_reporter",
         group.last_reporter.is_unspecified() ? json() : rpc::address_json(group.last_reporter)},
        {"uptime", rpc::seconds_json(group.uptime)},
        {"leaving", group.leaving},
        {"static", group.is_static || std::ranges::any_of(group.sources, &igmp::SourceView::is_static)},
        {"version1_expires", seconds_or_null(group.version1_expires)},
        {"version2_expires", seconds_or_null(group.version2_expires)},
        {"host_count", group.host_count},
        {"hosts_complete", group.hosts_complete}};
    if (with_hosts == igmp::WithHosts::kYes) {
        json& hosts = entry["hosts"] = json::array();
        std::ranges::transform(group.hosts, std::back_inserter(hosts), host_json);
    }
    return entry;
}

} // namespace mcfwd::daemon
