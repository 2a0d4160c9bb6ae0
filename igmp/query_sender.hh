// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Makes the queries of one interface from its settings and appends them, counted, to an Output.
#pragma once

#include <vector>

#include <mcfwd/clock.hh>

#include "output.hh"
#include "router_config.hh"
#include "router_counters.hh"

namespace mcfwd::igmp {

/// S flag of a specific query (RFC 9776 section 4.1.5).
enum class Suppress : std::uint8_t { kNo, kYes };

/// Lives during one input of the state machine.
class QuerySender {
  public:
    QuerySender(const RouterConfig& config, const Intervals& intervals, RouterCounters& counters, Output& out)
        : config_(config),
          intervals_(intervals),
          counters_(counters),
          out_(out) {}

    [[nodiscard]] const Intervals& intervals() const { return intervals_; }
    [[nodiscard]] const RouterConfig& config() const { return config_; }

    void general();
    void group(Ipv4Address group, Suppress suppress);
    /// Nothing for an empty list; several packets for one that exceeds the MTU. Version 3 only.
    void group_and_sources(Ipv4Address group, std::vector<Ipv4Address> sources, Suppress suppress);

  private:
    void send(Query query);

    const RouterConfig& config_;
    const Intervals& intervals_;
    RouterCounters& counters_;
    Output& out_;
};

} // namespace mcfwd::igmp
