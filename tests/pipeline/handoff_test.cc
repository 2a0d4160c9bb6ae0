// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The promise of the project, on the real worker at saturation: interfaces change hands between IGMP and
// routing protocols thousands of times, and no packet is lost, doubled, reordered or sent where it must not
// go. 64 groups with a source and members on each of four LANs, so that every interface is iif of some
// entries and oif of the others; more groups whose members come and go meanwhile.
#include <cstddef>
#include <cstdint>
#include <numeric>

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

/// Slices without handoffs and with them take turns. While times are recorded nothing else changes the table.
void alternate(HandoffRig& rig, OwnershipContest& contest, MembershipChurn& churn,
               BurstComparison& comparison) {
    NumberedTraffic& traffic = rig.traffic();
    for (std::uint64_t round = 0; round < kRounds; ++round) {
        traffic.record_into(&comparison.quiet(round));
        rig.idle(kQuietBursts);
        contest.set_refusals(OwnershipContest::Refusals::kNone);
        traffic.record_into(&comparison.busy(round));
        contend(rig, contest, kCycles / kRounds / 2, nullptr);
        traffic.record_into(nullptr);
        contest.set_refusals(OwnershipContest::Refusals::kByQ);
        contend(rig, contest, kCycles / kRounds / 2, &churn);
        contest.release_all(rig);
        rig.settle();
        churn.conclude(rig);
    }
}

void expect_exact(const TrafficVerdict& verdict) {
    EXPECT_EQ(verdict.lost, 0U);
    EXPECT_EQ(verdict.duplicated, 0U);
    EXPECT_EQ(verdict.reordered, 0U);
    EXPECT_EQ(verdict.outside, 0U);
    EXPECT_EQ(verdict.late, 0U);
    EXPECT_EQ(verdict.damaged, 0U);
}

/// No entry was ever missing, and nothing was dropped but what nobody wants.
void expect_only_negative_drops(const WorkerCounters& worker) {
    EXPECT_EQ(worker.signals[static_cast<std::size_t>(SignalKind::kNoEntry)], kFlows) << "an entry was gone";
    EXPECT_EQ(worker.parked, 0U);
    EXPECT_EQ(std::reduce(worker.drops.begin(), worker.drops.end()),
              worker.drops[static_cast<std::size_t>(DropReason::kNegativeEntry)]);
    EXPECT_EQ(std::reduce(worker.copy_drops.begin(), worker.copy_drops.end()), 0U);
}

void print_figures(HandoffRig& rig, const OwnershipContest& contest, const MembershipChurn& churn) {
    const TrafficVerdict& verdict = rig.traffic().verdict();
    const group_manager::Metrics& metrics = rig.groups().metrics();
    fmt::print("measured: {} take/release cycles, {} joins and leaves, {} packets, {} copies: {} lost, {} "
               "duplicated, {} "
               "reordered, {} outside the allowed sets\n",
               contest.cycles(), churn.changes(), verdict.packets, verdict.copies, verdict.lost,
               verdict.duplicated, verdict.reordered, verdict.outside);
    const auto windows = static_cast<double>(metrics.handoff_windows);
    fmt::print("measured: {} handoff windows of {:.0f} us on average, {} publications in them, {} entries "
               "rebuilt, {} "
               "table versions\n",
               metrics.handoff_windows, static_cast<double>(metrics.handoff_window_ns) / 1e3 / windows,
               contest.windows_of(OwnershipContest::kP).publications +
                   contest.windows_of(OwnershipContest::kQ).publications,
               metrics.mfe_rebuilt, rig.table().published());
}

TEST(Handoff, NoPacketNoticesThatInterfacesChangeHands) {
    spdlog::set_level(spdlog::level::warn); // each handoff is one line of information
    HandoffRig rig;
    OwnershipContest contest(rig, kSeed);
    MembershipChurn churn(kSeed + 1);
    BurstComparison comparison(kRounds);
    rig.populate();
    const std::size_t buffers = rig.free_buffers();
    rig.traffic().saturate();
    expect_refused_groups(rig, Expectation::kMay);
    alternate(rig, contest, churn, comparison);
    expect_refused_groups(rig, Expectation::kMust); // nobody owns an interface any more
    rig.idle(kQuietBursts);
    rig.traffic().silence();
    rig.settle();
    expect_exact(rig.traffic().verdict());
    expect_windows(contest);
    EXPECT_EQ(contest.refused(), 0U);
    EXPECT_EQ(rig.refused_igmp_calls(), 0U);
    expect_only_negative_drops(rig.worker());
    EXPECT_EQ(rig.free_buffers(), buffers) << "buffers were lost";
    print_figures(rig, contest, churn);
    fmt::print("measured: {}\n", comparison.summary("handoffs"));
}

} // namespace
} // namespace mcfwd::pipeline
