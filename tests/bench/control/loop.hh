// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A core on which workers turn, and how fast they do.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include <burst_histogram.hh>

#include <dataplane/eal.hh>
#include <dataplane/memory.hh>

#include "wired_worker.hh"

namespace mcfwd::bench::control {

/// In a round each worker has one turn. The thread is that of one of EAL's workers, as buffers have their
/// cache there; all calls come from the control thread.
class Loop {
  public:
    /// The workers outlive the loop.
    Loop(const dataplane::Eal& eal, WorkerId thread, std::vector<WiredWorker*> workers);
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// The workers are readers of the table when it returns.
    void start();
    /// They are not any more.
    void stop();
    [[nodiscard]] std::uint64_t rounds() const { return rounds_.load(std::memory_order_acquire); }
    /// Until every worker had a whole turn that began after this call.
    void pass() const;
    /// Cycles of each round from now on; none: not recorded. Read what was recorded after `pass`.
    void record_into(pipeline::BurstHistogram* histogram) {
        histogram_.store(histogram, std::memory_order_release);
    }

  private:
    void run() noexcept;

    unsigned lcore_;
    std::vector<WiredWorker*> workers_;
    bool running_ = false;
    std::atomic<bool> stop_{false};
    std::atomic<pipeline::BurstHistogram*> histogram_{nullptr};
    alignas(dataplane::kCacheLine) std::atomic<std::uint64_t> rounds_{0};
};

/// Packets that a loop forwards from here on, when each round is a full burst.
class RateMeter {
  public:
    explicit RateMeter(const Loop& loop);
    /// Millions per second since it was made.
    [[nodiscard]] double mpps() const;

  private:
    const Loop& loop_;
    std::uint64_t rounds_;
    std::uint64_t start_;
};

} // namespace mcfwd::bench::control
