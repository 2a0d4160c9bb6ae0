// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The loop on standalone Asio. The only file of the daemon that includes it.
#include "event_loop.hh"

#include <csignal>
#include <list>
#include <new>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

namespace mcfwd::daemon {

namespace {

/// One task of `repeat` with the timer that wakes it. Lives as long as the loop.
class Repetition {
  public:
    Repetition(asio::io_context& context, std::function<Duration()> task, std::optional<int> descriptor)
        : timer_(context),
          task_(std::move(task)) {
        if (descriptor) {
            descriptor_.emplace(context, *descriptor);
        }
    }
    ~Repetition() {
        if (descriptor_) {
            descriptor_->release(); // it is the caller's
        }
    }
    Repetition(const Repetition&) = delete;
    Repetition& operator=(const Repetition&) = delete;

    void arm(Duration wait) {
        timer_.expires_after(wait);
        timer_.async_wait([this](const asio::error_code& error) {
            if (!error) { // else somebody else goes on
                armed_ = false;
                arm(task_());
            }
        });
        armed_ = true;
    }
    /// At the start, and after its task, or arming it, has thrown.
    void resume() {
        if (!armed_) {
            arm(kAfterFailure);
        }
        if (descriptor_ && !listening_) {
            listen();
        }
    }

  private:
    static constexpr std::chrono::milliseconds kAfterFailure{10};

    void listen() {
        descriptor_->async_wait(asio::posix::descriptor_base::wait_read,
                                [this](const asio::error_code& error) {
                                    listening_ = false;
                                    if (error) {
                                        return;
                                    }
                                    // None cancelled: the timer has ended just now, and its task runs anyway.
                                    if (timer_.cancel() > 0) {
                                        armed_ = false;
                                        arm(task_());
                                    }
                                    listen();
                                });
        listening_ = true;
    }

    bool armed_ = false;
    bool listening_ = false;
    asio::steady_timer timer_;
    std::optional<asio::posix::stream_descriptor> descriptor_;
    std::function<Duration()> task_;
};

} // namespace

struct EventLoop::Impl {
    asio::io_context context{1};
    asio::signal_set signals{context};
    std::list<Repetition> repetitions;
    std::function<void()> on_out_of_memory;
};

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {}
EventLoop::~EventLoop() = default;

asio::io_context& EventLoop::context() {
    return impl_->context;
}

Instant EventLoop::now() const {
    return std::chrono::steady_clock::now();
}

void EventLoop::post(std::function<void()> task) {
    asio::post(impl_->context, std::move(task));
}

void EventLoop::repeat(std::function<Duration()> task, std::optional<int> descriptor) {
    Repetition& made = impl_->repetitions.emplace_back(impl_->context, std::move(task), descriptor);
    made.arm(Duration::zero());
    made.resume();
}

void EventLoop::on_termination(std::function<void(int)> task) {
    impl_->signals.add(SIGHUP); // a closed terminal; there is nothing to reload yet
    impl_->signals.add(SIGINT);
    impl_->signals.add(SIGTERM);
    impl_->signals.async_wait([task = std::move(task)](const asio::error_code& error, int number) {
        if (!error) {
            task(number);
        }
    });
}

void EventLoop::run() {
    const auto work = asio::make_work_guard(impl_->context);
    for (;;) {
        try {
            for (Repetition& repetition : impl_->repetitions) {
                repetition.resume();
            }
            impl_->context.run();
            return;
        } catch (const std::bad_alloc&) {
            if (impl_->on_out_of_memory) {
                impl_->on_out_of_memory();
            }
        }
    }
}

void EventLoop::on_out_of_memory(std::function<void()> task) {
    impl_->on_out_of_memory = std::move(task);
}

void EventLoop::stop() {
    impl_->context.stop();
}

} // namespace mcfwd::daemon
