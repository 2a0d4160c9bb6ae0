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

/// Reports of version 2 silence other hosts, so that only a link on which nobody else ever won a race is
/// sure.
struct IgmpTrackedVersion2Leave : IgmpTrackedLeave {
    static constexpr int kQueries = HostTable::kRounds;

    /// The host answers every general query of this time.
    void answer_alone(int queries, const Reporter& host = {kHost, mac_of(kHost)}) {
        for (int i = 0; i < queries; ++i) {
            lan.wait(seconds(125));
            lan.hear(ReportV2{kG}, host);
        }
    }
};

TEST_F(IgmpTrackedVersion2Leave, SoleHostLeavesAtOnceAfterManyQueries) {
    answer_alone(kQueries - 2); // beside those of the start; the last one counts when the next is sent
    lan.forget();
    lan.hear(Leave{kG});
    EXPECT_EQ(lan.changes(), Lines{}) << "one query fewer may have been answered by chance alone";
    EXPECT_EQ(lan.queries(), (Lines{"0 group 239.1.1.1"}));
    lan.hear(ReportV2{kG});
    answer_alone(1);
    lan.forget();
    lan.hear(Leave{kG});
    EXPECT_EQ(lan.changes(), (Lines{"0 leave * 239.1.1.1"}));
    EXPECT_EQ(fast(), 1U);
}

/// The silent host was a member before the start, and the other one answered the first three queries.
TEST_F(IgmpTrackedVersion2Leave, AHostThatLostThreeRacesIsAskedFor) {
    lan.hear(ReportV2{kG}, kHost);
    answer_alone(3);
    lan.forget();
    lan.hear(Leave{kG}, kHost);
    EXPECT_EQ(fast(), 0U);
    EXPECT_EQ(lan.queries(), (Lines{"0 group 239.1.1.1"}));
    lan.wait(milliseconds(500));
    lan.hear(ReportV2{kG}, kOtherHost);
    lan.wait(seconds(5));
    EXPECT_EQ(lan.changes(), Lines{});
}

TEST_F(IgmpTrackedVersion2Leave, QueriesThatOneAnswerServesCountOnce) {
    lan.hear(Query{.version = Version::kV2, .max_response = seconds(10)}, Ipv4Address(10, 0, 1, 1));
    for (int i = 0; i < 2 * kQueries; ++i) {
        lan.wait(seconds(1));
        lan.hear(Query{.version = Version::kV2, .max_response = seconds(10)}, Ipv4Address(10, 0, 1, 1));
        lan.hear(ReportV2{kG});
    }
    lan.hear(Leave{kG});
    EXPECT_EQ(fast(), 0U);
}

TEST_F(IgmpTrackedVersion2Leave, AnotherHostInAnyGroupBeginsTheProofAnew) {
    answer_alone(kQueries);
    lan.hear(ReportV2{Ipv4Address(224, 0, 0, 251)}, kOtherHost);
    answer_alone(kQueries + 1);
    lan.hear(Leave{kG});
    EXPECT_EQ(fast(), 0U) << "it may be a member that never had to report";
    answer_alone(1);
    lan.hear(Leave{kG});
    EXPECT_EQ(fast(), 1U) << "not for ever";
}

TEST_F(IgmpTrackedVersion2Leave, ALinkThatWasDownOrABridgeThatChangedBeginsTheProofAnew) {
    answer_alone(kQueries);
    lan.link_up();
    lan.hear(Leave{kG});
    EXPECT_EQ(fast(), 0U) << "hosts may be behind it now that were suppressed elsewhere";
    lan.hear(ReportV2{kG});
    answer_alone(kQueries + 1);
    lan.router().hosts_moved();
    lan.hear(Leave{kG});
    EXPECT_EQ(fast(), 0U);
}

/// A wireless client bridge shows all hosts behind it with its own MAC.
TEST_F(IgmpTrackedVersion2Leave, TwoAddressesOfOneMacAreTwoHosts) {
    const Reporter first{kHost, mac_of(kHost)};
    lan.hear(ReportV2{kG}, {kOtherHost, mac_of(kHost)});
    answer_alone(3, first); // the other one's membership as it was tracked has ended meanwhile
    lan.forget();
    lan.hear(Leave{kG}, first);
    EXPECT_EQ(fast(), 0U);
    EXPECT_EQ(lan.queries(), (Lines{"0 group 239.1.1.1"}));
}

TEST_F(IgmpTrackedVersion2Leave, HostsWithoutAnAddressAreNeverSure) {
    const Reporter nameless{{}, mac_of(kHost)};
    answer_alone(kQueries + 1, nameless);
    lan.hear(Leave{kG}, nameless);
    EXPECT_EQ(fast(), 0U);
    lan.hear(report(Type::kToExclude, kG2), nameless);
    lan.hear(report(Type::kToExclude, kG2), kHost);
    lan.hear(report(Type::kToInclude, kG2), nameless); // there may be another one behind this MAC
    lan.hear(report(Type::kToInclude, kG2), kHost);
    EXPECT_EQ(fast(), 0U);
}

TEST_F(IgmpTrackedLeave, RecordsBeyondTheRateOfAHostLeaveADoubt) {
    RouterConfig config = tracked();
    config.host_rate = 10;
    Lan limited(config);
    limited.start_quietly();
    ReportV3 many;
    for (std::uint8_t i = 0; i < 10; ++i) {
        many.records.push_back({Type::kToExclude, Ipv4Address(239, 1, 2, i), {}});
    }
    many.records.push_back({Type::kToExclude, kG, {}});
    limited.hear(report(Type::kToExclude, kG), kHost);
    limited.hear(many, kOtherHost); // G, too; it can not know that this was not heard
    limited.forget();
    limited.hear(report(Type::kToInclude, kG), kHost);
    EXPECT_EQ(limited.router().counters().fast_leaves, 0U);
    EXPECT_EQ(limited.queries(), (Lines{"0 group 239.1.1.1"}));
}

TEST_F(IgmpTrackedLeave, AVersion3HostBesideVersion2OnesIsNotSure) {
    lan.hear(ReportV2{kG}, kOtherHost);
    lan.hear(report(Type::kToExclude, kG), kHost);
    lan.hear(Leave{kG}, kOtherHost);
    lan.hear(report(Type::kToInclude, kG), kHost);
    EXPECT_EQ(fast(), 0U) << "the group is in version 2 mode and another host is on the link";
    lan.wait(seconds(2));
    EXPECT_FALSE(lan.has_group(kG));
}

TEST_F(IgmpTrackedLeave, AVersion1MemberCanNotLeave) {
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
