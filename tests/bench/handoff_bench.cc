// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What handoffs cost the workers: cycles per burst of a saturated worker, with handoffs as fast as the
// control thread can make them beside none at all. The second line compares a control thread that only spins
// with one that sleeps: what sharing a processor costs, which is not the handoffs' doing. Run it on an idle
// machine.
#include <cstdint>
#include <cstdlib>
#include <string>

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

void hand_over(HandoffRig& rig, OwnershipContest& contest) {
    const std::uint64_t end = rig.traffic().bursts() + kBurstsPerSlice;
    while (rig.traffic().bursts() < end) {
        contest.step(rig);
    }
    contest.release_all(rig);
    rig.settle();
}

int run(std::size_t rounds) {
    HandoffRig rig;
    OwnershipContest contest(rig, 1);
    BurstComparison handoffs(rounds);
    BurstComparison spinning(rounds);
    rig.populate();
    NumberedTraffic& traffic = rig.traffic();
    traffic.saturate();
    rig.idle(kBurstsPerSlice); // caches, frequency
    for (std::size_t round = 0; round < rounds; ++round) {
        traffic.record_into(&handoffs.quiet(round));
        rig.idle(kBurstsPerSlice);
        traffic.record_into(&spinning.busy(round));
        spin(rig);
        traffic.record_into(&spinning.quiet(round));
        rig.idle(kBurstsPerSlice);
        traffic.record_into(&handoffs.busy(round));
        hand_over(rig, contest);
    }
    traffic.silence();
    fmt::print("measured: {}\n", handoffs.summary("handoffs"));
    fmt::print("measured: {}\n", spinning.summary("spinning"));
    fmt::print("measured: {} handoffs, {} table versions\n",
               contest.windows_of(OwnershipContest::kP).enabled +
                   contest.windows_of(OwnershipContest::kQ).enabled,
               rig.table().published());
    return traffic.verdict().lost == 0 ? 0 : 1;
}

} // namespace
} // namespace mcfwd::pipeline

int main(int argc, char** argv) {
    spdlog::set_level(spdlog::level::warn); // each handoff is one line of information
    const std::size_t rounds = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 20;
    return mcfwd::pipeline::run(rounds > 0 ? rounds : 20);
}
