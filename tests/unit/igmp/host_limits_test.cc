// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What hosts may ask for: rate, number of groups, access list, versions. A refusal is counted and leaves what
// is in force alone.
#include <gtest/gtest.h>

#include "lan.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace test;
using Type = RecordType;

ReportV3 joins(std::uint8_t first, std::uint8_t count) {
    ReportV3 report;
    for (std::uint8_t i = 0; i < count; ++i) {
        report.records.push_back(
            {Type::kToExclude, Ipv4Address(239, 1, 1, static_cast<std::uint8_t>(first + i)), {}});
    }
    return report;
}

TEST(IgmpHostGroups, AHostIsRefusedMoreGroupsThanTheLimitAndKeepsThoseItHas) {
    RouterConfig config = router_config();
    config.max_groups_per_host = 2;
    Lan lan(config);
    lan.start_quietly();
    lan.hear(joins(1, 3), kHost);
    EXPECT_EQ(lan.changes(), (Lines{"0 join * 239.1.1.1", "0 join * 239.1.1.2"}));
    EXPECT_EQ(lan.ignored(IgnoreReason::kHostGroupLimit), 1U);
    lan.wait(seconds(100));
    lan.hear(joins(1, 2), kHost);
    EXPECT_EQ(lan.group(kG).expires, seconds(270)) << "refreshed as ever";
    EXPECT_EQ(lan.ignored(IgnoreReason::kHostGroupLimit), 1U);
    lan.hear(joins(3, 1), kOtherHost);
    EXPECT_EQ(lan.changes(), (Lines{"100 join * 239.1.1.3"})) << "others have their own limit";
    lan.hear(joins(3, 1), kHost);
    EXPECT_EQ(lan.ignored(IgnoreReason::kHostGroupLimit), 2U) << "also in a group that is there";
    lan.hear(report(Type::kToInclude, kG), kHost);
    lan.hear(joins(3, 1), kHost);
    EXPECT_EQ(lan.hosts(Ipv4Address(239, 1, 1, 3)), (Lines{"100 exclude", "101 exclude"}));
}

TEST(IgmpHostGroups, AMembershipThatTimesOutMakesRoom) {
    RouterConfig config = router_config();
    config.max_groups_per_host = 1;
    Lan lan(config);
    lan.start_quietly();
    lan.hear(joins(1, 1), kHost);
    lan.hear(joins(1, 1), kOtherHost);
    lan.wait(seconds(269));
    lan.hear(joins(1, 1), kOtherHost);
    lan.hear(joins(2, 1), kHost);
    EXPECT_FALSE(lan.has_group(kG2));
    lan.wait(seconds(1));
    lan.hear(joins(2, 1), kHost);
    EXPECT_TRUE(lan.has_group(kG2)) << "though the group it was in lives on";
}

TEST(IgmpHostRate, RecordsBeyondTheRateAreRefusedAndTheNextSecondHasItsOwn) {
    RouterConfig config = router_config();
    config.host_rate = 4;
    Lan lan(config);
    lan.start_quietly();
    lan.hear(joins(1, 6), kHost);
    EXPECT_EQ(lan.changes().size(), 4U);
    EXPECT_EQ(lan.ignored(IgnoreReason::kHostRate), 2U);
    lan.hear(ReportV2{kG}, kHost);
    lan.hear(Leave{kG}, kHost);
    EXPECT_EQ(lan.ignored(IgnoreReason::kHostRate), 4U);
    lan.hear(joins(5, 4), kOtherHost);
    EXPECT_EQ(lan.changes().size(), 4U) << "of every host apart";
    lan.wait(milliseconds(250));
    lan.hear(joins(10, 2), kHost);
    EXPECT_EQ(lan.changes(), (Lines{"0.25 join * 239.1.1.10"}));
    lan.wait(seconds(100));
    lan.hear(joins(20, 9), kHost);
    EXPECT_EQ(lan.changes().size(), 4U) << "a second's worth at once, not more";
}

TEST(IgmpHostRate, ZeroIsNoLimit) {
    RouterConfig config = router_config();
    config.host_rate = 0;
    Lan lan(config);
    lan.start_quietly();
    for (int i = 0; i < 300; ++i) {
        lan.hear(joins(1, 100));
    }
    EXPECT_EQ(lan.ignored(IgnoreReason::kHostRate), 0U);
}

TEST(IgmpHostRate, HostsThatFindNoRoomShareOneRate) {
    RouterConfig config = router_config();
    config.host_rate = 2;
    config.max_tracked = 1;
    Lan lan(config);
    lan.start_quietly();
    lan.hear(joins(1, 1), kHost);
    lan.hear(joins(2, 2), kOtherHost);
    lan.hear(joins(4, 1), Ipv4Address(10, 0, 1, 102));
    EXPECT_EQ(lan.changes().size(), 3U);
    EXPECT_EQ(lan.ignored(IgnoreReason::kHostRate), 1U);
}

Ipv4Prefix prefix(std::string_view text) {
    return Ipv4Prefix::parse(text).value();
}

struct IgmpAccess : testing::Test {
    IgmpAccess() : lan(restricted()) { lan.start_quietly(); }
    static RouterConfig restricted() {
        RouterConfig config = router_config();
        config.access_list = {{AccessAction::kDeny, prefix("239.1.1.2/32"), {}},
                              {AccessAction::kPermit, prefix("239.1.0.0/16"), {}},
                              {AccessAction::kDeny, prefix("232.0.0.0/8"), prefix("10.9.0.2/32")},
                              {AccessAction::kPermit, prefix("232.0.0.0/8"), prefix("10.9.0.0/16")}};
        return config;
    }
    Lan lan;
};

TEST_F(IgmpAccess, TheFirstRuleThatFitsDecides) {
    lan.hear(ReportV2{kG});
    lan.hear(ReportV2{kG2});
    lan.hear(report(Type::kToExclude, kG2));
    EXPECT_EQ(lan.changes(), (Lines{"0 join * 239.1.1.1"}));
    EXPECT_EQ(lan.ignored(IgnoreReason::kAccessList), 2U);
}

TEST_F(IgmpAccess, WhatNoRuleFitsIsDenied) {
    lan.hear(ReportV2{Ipv4Address(239, 2, 0, 1)});
    lan.hear(report(Type::kAllow, kSsm, {Ipv4Address(10, 8, 0, 1)}));
    EXPECT_EQ(lan.changes(), Lines{});
    EXPECT_EQ(lan.ignored(IgnoreReason::kAccessList), 2U);
}

TEST_F(IgmpAccess, ListedSourcesAreJudgedOneByOne) {
    lan.hear(report(Type::kAllow, kSsm, {kA, kB, kC}));
    EXPECT_EQ(lan.changes(), (Lines{"0 join 10.9.0.1 232.1.1.1", "0 join 10.9.0.3 232.1.1.1"}));
    EXPECT_EQ(lan.ignored(IgnoreReason::kAccessList), 1U);
    EXPECT_EQ(lan.hosts(kSsm), (Lines{"100 include 10.9.0.1 10.9.0.3"}));
}

TEST_F(IgmpAccess, AJoinForAllSourcesNeedsARuleForAllSources) {
    RouterConfig config = router_config();
    config.access_list = {{AccessAction::kPermit, prefix("239.1.1.1/32"), prefix("10.9.0.0/16")}};
    Lan narrow(config);
    narrow.start_quietly();
    narrow.hear(report(Type::kToExclude, kG));
    narrow.hear(ReportV2{kG});
    EXPECT_EQ(narrow.changes(), Lines{});
    narrow.hear(report(Type::kAllow, kG, {kA}));
    EXPECT_EQ(narrow.changes(), (Lines{"0 join 10.9.0.1 239.1.1.1"}));
    narrow.hear(report(Type::kToExclude, kG));
    EXPECT_EQ(narrow.group(kG).mode, FilterMode::kInclude) << "what is in force stays";
}

TEST_F(IgmpAccess, LeavingNeedsNoPermission) {
    lan.hear(report(Type::kToExclude, kG));
    lan.hear(report(Type::kToInclude, kG, {kA}));
    EXPECT_EQ(lan.queries(), (Lines{"0 group 239.1.1.1"}));
    lan.hear(report(Type::kAllow, kSsm, {kA}));
    lan.queries();
    lan.hear(report(Type::kToInclude, kSsm, {kB}));
    EXPECT_EQ(lan.queries(), (Lines{"0 sources 232.1.1.1 10.9.0.1"}))
        << "though what it changes to is denied";
}

TEST_F(IgmpAccess, AMessageWithoutSourcesIsNotJudgedByTheSourcesOfTheOneBefore) {
    lan.hear(report(Type::kAllow, kSsm, {kA, kC}));
    ASSERT_TRUE(lan.router().add_static({kG2}, lan.now(), lan.output()));
    lan.collect();
    lan.changes();
    lan.hear(Leave{kG2});
    lan.hear(report(Type::kToInclude, kG2));
    EXPECT_EQ(lan.changes(), Lines{});
    EXPECT_EQ(lan.ignored(IgnoreReason::kAccessList), 0U);
}

TEST_F(IgmpAccess, StaticGroupsAreTheOperatorsOwn) {
    ASSERT_TRUE(lan.router().add_static({kG2}, lan.now(), lan.output()));
    lan.collect();
    EXPECT_EQ(lan.changes(), (Lines{"0 join * 239.1.1.2"}));
}

struct IgmpOlderIgnored : testing::Test {
    IgmpOlderIgnored() : lan(config()) { lan.start_quietly(); }
    static RouterConfig config() {
        RouterConfig config = router_config();
        config.older_versions = OlderVersions::kIgnored;
        return config;
    }
    Lan lan;
};

TEST_F(IgmpOlderIgnored, ReportsAndLeavesOfVersions1And2HaveNoEffect) {
    lan.hear(ReportV1{kG});
    lan.hear(ReportV2{kG});
    lan.hear(report(Type::kToExclude, kG2));
    lan.hear(Leave{kG2});
    EXPECT_EQ(lan.changes(), (Lines{"0 join * 239.1.1.2"}));
    EXPECT_EQ(lan.queries(), Lines{});
    EXPECT_EQ(lan.group(kG2).version, Version::kV3);
    EXPECT_EQ(lan.ignored(IgnoreReason::kOlderVersion), 3U);
}

TEST_F(IgmpOlderIgnored, QueriersOfVersions1And2AreNotYieldedTo) {
    const Ipv4Address lower(10, 0, 1, 1);
    lan.hear(Query{.version = Version::kV1}, lower);
    lan.hear(Query{.version = Version::kV2, .max_response = seconds(10)}, lower);
    EXPECT_TRUE(lan.router().view(lan.now()).querier);
    EXPECT_EQ(lan.router().counters().older_queries, 2U) << "for the warning";
    lan.hear(Query{.max_response = seconds(10), .robustness = 2, .querier_interval = seconds(125)}, lower);
    EXPECT_FALSE(lan.router().view(lan.now()).querier);
}

} // namespace
} // namespace mcfwd::igmp
