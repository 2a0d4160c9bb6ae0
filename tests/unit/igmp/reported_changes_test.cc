// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Which message of a host a change of membership follows from: its arrival is where latencies begin.
#include <gtest/gtest.h>

#include "lan.hh"

namespace mcfwd::igmp {
namespace {

using namespace std::chrono_literals;
using namespace test;

/// A router whose packets wait a while before they are handed in.
class ReportedChange : public testing::Test {
  protected:
    ReportedChange() : router(RouterInterface::create(router_config()).value()) {
        Output out;
        router.start(now, out);
        advance(40s);
    }
    /// Arrived `waited` ago. The changes.
    std::vector<MembershipChange> hear(const Message& message, Ipv4Address from = kHost,
                                       Duration waited = 5us) {
        Output out;
        for (const auto& packet : encode(message, from, 1500)) {
            router.receive(packet, {mac_of(from), now - waited}, now, out);
        }
        return out.changes;
    }
    std::vector<MembershipChange> advance(Duration time) {
        Output out;
        for (const Instant end = now + time; now < end;) {
            now = std::min(end, router.next_deadline().value_or(end));
            router.advance(now, out);
        }
        return out.changes;
    }

    Instant now{1h};
    RouterInterface router;
};

TEST_F(ReportedChange, JoinFollowsFromItsReport) {
    const auto changes = hear(report(RecordType::kToExclude, kG));
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].reported, now - 5us);
}

TEST_F(ReportedChange, LeaveThatIsAskedAboutFollowsFromTheFirstMessageThatBeganIt) {
    hear(ReportV2{kG});
    const Instant left = now - 5us;
    hear(Leave{kG});
    advance(500ms);
    hear(Leave{kG}, kOtherHost);
    const auto changes = advance(1500ms);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].event, MembershipEvent::kLeave);
    EXPECT_EQ(changes[0].reported, left);
}

TEST_F(ReportedChange, EachSourceHasItsOwnBeginning) {
    hear(report(RecordType::kAllow, kG, {kA, kB}));
    const Instant first = now - 5us;
    hear(report(RecordType::kBlock, kG, {kA}));
    advance(1s);
    const Instant second = now - 5us;
    hear(report(RecordType::kBlock, kG, {kB}));
    const auto changes = advance(5s);
    ASSERT_EQ(changes.size(), 2U);
    EXPECT_EQ(changes[0].source, kA);
    EXPECT_EQ(changes[0].reported, first);
    EXPECT_EQ(changes[1].source, kB);
    EXPECT_EQ(changes[1].reported, second);
}

TEST_F(ReportedChange, TimerThatEndsByItselfFollowsFromNoMessageAlsoAfterALeaveThatWasAnswered) {
    hear(ReportV2{kG});
    hear(Leave{kG});
    advance(1s);
    hear(ReportV2{kG}, kOtherHost);
    const auto changes = advance(300s);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].event, MembershipEvent::kLeave);
    EXPECT_FALSE(changes[0].reported);
}

TEST_F(ReportedChange, BlockedSourceOfAGroupForAllFollowsFromItsBlock) {
    hear(report(RecordType::kIsExclude, kG));
    const Instant blocked = now - 5us;
    hear(report(RecordType::kBlock, kG, {kA}));
    const auto changes = advance(3s);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].event, MembershipEvent::kBlock);
    EXPECT_EQ(changes[0].reported, blocked);
}

TEST_F(ReportedChange, StaticMembershipFollowsFromNoMessage) {
    Output out;
    ASSERT_TRUE(router.add_static({.group = kG, .source = kAnySource}, now, out));
    ASSERT_EQ(out.changes.size(), 1U);
    EXPECT_FALSE(out.changes[0].reported);
}

} // namespace
} // namespace mcfwd::igmp
