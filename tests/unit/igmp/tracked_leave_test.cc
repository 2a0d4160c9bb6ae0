// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Tracked fast leave: at once if and only if nobody else on the link can want what is left.
#include <gtest/gtest.h>

#include "lan.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace test;
using Type = RecordType;

constexpr Duration kMembershipInterval = seconds(270);

struct IgmpTrackedLeave : testing::Test {
    IgmpTrackedLeave() : lan(tracked()) { lan.start_quietly(); }
    static RouterConfig tracked() {
        RouterConfig config = router_config();
        config.fast_leave = FastLeave::kTracked;
        return config;
    }
    std::uint64_t fast() { return lan.router().counters().fast_leaves; }
    Lan lan;
};

TEST_F(IgmpTrackedLeave, LastVersion3HostLeavesAtOnce) {
    lan.hear(report(Type::kToExclude, kG));
    lan.hear(report(Type::kToInclude, kG));
    EXPECT_EQ(lan.changes(), (Lines{"0 join * 239.1.1.1", "0 leave * 239.1.1.1"}));
    EXPECT_EQ(lan.queries(), Lines{});
    EXPECT_EQ(fast(), 1U);
    EXPECT_FALSE(lan.has_group(kG));
}

TEST_F(IgmpTrackedLeave, AnotherVersion3HostIsAskedForAndKeepsTheGroup) {
    lan.hear(report(Type::kToExclude, kG), kHost);
    lan.hear(report(Type::kToExclude, kG), kOtherHost);
    lan.changes();
    lan.hear(report(Type::kToInclude, kG), kHost);
    EXPECT_EQ(lan.queries(), (Lines{"0 group 239.1.1.1"}));
    lan.wait(milliseconds(500));
    lan.hear(report(Type::kIsExclude, kG), kOtherHost);
    lan.wait(seconds(5));
    EXPECT_EQ(lan.changes(), Lines{});
    EXPECT_EQ(fast(), 0U);
    lan.hear(report(Type::kToInclude, kG), kOtherHost);
    EXPECT_EQ(lan.changes(), (Lines{"5.5 leave * 239.1.1.1"})) << "now it is the last one";
}

TEST_F(IgmpTrackedLeave, SourcesOfAnotherHostAreNotLostWithTheLastExcluder) {
    lan.hear(report(Type::kToExclude, kG), kHost);
    lan.hear(report(Type::kAllow, kG, {kA}), kOtherHost);
    lan.hear(report(Type::kIsExclude, kG), kHost); // forwards A without naming it
    lan.changes();
    lan.hear(report(Type::kToInclude, kG), kHost);
    EXPECT_EQ(lan.queries(), (Lines{"0 group 239.1.1.1"}));
    lan.wait(milliseconds(500));
    lan.hear(report(Type::kIsInclude, kG, {kA}), kOtherHost);
    lan.wait(seconds(5));
    EXPECT_EQ(lan.changes(), (Lines{"2 join 10.9.0.1 239.1.1.1", "2 leave * 239.1.1.1"}));
}

TEST_F(IgmpTrackedLeave, HostThatSpokeAnOlderVersionIsKnownAsLongAsItAnswers) {
    lan.hear(ReportV2{kG}, kOtherHost);
    for (int i = 0; i < 3; ++i) {
        lan.wait(seconds(125));
        lan.hear(report(Type::kIsInclude, kG, {kA}), kOtherHost);
        lan.hear(report(Type::kIsInclude, kG, {kA}), kHost);
    }
    lan.hear(report(Type::kBlock, kG, {kA}), kHost);
    EXPECT_EQ(fast(), 0U);
}

TEST_F(IgmpTrackedLeave, AHostThatWentSilentCountsUntilItsMembershipEnds) {
    lan.hear(report(Type::kToExclude, kG), kOtherHost);
    lan.wait(seconds(100));
    lan.hear(report(Type::kToExclude, kG), kHost);
    lan.wait(milliseconds(169999));
    lan.hear(report(Type::kToInclude, kG), kHost);
    EXPECT_EQ(fast(), 0U);
    lan.hear(report(Type::kIsExclude, kG), kHost);
    lan.wait(milliseconds(1));
    lan.hear(report(Type::kToInclude, kG), kHost);
    EXPECT_EQ(fast(), 1U);
}

TEST_F(IgmpTrackedLeave, SourcesLeaveOneByOne) {
    lan.hear(report(Type::kAllow, kSsm, {kA, kB}), kHost);
    lan.hear(report(Type::kAllow, kSsm, {kB, kC}), kOtherHost);
    lan.changes();
    lan.hear(report(Type::kBlock, kSsm, {kA, kB}), kHost);
    EXPECT_EQ(lan.changes(), (Lines{"0 leave 10.9.0.1 232.1.1.1"}));
    EXPECT_EQ(lan.queries(), (Lines{"0 sources 232.1.1.1 10.9.0.2"})) << "the other one wants it";
    lan.hear(report(Type::kBlock, kSsm, {kB, kC}), kOtherHost);
    EXPECT_EQ(lan.changes(), (Lines{"0 leave 10.9.0.2 232.1.1.1", "0 leave 10.9.0.3 232.1.1.1"}));
    EXPECT_FALSE(lan.has_group(kSsm));
}

TEST_F(IgmpTrackedLeave, BlockInExcludeModeBlocksAtOnceUnlessAnotherWantsTheSource) {
    lan.hear(report(Type::kToExclude, kG), kHost);
    lan.hear(report(Type::kToExclude, kG, {kA}), kOtherHost);
    EXPECT_EQ(lan.queries(), (Lines{"0 sources 239.1.1.1 10.9.0.1"}));
    lan.changes();
    lan.hear(report(Type::kBlock, kG, {kA, kB}), kHost);
    EXPECT_EQ(lan.changes(), (Lines{"0 block 10.9.0.1 239.1.1.1"})) << "both refuse A, one wants B";
    EXPECT_EQ(lan.queries(), (Lines{"0 sources 239.1.1.1 10.9.0.2"}));
}

TEST_F(IgmpTrackedLeave, AnIncludeHostKeepsItsSourceWhenTheExcludeHostLeaves) {
    lan.hear(report(Type::kToExclude, kG), kHost);
    lan.hear(report(Type::kAllow, kG, {kA}), kOtherHost);
    lan.changes();
    lan.hear(report(Type::kToInclude, kG), kHost);
    EXPECT_EQ(lan.changes(), (Lines{"0 join 10.9.0.1 239.1.1.1", "0 leave * 239.1.1.1"}));
    EXPECT_EQ(lan.queries(), (Lines{"0 sources 239.1.1.1 10.9.0.1"}));
}

TEST_F(IgmpTrackedLeave, AChangeToAListMayGoOnInAnotherRecordAndAsks) {
    lan.hear(report(Type::kToExclude, kG));
    lan.changes();
    lan.hear(ReportV3{.records = {{Type::kToInclude, kG, {kA}}, {Type::kToInclude, kG, {kB}}}});
    EXPECT_EQ(fast(), 0U);
    lan.wait(milliseconds(500));
    lan.hear(report(Type::kIsInclude, kG, {kA})); // the answer of a host that wants both
    lan.wait(seconds(2));
    EXPECT_EQ(lan.changes(),
              (Lines{"2 join 10.9.0.1 239.1.1.1", "2 join 10.9.0.2 239.1.1.1", "2 leave * 239.1.1.1"}));
}

TEST_F(IgmpTrackedLeave, TheLeaveOfAStrangerIsNotFastWhileOthersAreThere) {
    lan.hear(report(Type::kToExclude, kG), kHost);
    lan.hear(report(Type::kToInclude, kG), kOtherHost);
    EXPECT_EQ(fast(), 0U);
    EXPECT_TRUE(lan.has_group(kG));
}

TEST_F(IgmpTrackedLeave, ANonQuerierLeavesFastToo) {
    lan.hear(Query{.max_response = seconds(10), .robustness = 2, .querier_interval = seconds(125)},
             Ipv4Address(10, 0, 1, 1));
    lan.hear(report(Type::kToExclude, kG));
    lan.hear(report(Type::kToInclude, kG));
    EXPECT_EQ(fast(), 1U);
    EXPECT_EQ(lan.queries(), Lines{});
}

/// Reports of version 2 silence other hosts, so that only a link with a single host is sure.
TEST_F(IgmpTrackedLeave, SoleVersion2HostLeavesAtOnceAfterAMembershipInterval) {
    lan.wait(kMembershipInterval - seconds(41));
    lan.hear(ReportV2{kG});
    lan.changes();
    lan.hear(Leave{kG});
    EXPECT_EQ(lan.changes(), Lines{}) << "269 s after the start somebody may not have been heard yet";
    EXPECT_EQ(lan.queries().back(), "229 group 239.1.1.1");
    lan.hear(ReportV2{kG});
    lan.wait(seconds(1));
    lan.hear(Leave{kG});
    EXPECT_EQ(lan.changes(), (Lines{"230 leave * 239.1.1.1"}));
    EXPECT_EQ(fast(), 1U);
}

TEST_F(IgmpTrackedLeave, AnotherMacInAnyGroupMakesVersion2LeavesAsk) {
    lan.wait(kMembershipInterval);
    lan.hear(ReportV2{Ipv4Address(224, 0, 0, 251)}, kOtherHost);
    lan.hear(ReportV2{kG}, kHost);
    lan.wait(kMembershipInterval);
    lan.hear(ReportV2{kG}, kHost);
    lan.hear(Leave{kG}, kHost);
    EXPECT_EQ(fast(), 0U) << "it may be a member that never had to report";
    lan.hear(ReportV2{kG}, kHost);
    lan.wait(HostTable::kMemory * kMembershipInterval);
    lan.hear(ReportV2{kG}, kHost);
    lan.hear(Leave{kG}, kHost);
    EXPECT_EQ(fast(), 1U) << "not for ever";
}

TEST_F(IgmpTrackedLeave, TwoAddressesOfOneMacAreTwoVersion2Hosts) {
    lan.wait(kMembershipInterval);
    lan.hear(ReportV2{kG}, Reporter{kHost, mac_of(kHost)});
    lan.hear(ReportV2{kG}, Reporter{kOtherHost, mac_of(kHost)});
    lan.hear(Leave{kG}, Reporter{kHost, mac_of(kHost)});
    EXPECT_EQ(fast(), 0U);
    lan.hear(Leave{kG}, Reporter{kOtherHost, mac_of(kHost)});
    EXPECT_EQ(fast(), 1U);
}

TEST_F(IgmpTrackedLeave, AVersion3HostBesideVersion2OnesIsNotSure) {
    lan.wait(kMembershipInterval);
    lan.hear(ReportV2{kG}, kOtherHost);
    lan.hear(report(Type::kToExclude, kG), kHost);
    lan.hear(Leave{kG}, kOtherHost);
    lan.hear(report(Type::kToInclude, kG), kHost);
    EXPECT_EQ(fast(), 0U) << "the group is in version 2 mode and another host is on the link";
    lan.wait(seconds(2));
    EXPECT_FALSE(lan.has_group(kG));
}

TEST_F(IgmpTrackedLeave, AVersion1MemberCanNotLeave) {
    lan.wait(kMembershipInterval);
    lan.hear(ReportV1{kG});
    lan.hear(Leave{kG});
    EXPECT_EQ(fast(), 0U);
    EXPECT_TRUE(lan.has_group(kG));
}

TEST_F(IgmpTrackedLeave, AStaticGroupStays) {
    ASSERT_TRUE(lan.router().add_static({kG}, lan.now(), lan.output()));
    lan.hear(report(Type::kToExclude, kG));
    lan.changes();
    lan.hear(report(Type::kToInclude, kG));
    EXPECT_EQ(lan.changes(), Lines{});
    EXPECT_EQ(lan.hosts(kG), Lines{});
    EXPECT_TRUE(lan.has_group(kG));
}

} // namespace
} // namespace mcfwd::igmp
