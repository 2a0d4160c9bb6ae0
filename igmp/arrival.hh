// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What is known of a frame beside its packet.
#pragma once

#include <optional>

#include <mcfwd/clock.hh>
#include <mcfwd/mac.hh>

namespace mcfwd::igmp {

/// The Ethernet address a frame came from, and when it came: before the call that it is handed in with, since
/// frames wait for their turn. Timers start with the call; latencies are measured from here.
struct Arrival {
    // Not explicit: who does not measure has an address only.
    Arrival(MacAddress from = {}, std::optional<Instant> when = {}) : sender(from), at(when) {}

    MacAddress sender;
    std::optional<Instant> at; ///< nothing: just now
};

} // namespace mcfwd::igmp
