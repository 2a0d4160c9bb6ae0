// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What the control thread needs for large numbers: handoffs of an interface with 100,000 groups, with all the
// entries that go with them, in every mode; releases, routes, boundaries and wildcards that touch as much;
// and 1,000,000 memberships over 64 interfaces (unit/scale/scenarios.hh).
//
// For every step: time on the control thread, the longest task (which is what a request or a query waits at
// most), the longest step of the forwarding table between tasks, and versions published.
#include <malloc.h>

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <controlplane/daemon/heap.hh>

#include "scenarios.hh"

namespace {

using namespace mcfwd;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::uint32_t kGroups = 100'000;
constexpr std::uint32_t kKeys = 1'000'000;

class SteadyClock final : public Clock {
  public:
    [[nodiscard]] Instant now() const override { return std::chrono::steady_clock::now(); }
};

double heap_octets() {
    malloc_trim(0);
    return static_cast<double>(mallinfo2().uordblks + mallinfo2().hblkhd);
}

/// Prints what each step took.
class Timing final : public scale::Meter {
  public:
    Timing() { print("", "total ms", "longest", "table", "versions", "callbacks"); }
    void begin(const std::string& what, const scale::Counts& counts) override {
        what_ = what;
        counts_ = &counts;
        before_ = counts;
        total_ = 0;
        longest_ = {};
    }
    void run(Part part, const std::function<void()>& body) override {
        const Instant begin = std::chrono::steady_clock::now();
        body();
        const double took = Milliseconds(std::chrono::steady_clock::now() - begin).count();
        double& longest = longest_[static_cast<std::size_t>(part)];
        longest = std::max(longest, took);
        total_ += took;
    }
    void end() override {
        print(what_, fmt::format("{:.1f}", total_), fmt::format("{:.2f}", longest_[0]),
              fmt::format("{:.2f}", longest_[1]), counts_->versions - before_.versions,
              counts_->callbacks - before_.callbacks);
    }
    void left(std::size_t number, const char* of_what) override {
        const double now = heap_octets();
        if (number > 0) {
            fmt::print("{:60} {:9.0f} octets each {}\n", "", (now - heap_) / static_cast<double>(number),
                       of_what);
        }
        heap_ = now;
    }

  private:
    template <typename... Columns>
    static void print(const std::string& what, const Columns&... columns) {
        fmt::print("{:60}", what);
        (fmt::print(" {:>9}", columns), ...);
        fmt::print("\n");
    }

    std::string what_;
    const scale::Counts* counts_ = nullptr;
    scale::Counts before_;
    double total_ = 0;
    std::array<double, 2> longest_{};
    double heap_ = 0;
};

} // namespace

int main() {
    spdlog::set_level(spdlog::level::warn);
    daemon::tune_heap();
    const SteadyClock clock;
    Timing timing;
    for (const auto& scenario : {scale::handoffs, scale::harsh_handoffs, scale::departures,
                                 scale::wide_changes, scale::endings, scale::client_departure}) {
        scenario(timing, kGroups, {clock, {}});
    }
    for (const auto& scenario : {scale::keys, scale::memberships}) {
        scenario(timing, kKeys, {clock, {}});
    }
    return 0;
}
