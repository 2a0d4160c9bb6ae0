// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// "clear counters" under load: what was on its way must not be missing from the sums afterwards.
#include <vector>

#include <gtest/gtest.h>

#include <dataplane/view.hh>

namespace mcfwd::dataplane {
namespace {

TEST(CounterBase, CopiesThatWaitAreStillToCome) {
    // The second worker relays through the first; of its 170 copies 20 were dropped and 100 sent there, and
    // 12 of the first worker's own are not sent either.
    std::vector<WorkerCounters> now(3);
    now[0].copies = 1000;
    now[0].sent = 1088;
    now[1].copies = 170;
    now[1].copy_drops[0] = 20;
    now[2].copies = now[2].sent = 5;
    const auto base = counter_base(now);
    EXPECT_EQ(base[0].copies, 1000U);
    EXPECT_EQ(base[1].copies, 108U);
    EXPECT_EQ(base[2].copies, 5U);
    EXPECT_EQ(base[0].sent, 1088U);
    EXPECT_EQ(base[1].copy_drops[0], 20U);
}

TEST(CounterBase, WaitingCopiesOfSeveralWorkersAreShared) {
    std::vector<WorkerCounters> now(2);
    now[0].copies = 10;
    now[0].sent = 7;
    now[1].copies = 20;
    now[1].sent = 15;
    const auto base = counter_base(now);
    EXPECT_EQ(base[0].copies, 7U);
    EXPECT_EQ(base[1].copies, 15U);
}

TEST(CounterBase, PacketsParkedOrInABurstAreReceivedLater) {
    std::vector<WorkerCounters> now(1);
    now[0].received = 100;
    now[0].forwarded = 60;
    now[0].punted = 3;
    now[0].parked = 10;
    now[0].drops.back() = 20; // and 7 in the burst
    EXPECT_EQ(counter_base(now)[0].received, 83U);
}

} // namespace
} // namespace mcfwd::dataplane
