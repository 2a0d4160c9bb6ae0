// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The control thread's loop: one place for time, deferred tasks, the recurring look at the data plane, and
// the signals that end the process. Everything of the control plane runs as a task of this loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <mcfwd/clock.hh>

namespace asio {
class io_context;
} // namespace asio

namespace mcfwd::daemon {

/// Owned by main; every member is for the control thread only.
class EventLoop final : public Clock, public TaskQueue {
  public:
    EventLoop();
    ~EventLoop() override;
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    /// For the socket server, which lives on the same loop.
    [[nodiscard]] asio::io_context& context();

    [[nodiscard]] Instant now() const override;
    void post(std::function<void()> task) override;

    /// Runs `task` again and again; each run returns how long to wait before the next. Other tasks of the
    /// loop get their turn between two runs, also when it returns zero.
    /// It also runs as soon as `descriptor`, which the caller keeps open, becomes readable.
    void repeat(std::function<Duration()> task, std::optional<int> descriptor = {});

    /// Calls `task` once when SIGINT, SIGTERM or SIGHUP arrives.
    void on_termination(std::function<void(int signal_number)> task);

    /// Calls `task` whenever a task of the loop has ended with std::bad_alloc. The others go on, and what is
    /// repeated is tried again.
    void on_out_of_memory(std::function<void()> task);

    /// Serves the loop until `stop`.
    void run();
    void stop();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace mcfwd::daemon
