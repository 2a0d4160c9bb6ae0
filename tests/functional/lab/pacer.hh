// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Turns a rate into small bursts at absolute times. The sender sleeps in between: on a two-core machine the
// router needs the core more than a spinning clock does.
#pragma once

#include <cstdint>

namespace mcfwd::lab {

class Pacer {
  public:
    Pacer(double packets_per_second, std::int64_t start_ns);

    /// Packets to send at `now_ns`. After a stall the sender catches up at no more than twice the rate: one
    /// big burst would only measure how long the queues of the virtual wires are.
    [[nodiscard]] std::uint64_t due(std::int64_t now_ns) const;
    void sent(std::uint64_t packets, std::int64_t now_ns);
    /// When the next burst is due.
    [[nodiscard]] std::int64_t next_ns() const;

  private:
    double interval_ns_; ///< between packets
    std::uint64_t largest_burst_;
    double schedule_ns_; ///< when the next packet should leave
    std::int64_t last_burst_ns_;
};

/// CLOCK_MONOTONIC, the clock of everything in the lab.
[[nodiscard]] std::int64_t monotonic_ns();
/// Sleeps until then, in absolute time.
void sleep_until(std::int64_t monotonic);

} // namespace mcfwd::lab
