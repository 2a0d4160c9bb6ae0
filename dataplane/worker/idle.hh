// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What a worker does between polls that find nothing (`poll = "adaptive"`).
#pragma once

#include <ctime>

#include <rte_pause.h>

#include <dataplane/dataplane.hh>

namespace mcfwd::dataplane {

/// Backs off: first spins with pauses, then sleeps, twice as long each time. A packet that comes while the
/// worker sleeps waits for up to 500 us and the wake-up of the kernel (50 us and more on a virtual machine).
class Idle {
  public:
    explicit Idle(PollMode mode) : mode_(mode) {}

    /// There was something to do.
    void reset() noexcept {
        turns_ = 0;
        sleep_ns_ = kFirstSleep;
    }
    /// Whether it is time to sleep rather than to poll on.
    [[nodiscard]] bool tired() noexcept {
        if (mode_ == PollMode::kBusy) {
            return false;
        }
        if (turns_ < kSpins) {
            ++turns_;
            rte_pause();
            return false;
        }
        return true;
    }
    void sleep() noexcept {
        const timespec duration{.tv_sec = 0, .tv_nsec = sleep_ns_};
        nanosleep(&duration, nullptr);
        sleep_ns_ = sleep_ns_ * 2 < kLongestSleep ? sleep_ns_ * 2 : kLongestSleep;
    }

  private:
    static constexpr unsigned kSpins = 1000;
    static constexpr long kFirstSleep = 10'000;
    static constexpr long kLongestSleep = 500'000;

    PollMode mode_;
    unsigned turns_ = 0;
    long sleep_ns_ = kFirstSleep;
};

} // namespace mcfwd::dataplane
