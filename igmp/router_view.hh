// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Snapshots of a routed interface for people: `show igmp interfaces` and `show igmp groups`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/ipv4.hh>
#include <mcfwd/mac.hh>

#include "message.hh"
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
    Intervals intervals;                           ///< in force
    std::size_t groups = 0;                        ///< with reported or static members
};

struct SourceView {
    Ipv4Address address;
    std::optional<Duration> expires; ///< none: static, or blocked
    bool forwarded = true;
    bool is_static = false;
};

struct GroupView {
    Ipv4Address group;
    FilterMode mode = FilterMode::kInclude;
    Version version = Version::kV3; ///< compatibility mode (RFC 9776 section 7.3.2)
    std::optional<Duration>
        expires; ///< group timer, EXCLUDE mode only; none for a static group without members
    Duration uptime{};
    Ipv4Address last_reporter; ///< may be 0.0.0.0, hosts without address report so
    MacAddress last_reporter_mac;
    bool is_static = false;          ///< joined by configuration for any source
    bool leaving = false;            ///< last-member queries are going on
    std::vector<SourceView> sources; ///< ascending
};

} // namespace mcfwd::igmp
