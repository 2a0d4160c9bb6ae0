// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Snapshots of a snooping bridge for people: `show snooping`. Groups per port are GroupView.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/ids.hh>
#include <mcfwd/ipv4.hh>

#include "router_config.hh"
#include "router_neighbours.hh"

namespace mcfwd::igmp {

struct RouterNeighbourView {
    RouterSign sign = RouterSign::kQuery;
    Ipv4Address address;             ///< unspecified: several, for which there was no room
    std::optional<Duration> expires; ///< none: never
};

struct SnoopingPortView {
    bool up = true;
    bool router = false;                      ///< a router port
    bool static_router = false;               ///< by configuration
    bool unregistered = false;                ///< by configuration: gets what nobody asked for
    std::optional<Duration> learning;         ///< gets everything for so long still
    std::vector<RouterNeighbourView> routers; ///< by address, then by sign
    std::size_t groups = 0;                   ///< with reported or static members
    std::size_t hosts = 0;                    ///< that are remembered
};

struct SnoopingView {
    bool running = false;
    bool querier = false;           ///< we are the querier
    Ipv4Address address;            ///< ours
    Ipv4Address querier_address;    ///< the querier's, ours included; unspecified: none, or ours has none
    Version version = Version::kV3; ///< of the querier's queries
    /// Nobody asks, neither we: memberships last until they are left, or their port loses its link.
    bool held = false;
    std::optional<Duration> next_general_query;    ///< while we are querier
    std::optional<Duration> other_querier_expires; ///< while another one is
    Intervals intervals;                           ///< in force
    std::size_t refused_groups = 0;                ///< for which the forwarding table has no room
    std::uint64_t querier_changes = 0;
};

} // namespace mcfwd::igmp
