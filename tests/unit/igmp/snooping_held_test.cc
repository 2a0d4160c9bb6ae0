// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A LAN on which nobody asks: memberships are held, since no answer can be missing, but leaves still count.
#include <gtest/gtest.h>

#include "bridge_lan.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace test;
using Type = RecordType;

struct SnoopingHeld : testing::Test {
    SnoopingHeld() : lan(silent()) { lan.start_quietly(); }
    static SnoopingConfig silent() {
        SnoopingConfig config = snooping_config();
        config.address = {};
        config.querier = false;
        config.solicit_routers = false;
        return config;
    }
    BridgeLan lan;
};

TEST_F(SnoopingHeld, StartAsksEveryPortTwiceAndThenNoMore) {
    BridgeLan fresh(silent());
    fresh.start();
    fresh.wait(seconds(1000));
    EXPECT_EQ(fresh.sent(), (Lines{"0 general from 0.0.0.0 to 0", "0 general from 0.0.0.0 to 1",
                                   "0 general from 0.0.0.0 to 2", "0 general from 0.0.0.0 to 3",
                                   "31.25 general from 0.0.0.0 to 0", "31.25 general from 0.0.0.0 to 1",
                                   "31.25 general from 0.0.0.0 to 2", "31.25 general from 0.0.0.0 to 3"}));
    EXPECT_TRUE(fresh.view().held);
}

TEST_F(SnoopingHeld, MembershipsDoNotEndByThemselvesAndNothingIsFlooded) {
    lan.hear(0, ReportV2{kG});
    lan.hear(1, report(Type::kAllow, kSsm, {kA}));
    lan.wait(seconds(100'000));
    EXPECT_EQ(lan.flow(kG), "0");
    EXPECT_EQ(lan.flow(kSsm, kA), "1");
    EXPECT_EQ(lan.flow(kG2), "");
    EXPECT_EQ(lan.group(0, kG).expires, std::nullopt);
    EXPECT_EQ(lan.group(1, kSsm).sources.at(0).expires, std::nullopt);
}

TEST_F(SnoopingHeld, LeaveIsAskedAboutFromZeroOnItsPort) {
    lan.hear(0, ReportV2{kG});
    lan.hear(1, ReportV2{kG});
    lan.wait(seconds(1000));
    lan.forget();
    lan.hear(0, Leave{kG});
    lan.wait(seconds(2));
    EXPECT_EQ(lan.sent(),
              (Lines{"0 group 239.1.1.1 from 0.0.0.0 to 0", "1 group 239.1.1.1 from 0.0.0.0 to 0"}));
    EXPECT_EQ(lan.flow(kG), "1");
}

TEST_F(SnoopingHeld, MemberThatAnswersTheQuestionIsHeldAgain) {
    lan.hear(0, ReportV2{kG}, kOtherHost);
    lan.hear(0, Leave{kG}, kHost);
    lan.wait(milliseconds(900));
    lan.hear(0, ReportV2{kG}, kOtherHost);
    lan.wait(seconds(100'000));
    EXPECT_EQ(lan.flow(kG), "0");
}

TEST_F(SnoopingHeld, QuerierThatAppearsBringsBackTheTimers) {
    lan.hear(0, ReportV2{kG});
    lan.hear(1, report(Type::kAllow, kSsm, {kA}));
    lan.wait(seconds(1000));
    lan.hear(3, query_of(), kQuerier);
    EXPECT_FALSE(lan.view().held);
    EXPECT_EQ(lan.group(0, kG).expires, seconds(270));
    EXPECT_EQ(lan.group(1, kSsm).sources.at(0).expires, seconds(270));
    lan.wait(seconds(125));
    lan.hear(3, query_of(), kQuerier);
    lan.hear(0, ReportV2{kG});
    lan.wait(seconds(145));
    EXPECT_EQ(lan.flow(kG), "0,3");
    EXPECT_EQ(lan.flow(kSsm, kA), "3");
}

TEST_F(SnoopingHeld, QuerierThatFallsSilentLeavesItsMembersHeld) {
    lan.hear(3, query_of(), kQuerier);
    lan.hear(0, ReportV2{kG});
    lan.wait(seconds(125));
    lan.hear(3, query_of(), kQuerier);
    lan.wait(seconds(9));
    lan.hear(1, report(Type::kIsInclude, kSsm, {kA}));
    lan.wait(seconds(100'000));
    EXPECT_TRUE(lan.view().held);
    EXPECT_EQ(lan.routers(), "");
    EXPECT_EQ(lan.flow(kG), ""); // did not answer the last two queries
    EXPECT_EQ(lan.flow(kSsm, kA), "1");
}

TEST_F(SnoopingHeld, ADaemonThatWasHeldUpStillHolds) {
    lan.hear(3, query_of(), kQuerier);
    lan.hear(0, ReportV2{kG});
    lan.jump(seconds(1000));
    EXPECT_EQ(lan.flow(kG), "0");
}

TEST_F(SnoopingHeld, GroupThatTheQuerierAskedAboutLastStillEnds) {
    lan.hear(0, ReportV2{kG});
    lan.hear(3, query_of(), kQuerier);
    lan.wait(milliseconds(254'000));
    lan.hear(3, query_about(kG), kQuerier);
    lan.wait(seconds(5));
    EXPECT_TRUE(lan.view().held);
    EXPECT_EQ(lan.flow(kG), "3"); // its query showed a router there
}

TEST_F(SnoopingHeld, QuestionsHaveTheVersionOfTheLan) {
    lan.hear(3, query_of(Version::kV2), kQuerier);
    lan.wait(seconds(300));
    lan.forget();
    lan.topology_changed();
    EXPECT_EQ(lan.sent().at(0), "0 general v2 from 0.0.0.0 to 0");
    lan.hear(0, ReportV2{kG});
    lan.hear(0, Leave{kG});
    EXPECT_EQ(lan.sent().back(), "0 group v2 239.1.1.1 from 0.0.0.0 to 0");
}

TEST_F(SnoopingHeld, TrackedHostsStayKnown) {
    SnoopingConfig config = silent();
    config.fast_leave = FastLeave::kTracked;
    BridgeLan tracked(config);
    tracked.start_quietly();
    tracked.hear(3, query_of(), kQuerier);
    tracked.hear(0, report(Type::kIsExclude, kG), kHost);
    tracked.hear(0, report(Type::kIsExclude, kG), kOtherHost);
    tracked.wait(seconds(100'000));
    tracked.hear(0, report(Type::kToInclude, kG), kHost);
    EXPECT_EQ(tracked.flow(kG), "0"); // the other one was not forgotten
    tracked.hear(0, report(Type::kToInclude, kG), kOtherHost);
    EXPECT_EQ(tracked.flow(kG), "");
}

} // namespace
} // namespace mcfwd::igmp
