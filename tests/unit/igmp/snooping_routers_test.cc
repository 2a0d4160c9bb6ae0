// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// How a port becomes a router port, and how it stops being one.
#include <gtest/gtest.h>

#include "bridge_lan.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace test;
using Type = RecordType;

Octets pim_hello(std::string_view options, Ipv4Address source = kQuerier) {
    Octets pim = octets("20 00 0000");
    const Octets tail = octets(options);
    pim.insert(pim.end(), tail.begin(), tail.end());
    put16(pim, 2, internet_checksum(pim));
    Octets packet = octets("45c0 0000 0000 0000 0167 0000 00000000 e000000d");
    for (std::size_t i = 0; i < 4; ++i) {
        packet[12 + i] = static_cast<std::byte>(source.octet(static_cast<int>(i)));
    }
    packet.insert(packet.end(), pim.begin(), pim.end());
    put16(packet, 2, static_cast<std::uint16_t>(packet.size()));
    fix_ip_checksum(packet);
    return packet;
}

/// A router discovery message from 10.0.1.9 to all snoopers.
Octets discovery(std::string_view igmp) {
    Octets packet = packet_around(octets(igmp));
    packet[19] = std::byte{106};
    fix_ip_checksum(packet);
    return packet;
}

struct SnoopingRouters : testing::Test {
    SnoopingRouters() { lan.start_quietly(); }
    BridgeLan lan;
};

TEST_F(SnoopingRouters, AnyQueryWithAnAddressMakesARouterPort) {
    lan.hear(1, query_of(), kQuerier);
    lan.hear(2, query_of(), {10, 0, 1, 99}); // not elected, but a router
    lan.hear(3, query_about(kG), {10, 0, 1, 98});
    EXPECT_EQ(lan.routers(), "1,2,3");
}

TEST_F(SnoopingRouters, QueryWithoutAddressMakesNone) {
    lan.hear(1, query_of(), {});
    EXPECT_EQ(lan.routers(), "");
}

TEST_F(SnoopingRouters, QueryLastsForTheOtherQuerierPresentInterval) {
    lan.hear(1, query_of(), kQuerier);
    lan.wait(milliseconds(254'999));
    EXPECT_EQ(lan.routers(), "1");
    lan.wait(milliseconds(1));
    EXPECT_EQ(lan.routers(), "");
}

TEST_F(SnoopingRouters, QueryLastsAsItsOwnValuesSay) {
    Query query = query_of();
    query.robustness = 3;
    query.querier_interval = seconds(20);
    query.max_response = seconds(4);
    lan.hear(1, query, {10, 0, 1, 99});
    lan.wait(milliseconds(61'999));
    EXPECT_EQ(lan.routers(), "1");
    lan.wait(milliseconds(1));
    EXPECT_EQ(lan.routers(), "");
}

TEST_F(SnoopingRouters, StaticRouterPortNeverEnds) {
    SnoopingConfig config = snooping_config();
    config.router_ports = {port(2)};
    BridgeLan fixed(config);
    fixed.start_quietly();
    fixed.wait(seconds(1000));
    EXPECT_EQ(fixed.routers(), "2");
    fixed.link(2, false);
    EXPECT_EQ(fixed.routers(), "2");
}

TEST_F(SnoopingRouters, PimHelloHoldsForItsHoldTime) {
    lan.hear_pim(1, pim_hello("0001 0002 003c"));
    lan.wait(milliseconds(59'999));
    EXPECT_EQ(lan.routers(), "1");
    lan.wait(milliseconds(1));
    EXPECT_EQ(lan.routers(), "");
}

TEST_F(SnoopingRouters, PimHelloWithoutHoldTimeHoldsFor105Seconds) {
    lan.hear_pim(1, pim_hello("0014 0004 00000001"));
    lan.wait(milliseconds(104'999));
    EXPECT_EQ(lan.routers(), "1");
    lan.wait(milliseconds(1));
    EXPECT_EQ(lan.routers(), "");
}

TEST_F(SnoopingRouters, PimHoldTimesForEverAndNotAnyMore) {
    lan.hear_pim(1, pim_hello("0014 0004 00000001 0001 0002 ffff"));
    lan.wait(seconds(100'000));
    EXPECT_EQ(lan.routers(), "1");
    lan.hear_pim(1, pim_hello("0001 0002 0000"));
    EXPECT_EQ(lan.routers(), "");
}

TEST_F(SnoopingRouters, GoodbyeOfOneRouterLeavesTheOther) {
    lan.hear_pim(1, pim_hello("0001 0002 0069", kQuerier));
    lan.hear_pim(1, pim_hello("0001 0002 0069", kSecondRouter));
    lan.hear_pim(1, pim_hello("0001 0002 0000", kQuerier));
    EXPECT_EQ(lan.routers(), "1");
    lan.hear_pim(1, pim_hello("0001 0002 0000", kSecondRouter));
    lan.wait(seconds(1));
    EXPECT_EQ(lan.routers(), "");
}

/// Each change is one of every list of the bridge.
TEST_F(SnoopingRouters, HelloAndGoodbyeInTurnAreTwoChangesASecond) {
    std::size_t changes = 0;
    std::string before = lan.routers();
    for (int i = 0; i < 1'000; ++i) {
        lan.hear_pim(1, pim_hello(i % 2 == 0 ? "0001 0002 0069" : "0001 0002 0000"));
        lan.wait(milliseconds(10));
        changes += std::exchange(before, lan.routers()) != lan.routers() ? 1 : 0;
    }
    EXPECT_LE(changes, 20U);
    lan.hear_pim(1, pim_hello("0001 0002 0069"));
    EXPECT_EQ(lan.routers(), "1") << "a router is noted at once";
    lan.hear_pim(1, pim_hello("0001 0002 0000"));
    lan.link(1, false);
    EXPECT_EQ(lan.routers(), "");
}

TEST_F(SnoopingRouters, MoreRoutersThanAreRememberedStayRouters) {
    for (std::uint8_t i = 1; i <= 40; ++i) {
        lan.hear_pim(1, pim_hello("0001 0002 0069", Ipv4Address(10, 0, 2, i)));
    }
    for (std::uint8_t i = 1; i <= 40; ++i) {
        lan.hear_pim(1, pim_hello("0001 0002 0000", Ipv4Address(10, 0, 2, i)));
    }
    EXPECT_EQ(lan.routers(), "1");
    lan.wait(seconds(105));
    EXPECT_EQ(lan.routers(), "");
}

TEST_F(SnoopingRouters, PimThatIsNoGoodHelloIsRefused) {
    Octets other = pim_hello("");
    other.at(20) = std::byte{0x23}; // a join, its checksum now wrong
    lan.hear_pim(1, other);
    lan.hear_pim(1, pim_hello("", Ipv4Address()));
    EXPECT_EQ(lan.routers(), "");
    EXPECT_EQ(lan.counters(1).pim_refused, 2U);
}

TEST_F(SnoopingRouters, PimHelloMayBeCut) {
    Octets hello = pim_hello("0014 0004 00000001 0001 0002 003c");
    hello.resize(30);
    lan.hear_pim(1, hello);
    lan.wait(seconds(100));
    EXPECT_EQ(lan.routers(), "1");
}

TEST_F(SnoopingRouters, AdvertisementLastsForThreeIntervalsWithJitter) {
    lan.hear_octets(1, discovery("30 14 0000 007d 0002"));
    EXPECT_EQ(lan.sent(), (Lines{"0 relayed other to 0,2,3"}));
    lan.wait(milliseconds(61'499)); // 3 * 20 s * 1.025
    EXPECT_EQ(lan.routers(), "1");
    lan.wait(milliseconds(1));
    EXPECT_EQ(lan.routers(), "");
}

TEST_F(SnoopingRouters, TerminationEndsAnAdvertisementButNotAQuery) {
    lan.hear_octets(1, discovery("30 14 0000 007d 0002"));
    lan.hear_octets(2, discovery("30 14 0000 007d 0002"));
    lan.hear(2, query_of(), {10, 0, 1, 9});
    lan.hear_octets(1, discovery("32 00 0000"));
    lan.hear_octets(2, discovery("32 00 0000"));
    lan.wait(seconds(1));
    EXPECT_EQ(lan.routers(), "2");
    EXPECT_EQ(lan.counters(1).discovery_received[static_cast<std::size_t>(DiscoveryType::kTermination)], 1U);
}

TEST_F(SnoopingRouters, DiscoveryAgainstTheRulesIsFloodedButNotBelieved) {
    lan.hear_octets(1, packet_around(octets("30 14 0000 007d 0002"))); // to 224.0.0.22
    Octets far = discovery("30 14 0000 007d 0002");
    far.at(8) = std::byte{2}; // TTL
    fix_ip_checksum(far);
    lan.hear_octets(1, far);
    Octets plain = packet_around(octets("30 14 0000 007d 0002"), "");
    plain[19] = std::byte{106};
    fix_ip_checksum(plain);
    lan.hear_octets(1, plain);
    lan.hear_octets(1, discovery("30 00 0000 007d 0002")); // never again
    EXPECT_EQ(lan.routers(), "");
    EXPECT_EQ(lan.counters(1).discovery_refused, 4U);
    EXPECT_EQ(lan.sent().size(), 4U);
    lan.hear_octets(1, discovery("30 14 0000"));
    EXPECT_EQ(lan.sent(), Lines{});
}

TEST_F(SnoopingRouters, SolicitationIsFloodedAndMakesNoRouter) {
    lan.hear_octets(1, packet_around(octets("31 00 0000")));
    EXPECT_EQ(lan.sent(), (Lines{"0 relayed other to 0,2,3"}));
    EXPECT_EQ(lan.routers(), "");
}

TEST_F(SnoopingRouters, SolicitationsAreSentAtStartAndOnLinkUp) {
    BridgeLan fresh;
    fresh.start();
    EXPECT_EQ(fresh.sent(), (Lines{"0 other to 0", "0 other to 1", "0 other to 2", "0 other to 3",
                                   "0 general from 10.0.1.50 to 0,1,2,3", "0 general from 0.0.0.0 to 0",
                                   "0 general from 0.0.0.0 to 1", "0 general from 0.0.0.0 to 2",
                                   "0 general from 0.0.0.0 to 3"}));
    const Octets packet = fresh.packets().at(0).packet;
    EXPECT_EQ(hex(packet), hex(octets("46c0 001c 0000 4000 0102 0000 0a000132 e0000002 94040000 3100 ceff"))
                               .replace(20, 4, hex(packet).substr(20, 4)));
    EXPECT_EQ(internet_checksum(std::span(packet).first(24)), 0);
    fresh.link(1, false);
    fresh.link(1, true); // at most one in a second
    EXPECT_EQ(fresh.counters(1).solicitations, 1U);
    fresh.wait(seconds(1));
    fresh.link(1, false);
    fresh.link(1, true);
    EXPECT_EQ(fresh.counters(1).solicitations, 2U);
}

TEST_F(SnoopingRouters, ViewSaysWhyAndHowLong) {
    lan.hear(1, query_of(), kQuerier);
    lan.hear_pim(1, pim_hello("0001 0002 ffff", kSecondRouter));
    lan.wait(seconds(5));
    const SnoopingPortView view = lan.bridge().view(port(1), lan.now());
    ASSERT_EQ(view.routers.size(), 2U);
    EXPECT_EQ(view.routers[0].address, kQuerier);
    EXPECT_EQ(view.routers[0].sign, RouterSign::kQuery);
    EXPECT_EQ(view.routers[0].expires, seconds(250));
    EXPECT_EQ(view.routers[1].sign, RouterSign::kPimHello);
    EXPECT_EQ(view.routers[1].expires, std::nullopt);
    EXPECT_TRUE(view.router);
    EXPECT_FALSE(view.static_router);
}

/// It does not say how often it asks, and may well ask less often than we would.
TEST(SnoopingOlderRouters, RouterOfVersion2IsRememberedForTheUsualInterval) {
    SnoopingConfig config = snooping_config();
    config.query_interval = seconds(10);
    config.query_response_interval = seconds(5);
    BridgeLan lan(config);
    lan.start_quietly();
    lan.hear(3, query_of(Version::kV2), kQuerier);
    lan.wait(milliseconds(254999));
    EXPECT_EQ(lan.routers(), "3");
    lan.wait(milliseconds(1));
    EXPECT_EQ(lan.routers(), "");
}

} // namespace
} // namespace mcfwd::igmp
