// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The host side in version 3: state changes and their repeats (RFC 9776 section 5.1), answers to queries
// (section 5.2), and which queries count (sections 4.1.12, 9.1).
#include <gtest/gtest.h>

#include "host_link.hh"
#include "octets.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace test;

struct HostReports : testing::Test {
    HostReports() { link.start(), link.forget(); }
    /// Told, and told often enough.
    void settled(Ipv4Address group, const Membership& state) {
        link.receive(group, state);
        link.wait(seconds(20));
        link.forget();
        static_cast<void>(link.limits());
    }
    HostLink link;
};

TEST_F(HostReports, AJoinIsTwoReportsWithinTheUnsolicitedReportInterval) {
    link.receive(kG, exclude());
    link.wait(seconds(30));
    EXPECT_EQ(link.said(), (Lines{"0 to_ex 239.1.1.1", "0.5 to_ex 239.1.1.1"}));
    EXPECT_EQ(link.limits(), (std::vector<double>{1}));
}

TEST_F(HostReports, AReportOnTheWire) {
    link.receive(kG, exclude({kA}));
    const auto packets = link.packets();
    ASSERT_EQ(packets.size(), 1U);
    EXPECT_EQ(packets[0].destination, kAllIgmpv3Routers);
    EXPECT_EQ(hex(packets[0].packet), hex(octets("46c0 002c 0000 4000 0102 f8c3 0a000132 e0000016 94040000 "
                                                 "2200 dff0 0000 0001  04 00 0001 ef010101 0a090001")));
}

// The table of section 5.1, one row each.
TEST_F(HostReports, IncludeToIncludeAllowsTheNewAndBlocksTheOld) {
    settled(kG, include({kA, kB}));
    link.receive(kG, include({kB, kC}));
    EXPECT_EQ(link.said(), (Lines{"0 allow 239.1.1.1 10.9.0.3, block 239.1.1.1 10.9.0.1"}));
}
TEST_F(HostReports, ExcludeToExcludeAllowsWhatIsNoLongerExcluded) {
    settled(kG, exclude({kA, kB}));
    link.receive(kG, exclude({kB, kC}));
    EXPECT_EQ(link.said(), (Lines{"0 allow 239.1.1.1 10.9.0.1, block 239.1.1.1 10.9.0.3"}));
}
TEST_F(HostReports, IncludeToExcludeIsAModeChange) {
    settled(kG, include({kA}));
    link.receive(kG, exclude({kB}));
    EXPECT_EQ(link.said(), (Lines{"0 to_ex 239.1.1.1 10.9.0.2"}));
}
TEST_F(HostReports, ExcludeToIncludeIsAModeChange) {
    settled(kG, exclude({kB}));
    link.receive(kG, include({kA}));
    EXPECT_EQ(link.said(), (Lines{"0 to_in 239.1.1.1 10.9.0.1"}));
}
TEST_F(HostReports, LeavingAnExcludedGroupIsToInOfNothing) {
    settled(kG, exclude());
    link.receive(kG, {});
    link.wait(seconds(9));
    EXPECT_EQ(link.said(), (Lines{"0 to_in 239.1.1.1", "0.5 to_in 239.1.1.1"}));
    EXPECT_EQ(link.host().view(link.now()).groups, 0U);
}
TEST_F(HostReports, LeavingSourcesBlocksThem) {
    settled(kSsm, include({kA}));
    link.receive(kSsm, {});
    EXPECT_EQ(link.said(), (Lines{"0 block 232.1.1.1 10.9.0.1"}));
}

TEST_F(HostReports, TheSameStateAgainIsNoChange) {
    settled(kG, exclude({kA}));
    link.receive(kG, exclude({kA}));
    link.wait(seconds(9));
    EXPECT_EQ(link.said(), Lines{});
}

TEST_F(HostReports, AChangeDuringRepeatsIsMergedWithThem) {
    settled(kG, include({kA}));
    link.draws({0.9});
    link.receive(kG, include({kA, kB}));
    link.wait(milliseconds(300));
    link.receive(kG, include({kA, kB, kC}));
    link.wait(seconds(9));
    EXPECT_EQ(link.said(), (Lines{"0 allow 239.1.1.1 10.9.0.2", "0.3 allow 239.1.1.1 10.9.0.2 10.9.0.3",
                                  "0.9 allow 239.1.1.1 10.9.0.3"}));
}

TEST_F(HostReports, ASourceThatGoesAgainDuringRepeatsIsBlockedAsOftenAsTheRobustnessSays) {
    settled(kG, include({kA}));
    link.draws({0.9});
    link.receive(kG, include({kA, kB}));
    link.receive(kG, include({kA}));
    link.wait(seconds(9));
    EXPECT_EQ(link.said(), (Lines{"0 allow 239.1.1.1 10.9.0.2", "0 block 239.1.1.1 10.9.0.2",
                                  "0.9 block 239.1.1.1 10.9.0.2"}));
}

TEST_F(HostReports, SourceChangesAfterAModeChangeWaitUntilThatWasToldOftenEnough) {
    link.draws({0.9});
    link.receive(kG, exclude());
    link.receive(kG, exclude({kA}));
    link.wait(seconds(9));
    EXPECT_EQ(link.said(),
              (Lines{"0 to_ex 239.1.1.1", "0 to_ex 239.1.1.1 10.9.0.1", "0.9 block 239.1.1.1 10.9.0.1"}));
}

TEST_F(HostReports, AModeChangeDuringRepeatsReplacesThem) {
    settled(kG, include({kA}));
    link.draws({0.9});
    link.receive(kG, include({kA, kB}));
    link.receive(kG, exclude());
    link.wait(seconds(9));
    EXPECT_EQ(link.said(), (Lines{"0 allow 239.1.1.1 10.9.0.2", "0 to_ex 239.1.1.1", "0.9 to_ex 239.1.1.1"}));
}

TEST_F(HostReports, GroupsThatChangeTogetherAreToldInOnePacket) {
    link.host().receive_group(kG, exclude());
    link.host().receive_group(kG2, exclude());
    EXPECT_LE(link.host().next_deadline(), link.now());
    link.wait(seconds(9));
    EXPECT_EQ(link.said(),
              (Lines{"0 to_ex 239.1.1.1, to_ex 239.1.1.2", "0.5 to_ex 239.1.1.1, to_ex 239.1.1.2"}));
}

TEST_F(HostReports, RobustnessIsAdoptedFromTheQuerier) {
    Query query = general_query();
    query.robustness = 4;
    link.hear(query);
    link.receive(kG, exclude());
    link.wait(seconds(9));
    EXPECT_EQ(link.said().size(), 4U);
    query.robustness = 0; // not known: the default
    link.hear(query);
    link.receive(kG2, exclude());
    EXPECT_EQ(link.host().view(link.now()).robustness, 2U);
}

TEST(HostReport, ConfiguredRobustnessIsKept) {
    HostLink link({.address = kUs, .robustness = 3});
    link.start();
    link.hear(general_query());
    link.receive(kG, exclude());
    link.wait(seconds(9));
    EXPECT_EQ(link.said().size(), 3U);
}

TEST(HostReport, RobustnessOneTellsOnce) {
    HostLink link({.address = kUs, .robustness = 1});
    link.start();
    link.receive(kG, exclude());
    link.receive(kG, {});
    link.wait(seconds(9));
    EXPECT_EQ(link.said(), (Lines{"0 to_ex 239.1.1.1", "0 to_in 239.1.1.1"}));
}

TEST(HostReport, ConfiguredUnsolicitedReportIntervalLimitsTheDelays) {
    HostLink link({.address = kUs, .robustness = 3, .unsolicited_report_interval = milliseconds(200)});
    link.start();
    link.receive(kG, exclude());
    link.wait(seconds(9));
    EXPECT_EQ(link.limits(), (std::vector<double>{0.2, 0.2}));
}

TEST(HostReport, SettingsOutOfRangeAreRefused) {
    const auto refused = [](HostConfig config) {
        return HostInterface::create(std::move(config), {}).error().status;
    };
    EXPECT_EQ(refused({.robustness = 0}), Status::kInvalidParameter);
    EXPECT_EQ(refused({.robustness = 8}), Status::kInvalidParameter);
    EXPECT_EQ(refused({.mtu = 67}), Status::kInvalidParameter);
    EXPECT_EQ(refused({.unsolicited_report_interval = milliseconds(0)}), Status::kInvalidParameter);
}

TEST_F(HostReports, AllSystemsAndWhatIsNoGroupAreNeverReported) {
    link.receive(kAllSystems, exclude());
    link.receive(kA, exclude());
    link.hear(general_query());
    link.wait(seconds(20));
    EXPECT_EQ(link.said(), Lines{});
}

// Section 5.2.
TEST_F(HostReports, AGeneralQueryIsAnsweredWithEverythingAfterARandomDelay) {
    settled(kG, exclude({kA}));
    settled(kG2, include({kB}));
    link.draws({0.3});
    link.hear(general_query());
    EXPECT_EQ(link.limits(), (std::vector<double>{10}));
    link.wait(seconds(30));
    EXPECT_EQ(link.said(), (Lines{"3 is_ex 239.1.1.1 10.9.0.1, is_in 239.1.1.2 10.9.0.2"}));
}
TEST_F(HostReports, WithoutStateNoQueryIsAnswered) {
    link.hear(general_query());
    link.hear(group_query(kG));
    link.wait(seconds(20));
    EXPECT_EQ(link.said(), Lines{});
    EXPECT_EQ(link.limits(), std::vector<double>{});
}
TEST_F(HostReports, ASoonerAnswerToAGeneralQueryAnswersTheNextOnesToo) {
    settled(kG, exclude());
    link.draws({0.2, 0.5, 0.9});
    link.hear(general_query());
    link.hear(general_query());
    link.hear(group_query(kG)); // at 0.9 of 1 s: sooner than the answer to the general query
    link.wait(seconds(30));
    EXPECT_EQ(link.said(), (Lines{"0.9 is_ex 239.1.1.1", "2 is_ex 239.1.1.1"}));
}
TEST_F(HostReports, AGeneralQueryThatGetsASoonerAnswerReplacesThePendingOne) {
    settled(kG, exclude());
    link.draws({0.9, 0.1});
    link.hear(general_query());
    link.hear(general_query());
    link.wait(seconds(30));
    EXPECT_EQ(link.said(), (Lines{"1 is_ex 239.1.1.1"}));
}
TEST_F(HostReports, AGroupQueryAfterASoonerGeneralAnswerNeedsNoAnswerOfItsOwn) {
    settled(kG, exclude());
    link.draws({0.02, 0.5});
    link.hear(general_query());
    link.hear(group_query(kG));
    link.wait(seconds(30));
    EXPECT_EQ(link.said(), (Lines{"0.2 is_ex 239.1.1.1"}));
}
TEST_F(HostReports, AGroupQueryIsAnsweredForThatGroupOnly) {
    settled(kG, exclude({kA}));
    settled(kG2, exclude());
    link.hear(group_query(kG));
    link.wait(seconds(30));
    EXPECT_EQ(link.said(), (Lines{"0.5 is_ex 239.1.1.1 10.9.0.1"}));
}
TEST_F(HostReports, ASourceQueryIsAnsweredWithThoseThatAreIncluded) {
    settled(kG, include({kA, kB}));
    link.hear(group_query(kG, {kC, kB}));
    link.wait(seconds(30));
    EXPECT_EQ(link.said(), (Lines{"0.5 is_in 239.1.1.1 10.9.0.2"}));
}
TEST_F(HostReports, ASourceQueryIsAnsweredWithThoseThatAreNotExcluded) {
    settled(kG, exclude({kA}));
    link.hear(group_query(kG, {kA, kC}));
    link.wait(seconds(30));
    EXPECT_EQ(link.said(), (Lines{"0.5 is_in 239.1.1.1 10.9.0.3"}));
}
TEST_F(HostReports, ASourceQueryAboutNothingWantedIsNotAnswered) {
    settled(kG, include({kA}));
    link.hear(group_query(kG, {kB}));
    link.wait(seconds(30));
    EXPECT_EQ(link.said(), Lines{});
}
TEST_F(HostReports, SourceQueriesWhileOneIsPendingAreAnsweredTogetherAtTheEarlierTime) {
    settled(kG, include({kA, kB, kC}));
    link.draws({0.9, 0.1});
    link.hear(group_query(kG, {kA}));
    link.wait(milliseconds(200));
    link.hear(group_query(kG, {kC}));
    link.wait(seconds(30));
    EXPECT_EQ(link.said(), (Lines{"0.3 is_in 239.1.1.1 10.9.0.1 10.9.0.3"}));
}
TEST_F(HostReports, AGroupQueryWhileASourceQueryIsPendingAsksForTheWholeGroup) {
    settled(kG, exclude({kA}));
    link.draws({0.9, 0.95});
    link.hear(group_query(kG, {kC}));
    link.hear(group_query(kG));
    link.wait(seconds(30));
    EXPECT_EQ(link.said(), (Lines{"0.9 is_ex 239.1.1.1 10.9.0.1"}));
}
TEST_F(HostReports, ASourceQueryWhileAGroupQueryIsPendingChangesNothing) {
    settled(kG, exclude({kA}));
    link.draws({0.5, 0.9});
    link.hear(group_query(kG));
    link.hear(group_query(kG, {kC}));
    link.wait(seconds(30));
    EXPECT_EQ(link.said(), (Lines{"0.5 is_ex 239.1.1.1 10.9.0.1"}));
}
TEST_F(HostReports, AGeneralAnswerTellsOfPendingSourcesToo) {
    settled(kG, include({kA, kB}));
    link.draws({0.9, 0.01});
    link.hear(group_query(kG, {kA}));
    link.hear(general_query());
    link.wait(seconds(30));
    EXPECT_EQ(link.said(),
              (Lines{"0.1 is_in 239.1.1.1 10.9.0.1 10.9.0.2", "0.9 is_in 239.1.1.1 10.9.0.1 10.9.0.2"}));
}
TEST_F(HostReports, AnAnswerTellsWhatIsWantedThenNotWhenItWasAsked) {
    settled(kG, exclude());
    link.draws({0.5, 0.001});
    link.hear(group_query(kG));
    link.receive(kG, {});
    link.wait(seconds(30));
    EXPECT_EQ(link.said(), (Lines{"0 to_in 239.1.1.1", "0.001 to_in 239.1.1.1"}));
}

TEST_F(HostReports, ALongAnswerIsSpreadOverTheResponseTime) {
    for (std::uint8_t i = 0; i < 200; ++i) {
        link.host().receive_group(Ipv4Address(239, 2, 0, i), include({kA, kB, kC}));
    }
    settled(kG, exclude());
    link.draws({0.1});
    link.hear(general_query());
    link.wait(milliseconds(999));
    EXPECT_EQ(link.packets().size(), 0U);
    link.wait(seconds(9) + milliseconds(1));
    const auto packets = link.packets();
    const Lines said = link.said();
    EXPECT_EQ(packets.size(), 3U);
    EXPECT_EQ(said[1].substr(0, 2), "4 ") << "1 s, and two thirds of the 9 s that are left";
    EXPECT_EQ(said[2].substr(0, 2), "7 ");
    for (const Transmission& sent : packets) {
        EXPECT_LE(sent.packet.size(), 1500U);
    }
    std::size_t records = 0;
    for (const Transmission& sent : packets) {
        records += std::get<ReportV3>(parse(sent.packet)->message).records.size();
    }
    EXPECT_EQ(records, 201U);
}

TEST_F(HostReports, AGroupQueryDuringALongAnswerIsAnsweredThough) {
    for (std::uint8_t i = 0; i < 200; ++i) {
        link.host().receive_group(Ipv4Address(239, 2, 0, i), include({kA, kB, kC}));
    }
    settled(kG, exclude());
    link.draws({0.1, 0.5});
    link.hear(general_query());
    link.wait(seconds(2));
    link.forget();
    link.hear(group_query(kG)); // was in the first packet of the answer
    link.wait(seconds(1));
    EXPECT_EQ(link.said(), (Lines{"0.5 is_ex 239.1.1.1"}));
}

TEST(HostReport, ListsThatDoNotFitAreSplitOrCut) {
    HostLink link({.address = kUs, .mtu = 68}); // room for 7 sources of one record
    std::vector<Ipv4Address> many;
    for (std::uint8_t i = 1; i <= 10; ++i) {
        many.emplace_back(10, 9, 0, i);
    }
    link.start();
    link.receive(kG, exclude(many));
    link.receive(kG2, include(many));
    const auto packets = link.packets();
    ASSERT_EQ(packets.size(), 3U);
    std::vector<std::size_t> lengths;
    for (const Transmission& sent : packets) {
        EXPECT_LE(sent.packet.size(), 68U);
        lengths.push_back(std::get<ReportV3>(parse(sent.packet)->message).records.at(0).sources.size());
    }
    EXPECT_EQ(lengths, (std::vector<std::size_t>{7, 7, 3}));
}

// Which queries count.
TEST_F(HostReports, AGeneralQueryMustGoToAllSystems) {
    settled(kG, exclude());
    auto packet = encode(general_query(), kRouter, 1500).front();
    for (const Ipv4Address wrong : {kG, kUs, Ipv4Address(224, 0, 0, 2)}) {
        link.hear_octets(readdressed(packet, wrong));
    }
    link.wait(seconds(20));
    EXPECT_EQ(link.said(), Lines{});
    EXPECT_EQ(link.ignored(HostIgnoreReason::kBadDestination), 3U);
}
TEST_F(HostReports, ASpecificQueryMayGoToItsGroupToAllSystemsOrToUs) {
    settled(kG, exclude());
    auto packet = encode(group_query(kG), kRouter, 1500).front();
    for (const Ipv4Address right : {kG, kAllSystems, kUs}) {
        link.forget();
        link.hear_octets(readdressed(packet, right));
        link.wait(seconds(2));
        EXPECT_EQ(link.said(), (Lines{"0.5 is_ex 239.1.1.1"}));
    }
    link.hear_octets(readdressed(packet, kG2));
    EXPECT_EQ(link.ignored(HostIgnoreReason::kBadDestination), 1U);
}
TEST_F(HostReports, AQueryWithoutRouterAlertIsIgnoredUnlessAllowed) {
    settled(kG, exclude());
    const auto packet = without_options(encode(general_query(), kRouter, 1500).front());
    link.hear_octets(packet);
    link.wait(seconds(20));
    EXPECT_EQ(link.said(), Lines{});
    EXPECT_EQ(link.ignored(HostIgnoreReason::kNoRouterAlert), 1U);

    HostLink trusting({.address = kUs, .require_router_alert = false});
    trusting.start();
    trusting.receive(kG, exclude());
    trusting.wait(seconds(20));
    trusting.forget();
    trusting.hear_octets(packet);
    trusting.wait(seconds(20));
    EXPECT_EQ(trusting.said(), (Lines{"5 is_ex 239.1.1.1"}));
}
TEST_F(HostReports, OurOwnPacketsThatComeBackAreIgnored) {
    settled(kG, exclude());
    link.hear(general_query(), kUs);
    link.hear(ReportV2{kG}, kUs);
    link.wait(seconds(20));
    EXPECT_EQ(link.said(), Lines{});
    EXPECT_EQ(link.ignored(HostIgnoreReason::kOwnPacket), 2U);
}
TEST_F(HostReports, ProxyQueriesWithoutAddressAreAnswered) {
    settled(kG, exclude());
    link.hear(general_query(), Ipv4Address{});
    link.wait(seconds(20));
    EXPECT_EQ(link.said(), (Lines{"5 is_ex 239.1.1.1"}));
}
TEST_F(HostReports, ReportsOfOthersSuppressNothingInVersion3) {
    settled(kG, exclude());
    link.hear(group_query(kG));
    link.hear(ReportV2{kG}, kHost);
    link.hear(ReportV1{kG}, kHost);
    link.hear(report(RecordType::kIsExclude, kG), kHost);
    link.hear(Leave{kG}, kHost);
    link.wait(seconds(20));
    EXPECT_EQ(link.said(), (Lines{"0.5 is_ex 239.1.1.1"}));
    EXPECT_EQ(link.ignored(HostIgnoreReason::kNotForHosts), 4U);
}
TEST_F(HostReports, MalformedPacketsAreCounted) {
    auto packet = encode(general_query(), kRouter, 1500).front();
    packet.back() ^= std::byte{1};
    link.hear_octets(packet);
    EXPECT_EQ(link.host().counters().parse_failures[static_cast<std::size_t>(ParseFailure::kBadChecksum)],
              1U);
}

// Beginning and end.
TEST_F(HostReports, StopLeavesEverythingOnce) {
    settled(kG, exclude({kA}));
    settled(kSsm, include({kA, kB}));
    link.stop(Farewell::kYes);
    EXPECT_EQ(link.said(), (Lines{"0 block 232.1.1.1 10.9.0.1 10.9.0.2, to_in 239.1.1.1"}));
    link.wait(seconds(9));
    EXPECT_EQ(link.said(), Lines{});
    EXPECT_FALSE(link.host().next_deadline());
}
TEST_F(HostReports, StopTellsOnceMoreWhatWasLeftShortlyBefore) {
    settled(kG, exclude());
    link.receive(kG, {});
    link.stop(Farewell::kYes);
    EXPECT_EQ(link.said(), (Lines{"0 to_in 239.1.1.1", "0 to_in 239.1.1.1"}));
}
TEST_F(HostReports, AfterALinkThatWentEverythingIsAnnouncedLikeNew) {
    settled(kG, exclude({kA}));
    link.hear(query_v2());
    link.stop(Farewell::kNo);
    EXPECT_EQ(link.said(), Lines{});
    link.receive(kG2, include({kB})); // meanwhile
    link.receive(kSsm, include({kB}));
    link.receive(kSsm, {});
    link.forget();
    link.start();
    link.wait(seconds(9));
    EXPECT_EQ(link.said(), (Lines{"0 to_ex 239.1.1.1 10.9.0.1, allow 239.1.1.2 10.9.0.2",
                                  "0.5 to_ex 239.1.1.1 10.9.0.1, allow 239.1.1.2 10.9.0.2"}));
    EXPECT_EQ(link.mode(), Version::kV3);
}
TEST(HostReportsAnew, AGroupThatIsLeftAfterItWasAnnouncedAgainIsForgotten) {
    for (const Version version : {Version::kV2, Version::kV3}) {
        HostLink link({.address = kUs, .version = version});
        link.start();
        link.receive(kG, exclude());
        link.stop(Farewell::kNo);
        link.start();
        link.wait(seconds(20));
        link.receive(kG, {});
        EXPECT_EQ(link.host().view(link.now()).leaving, version == Version::kV3 ? 1U : 0U);
        link.wait(seconds(20));
        EXPECT_EQ(link.host().view(link.now()).leaving, 0U);
    }
}
TEST_F(HostReports, NothingIsHeardWhileStopped) {
    settled(kG, exclude());
    link.stop(Farewell::kNo);
    link.hear(general_query());
    link.wait(seconds(20));
    EXPECT_EQ(link.said(), Lines{});
    EXPECT_EQ(link.host().counters().received[0], 0U);
}

} // namespace
} // namespace mcfwd::igmp
