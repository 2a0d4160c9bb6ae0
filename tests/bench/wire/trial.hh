// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One trial: packets at a set rate for a set time, every copy taken in and accounted for. One thread sends
// and receives, so all times are of one clock; it never waits for the router.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "flows.hh"
#include "histogram.hh"
#include "membership.hh"
#include "ports.hh"

namespace mcfwd::wire {

/// A receiver changes its mind while packets flow.
struct TrialChange {
    Change change = Change::kJoin;
    unsigned receiver = 0;
    Host host;
    std::uint32_t groups = 1; ///< the first ones of the trial's groups
    double at_seconds = 0;
};

struct TrialSettings {
    Flows flows;
    double rate = 1000; ///< packets per second, all flows together
    std::uint64_t packets = 1000;
    std::size_t octets = 64;
    /// Without an arrival, after the last packet has left, until it ends. Much less once every receiver has
    /// every packet.
    double quiet_seconds = 0.1;
    std::optional<TrialChange> change = std::nullopt;
};

struct ReceiverResult {
    std::uint64_t received = 0; ///< duplicates not included
    std::uint64_t duplicated = 0;
    std::uint64_t reordered = 0;
    std::uint64_t wrong = 0;
    std::uint64_t stale = 0;  ///< of earlier trials
    std::uint64_t igmp = 0;   ///< queries
    std::uint64_t missed = 0; ///< lost at the receiver's port, after the router
    Histogram latency;        ///< cycles, from sending to arrival
};

struct ChangeResult {
    Histogram delays; ///< cycles
    std::uint64_t packets_after = 0;
};

struct TrialResult {
    std::uint64_t planned = 0;
    std::uint64_t sent = 0;    ///< the router's port had room for them
    std::uint64_t refused = 0; ///< it had none: lost before the router
    std::uint64_t skipped = 0; ///< the generator was too late to send them: the offered load was lower
    double seconds = 0;        ///< from the first to the last packet sent
    std::vector<ReceiverResult> receivers;
    Histogram spread; ///< cycles between the first and the last copy of a packet that all receivers got
    std::optional<ChangeResult> change;
};

[[nodiscard]] TrialResult run_trial(const Ports& ports, const TrialSettings& settings);

} // namespace mcfwd::wire
