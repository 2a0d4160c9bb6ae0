// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Burst size follows from the tick: 20,000 packets/s leave as about 20 per millisecond.
#include "pacer.hh"

#include <algorithm>
#include <ctime>

namespace mcfwd::lab {

namespace {

constexpr std::int64_t kTickNs = 1'000'000;
/// A schedule further behind than this is given up and starts anew.
constexpr std::int64_t kLongestLagNs = 1'000'000'000;

} // namespace

Pacer::Pacer(double packets_per_second, std::int64_t start_ns)
    : interval_ns_(1e9 / packets_per_second),
      largest_burst_(static_cast<std::uint64_t>(2.0 * static_cast<double>(kTickNs) / interval_ns_) + 1),
      schedule_ns_(static_cast<double>(start_ns)),
      last_burst_ns_(start_ns - kTickNs) {}

std::uint64_t Pacer::due(std::int64_t now_ns) const {
    const double behind = static_cast<double>(now_ns) - schedule_ns_;
    return behind < 0 ? 0 : std::min(static_cast<std::uint64_t>(behind / interval_ns_) + 1, largest_burst_);
}

void Pacer::sent(std::uint64_t packets, std::int64_t now_ns) {
    schedule_ns_ += static_cast<double>(packets) * interval_ns_;
    schedule_ns_ = std::max(schedule_ns_, static_cast<double>(now_ns - kLongestLagNs));
    last_burst_ns_ = now_ns;
}

std::int64_t Pacer::next_ns() const {
    return std::max(static_cast<std::int64_t>(schedule_ns_), last_burst_ns_ + kTickNs);
}

std::int64_t monotonic_ns() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

void sleep_until(std::int64_t monotonic) {
    const timespec until{.tv_sec = monotonic / 1'000'000'000, .tv_nsec = monotonic % 1'000'000'000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

} // namespace mcfwd::lab
