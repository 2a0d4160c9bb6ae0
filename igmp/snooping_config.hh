// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Settings of IGMP snooping on one bridge.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <mcfwd/ids.hh>
#include <mcfwd/result.hh>

#include "router_config.hh"

namespace mcfwd::igmp {

/// What the hosts of one port are granted.
struct PortLimits {
    BridgePort port;
    std::size_t max_groups = 0; ///< as in MembersConfig, like all of these
    std::size_t max_sources = 0;
    std::size_t max_groups_per_host = 0;
    std::size_t host_rate = 20'000;
    std::size_t max_tracked = 200'000;
    AccessList access_list = {};
};

/// `[bridge.snooping]` of the configuration. Intervals, limits and fast leave are as on a routed interface,
/// the limits those of each port. `address` is the source of our queries as querier; unspecified: we query
/// without one and give way to every router that has one. Of no use here: `static_groups` (they belong to
/// ports: SnoopingBridge::add_static) and `ssm_range` (a bridge serves hosts that join source-specific groups
/// without a source: the router may know the sources for them).
struct SnoopingConfig : RouterConfig {
    std::size_t ports = 0;
    /// Limits and access lists of ports that have their own, in any order; the others have those of the
    /// bridge.
    std::vector<PortLimits> port_limits;
    std::vector<BridgePort> router_ports; ///< static ones; others are learned
    /// Get groups that nobody asked for, as router ports do (RFC 4541 section 2.1.2 (3)).
    std::vector<BridgePort> unregistered_ports;
    bool flood_unregistered = false; ///< else groups that nobody asked for go to router ports only
    bool querier = true;             ///< ask where nobody else does
    bool local_router =
        false; ///< the bridge has a routed interface with IGMP: that is who asks, not the bridge
    /// After the start every port gets everything for so long, since routers that were there before speak
    /// once in a query interval at best; less when a querier was heard. After a link came up or the topology
    /// changed it is shorter, as they then speak at once. Default: query interval and response interval, ours
    /// or the usual ones. Zero: never.
    std::optional<Duration> learning_time;
    bool solicit_routers = true; ///< ask for advertisements (RFC 4286) at start and when a link comes up
};

/// Puts the limits of a port in the place of those of its bridge.
void apply(const PortLimits& limits, MembersConfig& config);

/// kInvalidParameter with key, value and the rule.
[[nodiscard]] Expected<void> validate(const SnoopingConfig& config);

} // namespace mcfwd::igmp
