// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Leaves of one group that do not take effect at once: what asked for them, for the measurement of how long
// they take.
#pragma once

#include <optional>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/ipv4.hh>

#include "filter_state.hh"

namespace mcfwd::igmp {

class Departures {
  public:
    [[nodiscard]] bool empty() const { return all_.empty(); }

    /// A host left the source (`kAnySource`: the group) at `since`; its timer was lowered. A leave that is
    /// pending already keeps its beginning.
    void begin(Ipv4Address source, Instant since, const FilterState& filter);
    /// Before timers are expired: forgets those whose timer was raised again, since somebody wants them.
    void forget_stayed(const FilterState& filter);
    /// The leave has taken effect: when it began. Nothing: no host left, the timer ended by itself.
    [[nodiscard]] std::optional<Instant> end(Ipv4Address source);

  private:
    struct Departure {
        Ipv4Address source;
        Instant since;
        Instant timer; ///< its end, as lowered
    };
    [[nodiscard]] static bool stays(const Departure& departure, const FilterState& filter);

    std::vector<Departure> all_; ///< few
};

} // namespace mcfwd::igmp
