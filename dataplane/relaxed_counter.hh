// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A counter with one writer. Workers bump it without a locked instruction, the control thread reads it
// whenever it likes.
#pragma once

#include <atomic>
#include <cstdint>

namespace mcfwd::dataplane {

/// 64 bits, written by one thread, readable by all. `add` costs a load, an add and a store.
class RelaxedCounter {
  public:
    void add(std::uint64_t amount) noexcept {
        // Relaxed: the number stands for itself and publishes nothing else.
        value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    }
    void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};
static_assert(sizeof(RelaxedCounter) == 8 && std::atomic<std::uint64_t>::is_always_lock_free);

} // namespace mcfwd::dataplane
