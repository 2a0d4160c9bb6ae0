// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
#include <controlplane/daemon/event_loop.hh>

#include <new>

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace mcfwd::daemon {
namespace {

using namespace std::chrono_literals;

/// What a task is woken by.
class Event {
  public:
    ~Event() { close(descriptor_); }
    [[nodiscard]] int descriptor() const { return descriptor_; }
    void set() const { EXPECT_EQ(eventfd_write(descriptor_, 1), 0); }
    /// Whether it was set.
    [[nodiscard]] bool take() const {
        eventfd_t count = 0;
        return eventfd_read(descriptor_, &count) == 0;
    }

  private:
    int descriptor_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
};

TEST(EventLoop, RepeatsWithoutADescriptorAsItsTaskSays) {
    EventLoop loop;
    int runs = 0;
    loop.repeat([&] {
        if (++runs == 3) {
            loop.stop();
        }
        return 1us;
    });
    loop.run();
    EXPECT_EQ(runs, 3);
}

TEST(EventLoop, ADescriptorWakesATaskThatWouldWaitForLong) {
    EventLoop loop;
    const Event event;
    int runs = 0;
    int woken = 0;
    loop.repeat(
        [&]() -> Duration {
            ++runs;
            woken += event.take() ? 1 : 0;
            if (woken == 100) {
                loop.stop();
            } else {
                loop.post([&] { event.set(); });
            }
            return 24h;
        },
        event.descriptor());
    loop.run();
    EXPECT_EQ(woken, 100);
    EXPECT_EQ(runs, 101) << "once by itself, then once for each time it was woken";
}

TEST(EventLoop, ATaskThatFailedForWantOfMemoryIsStillWoken) {
    EventLoop loop;
    const Event event;
    int failures = 0;
    loop.on_out_of_memory([&] { ++failures; });
    int runs = 0;
    loop.repeat(
        [&]() -> Duration {
            ++runs;
            if (!event.take()) {
                event.set(); // at the start, and 10 ms after the failure
                return 24h;
            }
            if (failures == 0) {
                throw std::bad_alloc();
            }
            loop.stop();
            return 24h;
        },
        event.descriptor());
    loop.run();
    EXPECT_EQ(failures, 1);
    EXPECT_EQ(runs, 4);
}

} // namespace
} // namespace mcfwd::daemon
