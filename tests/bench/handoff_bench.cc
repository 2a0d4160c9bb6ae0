// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What handoffs cost the workers: cycles per burst of a saturated worker while interfaces change hands as
// fast as the control thread can make them, beside those while nothing happens. Two more lines put that in
// proportion: handoffs that also change what is forwarded, and a control thread that changes nothing but
// never sleeps, which is what a busy second processor costs by itself. Run it on an idle machine.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <burst_comparison.hh>
#include <handoff_rig.hh>
#include <ownership_contest.hh>

namespace mcfwd::pipeline {
namespace {

constexpr std::uint64_t kBurstsPerSlice = 50'000;

/// The control thread turns without a pause.
void spin(HandoffRig& rig) {
    const std::uint64_t end = rig.traffic().bursts() + kBurstsPerSlice;
    while (rig.traffic().bursts() < end) {
        rig.turn();
    }
}

void hand_over(HandoffRig& rig, OwnershipContest& contest, OwnershipContest::Refusals refusals) {
    contest.set_refusals(refusals);
    const std::uint64_t end = rig.traffic().bursts() + kBurstsPerSlice;
    while (rig.traffic().bursts() < end) {
        contest.step(rig);
    }
    contest.release_all(rig);
    rig.settle();
}

struct Load {
    const char* name;
    std::function<void()> run;
    BurstComparison comparison;
    std::uint64_t handoffs = 0;
    std::uint64_t versions = 0;
};

void measure(HandoffRig& rig, Load& load, std::size_t round) {
    rig.traffic().record_into(&load.comparison.quiet(round));
    rig.idle(kBurstsPerSlice);
    const std::uint64_t windows = rig.groups().metrics().handoff_windows;
    const std::uint64_t version = rig.table().published().value();
    rig.traffic().record_into(&load.comparison.busy(round));
    load.run();
    rig.traffic().record_into(nullptr);
    load.handoffs += rig.groups().metrics().handoff_windows - windows;
    load.versions += rig.table().published().value() - version;
}

void run(std::size_t rounds) {
    using enum OwnershipContest::Refusals;
    HandoffRig rig;
    OwnershipContest contest(rig, 1);
    std::array loads{
        Load{"handoffs", [&] { hand_over(rig, contest, kNone); }, BurstComparison(rounds)},
        Load{"handoffs with refused flows", [&] { hand_over(rig, contest, kByQ); }, BurstComparison(rounds)},
        Load{"spinning", [&] { spin(rig); }, BurstComparison(rounds)}};
    rig.populate();
    rig.traffic().saturate();
    rig.idle(kBurstsPerSlice); // caches, frequency
    for (std::size_t round = 0; round < rounds; ++round) {
        for (Load& load : loads) {
            measure(rig, load, round);
        }
    }
    rig.traffic().silence();
    for (const Load& load : loads) {
        fmt::print("measured: {}; {} handoffs, {} table versions\n", load.comparison.summary(load.name),
                   load.handoffs, load.versions);
    }
}

} // namespace
} // namespace mcfwd::pipeline

int main(int argc, char** argv) {
    spdlog::set_level(spdlog::level::warn); // each handoff is one line of information
    const std::size_t rounds = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 20;
    mcfwd::pipeline::run(rounds > 0 ? rounds : 20);
    return 0;
}
