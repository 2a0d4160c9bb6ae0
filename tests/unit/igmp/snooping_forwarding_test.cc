// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Which ports get a group: the wishes of hosts, routers, and what nobody asked for (RFC 4541 section 2.1.2).
#include <gtest/gtest.h>

#include "bridge_lan.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace test;
using Type = RecordType;

struct SnoopingForwarding : testing::Test {
    SnoopingForwarding() { lan.start_quietly(); }
    void router_at(unsigned at) { lan.hear(at, query_of(), kQuerier); }
    BridgeLan lan;
};

TEST_F(SnoopingForwarding, MembersGetTheirGroupAndNobodyElseDoes) {
    lan.hear(0, ReportV2{kG});
    lan.hear(2, ReportV2{kG});
    EXPECT_EQ(lan.flow(kG), "0,2");
    EXPECT_EQ(lan.flow(kG2), "");
    EXPECT_EQ(lan.table(), (Lines{"* 239.1.1.1 to 0,2"}));
}

TEST_F(SnoopingForwarding, JoinedGroupsGoToEveryRouterPortAsWell) {
    lan.hear(0, ReportV2{kG});
    lan.hear(1, report(Type::kAllow, kSsm, {kA}));
    router_at(3);
    EXPECT_EQ(lan.flow(kG), "0,3");
    EXPECT_EQ(lan.flow(kSsm, kA), "1,3");
}

TEST_F(SnoopingForwarding, UnregisteredGroupsGoToRouterPortsOnly) {
    router_at(3);
    EXPECT_EQ(lan.flow(kG), "3");
}

TEST_F(SnoopingForwarding, UnregisteredGroupsAreFloodedIfConfigured) {
    SnoopingConfig config = snooping_config();
    config.flood_unregistered = true;
    BridgeLan flooding(config);
    flooding.start_quietly();
    EXPECT_EQ(flooding.flow(kG), "0,1,2,3");
    flooding.hear(1, ReportV2{kG});
    EXPECT_EQ(flooding.flow(kG), "1");
}

/// RFC 4541 section 2.1.2 (3): flooding of unregistered packets can be forced on specified ports.
TEST_F(SnoopingForwarding, UnregisteredGroupsGoToPortsThatAreToGetThem) {
    SnoopingConfig config = snooping_config();
    config.unregistered_ports = {port(2), port(0)};
    BridgeLan forced(config);
    forced.start_quietly();
    EXPECT_EQ(forced.flow(kG), "0,2");
    EXPECT_EQ(forced.flow(kG, kA), "0,2");
    EXPECT_TRUE(forced.bridge().view(port(2), forced.now()).unregistered);
    EXPECT_FALSE(forced.bridge().view(port(1), forced.now()).unregistered);
    EXPECT_FALSE(forced.bridge().view(port(2), forced.now()).router) << "reports do not go there";
    forced.hear(3, query_of(), kQuerier);
    EXPECT_EQ(forced.flow(kG), "0,2,3") << "and to router ports as ever";
    forced.hear(2, query_of(), kSecondRouter);
    EXPECT_EQ(forced.flow(kG), "0,2,3") << "once each";
    forced.hear(1, ReportV2{kG});
    EXPECT_EQ(forced.flow(kG), "1,2,3") << "registered: members and routers";
    EXPECT_EQ(forced.flow(kG2), "0,2,3");
    forced.hear(1, Leave{kG});
    forced.wait(seconds(270));
    EXPECT_EQ(forced.flow(kG), "0,2") << "unregistered again, and the routers are gone";
}

TEST_F(SnoopingForwarding, SourceNobodyAskedForOfAKnownGroupIsNotUnregistered) {
    SnoopingConfig config = snooping_config();
    config.flood_unregistered = true;
    BridgeLan flooding(config);
    flooding.start_quietly();
    flooding.hear(1, report(Type::kAllow, kSsm, {kA}));
    EXPECT_EQ(flooding.flow(kSsm, kA), "1");
    EXPECT_EQ(flooding.flow(kSsm, kB), "");
}

TEST_F(SnoopingForwarding, FloodListIsEveryPort) {
    EXPECT_EQ(text_of(lan.bridge().flood_ports()), "0,1,2,3");
}

TEST_F(SnoopingForwarding, LinkLocalGroupsGetNoState) {
    lan.hear(0, ReportV2{{224, 0, 0, 251}});
    lan.hear(0, report(Type::kIsExclude, {224, 0, 0, 5}));
    EXPECT_EQ(lan.table(), Lines{});
    EXPECT_EQ(lan.ignored(0, IgnoreReason::kLinkLocalGroup), 2U);
}

TEST_F(SnoopingForwarding, SourceListsOfPortsMergeToASuperset) {
    lan.hear(0, report(Type::kIsInclude, kG, {kA, kB}));
    lan.hear(1, report(Type::kIsExclude, kG, {kB}));
    lan.hear(2, report(Type::kIsExclude, kG));
    EXPECT_EQ(lan.table(),
              (Lines{"* 239.1.1.1 to 1,2", "10.9.0.1 239.1.1.1 to 0,1,2", "10.9.0.2 239.1.1.1 to 0,2"}));
    EXPECT_EQ(lan.flow(kG, kC), "1,2");
}

TEST_F(SnoopingForwarding, HostsOfOnePortMergeToASuperset) {
    lan.hear(0, report(Type::kIsExclude, kG, {kA, kB}), kHost);
    lan.hear(0, report(Type::kIsInclude, kG, {kA}), kOtherHost);
    EXPECT_EQ(lan.table(), (Lines{"* 239.1.1.1 to 0", "10.9.0.2 239.1.1.1 to "}));
}

TEST_F(SnoopingForwarding, ChangeToExcludeReachesTheSourcesThatOnlyOtherPortsName) {
    lan.hear(0, report(Type::kIsInclude, kG, {kA}));
    lan.hear(1, report(Type::kIsExclude, kG)); // the mirror sees whether (A, G) is among the changed keys
    EXPECT_EQ(lan.flow(kG, kA), "0,1");
    lan.hear(1, report(Type::kToInclude, kG));
    lan.wait(seconds(3));
    EXPECT_EQ(lan.flow(kG, kA), "0");
}

TEST_F(SnoopingForwarding, NewRouterPortIsAddedToEveryList) {
    lan.hear(0, ReportV2{kG});
    lan.hear(1, report(Type::kIsInclude, kSsm, {kA}));
    router_at(2);
    EXPECT_EQ(lan.table(), (Lines{"* 232.1.1.1 to 2", "10.9.0.1 232.1.1.1 to 1,2", "* 239.1.1.1 to 0,2"}));
}

TEST_F(SnoopingForwarding, AnySourceReportForASourceSpecificGroupIsServed) {
    lan.hear(0, ReportV2{kSsm}); // the router may know its sources
    EXPECT_EQ(lan.flow(kSsm), "0");
}

TEST_F(SnoopingForwarding, MembershipEndsWithItsTimer) {
    lan.hear(0, ReportV2{kG});
    lan.wait(milliseconds(269'999));
    EXPECT_EQ(lan.flow(kG), "0");
    lan.wait(milliseconds(1));
    EXPECT_EQ(lan.table(), Lines{});
}

TEST_F(SnoopingForwarding, MixedVersionsOnOnePortAndOnSeveral) {
    lan.hear(0, ReportV1{kG}, kHost);
    lan.hear(0, report(Type::kToExclude, kG, {kA}), kOtherHost);
    lan.hear(1, report(Type::kToExclude, kG, {kA}));
    EXPECT_EQ(lan.group(0, kG).version, Version::kV1);
    EXPECT_EQ(lan.group(1, kG).version, Version::kV3);
    EXPECT_EQ(lan.flow(kG, kA), "0");
    EXPECT_EQ(lan.flow(kG, kB), "0,1");
    lan.hear(0, Leave{kG}, kOtherHost); // no effect beside a version 1 host
    lan.wait(seconds(5));
    EXPECT_EQ(lan.flow(kG, kA), "0");
    EXPECT_EQ(lan.ignored(0, IgnoreReason::kCompatibility), 1U);
}

TEST_F(SnoopingForwarding, LimitsArePerPort) {
    SnoopingConfig config = snooping_config();
    config.max_groups = 1;
    BridgeLan tight(config);
    tight.start_quietly();
    tight.hear(0, ReportV2{kG});
    tight.hear(0, ReportV2{kG2});
    tight.hear(1, ReportV2{kG2});
    EXPECT_EQ(tight.table(), (Lines{"* 239.1.1.1 to 0", "* 239.1.1.2 to 1"}));
    EXPECT_EQ(tight.ignored(0, IgnoreReason::kGroupLimit), 1U);
    EXPECT_EQ(tight.ignored(1, IgnoreReason::kGroupLimit), 0U);
}

TEST_F(SnoopingForwarding, StaticGroupsNeedNoHost) {
    lan.add_static(2, {kG});
    lan.add_static(1, {kSsm, kA});
    EXPECT_EQ(lan.table(), (Lines{"* 232.1.1.1 to ", "10.9.0.1 232.1.1.1 to 1", "* 239.1.1.1 to 2"}));
    lan.wait(seconds(1000));
    lan.remove_static(1, {kSsm, kA});
    EXPECT_EQ(lan.table(), (Lines{"* 239.1.1.1 to 2"}));
    SnoopingOutput out;
    EXPECT_EQ(lan.bridge().add_static(port(2), {kG}, lan.now(), out).error().status, Status::kAlreadyExists);
    EXPECT_EQ(lan.bridge().remove_static(port(1), {kG}, lan.now(), out).error().status, Status::kNotFound);
    EXPECT_EQ(lan.bridge().add_static(port(1), {kAllSystems}, lan.now(), out).error().status,
              Status::kInvalidParameter);
}

TEST_F(SnoopingForwarding, FullTableFloodsTheRestAndFiltersTheKnown) {
    lan.hear(0, ReportV2{kG});
    lan.hear(1, ReportV2{kG2});
    lan.table_full(kG2, true);
    EXPECT_EQ(text_of(lan.bridge().unregistered_ports()), "0,1,2,3");
    EXPECT_EQ(lan.flow(kG), "0");
    EXPECT_EQ(lan.view().refused_groups, 1U);
    lan.table_full(kG2, false);
    EXPECT_EQ(text_of(lan.bridge().unregistered_ports()), "");
}

/// A list for all sources without those for single ones would keep packets from who asked for these.
TEST_F(SnoopingForwarding, RefusedGroupHasNoKeyAtAll) {
    lan.hear(0, report(Type::kToExclude, kG));
    lan.hear(1, report(Type::kAllow, kG, {kA}));
    lan.table_full(kG, true);
    EXPECT_EQ(lan.table(), Lines{});
    EXPECT_EQ(lan.flow(kG, kA), "0,1,2,3");
    EXPECT_EQ(lan.flow(kG, kB), "0,1,2,3");
    lan.hear(2, report(Type::kAllow, kG, {kB}));
    EXPECT_EQ(lan.table(), Lines{});
    EXPECT_EQ(lan.bridge().wanted_ports(kG, kA), (std::vector{port(0), port(1)}));
    lan.table_full(kG, false);
    EXPECT_EQ(lan.table(),
              (Lines{"* 239.1.1.1 to 0", "10.9.0.1 239.1.1.1 to 0,1", "10.9.0.2 239.1.1.1 to 0,2"}));
}

TEST_F(SnoopingForwarding, RefusedGroupThatEndsStopsTheFlooding) {
    lan.hear(1, ReportV2{kG2});
    lan.table_full(kG2, true);
    lan.table_full({239, 9, 9, 9}, true); // nobody wants it
    lan.hear(1, Leave{kG2});
    lan.wait(seconds(2));
    EXPECT_EQ(text_of(lan.bridge().unregistered_ports()), "");
}

TEST_F(SnoopingForwarding, StopForgetsWhatWasLearnedAndStartBeginsAnew) {
    lan.hear(0, ReportV2{kG});
    lan.add_static(2, {kG2});
    router_at(3);
    lan.stop();
    EXPECT_EQ(lan.table(), Lines{});
    EXPECT_EQ(lan.routers(), "");
    EXPECT_EQ(lan.bridge().next_deadline(), std::nullopt);
    lan.hear(0, ReportV2{kG});
    EXPECT_EQ(lan.table(), Lines{});
    lan.start();
    EXPECT_EQ(lan.table(), (Lines{"* 239.1.1.2 to 2"}));
}

} // namespace
} // namespace mcfwd::igmp
