// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// How workers wake the control thread. It says when it goes to sleep, and only the first signal after that
// costs a system call: a storm, which keeps it awake, costs the workers none.
#pragma once

#include <atomic>
#include <memory>

#include <mcfwd/result.hh>

#include <dataplane/memory.hh>

namespace mcfwd::dataplane {

/// An eventfd(2) and the flag that guards it. Outlives the workers.
class Doorbell {
  public:
    /// kNotEnoughMemory: no file descriptor is left.
    [[nodiscard]] static Expected<std::unique_ptr<Doorbell>> create();
    ~Doorbell();
    Doorbell(const Doorbell&) = delete;
    Doorbell& operator=(const Doorbell&) = delete;

    /// Control thread: readable after it has been rung, until `awake`.
    [[nodiscard]] int descriptor() const { return descriptor_; }
    /// Control thread: the next signal rings. Look for signals once more after this, and then sleep.
    void arm() noexcept {
        asleep_ = true;
        armed_.store(true, std::memory_order_relaxed);
        // Against the fence in `ring`: either the worker sees that it is armed, or the look after this sees
        // the worker's signal.
        std::atomic_thread_fence(std::memory_order_seq_cst);
    }
    /// Control thread: signals ring no more.
    void awake() noexcept {
        if (asleep_) {
            asleep_ = false;
            if (!armed_.exchange(false, std::memory_order_relaxed)) {
                answer();
            }
        }
    }

    /// Worker: there are signals.
    void ring() noexcept {
        std::atomic_thread_fence(std::memory_order_seq_cst);
        if (armed_.load(std::memory_order_relaxed) && armed_.exchange(false, std::memory_order_relaxed)) {
            wake();
        }
    }

  private:
    explicit Doorbell(int descriptor) : descriptor_(descriptor) {}
    void wake() noexcept;
    void answer() noexcept;

    int descriptor_;
    bool asleep_ = false; ///< the control thread's own
    alignas(kCacheLine) std::atomic<bool> armed_{false};
};

} // namespace mcfwd::dataplane
