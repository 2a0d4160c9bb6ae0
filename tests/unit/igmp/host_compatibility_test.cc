// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The host side before routers of version 1 and 2: modes and their timers (RFC 9776 section 7.2), reports,
// suppression and leaves of RFC 2236 and RFC 1112.
#include <gtest/gtest.h>

#include "host_link.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace test;

struct HostCompatibility : testing::Test {
    HostCompatibility() { link.start(), link.forget(); }
    void settled(Ipv4Address group, const Membership& state) {
        link.receive(group, state);
        link.wait(seconds(20));
        link.forget();
    }
    void before(const Query& query) {
        link.hear(query);
        link.wait(seconds(11));
        link.forget();
    }
    HostLink link;
};

TEST_F(HostCompatibility, AVersion2GeneralQueryMakesTheModeVersion2) {
    settled(kG, exclude({kA}));
    link.hear(query_v2());
    EXPECT_EQ(link.mode(), Version::kV2);
    link.wait(seconds(10));
    EXPECT_EQ(link.said(), (Lines{"5 v2 239.1.1.1"}));
}
TEST_F(HostCompatibility, AVersion1QueryMakesTheModeVersion1AndMeansTenSeconds) {
    settled(kG, exclude());
    static_cast<void>(link.limits());
    link.hear(query_v1());
    EXPECT_EQ(link.mode(), Version::kV1);
    link.wait(seconds(10));
    EXPECT_EQ(link.said(), (Lines{"5 v1 239.1.1.1"}));
    EXPECT_EQ(link.limits(), (std::vector<double>{10}));
}
TEST_F(HostCompatibility, AGroupSpecificQueryDoesNotChangeTheMode) {
    settled(kG, exclude());
    link.hear(query_v2(kG));
    EXPECT_EQ(link.mode(), Version::kV3);
    link.wait(seconds(10));
    EXPECT_EQ(link.said(), (Lines{"5 is_ex 239.1.1.1"}));
}
TEST_F(HostCompatibility, AVersion2QueryNotSentToAllSystemsDoesNotChangeTheMode) {
    link.hear_octets(readdressed(encode(query_v2(), kRouter, 1500).front(), kUs));
    EXPECT_EQ(link.mode(), Version::kV3);
}
TEST_F(HostCompatibility, AVersion2QueryWithoutRouterAlertIsIgnoredAVersion1QueryIsNot) {
    link.hear_octets(without_options(encode(query_v2(), kRouter, 1500).front()));
    EXPECT_EQ(link.mode(), Version::kV3);
    link.hear_octets(without_options(encode(query_v1(), kRouter, 1500).front()));
    EXPECT_EQ(link.mode(), Version::kV1);
}
TEST_F(HostCompatibility, TheOlderQuerierIsPresentForRobustnessIntervalsAndTenResponseTimes) {
    Query query = general_query(); // announces what the timer is made of
    query.robustness = 3;
    query.querier_interval = seconds(20);
    link.hear(query);
    query = query_v2();
    query.max_response = seconds(2);
    link.hear(query);
    EXPECT_EQ(link.host().view(link.now()).version2_querier_expires, seconds(3 * 20 + 10 * 2));
    link.wait(seconds(80) - milliseconds(1));
    EXPECT_EQ(link.mode(), Version::kV2);
    link.wait(milliseconds(1));
    EXPECT_EQ(link.mode(), Version::kV3);
}
TEST_F(HostCompatibility, Version1LastsUntilItsOwnTimerEnds) {
    link.hear(query_v1());
    link.wait(seconds(100));
    link.hear(query_v2());
    EXPECT_EQ(link.mode(), Version::kV1);
    link.wait(seconds(250));
    EXPECT_EQ(link.mode(), Version::kV2);
    link.wait(seconds(100));
    EXPECT_EQ(link.mode(), Version::kV3);
    EXPECT_EQ(link.host().counters().mode_changes, 3U);
}
TEST_F(HostCompatibility, AVersion3QueryDoesNotEndTheOlderMode) {
    link.hear(query_v2());
    link.hear(general_query());
    EXPECT_EQ(link.mode(), Version::kV2);
}
TEST_F(HostCompatibility, AModeChangeCancelsRepeatsAndAnswers) {
    settled(kG, exclude());
    link.draws({0.9, 0.9, 0.5, 0.5});
    link.receive(kG2, exclude()); // to be repeated at 0.9
    link.hear(group_query(kG));   // to be answered at 0.9
    link.hear(query_v2());
    link.wait(seconds(30));
    EXPECT_EQ(link.said(), (Lines{"0 to_ex 239.1.1.2", "5 v2 239.1.1.1", "5 v2 239.1.1.2"}));
}
TEST_F(HostCompatibility, BackInVersion3NothingOfTheOlderModeIsLeft) {
    settled(kG, exclude());
    before(query_v2());
    link.wait(seconds(338));
    link.receive(kG2, exclude()); // its repeat would come after the change of mode
    link.wait(seconds(30));
    EXPECT_EQ(link.said(), (Lines{"338 v2 239.1.1.2"}));
    EXPECT_EQ(link.mode(), Version::kV3);
}
/// The older querier's timer ends in the same instant: nothing of them was told before.
TEST_F(HostCompatibility, ChangesThatNobodyHeardOfAreToldInTheNewMode) {
    settled(kG, exclude());
    before(query_v2());
    link.wait(seconds(339) - std::chrono::nanoseconds(1));
    link.forget();
    ASSERT_EQ(link.mode(), Version::kV2);
    link.change_late(std::chrono::nanoseconds(1), {{kG, {}}, {kG2, exclude({kA})}});
    link.wait(seconds(5));
    EXPECT_EQ(link.mode(), Version::kV3);
    EXPECT_EQ(link.said(), (Lines{"1e-09 to_in 239.1.1.1, to_ex 239.1.1.2 10.9.0.1",
                                  "0.500000001 to_in 239.1.1.1, to_ex 239.1.1.2 10.9.0.1"}));
}
TEST_F(HostCompatibility, AConfiguredVersionIsTheHighest) {
    HostLink older({.address = kUs, .version = Version::kV2});
    older.start();
    older.receive(kG, exclude({kA}));
    older.hear(general_query());
    older.wait(seconds(9));
    EXPECT_EQ(older.said(), (Lines{"0 v2 239.1.1.1", "5 v2 239.1.1.1", "5 v2 239.1.1.1"}));
    EXPECT_EQ(older.mode(), Version::kV2);
}

// Version 2.
TEST_F(HostCompatibility, AVersion2JoinIsRepeatedWithinTenSeconds) {
    before(query_v2());
    static_cast<void>(link.limits());
    link.receive(kG, exclude());
    link.wait(seconds(30));
    EXPECT_EQ(link.said(), (Lines{"0 v2 239.1.1.1", "5 v2 239.1.1.1"}));
    EXPECT_EQ(link.limits(), (std::vector<double>{10}));
}
TEST_F(HostCompatibility, AVersion2ReportOnTheWire) {
    before(query_v2());
    static_cast<void>(link.packets());
    link.receive(kG, exclude());
    const auto packets = link.packets();
    ASSERT_EQ(packets.size(), 1U);
    EXPECT_EQ(packets[0].destination, kG);
    EXPECT_EQ(hex(packets[0].packet),
              hex(octets("46c0 0020 0000 4000 0102 e8e3 0a000132 ef010101 94040000 1600 f9fc ef010101")));
}
TEST_F(HostCompatibility, AVersion2LeaveGoesToAllRoutersOnce) {
    settled(kG, exclude());
    before(query_v2());
    static_cast<void>(link.packets());
    link.receive(kG, {});
    link.wait(seconds(30));
    EXPECT_EQ(link.said(), (Lines{"0 leave 239.1.1.1"}));
    EXPECT_EQ(link.packets().at(0).destination, kAllRouters);
}
TEST_F(HostCompatibility, SourcesAreNotToldInOlderModes) {
    before(query_v2());
    link.receive(kG, include({kA}));
    link.receive(kG, include({kA, kB}));
    link.receive(kG, exclude({kC}));
    EXPECT_EQ(link.said(), (Lines{"0 v2 239.1.1.1"}));
}
TEST_F(HostCompatibility, AReportOfAnotherHostSuppressesOursAndItsRepeats) {
    settled(kG, exclude());
    before(query_v2());
    link.hear(query_v2());
    link.hear(ReportV2{kG}, kHost);
    link.wait(seconds(30));
    EXPECT_EQ(link.said(), Lines{});
    link.receive(kG2, exclude());
    link.hear(ReportV1{kG2}, kHost);
    link.wait(seconds(30));
    EXPECT_EQ(link.said(), (Lines{"30 v2 239.1.1.2"}));
    EXPECT_EQ(link.host().counters().suppressed, 2U);
}
TEST_F(HostCompatibility, AReportAboutAnotherGroupSuppressesNothing) {
    settled(kG, exclude());
    before(query_v2());
    link.hear(query_v2());
    link.hear(ReportV2{kG2}, kHost);
    link.wait(seconds(30));
    EXPECT_EQ(link.said(), (Lines{"5 v2 239.1.1.1"}));
}
TEST_F(HostCompatibility, AGroupQueryShortensARunningTimerOnly) {
    settled(kG, exclude());
    before(query_v2());
    link.draws({0.9, 0.5, 0.99});
    link.hear(query_v2()); // at 9
    Query specific = query_v2(kG);
    specific.max_response = seconds(1);
    link.hear(specific); // at 0.5
    specific.max_response = seconds(5);
    link.hear(specific); // at 4.95: no
    link.wait(seconds(30));
    EXPECT_EQ(link.said(), (Lines{"0.5 v2 239.1.1.1"}));
}
TEST_F(HostCompatibility, StopLeavesInVersion2) {
    settled(kG, exclude());
    before(query_v2());
    link.stop(Farewell::kYes);
    EXPECT_EQ(link.said(), (Lines{"0 leave 239.1.1.1"}));
}

// Version 1.
TEST_F(HostCompatibility, Version1HasNoLeave) {
    settled(kG, exclude());
    before(query_v1());
    link.receive(kG, {});
    link.receive(kG2, exclude());
    link.stop(Farewell::kYes);
    EXPECT_EQ(link.said(), (Lines{"0 v1 239.1.1.2"}));
}
TEST_F(HostCompatibility, AVersion2ReportDoesNotSuppressWhereTheRouterSpeaksVersion1) {
    settled(kG, exclude());
    before(query_v1());
    link.hear(query_v1());
    link.hear(ReportV2{kG}, kHost);
    link.wait(seconds(10));
    EXPECT_EQ(link.said(), (Lines{"5 v1 239.1.1.1"}));
    link.hear(query_v1());
    link.hear(ReportV1{kG}, kHost);
    link.wait(seconds(10));
    EXPECT_EQ(link.said(), Lines{});
}

} // namespace
} // namespace mcfwd::igmp
