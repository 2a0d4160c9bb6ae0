// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Time as the control plane sees it: monotonic, nanoseconds, handed in from outside so that tests own it.
#pragma once

#include <chrono>
#include <functional>

namespace mcfwd {

/// A point on the monotonic clock. Never wall-clock time.
using Instant = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;
using Duration = std::chrono::nanoseconds;

/// Source of `Instant`. Seam: the daemon reads the steady clock, tests set the time by hand.
class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Instant now() const = 0;
};

/// Deferred work of the control thread. `post` never runs the task before it returns: a component that must
/// not be re-entered from a callback posts what it has to say. Control thread only.
class TaskQueue {
  public:
    virtual ~TaskQueue() = default;
    virtual void post(std::function<void()> task) = 0;
};

} // namespace mcfwd
