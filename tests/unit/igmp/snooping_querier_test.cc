// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Who asks on a bridge: one querier for all ports, one with or without an address, or none.
#include <gtest/gtest.h>

#include "bridge_lan.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace test;
using Type = RecordType;

SnoopingConfig without_address() {
    SnoopingConfig config = snooping_config();
    config.address = {};
    config.solicit_routers = false;
    return config;
}

SnoopingConfig with_address() {
    SnoopingConfig config = snooping_config();
    config.solicit_routers = false;
    return config;
}

/// The questions from 0.0.0.0 have hosts answer within a second, not ten.
TEST(SnoopingQuerier, StartupAsksEveryPortAtOnce) {
    BridgeLan lan(with_address());
    lan.start();
    const auto packets = lan.packets();
    EXPECT_EQ(std::get<Query>(parse(packets.back().packet)->message).max_response, seconds(1));
    lan.wait(seconds(160));
    EXPECT_EQ(lan.sent(), (Lines{"0 general from 10.0.1.50 to 0,1,2,3", "0 general from 0.0.0.0 to 0",
                                 "0 general from 0.0.0.0 to 1", "0 general from 0.0.0.0 to 2",
                                 "0 general from 0.0.0.0 to 3", "31.25 general from 10.0.1.50 to 0,1,2,3",
                                 "156.25 general from 10.0.1.50 to 0,1,2,3"}));
    EXPECT_TRUE(lan.view().querier);
    EXPECT_EQ(lan.view().querier_address, kBridge);
}

TEST(SnoopingQuerier, WithoutAddressItAsksFromZero) {
    BridgeLan lan(without_address());
    lan.start();
    EXPECT_EQ(lan.sent().front(), "0 general from 0.0.0.0 to 0,1,2,3");
    EXPECT_TRUE(lan.view().querier);
}

/// It lost an election that it can not know of, and then asks nobody until it is started anew.
TEST(SnoopingQuerier, GivesWayToAHigherAddressThatIsARouters) {
    BridgeLan lan(with_address());
    lan.start_quietly();
    const Octets hello = octets("45c0 0022 0000 0000 0167 0000 0a0001fe e000000d 2000 de91 0001 0002 0069");
    Octets packet = hello;
    put16(packet, 2, static_cast<std::uint16_t>(packet.size()));
    put16(packet, 22, 0);
    put16(packet, 22, internet_checksum(std::span(packet).subspan(20)));
    fix_ip_checksum(packet);
    lan.hear(3, query_of(), {10, 0, 1, 254});
    EXPECT_TRUE(lan.view().querier) << "of a switch perhaps";
    lan.hear_pim(3, packet);
    lan.hear(3, query_of(), {10, 0, 1, 254});
    EXPECT_FALSE(lan.view().querier);
    EXPECT_EQ(lan.view().querier_address, Ipv4Address(10, 0, 1, 254));
}

TEST(SnoopingQuerier, GivesWayToALowerAddressAndIgnoresAHigherOne) {
    BridgeLan lan(with_address());
    lan.start_quietly();
    lan.hear(1, query_of(), {10, 0, 1, 99});
    EXPECT_TRUE(lan.view().querier);
    lan.hear(1, query_of(), kQuerier);
    EXPECT_FALSE(lan.view().querier);
    EXPECT_EQ(lan.view().querier_address, kQuerier);
    EXPECT_EQ(lan.view().other_querier_expires, seconds(255));
    EXPECT_EQ(lan.view().querier_changes, 1U);
    lan.forget();
    lan.wait(seconds(254));
    EXPECT_EQ(lan.sent(), Lines{});
}

TEST(SnoopingQuerier, WithoutAddressItGivesWayToEveryAddress) {
    BridgeLan lan(without_address());
    lan.start_quietly();
    lan.hear(1, query_of(), {10, 0, 1, 250});
    EXPECT_FALSE(lan.view().querier);
    EXPECT_EQ(lan.view().querier_address, Ipv4Address(10, 0, 1, 250));
    lan.hear(2, query_of(), kSecondRouter);
    EXPECT_EQ(lan.view().querier_address, kSecondRouter);
    lan.hear(1, query_of(), {10, 0, 1, 250});
    EXPECT_EQ(lan.view().querier_address, kSecondRouter);
    EXPECT_EQ(lan.ignored(1, IgnoreReason::kNotElected), 1U);
}

TEST(SnoopingQuerier, QueriesFromZeroNeverElect) {
    for (const SnoopingConfig& config : {with_address(), without_address()}) {
        BridgeLan lan(config);
        lan.start_quietly();
        lan.hear(1, query_of(), {});
        EXPECT_TRUE(lan.view().querier);
        EXPECT_EQ(lan.ignored(1, IgnoreReason::kNotElected), 1U);
    }
}

TEST(SnoopingQuerier, OnlyGeneralQueriesToAllSystemsElect) {
    BridgeLan lan(with_address());
    lan.start_quietly();
    lan.hear(1, query_about(kG), kQuerier);
    auto unicast = encode(query_of(), kQuerier, 1500).at(0);
    unicast[16] = std::byte{10};
    fix_ip_checksum(unicast);
    lan.hear_octets(1, unicast);
    EXPECT_TRUE(lan.view().querier);
    EXPECT_EQ(lan.ignored(1, IgnoreReason::kBadDestination), 1U);
}

TEST(SnoopingQuerier, AsksAgainWhenTheQuerierFallsSilent) {
    BridgeLan lan(with_address());
    lan.start_quietly();
    lan.hear(1, query_of(), kQuerier);
    lan.forget();
    lan.wait(seconds(300));
    EXPECT_EQ(lan.sent(), (Lines{"255 general from 10.0.1.50 to 0,1,2,3", "255 general from 0.0.0.0 to 1",
                                 "286.25 general from 0.0.0.0 to 1"})); // and the port that lost its router
    EXPECT_TRUE(lan.view().querier);
}

TEST(SnoopingQuerier, AdoptsTheValuesOfTheQuerier) {
    BridgeLan lan(with_address());
    lan.start_quietly();
    Query query = query_of();
    query.robustness = 3;
    query.querier_interval = seconds(160);
    query.max_response = seconds(5);
    lan.hear(1, query, kQuerier);
    lan.hear(0, ReportV2{kG});
    EXPECT_EQ(lan.group(0, kG).expires, seconds(490));
}

TEST(SnoopingQuerier, NeverAsksIfItIsNotToBe) {
    SnoopingConfig config = with_address();
    config.querier = false;
    BridgeLan lan(config);
    lan.start_quietly();
    lan.wait(seconds(2000));
    EXPECT_EQ(lan.sent(), Lines{});
    EXPECT_FALSE(lan.view().querier);
    lan.hear(1, query_of(), {10, 0, 1, 250}); // its own address does not matter then
    EXPECT_EQ(lan.view().querier_address, Ipv4Address(10, 0, 1, 250));
    lan.forget();
    lan.wait(seconds(250));
    EXPECT_EQ(lan.sent(), Lines{});
}

TEST(SnoopingQuerier, LeavesTheQuestionsToTheRoutedInterfaceOfTheBridge) {
    SnoopingConfig config = with_address();
    config.local_router = true;
    BridgeLan lan(config);
    lan.start_quietly();
    lan.send_local(query_of(), kRouter);
    EXPECT_EQ(lan.view().querier_address, kRouter);
    EXPECT_EQ(lan.routers(), "");
    lan.hear(0, ReportV2{kG});
    lan.hear(1, ReportV2{kG});
    lan.forget();
    lan.hear(0, Leave{kG});
    lan.send_local(query_about(kG), kRouter);
    EXPECT_EQ(lan.sent(), (Lines{"0 relayed group 239.1.1.1 to 0,1,2,3"}));
    lan.hear(1, ReportV2{kG});
    lan.wait(seconds(3));
    EXPECT_EQ(lan.flow(kG), "1");
}

TEST(SnoopingQuerier, OldQueriersAreCounted) {
    BridgeLan lan(with_address());
    lan.start_quietly();
    lan.hear(1, query_of(Version::kV2), kQuerier);
    EXPECT_EQ(lan.counters(1).igmp.older_queries, 1U);
    EXPECT_EQ(lan.view().version, Version::kV2);
    EXPECT_EQ(lan.view().intervals.group_membership_interval(), seconds(270));
}

TEST(SnoopingConfig, Rules) {
    const auto refused = [](auto change) {
        SnoopingConfig config = snooping_config();
        change(config);
        const auto made = SnoopingBridge::create(config);
        return made ? std::string("accepted") : made.error().what;
    };
    EXPECT_EQ(refused([](SnoopingConfig& c) { c.address = {}; }), "accepted");
    EXPECT_EQ(refused([](SnoopingConfig& c) { c.address = {224, 0, 0, 1}; }),
              "address 224.0.0.1 can not be the source of queries");
    EXPECT_EQ(refused([](SnoopingConfig& c) { c.ports = 0; }), "ports = 0 is out of range: 1 to 4096");
    EXPECT_EQ(refused([](SnoopingConfig& c) { c.router_ports = {port(4)}; }),
              "router port 4 is none of 4 ports");
    EXPECT_EQ(refused([](SnoopingConfig& c) { c.router_ports = {port(1), port(1)}; }),
              "router port 1 is listed twice");
    EXPECT_EQ(refused([](SnoopingConfig& c) { c.unregistered_ports = {port(9)}; }),
              "unregistered port 9 is none of 4 ports");
    EXPECT_EQ(refused([](SnoopingConfig& c) { c.unregistered_ports = {port(2), port(2)}; }),
              "unregistered port 2 is listed twice");
    EXPECT_EQ(refused([](SnoopingConfig& c) { c.static_groups = {{kG}}; }),
              "static groups of a bridge belong to its ports");
    EXPECT_EQ(refused([](SnoopingConfig& c) { c.robustness = 0; }),
              "robustness = 0 is out of range: 1 to 255");
}

} // namespace
} // namespace mcfwd::igmp
