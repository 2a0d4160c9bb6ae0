// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A counter with many writers, for what is rare enough to pay a locked instruction for.
#pragma once

#include <atomic>
#include <cstdint>

namespace mcfwd::dataplane {

/// 64 bits, written and read by any thread.
class SharedCounter {
  public:
    void add(std::uint64_t amount) noexcept {
        // Relaxed: the number stands for itself and publishes nothing else.
        value_.fetch_add(amount, std::memory_order_relaxed);
    }
    void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};
static_assert(sizeof(SharedCounter) == 8 && std::atomic<std::uint64_t>::is_always_lock_free);

} // namespace mcfwd::dataplane
