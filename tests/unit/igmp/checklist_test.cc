// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What implementations of RFC 9776 get wrong most often, as far as no other test here is about it already.
#include <gtest/gtest.h>

#include "lan.hh"
#include "octets.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace test;
using Type = RecordType;

constexpr Ipv4Address kSecond{10, 0, 2, 1};

Octets sent_to(const Message& message, Ipv4Address from, Ipv4Address to) {
    Octets packet = encode(message, from, 1500).at(0);
    put16(packet, 16, static_cast<std::uint16_t>(to.host() >> 16U));
    put16(packet, 18, static_cast<std::uint16_t>(to.host() & 0xFFFFU));
    fix_ip_checksum(packet);
    return packet;
}

TEST(IgmpChecklist, EveryQueryHasTtl1PrecedenceAndRouterAlert) {
    Lan lan;
    lan.start();
    lan.hear(report(Type::kToExclude, kG));
    lan.hear(report(Type::kToInclude, kG));
    lan.hear(report(Type::kAllow, kSsm, {kA}));
    lan.hear(report(Type::kBlock, kSsm, {kA}));
    const auto packets = lan.packets();
    ASSERT_EQ(packets.size(), 3U) << "general, group, group and source";
    for (const Transmission& sent : packets) {
        EXPECT_EQ(hex({sent.packet.begin(), sent.packet.begin() + 2}), "46c0");
        EXPECT_EQ(hex({sent.packet.begin() + 8, sent.packet.begin() + 10}), "0102");
        EXPECT_EQ(hex({sent.packet.begin() + 20, sent.packet.begin() + 24}), "94040000");
        EXPECT_EQ(internet_checksum(std::span(sent.packet).first(24)), 0U);
        EXPECT_EQ(internet_checksum(std::span(sent.packet).subspan(24)), 0U);
    }
}

TEST(IgmpChecklist, AnyTtlIsAccepted) {
    Lan lan;
    lan.start_quietly();
    Octets packet = encode(ReportV1{kG}, kHost, 1500).at(0);
    packet[8] = std::byte{64};
    fix_ip_checksum(packet);
    lan.hear_octets(packet);
    EXPECT_TRUE(lan.has_group(kG));
}

TEST(IgmpChecklist, QueryToAnyOfOurAddressesIsProcessed) {
    RouterConfig config = router_config();
    config.other_addresses = {kSecond};
    for (const Ipv4Address ours : {kRouter, kSecond}) {
        Lan lan(config);
        lan.start_quietly();
        lan.hear(general_query(), kLower);
        lan.hear(report(Type::kToExclude, kG));
        lan.hear_octets(sent_to(Query{.max_response = seconds(1), .group = kG}, kLower, ours));
        EXPECT_EQ(lan.group(kG).expires, seconds(2)) << fmt::format("{}", ours);
    }
}

TEST(IgmpChecklist, QueryToAnotherRouterOrGroupIsNot) {
    Lan lan;
    lan.start_quietly();
    lan.hear(general_query(), kLower);
    lan.hear(report(Type::kToExclude, kG));
    lan.hear_octets(sent_to(Query{.max_response = seconds(1), .group = kG}, kLower, kSecond));
    lan.hear_octets(sent_to(Query{.max_response = seconds(1), .group = kG}, kLower, kG2));
    EXPECT_EQ(lan.ignored(IgnoreReason::kBadDestination), 2U);
    EXPECT_EQ(lan.group(kG).expires, seconds(270));
}

TEST(IgmpChecklist, QueryFromNoAddressIsObeyedButNeverElects) {
    Lan lan;
    lan.start_quietly();
    lan.hear(general_query(), Ipv4Address());
    EXPECT_TRUE(lan.router().view(lan.now()).querier);
    lan.hear(general_query(), kLower);
    lan.hear(report(Type::kToExclude, kG));
    lan.hear(Query{.max_response = seconds(1), .group = kG}, Ipv4Address());
    EXPECT_EQ(lan.group(kG).expires, seconds(2));
    EXPECT_EQ(lan.router().view(lan.now()).querier_address, kLower);
}

TEST(IgmpChecklist, OwnPacketsAreNeitherMembersNorQueriers) {
    RouterConfig config = router_config();
    config.other_addresses = {kSecond};
    Lan lan(config);
    lan.start_quietly();
    for (const Ipv4Address ours : {kRouter, kSecond}) {
        lan.hear(report(Type::kToExclude, kG), ours);
        lan.hear(general_query(), ours);
    }
    EXPECT_EQ(lan.ignored(IgnoreReason::kOwnPacket), 4U);
    EXPECT_FALSE(lan.has_group(kG));
    EXPECT_TRUE(lan.router().view(lan.now()).querier);
}

TEST(IgmpChecklist, NonQuerierAdoptsRobustnessAndIntervalFromEveryQueryOfTheQuerier) {
    Lan lan;
    lan.start_quietly();
    lan.hear(general_query(), kLower);
    const Query specific{
        .max_response = seconds(1), .group = kG, .robustness = 5, .querier_interval = seconds(60)};
    lan.hear(specific, Ipv4Address(10, 0, 1, 3));
    EXPECT_EQ(lan.router().view(lan.now()).intervals.robustness, 2U) << "not the querier";
    lan.hear(specific, kLower);
    const Intervals adopted = lan.router().view(lan.now()).intervals;
    EXPECT_EQ(adopted.robustness, 5U);
    EXPECT_EQ(adopted.query_interval, seconds(60));
    EXPECT_EQ(adopted.query_response_interval, seconds(10)) << "that of its general queries";
    lan.wait(seconds(255));
    EXPECT_TRUE(lan.router().view(lan.now()).querier) << "only general queries restart the timer";
}

TEST(IgmpChecklist, GroupTimerIsReadBeforeItIsReset) {
    Lan lan;
    lan.start_quietly();
    lan.hear(report(Type::kToExclude, kG));
    lan.wait(seconds(100));
    lan.hear(report(Type::kIsExclude, kG, {kA}));
    EXPECT_EQ(lan.group(kG).sources.at(0).expires, seconds(270)) << "current state: all of it";
    lan.wait(seconds(100));
    lan.hear(report(Type::kToExclude, kG, {kA, kB}));
    EXPECT_EQ(lan.group(kG).expires, seconds(270));
    EXPECT_EQ(lan.queries().back(), "200 sources 239.1.1.1 10.9.0.1 10.9.0.2");
    EXPECT_EQ(lan.group(kG).sources.at(1).expires, seconds(2)) << "170 s, lowered by the question";
    lan.wait(seconds(269));
    lan.forget();
    lan.hear(report(Type::kToExclude, kG, {kA, kB, kC}));
    EXPECT_EQ(lan.group(kG).sources.at(2).expires, seconds(1)) << "what was left of the group timer";
    EXPECT_EQ(lan.queries(), Lines{}) << "that is less than the question would leave";
}

TEST(IgmpChecklist, EmptySourceListAsksNothing) {
    Lan lan;
    lan.start_quietly();
    lan.hear(report(Type::kAllow, kG, {kA}));
    lan.hear(report(Type::kToInclude, kG, {kA}));
    lan.hear(report(Type::kBlock, kG, {kB}));
    lan.hear(report(Type::kToExclude, kG2));
    EXPECT_EQ(lan.queries(), Lines{});
}

TEST(IgmpChecklist, SsmRangeIsConfigurable) {
    RouterConfig config = router_config();
    config.ssm_range = {Ipv4Address(239, 1, 0, 0), 16};
    Lan lan(config);
    lan.start_quietly();
    lan.hear(report(Type::kIsExclude, kG));
    lan.hear(ReportV2{kG});
    lan.hear(ReportV2{kSsm});
    EXPECT_EQ(lan.changes(), (Lines{"0 join * 232.1.1.1"}));
    EXPECT_EQ(lan.ignored(IgnoreReason::kSsmRange), 2U);
}

TEST(IgmpChecklist, AVersion1MemberIsShownAndCounted) {
    Lan lan;
    lan.start_quietly();
    lan.hear(ReportV1{kG});
    lan.hear(ReportV2{kG2});
    EXPECT_EQ(lan.router().view(lan.now()).version1_groups, 1U);
    EXPECT_EQ(lan.group(kG).version, Version::kV1);
    EXPECT_EQ(lan.group(kG).version1_expires, seconds(260));
    EXPECT_EQ(lan.group(kG2).version1_expires, std::nullopt);
    EXPECT_EQ(lan.group(kG2).version2_expires, seconds(260));
    EXPECT_EQ(lan.router().counters().received[static_cast<std::size_t>(MessageType::kReportV1)], 1U);
    lan.wait(seconds(260));
    EXPECT_EQ(lan.router().view(lan.now()).version1_groups, 0U);
}

TEST(IgmpChecklist, TheOldestHostOfAGroupSetsItsModeUntilItsOwnTimerEnds) {
    Lan lan;
    lan.start_quietly();
    lan.hear(ReportV1{kG});
    lan.wait(seconds(100));
    lan.hear(ReportV2{kG}, kOtherHost);
    lan.wait(seconds(100));
    lan.hear(report(Type::kIsExclude, kG), Ipv4Address(10, 0, 1, 102));
    EXPECT_EQ(lan.group(kG).version, Version::kV1);
    lan.wait(seconds(60));
    EXPECT_EQ(lan.group(kG).version, Version::kV2);
    lan.wait(seconds(100));
    EXPECT_EQ(lan.group(kG).version, Version::kV3);
}

TEST(IgmpChecklist, ConfiguredVersion1AsksGenerallyAndForNothingElse) {
    RouterConfig config = router_config();
    config.version = Version::kV1;
    Lan lan(config);
    lan.start();
    const auto packets = lan.packets();
    ASSERT_EQ(packets.size(), 1U);
    EXPECT_EQ(hex({packets[0].packet.begin() + 24, packets[0].packet.end()}), "1100eeff00000000");
    lan.forget();
    lan.hear(ReportV2{kG});
    lan.hear(Leave{kG});
    lan.hear(report(Type::kToInclude, kG));
    lan.hear(report(Type::kAllow, kG, {kA}));
    lan.hear(report(Type::kBlock, kG, {kA}));
    EXPECT_EQ(lan.queries(), Lines{});
    lan.wait(seconds(270));
    EXPECT_EQ(lan.changes(), (Lines{"0 join * 239.1.1.1", "270 leave * 239.1.1.1"}))
        << "leave latency of version 1";
}

} // namespace
} // namespace mcfwd::igmp
