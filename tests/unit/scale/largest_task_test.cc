// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// No task of the control thread grows with the number of groups. Counted, not timed: what the largest task of
// each step allocates and frees, tells clients and the table, and looks up, with many groups and with five
// times as many.
#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "heap.hh"
#include "scenarios.hh"

namespace mcfwd::scale {
namespace {

/// Of the group manager, small against everything else: what grows shows with few groups.
constexpr std::size_t kSlice = 128;
constexpr std::size_t kCommitLimit = 256;
/// Memberships that IGMP replays in a task, each with an alert and a LOCAL_JOIN (igmp_interface.cc).
constexpr std::size_t kReplayed = 1024;

struct Work {
    enum Kind : std::uint8_t {
        kAllocations,
        kReleases,
        kOctets,
        kCallbacks,
        kCommands,
        kLookups,
        kBoundaries
    };
    static constexpr std::array kNames{"allocations", "releases", "octets",    "callbacks",
                                       "commands",    "lookups",  "boundaries"};
    std::array<std::size_t, kNames.size()> counts{};
};

/// The most that any task of each step did, kind by kind.
class CountingMeter final : public Meter {
  public:
    CountingMeter() { steps.reserve(100); }
    void begin(const std::string& what, const Counts& counts) override {
        steps.emplace_back(what, Work{});
        counts_ = &counts;
    }
    void run(Part /*part*/, const std::function<void()>& body) override {
        const Work before = now();
        body();
        const Work after = now();
        Work& most = steps.back().second;
        for (std::size_t kind = 0; kind < Work::kNames.size(); ++kind) {
            most.counts[kind] = std::max(most.counts[kind], after.counts[kind] - before.counts[kind]);
        }
    }
    void end() override {}

    std::vector<std::pair<std::string, Work>> steps;

  private:
    [[nodiscard]] Work now() const {
        return {{heap::allocations(), heap::releases(), heap::allocated(), counts_->callbacks,
                 counts_->commands, counts_->lookups, counts_->boundaries}};
    }
    const Counts* counts_ = nullptr;
};

class StandingClock final : public Clock {
  public:
    [[nodiscard]] Instant now() const override { return Instant(std::chrono::hours(1)); }
};

struct Scenario {
    const char* name;
    void (*run)(Meter&, std::uint32_t, const Terms&);
    std::uint32_t number; ///< above every limit up to which a task settles everything
};

/// With five times as many groups. Slices of several kinds meet in one task, or do not.
std::size_t allowed(std::size_t kind, std::size_t with_few) {
    const std::size_t by_chance = with_few + with_few * 3 / 4;
    switch (kind) {
    case Work::kOctets: // some lists have an index of a few octets per thousand
        return by_chance + 65'536;
    case Work::kAllocations:
    case Work::kReleases:
        return by_chance + 100;
    case Work::kCallbacks:
        return std::max(by_chance, 2 * kReplayed);
    default:
        return std::max(by_chance, kCommitLimit);
    }
}

class LargestTask : public testing::TestWithParam<Scenario> {};

TEST_P(LargestTask, DoesNotGrowWithTheNumberOfGroups) {
    spdlog::set_level(spdlog::level::off);
    const StandingClock clock;
    const Terms terms{clock, {.slice = kSlice, .commit_limit = kCommitLimit}};
    CountingMeter few, many;
    GetParam().run(few, GetParam().number, terms);
    GetParam().run(many, 5 * GetParam().number, terms);
    ASSERT_EQ(few.steps.size(), many.steps.size());
    for (std::size_t k = 0; k < few.steps.size(); ++k) {
        const auto& [what, least] = few.steps[k];
        const Work& most = many.steps[k].second;
        for (std::size_t kind = 0; kind < Work::kNames.size(); ++kind) {
            EXPECT_LE(most.counts[kind], allowed(kind, least.counts[kind]))
                << what << ": " << Work::kNames[kind];
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    Scenarios, LargestTask,
    testing::Values(Scenario{"Handoffs", handoffs, 3000}, Scenario{"HarshHandoffs", harsh_handoffs, 3000},
                    Scenario{"Departures", departures, 3000}, Scenario{"WideChanges", wide_changes, 3000},
                    Scenario{"Endings", endings, 3000}, Scenario{"ClientDeparture", client_departure, 3000},
                    Scenario{"Keys", keys, 20'000}, Scenario{"Memberships", memberships, 20'000}),
    [](const auto& scenario) { return std::string(scenario.param.name); });

} // namespace
} // namespace mcfwd::scale
