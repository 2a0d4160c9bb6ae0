// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Makes the queries of one system in their common form and appends them, counted, to an Output.
#pragma once

#include <cstddef>
#include <vector>

#include <mcfwd/clock.hh>

#include "output.hh"
#include "router_config.hh"
#include "router_counters.hh"

namespace mcfwd::igmp {

/// S flag of a specific query (RFC 9776 section 4.1.5).
enum class Suppress : std::uint8_t { kNo, kYes };

/// What all queries of one system have in common.
struct QueryForm {
    Ipv4Address source; ///< 0.0.0.0: of a snooping bridge without address
    std::size_t mtu = 1500;
    Version version = Version::kV3;
};

/// Lives during one input of the state machine.
class QuerySender {
  public:
    QuerySender(QueryForm form, const Intervals& intervals, RouterCounters& counters, Output& out)
        : form_(form),
          intervals_(intervals),
          counters_(counters),
          out_(out) {}

    [[nodiscard]] const Intervals& intervals() const { return intervals_; }
    [[nodiscard]] Version version() const { return form_.version; }

    void general();
    void group(Ipv4Address group, Suppress suppress);
    /// Nothing for an empty list; several packets for one that exceeds the MTU. Version 3 only.
    void group_and_sources(Ipv4Address group, std::vector<Ipv4Address> sources, Suppress suppress);

  private:
    void send(Query query);

    QueryForm form_;
    const Intervals& intervals_;
    RouterCounters& counters_;
    Output& out_;
};

} // namespace mcfwd::igmp
