// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The promise of the project, on the real worker at saturation: interfaces change hands between IGMP and
// routing protocols thousands of times, and no packet is lost, doubled, reordered or sent where it must not
// go. 64 groups with a source and members on each of four LANs, so that every interface is iif of some
// entries and oif of the others; more groups whose members come and go meanwhile.
#include <cstdlib>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "burst_comparison.hh"
#include "handoff_rig.hh"
#include "membership_churn.hh"
#include "ownership_contest.hh"

namespace mcfwd::pipeline {
namespace {

#if defined(__SANITIZE_ADDRESS__)
#define MCFWD_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MCFWD_SANITIZED 1
#endif
#endif
#ifdef MCFWD_SANITIZED
constexpr std::uint64_t kCycles = 100;
#else
constexpr std::uint64_t kCycles = 10'000;
#endif
constexpr std::uint64_t kRounds = 10;
constexpr std::uint64_t kQuietBursts = kCycles;
constexpr std::uint64_t kSettledEvery = 16; ///< changes of memberships
constexpr std::uint64_t kSeed = 20261122;

/// Steps until `cycles` more have ended, with hosts that join and leave meanwhile if there is a `churn`.
void contend(HandoffRig& rig, OwnershipContest& contest, std::uint64_t cycles, MembershipChurn* churn) {
    const std::uint64_t end = contest.cycles() + cycles;
    while (contest.cycles() < end) {
        contest.step(rig);
        if (churn != nullptr) {
            churn->step(rig);
            if (churn->changes() % kSettledEvery == 0) {
                rig.settle();
                churn->conclude(rig);
            }
        }
    }
}

void expect_refused_groups(HandoffRig& rig, Expectation expectation) {
    for (std::size_t group = HandoffRig::kFirstRefused; group < kGroups; ++group) {
        for (std::size_t lan = 0; lan < kLans; ++lan) {
            rig.traffic().expect(lan, group, expectation);
        }
    }
}

void expect_windows(const OwnershipContest& contest) {
    for (std::size_t lan = 0; lan < kLans; ++lan) {
        const OwnershipContest::Windows& windows = contest.windows()[lan];
        EXPECT_EQ(windows.disabled, contest.changes(lan)) << "lan" << lan + 1;
        EXPECT_EQ(windows.enabled, contest.changes(lan)) << "lan" << lan + 1;
        EXPECT_EQ(windows.out_of_order, 0U) << "lan" << lan + 1;
        EXPECT_LE(windows.most_publications, 1U) << "lan" << lan + 1;
        EXPECT_GT(contest.changes(lan), kCycles / kLans) << "lan" << lan + 1;
    }
    EXPECT_EQ(contest.windows_of(OwnershipContest::kP).publications, 0U)
        << "what forwards the same before and after is not published";
    EXPECT_GT(contest.windows_of(OwnershipContest::kQ).publications, 0U) << "no veto ever ended";
    for (const auto protocol : {OwnershipContest::kP, OwnershipContest::kQ}) {
        EXPECT_GT(contest.heard(protocol).rpf, 0U);
        EXPECT_GT(contest.heard(protocol).creation, 0U);
        EXPECT_GT(contest.heard(protocol).local_joins, 0U);
    }
}

TEST(Handoff, NoPacketNoticesThatInterfacesChangeHands) {
    spdlog::set_level(spdlog::level::warn); // each handoff is one line of information
    HandoffRig rig;
    OwnershipContest contest(rig, kSeed);
    MembershipChurn churn(kSeed + 1);
    BurstComparison comparison(kRounds);
    rig.populate();
    const std::size_t buffers = rig.free_buffers();
    const std::uint64_t misses = rig.worker().signals[static_cast<std::size_t>(SignalKind::kNoEntry)];
    EXPECT_EQ(misses, kFlows);
    NumberedTraffic& traffic = rig.traffic();
    traffic.saturate();
    expect_refused_groups(rig, Expectation::kMay);
    for (std::uint64_t round = 0; round < kRounds; ++round) {
        traffic.record_into(&comparison.quiet(round));
        rig.idle(kQuietBursts);
        traffic.record_into(&comparison.busy(round));
        contend(rig, contest, kCycles / kRounds / 2, nullptr);
        traffic.record_into(nullptr);
        contend(rig, contest, kCycles / kRounds / 2, &churn);
        rig.settle();
        churn.conclude(rig);
    }
    contest.release_all(rig);
    rig.settle();
    expect_refused_groups(rig, Expectation::kMust);
    rig.idle(1000);
    traffic.silence();
    rig.settle();

    const TrafficVerdict& verdict = traffic.verdict();
    EXPECT_EQ(verdict.lost, 0U);
    EXPECT_EQ(verdict.duplicated, 0U);
    EXPECT_EQ(verdict.reordered, 0U);
    EXPECT_EQ(verdict.outside, 0U);
    EXPECT_EQ(verdict.late, 0U);
    EXPECT_EQ(verdict.damaged, 0U);
    EXPECT_EQ(contest.refused(), 0U);
    EXPECT_EQ(rig.refused_igmp_calls(), 0U);
    expect_windows(contest);

    const WorkerCounters worker = rig.worker();
    EXPECT_EQ(worker.signals[static_cast<std::size_t>(SignalKind::kNoEntry)], misses) << "an entry was gone";
    EXPECT_EQ(worker.parked, 0U);
    EXPECT_EQ(std::reduce(worker.drops.begin(), worker.drops.end()),
              worker.drops[static_cast<std::size_t>(DropReason::kNegativeEntry)])
        << "dropped for another reason than that nobody wants it";
    EXPECT_EQ(std::reduce(worker.copy_drops.begin(), worker.copy_drops.end()), 0U);
    EXPECT_EQ(rig.free_buffers(), buffers) << "buffers were lost";

    const group_manager::Metrics& metrics = rig.groups().metrics();
    fmt::print(
        "measured: {} take/release cycles at {} packets and {} copies: lost {}, duplicated {}, reordered {}, "
        "outside {}\n",
        contest.cycles(), verdict.packets, verdict.copies, verdict.lost, verdict.duplicated,
        verdict.reordered, verdict.outside);
    fmt::print("measured: handoffs: {} windows of {:.1f} us on average, {} publications in them, {} entries "
               "rebuilt, {} "
               "joins and leaves, {} table versions\n",
               metrics.handoff_windows,
               static_cast<double>(metrics.handoff_window_ns) / 1e3 /
                   static_cast<double>(metrics.handoff_windows),
               contest.windows_of(OwnershipContest::kP).publications +
                   contest.windows_of(OwnershipContest::kQ).publications,
               metrics.mfe_rebuilt, churn.changes(), rig.table().published());
    fmt::print("measured: {}\n", comparison.summary("handoffs"));
}

} // namespace
} // namespace mcfwd::pipeline
