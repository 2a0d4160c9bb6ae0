// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Leaving: last-member queries, their repeats and S flags (RFC 9776 section 6.6.3), and fast leave.
#include <gtest/gtest.h>

#include "lan.hh"
#include "octets.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace test;
using Type = RecordType;

struct IgmpLeave : testing::Test {
    IgmpLeave() { lan.start_quietly(); }
    void member(const Message& message) { lan.hear(message), lan.forget(); }
    Lan lan;
};

TEST_F(IgmpLeave, LastMemberIsAskedTwiceAndForwardedMeanwhile) {
    member(ReportV2{kG});
    lan.hear(Leave{kG});
    EXPECT_TRUE(lan.group(kG).leaving);
    lan.wait(milliseconds(1999));
    EXPECT_EQ(lan.changes(), Lines{});
    lan.wait(milliseconds(1));
    EXPECT_EQ(lan.changes(), (Lines{"2 leave * 239.1.1.1"}));
    EXPECT_EQ(lan.queries(), (Lines{"0 group 239.1.1.1", "1 group 239.1.1.1"}));
}

TEST_F(IgmpLeave, GroupQueryOnTheWire) {
    member(ReportV2{kG});
    lan.hear(Leave{kG});
    const auto packets = lan.packets();
    ASSERT_EQ(packets.size(), 1U);
    EXPECT_EQ(packets[0].destination, kG);
    EXPECT_EQ(
        hex(packets[0].packet),
        hex(octets(
            "46c0 0024 0000 4000 0102 e907 0a00010a ef010101 94040000  110a fc75 ef010101 02 7d 0000")));
}

TEST_F(IgmpLeave, AnotherMemberKeepsTheGroupAndRaisesTheSuppressFlag) {
    member(ReportV2{kG});
    lan.hear(Leave{kG});
    lan.wait(milliseconds(500));
    lan.hear(ReportV2{kG}, kOtherHost);
    EXPECT_EQ(lan.group(kG).expires, seconds(270));
    lan.wait(seconds(10));
    EXPECT_EQ(lan.queries(), (Lines{"0 group 239.1.1.1", "1 group 239.1.1.1 S"}));
    EXPECT_EQ(lan.changes(), Lines{});
    EXPECT_FALSE(lan.group(kG).leaving);
}

TEST_F(IgmpLeave, RepeatedLeavesDoNotStartASecondTrain) {
    member(ReportV2{kG});
    lan.hear(Leave{kG});
    lan.hear(Leave{kG}, kOtherHost);
    lan.wait(milliseconds(500));
    lan.hear(Leave{kG});
    lan.wait(seconds(3));
    EXPECT_EQ(lan.queries(), (Lines{"0 group 239.1.1.1", "1 group 239.1.1.1"}));
    EXPECT_EQ(lan.changes(), (Lines{"2 leave * 239.1.1.1"}));
}

TEST_F(IgmpLeave, LeaveAfterAReportInBetweenAsksAgain) {
    member(ReportV2{kG});
    lan.hear(Leave{kG});
    lan.wait(milliseconds(500));
    lan.hear(ReportV2{kG}, kOtherHost);
    lan.hear(Leave{kG}, kOtherHost);
    lan.wait(seconds(5));
    EXPECT_EQ(lan.queries(), (Lines{"0 group 239.1.1.1", "0.5 group 239.1.1.1", "1.5 group 239.1.1.1"}));
    EXPECT_EQ(lan.changes(), (Lines{"2.5 leave * 239.1.1.1"}));
}

TEST_F(IgmpLeave, TimerThatIsAlreadyShorterStaysShorter) {
    member(ReportV2{kG});
    lan.wait(milliseconds(269500));
    lan.forget();
    lan.hear(Leave{kG});
    lan.wait(seconds(3));
    EXPECT_EQ(lan.changes(), (Lines{"0.5 leave * 239.1.1.1"}));
    EXPECT_EQ(lan.queries(), (Lines{"0 group 239.1.1.1"}));
}

TEST_F(IgmpLeave, Version3HostLeavesByChangeToInclude) {
    member(report(Type::kToExclude, kG));
    lan.hear(report(Type::kToInclude, kG));
    lan.wait(seconds(3));
    EXPECT_EQ(lan.queries(), (Lines{"0 group 239.1.1.1", "1 group 239.1.1.1"}));
    EXPECT_EQ(lan.changes(), (Lines{"2 leave * 239.1.1.1"}));
}

TEST_F(IgmpLeave, CurrentStateRecordsAskNothing) {
    member(report(Type::kToExclude, kG));
    lan.hear(report(Type::kIsInclude, kG));
    lan.hear(report(Type::kIsExclude, kG, {kA}));
    EXPECT_EQ(lan.queries(), Lines{});
}

TEST_F(IgmpLeave, BlockedSourceIsAskedForAndLeaves) {
    member(report(Type::kAllow, kSsm, {kA, kB}));
    lan.hear(report(Type::kBlock, kSsm, {kA, kC}));
    lan.wait(seconds(3));
    EXPECT_EQ(lan.queries(), (Lines{"0 sources 232.1.1.1 10.9.0.1", "1 sources 232.1.1.1 10.9.0.1"}));
    EXPECT_EQ(lan.changes(), (Lines{"2 leave 10.9.0.1 232.1.1.1"}));
}

TEST_F(IgmpLeave, SourceStillWantedIsAskedForWithTheSuppressFlag) {
    member(report(Type::kAllow, kSsm, {kA, kB}));
    lan.hear(report(Type::kBlock, kSsm, {kA, kB}));
    lan.wait(milliseconds(500));
    lan.hear(report(Type::kIsInclude, kSsm, {kB}), kOtherHost);
    lan.wait(seconds(3));
    EXPECT_EQ(lan.queries(), (Lines{"0 sources 232.1.1.1 10.9.0.1 10.9.0.2", "1 sources 232.1.1.1 10.9.0.2 S",
                                    "1 sources 232.1.1.1 10.9.0.1"}));
    EXPECT_EQ(lan.changes(), (Lines{"2 leave 10.9.0.1 232.1.1.1"}));
}

TEST_F(IgmpLeave, NewSourceQueriesMergeIntoPendingRepeats) {
    RouterConfig config = router_config();
    config.last_member_query_count = 3;
    Lan three(config);
    three.start_quietly();
    three.hear(report(Type::kAllow, kSsm, {kA, kB}));
    three.forget();
    three.hear(report(Type::kBlock, kSsm, {kA}));
    three.wait(milliseconds(500));
    three.hear(report(Type::kBlock, kSsm, {kB}));
    three.hear(report(Type::kBlock, kSsm, {kA}));
    three.wait(seconds(5));
    EXPECT_EQ(three.queries(),
              (Lines{"0 sources 232.1.1.1 10.9.0.1", "0.5 sources 232.1.1.1 10.9.0.1 10.9.0.2",
                     "1.5 sources 232.1.1.1 10.9.0.1 10.9.0.2", "2.5 sources 232.1.1.1 10.9.0.2"}));
    EXPECT_EQ(three.changes(), (Lines{"3 leave 10.9.0.1 232.1.1.1", "3.5 leave 10.9.0.2 232.1.1.1"}));
}

TEST_F(IgmpLeave, ChangeToIncludeAsksForTheOtherSourcesAndForTheGroup) {
    member(report(Type::kToExclude, kG));
    lan.hear(report(Type::kAllow, kG, {kA}), kOtherHost);
    lan.hear(report(Type::kToInclude, kG, {kB}));
    lan.wait(seconds(3));
    EXPECT_EQ(lan.queries(), (Lines{"0 sources 239.1.1.1 10.9.0.1", "0 group 239.1.1.1",
                                    "1 sources 239.1.1.1 10.9.0.1", "1 group 239.1.1.1"}));
    EXPECT_EQ(lan.changes(), (Lines{"2 join 10.9.0.2 239.1.1.1", "2 leave * 239.1.1.1"}));
}

TEST_F(IgmpLeave, SuppressedSourceRepeatIsSkippedBesideAGroupQuery) {
    member(report(Type::kToExclude, kG));
    lan.hear(report(Type::kAllow, kG, {kA}), kOtherHost);
    lan.hear(report(Type::kToInclude, kG));
    lan.queries();
    lan.wait(milliseconds(500));
    lan.hear(report(Type::kIsInclude, kG, {kA}), kOtherHost);
    lan.wait(seconds(3));
    EXPECT_EQ(lan.queries(), (Lines{"1 group 239.1.1.1"}));
}

TEST_F(IgmpLeave, SourceQueryAboveTheMtuIsSplit) {
    RouterConfig config = router_config();
    config.mtu = 68;
    Lan narrow(config);
    narrow.start_quietly();
    std::vector<Ipv4Address> sources;
    for (std::uint8_t i = 1; i <= 10; ++i) {
        sources.push_back(Ipv4Address(10, 9, 0, i));
    }
    narrow.hear(report(Type::kAllow, kSsm, sources));
    narrow.forget();
    narrow.hear(report(Type::kBlock, kSsm, sources));
    EXPECT_EQ(narrow.packets().size(), 2U);
    EXPECT_EQ(narrow.router().counters().sent[static_cast<std::size_t>(MessageType::kGroupSourceQuery)], 2U);
}

TEST_F(IgmpLeave, LastMemberCountAndIntervalAreConfigurable) {
    RouterConfig config = router_config();
    config.last_member_query_count = 1;
    config.last_member_query_interval = milliseconds(200);
    Lan fast(config);
    fast.start_quietly();
    fast.hear(ReportV2{kG});
    fast.forget();
    fast.hear(Leave{kG});
    fast.wait(seconds(2));
    EXPECT_EQ(fast.queries(), (Lines{"0 group 239.1.1.1"}));
    EXPECT_EQ(fast.changes(), (Lines{"0.2 leave * 239.1.1.1"}));
}

struct IgmpFastLeave : testing::Test {
    IgmpFastLeave() : lan(with_fast_leave()) { lan.start_quietly(); }
    static RouterConfig with_fast_leave() {
        RouterConfig config = router_config();
        config.fast_leave = FastLeave::kAlways;
        return config;
    }
    Lan lan;
};

TEST_F(IgmpFastLeave, LeaveTakesEffectAtOnceWithoutQueries) {
    lan.hear(ReportV2{kG});
    lan.hear(Leave{kG});
    EXPECT_EQ(lan.changes(), (Lines{"0 join * 239.1.1.1", "0 leave * 239.1.1.1"}));
    EXPECT_EQ(lan.queries(), Lines{});
    EXPECT_FALSE(lan.has_group(kG));
}

TEST_F(IgmpFastLeave, SourcesLeaveAtOnce) {
    lan.hear(report(Type::kAllow, kSsm, {kA, kB}));
    lan.changes();
    lan.hear(report(Type::kBlock, kSsm, {kA}));
    EXPECT_EQ(lan.changes(), (Lines{"0 leave 10.9.0.1 232.1.1.1"}));
    lan.hear(report(Type::kToInclude, kSsm, {kC}));
    EXPECT_EQ(lan.changes(), (Lines{"0 join 10.9.0.3 232.1.1.1", "0 leave 10.9.0.2 232.1.1.1"}));
}

TEST_F(IgmpFastLeave, BlockInExcludeModeBlocksAtOnce) {
    lan.hear(report(Type::kToExclude, kG));
    lan.changes();
    lan.hear(report(Type::kBlock, kG, {kA}));
    EXPECT_EQ(lan.changes(), (Lines{"0 block 10.9.0.1 239.1.1.1"}));
    lan.hear(report(Type::kToInclude, kG, {kB}));
    EXPECT_EQ(lan.changes(),
              (Lines{"0 join 10.9.0.2 239.1.1.1", "0 leave * 239.1.1.1", "0 unblock 10.9.0.1 239.1.1.1"}));
}

TEST_F(IgmpFastLeave, RecordsOfOneReportTakeEffectOneAfterTheOther) {
    lan.hear(report(Type::kAllow, kSsm, {kA}));
    lan.changes();
    lan.hear(ReportV3{.records = {{Type::kBlock, kSsm, {kA}}, {Type::kAllow, kSsm, {kB}}}});
    EXPECT_EQ(lan.changes(), (Lines{"0 leave 10.9.0.1 232.1.1.1", "0 join 10.9.0.2 232.1.1.1"}));
}

} // namespace
} // namespace mcfwd::igmp
