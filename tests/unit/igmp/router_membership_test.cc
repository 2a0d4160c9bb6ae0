// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What reports make of the membership told upward, and how long it lasts.
#include <gtest/gtest.h>

#include "lan.hh"
#include "octets.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::seconds;
using namespace test;
using Type = RecordType;

struct IgmpRouter : testing::Test {
    IgmpRouter() { lan.start_quietly(); }
    Lan lan;
};

TEST_F(IgmpRouter, Version2ReportJoinsForTheMembershipInterval) {
    lan.hear(ReportV2{kG});
    EXPECT_EQ(lan.changes(), (Lines{"0 join * 239.1.1.1"}));
    lan.wait(seconds(300));
    EXPECT_EQ(lan.changes(), (Lines{"270 leave * 239.1.1.1"}));
    EXPECT_FALSE(lan.has_group(kG));
}

TEST_F(IgmpRouter, ReportsKeepTheMembershipWithoutFurtherWords) {
    lan.hear(ReportV2{kG});
    for (int i = 0; i < 5; ++i) {
        lan.wait(seconds(125));
        lan.hear(ReportV2{kG}, kOtherHost);
    }
    EXPECT_EQ(lan.changes(), (Lines{"0 join * 239.1.1.1"}));
    EXPECT_EQ(lan.group(kG).expires, seconds(270));
    EXPECT_EQ(lan.group(kG).last_reporter, kOtherHost);
    EXPECT_EQ(lan.group(kG).uptime, seconds(625));
    lan.wait(seconds(270));
    EXPECT_EQ(lan.changes(), (Lines{"895 leave * 239.1.1.1"}));
}

TEST_F(IgmpRouter, SourceSpecificJoinsAreToldPerSource) {
    lan.hear(report(Type::kAllow, kSsm, {kB, kA, kB}));
    EXPECT_EQ(lan.changes(), (Lines{"0 join 10.9.0.1 232.1.1.1", "0 join 10.9.0.2 232.1.1.1"}));
    lan.wait(seconds(100));
    lan.hear(report(Type::kIsInclude, kSsm, {kB}));
    lan.wait(seconds(300));
    EXPECT_EQ(lan.changes(), (Lines{"270 leave 10.9.0.1 232.1.1.1", "370 leave 10.9.0.2 232.1.1.1"}));
}

TEST_F(IgmpRouter, ExcludedSourcesAreBlocked) {
    lan.hear(report(Type::kToExclude, kG, {kA}));
    EXPECT_EQ(lan.changes(), (Lines{"0 join * 239.1.1.1", "0 block 10.9.0.1 239.1.1.1"}));
    lan.hear(report(Type::kAllow, kG, {kA}), kOtherHost);
    EXPECT_EQ(lan.changes(), (Lines{"0 unblock 10.9.0.1 239.1.1.1"}));
    EXPECT_EQ(lan.membership(), (Lines{"join * 239.1.1.1"}));
    lan.wait(seconds(100));
    lan.hear(report(Type::kIsExclude, kG, {kA}));
    lan.wait(seconds(170));
    EXPECT_EQ(lan.changes(), (Lines{"270 block 10.9.0.1 239.1.1.1"})) << "the host that wanted it is gone";
    EXPECT_EQ(lan.membership(), (Lines{"block 10.9.0.1 239.1.1.1", "join * 239.1.1.1"}));
}

TEST_F(IgmpRouter, IncludeToExcludeNeverLeavesAGap) {
    lan.hear(report(Type::kAllow, kG, {kA, kB}));
    lan.changes();
    lan.hear(report(Type::kIsExclude, kG, {kB, kC}));
    EXPECT_EQ(lan.changes(), (Lines{"0 join * 239.1.1.1", "0 block 10.9.0.3 239.1.1.1",
                                    "0 leave 10.9.0.1 239.1.1.1", "0 leave 10.9.0.2 239.1.1.1"}));
}

TEST_F(IgmpRouter, GroupTimerEndReturnsToTheSourcesStillWanted) {
    lan.hear(report(Type::kIsExclude, kG, {kA}));
    lan.wait(seconds(100));
    lan.hear(report(Type::kIsInclude, kG, {kB}));
    lan.changes();
    lan.wait(seconds(170));
    EXPECT_EQ(lan.changes(), (Lines{"270 join 10.9.0.2 239.1.1.1", "270 leave * 239.1.1.1",
                                    "270 unblock 10.9.0.1 239.1.1.1"}));
    EXPECT_EQ(lan.group(kG).mode, FilterMode::kInclude);
    lan.wait(seconds(100));
    EXPECT_EQ(lan.changes(), (Lines{"370 leave 10.9.0.2 239.1.1.1"}));
}

TEST_F(IgmpRouter, ReportFromNoAddressCounts) {
    lan.hear(ReportV2{kG}, Ipv4Address());
    EXPECT_EQ(lan.changes(), (Lines{"0 join * 239.1.1.1"}));
    EXPECT_EQ(lan.group(kG).last_reporter_mac, mac_of(Ipv4Address()));
}

TEST_F(IgmpRouter, ReportsCountWhateverTheirDestination) {
    lan.hear_octets(packet_around(octets("1600 0000 ef010101"))); // to 224.0.0.22, not to the group
    EXPECT_EQ(lan.changes(), (Lines{"0 join * 239.1.1.1"}));
}

TEST_F(IgmpRouter, LinkLocalGroupsAndNonGroupsGetNoState) {
    lan.hear(ReportV2{kAllSystems});
    lan.hear(report(Type::kToExclude, Ipv4Address(224, 0, 0, 251)));
    EXPECT_EQ(lan.ignored(IgnoreReason::kLinkLocalGroup), 2U);
    lan.hear(report(Type::kToExclude, Ipv4Address(10, 0, 0, 1)));
    EXPECT_EQ(lan.ignored(IgnoreReason::kNotGroup), 1U);
    EXPECT_EQ(lan.membership(), Lines{});
}

TEST_F(IgmpRouter, ListedSourcesThatCanNotSendAreDropped) {
    lan.hear(report(Type::kAllow, kG, {kAnySource, Ipv4Address(127, 0, 0, 1), kG2, kA}));
    EXPECT_EQ(lan.changes(), (Lines{"0 join 10.9.0.1 239.1.1.1"}));
    EXPECT_EQ(lan.ignored(IgnoreReason::kNotSource), 3U);
}

TEST_F(IgmpRouter, RecordsThatCreateNothing) {
    lan.hear(report(Type::kIsInclude, kG));
    lan.hear(report(Type::kToInclude, kG));
    lan.hear(report(Type::kBlock, kG, {kA}));
    lan.hear(Leave{kG});
    EXPECT_FALSE(lan.has_group(kG));
    EXPECT_EQ(lan.changes(), Lines{});
    EXPECT_EQ(lan.queries(), Lines{});
}

TEST_F(IgmpRouter, GoodRecordsBeforeABadOneCount) {
    lan.hear_octets(packet_around(octets("2200 0000 0000 0003  04 00 0000 ef010101  09 00 0000 ef010101"
                                         "04 00 ffff ef010102")));
    EXPECT_EQ(lan.changes(), (Lines{"0 join * 239.1.1.1"}));
    EXPECT_EQ(lan.ignored(IgnoreReason::kTruncatedReport), 1U);
    EXPECT_EQ(lan.ignored(IgnoreReason::kUnknownRecord), 1U);
}

TEST_F(IgmpRouter, BadPacketsAreCountedByReason) {
    Octets packet = packet_around(octets("1600 0000 ef010101"));
    packet[30] ^= std::byte{1};
    lan.hear_octets(packet);
    lan.hear_octets(packet_around(octets("9900 0000 ef010101")));
    const auto& failures = lan.router().counters().parse_failures;
    EXPECT_EQ(failures[static_cast<std::size_t>(ParseFailure::kBadChecksum)], 1U);
    EXPECT_EQ(failures[static_cast<std::size_t>(ParseFailure::kUnknownType)], 1U);
    lan.hear(ReportV2{kG}, Ipv4Address(239, 9, 9, 9));
    EXPECT_EQ(lan.ignored(IgnoreReason::kBadSource), 1U);
    EXPECT_EQ(lan.changes(), Lines{});
}

TEST_F(IgmpRouter, MessagesAreCountedByType) {
    lan.hear(ReportV1{kG});
    lan.hear(ReportV2{kG2});
    lan.hear(report(Type::kAllow, kSsm, {kA}));
    lan.hear(Leave{kG2});
    const RouterCounters& counters = lan.router().counters();
    const auto received = [&](MessageType type) { return counters.received[static_cast<std::size_t>(type)]; };
    EXPECT_EQ(received(MessageType::kReportV1), 1U);
    EXPECT_EQ(received(MessageType::kReportV2), 1U);
    EXPECT_EQ(received(MessageType::kReportV3), 1U);
    EXPECT_EQ(received(MessageType::kLeave), 1U);
    EXPECT_EQ(counters.records, 1U);
    EXPECT_EQ(counters.sent[static_cast<std::size_t>(MessageType::kGeneralQuery)], 2U);
    EXPECT_EQ(counters.sent[static_cast<std::size_t>(MessageType::kGroupQuery)], 1U);
    lan.router().clear_counters();
    EXPECT_EQ(received(MessageType::kLeave), 0U);
}

TEST_F(IgmpRouter, SsmRangeTakesNoAnySourceMessages) {
    lan.hear(report(Type::kToExclude, kSsm, {kA}));
    lan.hear(report(Type::kIsExclude, kSsm));
    lan.hear(ReportV2{kSsm});
    lan.hear(ReportV1{kSsm});
    lan.hear(Leave{kSsm});
    EXPECT_EQ(lan.ignored(IgnoreReason::kSsmRange), 5U);
    EXPECT_FALSE(lan.has_group(kSsm));
    lan.hear(report(Type::kToInclude, kSsm, {kA}));
    EXPECT_EQ(lan.changes(), (Lines{"0 join 10.9.0.1 232.1.1.1"}));
}

TEST_F(IgmpRouter, StopTakesEverythingBackAndStartBeginsAnew) {
    lan.hear(report(Type::kToExclude, kG, {kA}));
    lan.changes();
    lan.router().stop(lan.now(), lan.output());
    lan.collect();
    EXPECT_EQ(lan.changes(), (Lines{"0 leave * 239.1.1.1", "0 unblock 10.9.0.1 239.1.1.1"}));
    EXPECT_EQ(lan.membership(), Lines{});
    lan.wait(seconds(500));
    EXPECT_EQ(lan.queries(), Lines{});
    lan.start();
    EXPECT_EQ(lan.queries(), (Lines{"500 general"}));
    lan.hear(ReportV2{kG});
    EXPECT_EQ(lan.changes(), (Lines{"500 join * 239.1.1.1"}));
}

TEST_F(IgmpRouter, ALateCallDoesAllThatIsOverdue) {
    lan.hear(report(Type::kToExclude, kG, {kA}));
    lan.hear(report(Type::kAllow, kG2, {kA}));
    lan.changes();
    lan.jump(seconds(1000));
    EXPECT_EQ(lan.changes().size(), 3U);
    EXPECT_EQ(lan.membership(), Lines{});
    EXPECT_EQ(lan.queries(), (Lines{"1000 general"}));
    EXPECT_GT(lan.router().next_deadline(), lan.now());
}

TEST_F(IgmpRouter, ViewsShowTimersAndModes) {
    lan.hear(report(Type::kToExclude, kG, {kA}));
    lan.wait(seconds(10));
    lan.hear(report(Type::kAllow, kG, {kB}));
    const GroupView view = lan.group(kG);
    EXPECT_EQ(view.mode, FilterMode::kExclude);
    EXPECT_EQ(view.version, Version::kV3);
    EXPECT_EQ(view.expires, seconds(260));
    ASSERT_EQ(view.sources.size(), 2U);
    EXPECT_EQ(view.sources[0].address, kA);
    EXPECT_FALSE(view.sources[0].forwarded);
    EXPECT_EQ(view.sources[0].expires, std::nullopt);
    EXPECT_TRUE(view.sources[1].forwarded);
    EXPECT_EQ(view.sources[1].expires, seconds(270));
    EXPECT_EQ(lan.router().view(lan.now()).groups, 1U);
}

TEST(IgmpRouterAlert, IsNotNeededUnlessRequired) {
    Lan tolerant;
    tolerant.start_quietly();
    tolerant.hear_octets(packet_around(octets("1600 0000 ef010101"), ""));
    EXPECT_TRUE(tolerant.has_group(kG));

    RouterConfig config = router_config();
    config.require_router_alert = true;
    Lan strict(config);
    strict.start_quietly();
    strict.hear_octets(packet_around(octets("1600 0000 ef010101"), ""));
    EXPECT_FALSE(strict.has_group(kG));
    EXPECT_EQ(strict.ignored(IgnoreReason::kNoRouterAlert), 1U);
    strict.hear(ReportV2{kG});
    EXPECT_TRUE(strict.has_group(kG));
}

} // namespace
} // namespace mcfwd::igmp
