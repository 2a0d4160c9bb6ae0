// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Startup, the rhythm of general queries, and the election (RFC 9776 sections 6.6.2, 8.5 to 8.7).
#include <gtest/gtest.h>

#include "lan.hh"
#include "octets.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace test;

constexpr Ipv4Address kLowest{10, 0, 1, 1};
constexpr Ipv4Address kHigher{10, 0, 1, 20};

TEST(IgmpQuerier, StartupSendsAtOnceThenAfterAQuarterThenAtTheQueryInterval) {
    Lan lan;
    lan.start();
    lan.wait(seconds(300));
    EXPECT_EQ(lan.queries(), (Lines{"0 general", "31.25 general", "156.25 general", "281.25 general"}));
}

TEST(IgmpQuerier, LinkThatComesUpIsAskedAsAtTheStartAndKeepsItsMembers) {
    Lan lan;
    lan.start_quietly();
    lan.hear(ReportV2{kG});
    lan.wait(seconds(60));
    lan.forget();
    lan.link_up();
    lan.wait(seconds(160));
    EXPECT_EQ(lan.queries(), (Lines{"0 general", "31.25 general", "156.25 general"}));
    EXPECT_EQ(lan.changes(), Lines{});
    lan.hear(ReportV2{kG});
    lan.wait(seconds(200));
    EXPECT_TRUE(lan.has_group(kG)) << "it answered the question that the link would have lost";
}

TEST(IgmpQuerier, LinkThatFlapsIsAskedOnceASecondAtMost) {
    Lan lan;
    lan.start_quietly();
    for (int i = 0; i < 20; ++i) {
        lan.link_up();
        lan.wait(milliseconds(100));
    }
    EXPECT_EQ(lan.queries(), (Lines{"0 general", "1 general", "2 general"}));
}

TEST(IgmpQuerier, LinkThatComesUpIsLeftToTheQuerierOfTheLan) {
    Lan lan;
    lan.start_quietly();
    lan.hear(general_query(), kLower);
    lan.link_up();
    lan.wait(seconds(254));
    EXPECT_EQ(lan.queries(), Lines{});
}

TEST(IgmpQuerier, StoppedRouterAsksNothingWhenTheLinkComesUp) {
    Lan lan;
    lan.link_up();
    lan.wait(seconds(10));
    EXPECT_EQ(lan.packets().size(), 0U);
}

TEST(IgmpQuerier, StartupCountAndIntervalAreConfigurable) {
    RouterConfig config = router_config();
    config.startup_query_count = 4;
    config.startup_query_interval = seconds(1);
    Lan lan(config);
    lan.start();
    lan.wait(seconds(130));
    EXPECT_EQ(lan.queries(), (Lines{"0 general", "1 general", "2 general", "3 general", "128 general"}));
}

TEST(IgmpQuerier, GeneralQueryOnTheWire) {
    Lan lan;
    lan.start();
    const auto packets = lan.packets();
    ASSERT_EQ(packets.size(), 1U);
    EXPECT_EQ(packets[0].destination, kAllSystems);
    EXPECT_EQ(
        hex(packets[0].packet),
        hex(octets(
            "46c0 0024 0000 4000 0102 f908 0a00010a e0000001 94040000  1164 ec1e 00000000 02 7d 0000")));
}

TEST(IgmpQuerier, ConfiguredVersion2SendsEightOctetQueries) {
    RouterConfig config = router_config();
    config.version = Version::kV2;
    Lan lan(config);
    lan.start();
    EXPECT_EQ(hex(lan.packets().at(0).packet),
              hex(octets("46c0 0020 0000 4000 0102 f90c 0a00010a e0000001 94040000  1164 ee9b 00000000")));
}

TEST(IgmpQuerier, YieldsToALowerAddressAndTakesOverWhenItFallsSilent) {
    Lan lan;
    lan.start_quietly();
    lan.hear(general_query(), kLower);
    EXPECT_FALSE(lan.router().view(lan.now()).querier);
    EXPECT_EQ(lan.router().view(lan.now()).querier_address, kLower);
    EXPECT_EQ(lan.router().view(lan.now()).other_querier_expires, seconds(255));
    EXPECT_EQ(lan.router().counters().querier_changes, 1U);
    lan.wait(seconds(381));
    EXPECT_EQ(lan.queries(), (Lines{"255 general", "380 general"}));
    EXPECT_TRUE(lan.router().view(lan.now()).querier);
    EXPECT_EQ(lan.router().view(lan.now()).querier_address, kRouter);
    EXPECT_EQ(lan.router().counters().querier_changes, 2U);
}

TEST(IgmpQuerier, EveryQueryOfTheQuerierRestartsTheTimer) {
    Lan lan;
    lan.start_quietly();
    lan.hear(general_query(), kLower);
    lan.wait(seconds(254));
    lan.hear(general_query(), kLowest);
    lan.wait(seconds(254));
    EXPECT_EQ(lan.queries(), Lines{});
    EXPECT_EQ(lan.router().view(lan.now()).querier_address, kLowest);
    lan.wait(seconds(1));
    EXPECT_EQ(lan.queries(), (Lines{"509 general"}));
}

TEST(IgmpQuerier, YieldingEndsTheStartupSequence) {
    Lan lan;
    lan.start();
    lan.hear(general_query(), kLower);
    lan.wait(seconds(254));
    EXPECT_EQ(lan.queries(), (Lines{"0 general"}));
    EXPECT_EQ(lan.router().view(lan.now()).startup_queries_left, 0U);
}

TEST(IgmpQuerier, DoesNotYieldToHigherOwnOrNoAddress) {
    Lan lan;
    lan.start_quietly();
    lan.hear(general_query(), kHigher);
    lan.hear(general_query(), Ipv4Address());
    EXPECT_EQ(lan.ignored(IgnoreReason::kNotElected), 2U);
    lan.hear(general_query(), kRouter);
    EXPECT_EQ(lan.ignored(IgnoreReason::kOwnPacket), 1U);
    EXPECT_TRUE(lan.router().view(lan.now()).querier);
}

TEST(IgmpQuerier, DoesNotYieldToASpecificQuery) {
    Lan lan;
    lan.start_quietly();
    lan.hear(Query{.max_response = seconds(1), .group = kG}, kLower);
    EXPECT_TRUE(lan.router().view(lan.now()).querier);
    EXPECT_EQ(lan.ignored(IgnoreReason::kNotElected), 1U);
}

TEST(IgmpQuerier, DoesNotYieldToAGeneralQuerySentToItAlone) {
    Lan lan;
    lan.start_quietly();
    Octets packet = encode(general_query(), kLower, 1500).at(0);
    put16(packet, 16, 0x0A00);
    put16(packet, 18, 0x010A);
    fix_ip_checksum(packet);
    lan.hear_octets(packet);
    EXPECT_TRUE(lan.router().view(lan.now()).querier);
    EXPECT_EQ(lan.ignored(IgnoreReason::kNotElected), 1U);
    put16(packet, 18, 0x010B);
    fix_ip_checksum(packet);
    lan.hear_octets(packet);
    EXPECT_EQ(lan.ignored(IgnoreReason::kBadDestination), 1U);
}

TEST(IgmpQuerier, NonQuerierAdoptsRobustnessAndIntervalsAndReturnsToItsOwn) {
    Lan lan;
    lan.start_quietly();
    lan.hear(Query{.max_response = seconds(4), .robustness = 3, .querier_interval = seconds(20)}, kLower);
    const Intervals adopted = lan.router().view(lan.now()).intervals;
    EXPECT_EQ(adopted.robustness, 3U);
    EXPECT_EQ(adopted.query_interval, seconds(20));
    EXPECT_EQ(adopted.other_querier_present_interval(), seconds(62));
    EXPECT_EQ(adopted.group_membership_interval(), seconds(258)) << "not shorter than ours for its length";
    EXPECT_EQ(adopted.last_member_query_count, 3U);
    lan.wait(seconds(62)); // 3 * 20 + 4 / 2
    EXPECT_EQ(lan.queries(), (Lines{"62 general"}));
    EXPECT_EQ(lan.router().view(lan.now()).intervals, Intervals::of(router_config()));
}

/// RFC 9776 section 9.1: anybody on the link can send a query with a low address.
TEST(IgmpQuerier, OneForgedQueryDoesNotEndMemberships) {
    Lan lan;
    lan.start_quietly();
    lan.hear(report(RecordType::kToExclude, kG));
    lan.hear(ReportV2{kG2});
    lan.changes();
    lan.hear(Query{.max_response = milliseconds(100), .robustness = 1, .querier_interval = seconds(1)},
             Ipv4Address(10, 0, 1, 0));
    lan.wait(milliseconds(50));
    lan.hear(report(RecordType::kIsExclude, kG));
    lan.hear(ReportV2{kG2});
    lan.wait(seconds(125));
    EXPECT_EQ(lan.changes(), Lines{}) << "until our own next query";
    EXPECT_TRUE(lan.router().view(lan.now()).querier);
    lan.wait(seconds(126));
    EXPECT_EQ(lan.changes(), (Lines{"250.25 leave * 239.1.1.1", "250.25 leave * 239.1.1.2"}));
}

TEST(IgmpQuerier, AnnouncedZeroMeansTheDefault) {
    RouterConfig config = router_config();
    config.robustness = 4;
    config.query_interval = seconds(60);
    Lan lan(config);
    lan.start_quietly();
    lan.hear(Query{.max_response = seconds(10)}, kLower);
    const Intervals adopted = lan.router().view(lan.now()).intervals;
    EXPECT_EQ(adopted.robustness, 2U);
    EXPECT_EQ(adopted.query_interval, seconds(125));
}

TEST(IgmpQuerier, OlderQueriesAreCountedAndObeyedInTheElection) {
    Lan lan;
    lan.start_quietly();
    lan.hear(Query{.version = Version::kV2, .max_response = seconds(10)}, kLower);
    EXPECT_FALSE(lan.router().view(lan.now()).querier);
    EXPECT_EQ(lan.router().counters().older_queries, 1U);
    EXPECT_EQ(lan.router().view(lan.now()).intervals, Intervals::of(router_config()));
}

TEST(IgmpQuerier, LosingDoesNotInterruptLastMemberQueries) {
    Lan lan;
    lan.start_quietly();
    lan.hear(ReportV2{kG});
    lan.hear(Leave{kG});
    lan.hear(general_query(), kLower);
    lan.wait(seconds(5));
    EXPECT_EQ(lan.queries(), (Lines{"0 group 239.1.1.1", "1 group 239.1.1.1"}));
    EXPECT_EQ(lan.changes(), (Lines{"0 join * 239.1.1.1", "2 leave * 239.1.1.1"}));
}

TEST(IgmpQuerier, NonQuerierDoesNotAskAndDoesNotLowerTimersByItself) {
    Lan lan;
    lan.start_quietly();
    lan.hear(general_query(), kLower);
    lan.hear(ReportV2{kG});
    lan.hear(Leave{kG});
    lan.wait(seconds(10));
    EXPECT_EQ(lan.queries(), Lines{});
    EXPECT_EQ(lan.group(kG).expires, seconds(260));
}

TEST(IgmpQuerier, NonQuerierLowersTimersByAQueryWithoutTheSuppressFlag) {
    Lan lan;
    lan.start_quietly();
    lan.hear(general_query(), kLower);
    lan.hear(report(RecordType::kToExclude, kG));
    lan.hear(report(RecordType::kAllow, kG2, {kA, kB}));
    lan.hear(Query{.max_response = seconds(3), .group = kG, .suppress = true}, kLower);
    EXPECT_EQ(lan.group(kG).expires, seconds(270));
    lan.hear(Query{.max_response = seconds(3), .group = kG}, kLower);
    EXPECT_EQ(lan.group(kG).expires, seconds(6)) << "its response time, as often as it is repeated";
    lan.hear(Query{.max_response = milliseconds(500), .group = kG2, .sources = {kB, kC}}, kLower);
    lan.changes();
    lan.wait(seconds(6));
    EXPECT_EQ(lan.changes(), (Lines{"1 leave 10.9.0.2 239.1.1.2", "6 leave * 239.1.1.1"}));
}

TEST(IgmpQuerier, StoppedRouterDoesNothing) {
    Lan lan;
    EXPECT_EQ(lan.router().next_deadline(), std::nullopt);
    lan.hear(ReportV2{kG});
    lan.wait(seconds(500));
    EXPECT_EQ(lan.queries(), Lines{});
    EXPECT_EQ(lan.changes(), Lines{});
}

} // namespace
} // namespace mcfwd::igmp
