// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Leaves: asked about on the one port they came from, or by another querier on all ports, or at once.
#include <gtest/gtest.h>

#include "bridge_lan.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace test;
using Type = RecordType;

struct SnoopingLeave : testing::Test {
    SnoopingLeave() { lan.start_quietly(); }
    void members_at(std::initializer_list<unsigned> ports) {
        for (const unsigned at : ports) {
            lan.hear(at, ReportV2{kG});
        }
        lan.forget();
    }
    BridgeLan lan;
};

TEST_F(SnoopingLeave, QuerierAsksOnlyThePortThatTheLeaveCameFrom) {
    members_at({0, 1});
    lan.hear(0, Leave{kG});
    lan.wait(milliseconds(1999));
    EXPECT_EQ(lan.flow(kG), "0,1");
    lan.wait(milliseconds(1));
    EXPECT_EQ(lan.flow(kG), "1");
    EXPECT_EQ(lan.sent(),
              (Lines{"0 group 239.1.1.1 from 10.0.1.50 to 0", "1 group 239.1.1.1 from 10.0.1.50 to 0"}));
}

TEST_F(SnoopingLeave, SecondHostOfThePortKeepsIt) {
    members_at({0});
    lan.hear(0, Leave{kG});
    lan.hear(0, ReportV2{kG}, kOtherHost);
    lan.wait(seconds(5));
    EXPECT_EQ(lan.flow(kG), "0");
}

TEST_F(SnoopingLeave, SourcesAreAskedForOnTheirPort) {
    lan.hear(0, report(Type::kAllow, kSsm, {kA, kB}));
    lan.hear(1, report(Type::kAllow, kSsm, {kA}));
    lan.forget();
    lan.hear(0, report(Type::kBlock, kSsm, {kA}));
    EXPECT_EQ(lan.sent(), (Lines{"0 sources 232.1.1.1 10.9.0.1 from 10.0.1.50 to 0"}));
    lan.wait(seconds(2));
    EXPECT_EQ(lan.flow(kSsm, kA), "1");
    EXPECT_EQ(lan.flow(kSsm, kB), "0");
}

TEST_F(SnoopingLeave, BesideAnotherQuerierItAsksNothing) {
    members_at({0});
    lan.hear(3, query_of(), kQuerier);
    lan.forget();
    lan.hear(0, Leave{kG});
    lan.wait(seconds(5));
    EXPECT_EQ(lan.sent(), (Lines{"0 relayed leave 239.1.1.1 to 3"}));
    EXPECT_EQ(lan.flow(kG), "0,3");
}

TEST_F(SnoopingLeave, QueryOfTheQuerierLowersEveryPortThatItIsSentTo) {
    members_at({0, 1, 3});
    lan.hear(3, query_of(), kQuerier);
    lan.hear(3, query_about(kG), kQuerier);
    lan.wait(milliseconds(500));
    lan.hear(1, ReportV2{kG});
    lan.wait(milliseconds(1499));
    EXPECT_EQ(lan.group(0, kG).expires, milliseconds(1));
    lan.wait(milliseconds(1));
    EXPECT_EQ(lan.flow(kG), "1,3");
    EXPECT_EQ(lan.group(3, kG).expires, seconds(268)); // hosts there were asked by somebody else, or not
}

TEST_F(SnoopingLeave, SourceQueryOfTheQuerierLowersTheSources) {
    lan.hear(0, report(Type::kAllow, kSsm, {kA, kB}));
    lan.hear(3, query_of(), kQuerier);
    lan.hear(3, query_about(kSsm, {kA}), kQuerier);
    lan.wait(seconds(2));
    EXPECT_EQ(lan.flow(kSsm, kA), "3");
    EXPECT_EQ(lan.flow(kSsm, kB), "0,3");
}

TEST_F(SnoopingLeave, QueryWithTheSuppressFlagLowersNothing) {
    members_at({0});
    lan.hear(3, query_of(), kQuerier);
    Query query = query_about(kG);
    query.suppress = true;
    lan.hear(3, query, kQuerier);
    lan.wait(seconds(5));
    EXPECT_EQ(lan.flow(kG), "0,3");
}

TEST_F(SnoopingLeave, SpecificQueriesOfOthersThanTheQuerierLowerNothing) {
    members_at({0});
    lan.hear(3, query_about(kG), kSecondRouter); // we are querier
    lan.hear(2, query_of(), kQuerier);
    lan.hear(1, query_about(kG), {}); // has no address
    lan.wait(seconds(5));
    EXPECT_EQ(lan.flow(kG), "0,2,3");
}

TEST_F(SnoopingLeave, Version1HostIsNotLoweredByAQueryThatItAnswersTooLate) {
    lan.hear(0, ReportV1{kG});
    lan.hear(3, query_of(), kQuerier);
    lan.hear(3, query_about(kG), kQuerier);
    lan.wait(seconds(10));
    EXPECT_EQ(lan.flow(kG), "0,3");
}

struct SnoopingTrackedLeave : testing::Test {
    SnoopingTrackedLeave() : lan(tracked()) { lan.start_quietly(); }
    static SnoopingConfig tracked() {
        SnoopingConfig config = snooping_config();
        config.fast_leave = FastLeave::kTracked;
        return config;
    }
    BridgeLan lan;
};

TEST_F(SnoopingTrackedLeave, LastHostOfAPortLeavesAtOnce) {
    lan.hear(0, report(Type::kToExclude, kG), kHost);
    lan.hear(1, report(Type::kToExclude, kG), kOtherHost);
    lan.forget();
    lan.hear(0, report(Type::kToInclude, kG), kHost);
    EXPECT_EQ(lan.flow(kG), "1");
    EXPECT_EQ(lan.sent(), Lines{});
}

TEST_F(SnoopingTrackedLeave, AnotherHostOfThePortIsAsked) {
    lan.hear(0, report(Type::kToExclude, kG), kHost);
    lan.hear(0, report(Type::kToExclude, kG), kOtherHost);
    lan.forget();
    lan.hear(0, report(Type::kToInclude, kG), kHost);
    EXPECT_EQ(lan.flow(kG), "0");
    EXPECT_EQ(lan.sent(), (Lines{"0 group 239.1.1.1 from 10.0.1.50 to 0"}));
    EXPECT_EQ(lan.group(0, kG).hosts.size(), 1U);
}

TEST_F(SnoopingTrackedLeave, IsSafeBesideAnotherQuerierToo) {
    lan.hear(3, query_of(), kQuerier);
    lan.hear(0, report(Type::kToExclude, kG), kHost);
    lan.hear(0, report(Type::kToInclude, kG), kHost);
    EXPECT_EQ(lan.flow(kG), "3");
}

TEST_F(SnoopingTrackedLeave, Version2HostThatMayHideAnotherIsAsked) {
    lan.hear(0, ReportV2{kG}, kHost);
    lan.hear(0, ReportV2{kG2}, kOtherHost);
    lan.forget();
    lan.hear(0, Leave{kG}, kHost);
    EXPECT_EQ(lan.flow(kG), "0");
    EXPECT_EQ(lan.sent(), (Lines{"0 group 239.1.1.1 from 10.0.1.50 to 0"}));
}

TEST_F(SnoopingTrackedLeave, LinkThatWasDownStartsTrackingAnew) {
    lan.hear(0, ReportV2{kG}, kHost);
    lan.wait(seconds(265));
    lan.hear(0, ReportV2{kG}, kHost);
    lan.link(0, false);
    lan.link(0, true);
    lan.hear(0, ReportV2{kG}, kHost);
    lan.hear(0, Leave{kG}, kHost); // another one may be there that was not heard yet
    EXPECT_EQ(lan.flow(kG), "0");
}

TEST_F(SnoopingTrackedLeave, TopologyChangeStartsTrackingAnew) {
    lan.hear(0, ReportV2{kG}, kHost);
    lan.wait(seconds(265));
    lan.hear(0, ReportV2{kG}, kHost);
    lan.topology_changed();
    lan.hear(0, Leave{kG}, kHost);
    EXPECT_EQ(lan.flow(kG), "0");
}

/// A router that lost the election to us acts on questions alone (RFC 9776 section 6.6.1).
TEST(SnoopingLeaveBesideRouter, QuestionsGoToRoutersToo) {
    BridgeLan lan;
    lan.start_quietly();
    lan.hear(3, query_of(), {10, 0, 1, 254}); // higher than ours
    lan.hear(0, ReportV2{kG});
    lan.forget();
    lan.hear(0, Leave{kG});
    EXPECT_EQ(lan.sent(),
              (Lines{"0 group 239.1.1.1 from 10.0.1.50 to 0,3", "0 relayed leave 239.1.1.1 to 3"}));
    lan.wait(seconds(5));
    EXPECT_EQ(lan.sent(), (Lines{"1 group 239.1.1.1 from 10.0.1.50 to 0,3"}));
    for (const std::uint16_t port : {std::uint16_t{0}, std::uint16_t{3}}) {
        const auto& sent = lan.bridge().counters(BridgePort(port)).igmp.sent;
        EXPECT_EQ(sent[static_cast<std::size_t>(MessageType::kGroupQuery)], 2U) << port;
    }
}

/// Its members there would not hear the question, and could not answer it.
TEST(SnoopingLeaveBesideRouter, QuestionsStayOnThePortWhileAnotherHasMembers) {
    BridgeLan lan;
    lan.start_quietly();
    lan.hear(3, query_of(), {10, 0, 1, 254});
    lan.hear(0, ReportV2{kG});
    lan.hear(1, ReportV2{kG}, kOtherHost);
    lan.forget();
    lan.hear(0, Leave{kG});
    EXPECT_EQ(lan.sent().front(), "0 group 239.1.1.1 from 10.0.1.50 to 0");
}

TEST_F(SnoopingTrackedLeave, RoutersAreAskedAboutWhatLeftAtOnce) {
    lan.hear(3, query_of(), {10, 0, 1, 254});
    lan.hear(0, report(Type::kToExclude, kG), kHost);
    lan.hear(0, report(Type::kAllow, kSsm, {kA, kB}), kHost);
    lan.forget();
    lan.hear(0, report(Type::kToInclude, kG), kHost);
    lan.hear(0, report(Type::kBlock, kSsm, {kA}), kHost);
    EXPECT_EQ(lan.flow(kG), "3");
    EXPECT_EQ(
        lan.sent(),
        (Lines{"0 group 239.1.1.1 from 10.0.1.50 to 3", "0 relayed report_v3 239.1.1.1 to 3",
               "0 sources 232.1.1.1 10.9.0.1 from 10.0.1.50 to 3", "0 relayed report_v3 232.1.1.1 to 3"}));
}

} // namespace
} // namespace mcfwd::igmp
