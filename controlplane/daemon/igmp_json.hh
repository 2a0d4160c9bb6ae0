// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Group state and counters of IGMP as JSON, the same on interfaces and on ports of bridges.
#pragma once

#include <optional>

#include <nlohmann/json_fwd.hpp>

#include <igmp/advertiser.hh>
#include <igmp/host_counters.hh>
#include <igmp/members_view.hh>
#include <igmp/router_counters.hh>
#include <mcfwd/clock.hh>
#include <mcfwd/histogram.hh>

#include <controlplane/forwarding/latency_meter.hh>

namespace mcfwd::daemon {

/// Seconds, or null.
[[nodiscard]] nlohmann::json seconds_or_null(const std::optional<Duration>& duration);
/// Buckets that count something: {from, to, COUNTED}, in ns.
[[nodiscard]] nlohmann::json buckets_json(const DurationHistogram& histogram, const char* counted);
/// {join, leave}: count, p50, p99 and max in ns (null when there is none), buckets.
[[nodiscard]] nlohmann::json latencies_json(const forwarding::ChangeLatencies& latencies);
/// Whatever IGMP counts, name to integer.
[[nodiscard]] nlohmann::json igmp_counters_json(const igmp::RouterCounters& counters);
/// The same of router discovery, where we are the router.
[[nodiscard]] nlohmann::json discovery_counters_json(const igmp::DiscoveryCounters& counters);
/// The same of a host.
[[nodiscard]] nlohmann::json host_counters_json(const igmp::HostCounters& counters);
/// An entry of `show.igmp.groups` or `show.snooping`, without its place.
[[nodiscard]] nlohmann::json igmp_group_json(const igmp::GroupView& group, igmp::WithHosts with_hosts);

} // namespace mcfwd::daemon
