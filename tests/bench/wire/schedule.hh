// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// When packets leave: an open loop at a set rate, whatever the router makes of them. The loop that asks
// spins, so packets leave one by one at low rates; the functional tests' pacer sleeps, for they leave the
// core to the router.
#pragma once

#include <algorithm>
#include <cstdint>

namespace mcfwd::wire {

class Schedule {
  public:
    /// `planned` packets, the first one at `start_cycles`. `clock_hz` cycles are a second.
    Schedule(double packets_per_second, double clock_hz, std::uint64_t start_cycles, std::uint64_t planned)
        : per_cycle_(packets_per_second / clock_hz),
          start_(start_cycles),
          planned_(planned),
          longest_lag_(std::max<std::uint64_t>(
              kBurst, static_cast<std::uint64_t>(packets_per_second * kForgottenAfterSeconds))) {}

    /// Packets to send now, at most a burst. What is overdue for too long is given up: sending it in one go
    /// would measure how long the queues are.
    [[nodiscard]] std::uint32_t due(std::uint64_t now_cycles) {
        const auto reached =
            static_cast<std::uint64_t>(static_cast<double>(now_cycles - start_) * per_cycle_) + 1;
        const std::uint64_t behind = std::min(reached, planned_) - sent_ - skipped_;
        if (behind > longest_lag_) {
            skipped_ += behind - longest_lag_;
        }
        return static_cast<std::uint32_t>(std::min({behind, longest_lag_, kBurst}));
    }
    void sent(std::uint32_t packets) { sent_ += packets; }

    [[nodiscard]] bool done() const { return sent_ + skipped_ == planned_; }
    [[nodiscard]] std::uint64_t skipped() const { return skipped_; }

    static constexpr std::uint64_t kBurst = 32;

  private:
    static constexpr double kForgottenAfterSeconds = 0.0002;

    double per_cycle_;
    std::uint64_t start_;
    std::uint64_t planned_;
    std::uint64_t longest_lag_; ///< packets
    std::uint64_t sent_ = 0;
    std::uint64_t skipped_ = 0;
};

} // namespace mcfwd::wire
