// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Snapshot of a routed interface for people: `show igmp interfaces`.
#pragma once

#include <cstddef>
#include <optional>

#include <mcfwd/clock.hh>
#include <mcfwd/ipv4.hh>

#include "router_config.hh"

namespace mcfwd::igmp {

struct InterfaceView {
    bool running = false;
    bool querier = false;           ///< we are the querier
    Ipv4Address address;            ///< ours
    Ipv4Address querier_address;    ///< the querier's, ours included
    Version version = Version::kV3; ///< configured
    unsigned startup_queries_left = 0;
    std::optional<Duration> next_general_query;    ///< while querier
    std::optional<Duration> other_querier_expires; ///< while not
    std::optional<Duration> next_advertisement;    ///< of router discovery; nothing: it is off
    Intervals intervals;                           ///< in force
    std::size_t groups = 0;                        ///< with reported or static members
    std::size_t version1_groups =
        0;                 ///< of those, with version 1 members: leaving them takes until the timer ends
    std::size_t hosts = 0; ///< that are members of a group, or reported lately
};

} // namespace mcfwd::igmp
