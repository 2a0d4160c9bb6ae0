// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What reaches the table for what snooping knows: entries of the bridge, and routed entries that leave
// through it.
#include <gtest/gtest.h>

#include <controlplane/forwarding/bridge_publisher.hh>

#include "recording_table.hh"

namespace mcfwd::forwarding {
namespace {

using group_manager::InterfaceKey;
using group_manager::SourceGroup;

constexpr DomainId kBridge{1};
constexpr Ipv4Address kSnooped{239, 1, 1, 1};
constexpr Ipv4Address kOtherGroup{239, 1, 1, 2};
constexpr Ipv4Address kSource{10, 0, 1, 9};
constexpr SourceGroup kRoutedFlow{kSnooped, kSource};
constexpr MfibKey kRouted{kRoutedDomain, kSnooped, kSource};
constexpr MacAddress kBridgeMac{{2, 0, 0, 0, 0, 9}};
constexpr BridgePort kFirst{0};
constexpr BridgePort kSecond{1};
constexpr InterfaceKey kLan{IfIndex{1}, {}};
constexpr InterfaceKey kOnBridge{IfIndex{2}, {}};

/// br10 has port 1 untagged and port 2 with VLAN 30, and the interface "br"; lan1 is on port 0.
class BridgePublisherTest : public testing::Test {
  protected:
    BridgePublisherTest() {
        interfaces.put({.name = "lan1",
                        .index = kLan.interface,
                        .port = PortId{0},
                        .vlan = {},
                        .mac = {},
                        .addresses = {}});
        interfaces.put({.name = "br",
                        .index = kOnBridge.interface,
                        .port = PortId{1},
                        .vlan = {},
                        .bridge = kBridge,
                        .mac = kBridgeMac,
                        .addresses = {},
                        .ttl_threshold = 4,
                        .mtu = 1500});
        bridges.add({.name = "br10",
                     .domain = kBridge,
                     .members = {{"p1", PortId{1}, {}, 9000}, {"p2:30", PortId{2}, VlanId{30}, 1400}},
                     .interface = kOnBridge.interface});
    }
    Expected<void> route_out_of_the_bridge() {
        return routed.publish(
            {.put = {{kRoutedFlow, kLan, {kOnBridge}, false}}, .erase = {}, .miss = {}, .cause = "flow"});
    }
    [[nodiscard]] std::vector<PortId> egresses(const MfibKey& key) const {
        std::vector<PortId> ports;
        for (const Egress& egress : table.held.at(key).forward) {
            ports.push_back(egress.port);
        }
        return ports;
    }
    static BridgeEntry entry(Ipv4Address group, std::optional<std::vector<BridgePort>> ports) {
        return {.group = group, .source = kAnySource, .ports = std::move(ports)};
    }

    InterfaceTable interfaces;
    BridgeTable bridges;
    FakeSnooping snooped;
    RecordingTable table;
    RecordingSender packets;
    TablePublisher routed{interfaces, bridges, snooped, table, packets};
    BridgePublisher publisher{bridges, routed, table};
};

TEST_F(BridgePublisherTest, PortsBecomeEgressesOfTheBridgesDomain) {
    EXPECT_TRUE(
        publisher
            .publish(kBridge, {entry(kSnooped, {{kFirst, kSecond}}), entry(kUnregisteredGroup, {{}})}, "why")
            .empty());
    ASSERT_EQ(table.batches.size(), 1U);
    EXPECT_EQ(table.batches[0].cause, "why");
    const PutEntry& put = table.held.at({kBridge, kSnooped, kAnySource});
    EXPECT_EQ(put.accept, kNoInterface);
    const std::vector<Egress> expected{{.port = PortId{1}, .mtu = 9000},
                                       {.port = PortId{2}, .vlan = VlanId{30}, .mtu = 1400}};
    EXPECT_EQ(put.forward, expected);
    EXPECT_TRUE(table.held.at({kBridge, kUnregisteredGroup, kAnySource}).forward.empty());
    EXPECT_TRUE(publisher.publish(kBridge, {entry(kSnooped, std::nullopt)}, "left").empty());
    EXPECT_FALSE(table.held.contains({kBridge, kSnooped, kAnySource}));
}

TEST_F(BridgePublisherTest, RoutedPacketsGoToTheSnoopedPortsWithTheInterfacesFace) {
    snooped.ports[kSnooped] = {kFirst, kSecond};
    ASSERT_TRUE(route_out_of_the_bridge());
    const std::vector<Egress> expected{{IfIndex{2}, PortId{1}, VlanId{0}, kBridgeMac, 4, 1500},
                                       {IfIndex{2}, PortId{2}, VlanId{30}, kBridgeMac, 4, 1400}};
    EXPECT_EQ(table.held.at(kRouted).forward, expected);
}

TEST_F(BridgePublisherTest, RoutedEntriesFollowTheirGroupInTheSameVersion) {
    snooped.ports[kSnooped] = {kFirst};
    ASSERT_TRUE(route_out_of_the_bridge());
    EXPECT_EQ(egresses(kRouted), std::vector{PortId{1}});
    snooped.ports[kSnooped] = {kFirst, kSecond};
    const std::size_t before = table.batches.size();
    EXPECT_TRUE(publisher.publish(kBridge, {entry(kSnooped, {{kFirst, kSecond}})}, "join").empty());
    EXPECT_EQ(table.batches.size(), before + 1);
    EXPECT_EQ(egresses(kRouted), (std::vector{PortId{1}, PortId{2}}));
    EXPECT_TRUE(publisher.publish(kBridge, {entry(kOtherGroup, {{kFirst}})}, "other").empty());
    EXPECT_EQ(table.batches.back().commands.size(), 1U) << "the routed entry is not of this group";
    snooped.ports[kSnooped] = {};
    EXPECT_TRUE(publisher.publish(kBridge, {entry(kUnregisteredGroup, {{}})}, "router left").empty());
    EXPECT_EQ(egresses(kRouted).size(), 2U) << "router ports concern all groups, which follow in parts";
}

TEST_F(BridgePublisherTest, EntriesThatLeaveTheBridgeNoMoreAreNotTouched) {
    snooped.ports[kSnooped] = {kFirst};
    ASSERT_TRUE(route_out_of_the_bridge());
    ASSERT_TRUE(routed.publish({.put = {}, .erase = {kRoutedFlow}, .miss = {}, .cause = "gone"}));
    EXPECT_TRUE(publisher.publish(kBridge, {entry(kSnooped, {{kFirst}})}, "join").empty());
    EXPECT_FALSE(table.held.contains(kRouted));
}

TEST_F(BridgePublisherTest, RoutedEntriesOfAllGroupsFollowInParts) {
    for (std::uint8_t i = 1; i <= 5; ++i) {
        ASSERT_TRUE(routed.publish({.put = {{{Ipv4Address(239, 1, 1, i), kSource}, kLan, {kOnBridge}, false}},
                                    .erase = {},
                                    .miss = {},
                                    .cause = "flow"}));
        snooped.ports[Ipv4Address(239, 1, 1, i)] = {kFirst};
    }
    auto part = publisher.publish_routed(kBridge, {}, 3, "router");
    EXPECT_EQ(table.batches.back().commands.size(), 3U);
    ASSERT_EQ(part.next, (SourceGroup{Ipv4Address(239, 1, 1, 4), kSource}));
    part = publisher.publish_routed(kBridge, *part.next, 3, "router");
    EXPECT_EQ(part.next, std::nullopt);
    for (std::uint8_t i = 1; i <= 5; ++i) {
        EXPECT_EQ(egresses({kRoutedDomain, Ipv4Address(239, 1, 1, i), kSource}), std::vector{PortId{1}});
    }
}

TEST_F(BridgePublisherTest, FullTableKeepsWhatItHasAndSaysWhichGroupsFoundNoRoom) {
    EXPECT_TRUE(
        publisher
            .publish(kBridge, {entry(kSnooped, {{kFirst}}), entry(kFloodGroup, {{kFirst, kSecond}})}, "start")
            .empty());
    table.room = 2;
    const Ipv4Address third(239, 1, 1, 3);
    const Ipv4Address fourth(239, 1, 1, 4);
    const Refusal refused = publisher.publish(kBridge,
                                              {entry(kSnooped, {{kSecond}}), entry(kOtherGroup, {{kFirst}}),
                                               entry(third, {{kFirst}}), entry(fourth, {{kFirst}})},
                                              "joins");
    EXPECT_EQ(refused.groups.size(), 2U);
    EXPECT_FALSE(refused.routed);
    EXPECT_EQ(egresses({kBridge, kSnooped, kAnySource}), std::vector{PortId{2}})
        << "what is known is still followed";
    EXPECT_EQ(table.entries(), 2U);
    EXPECT_FALSE(publisher.has_room());
}

TEST_F(BridgePublisherTest, GroupGoesInAsAWholeOrNotAtAll) {
    table.room = 2;
    const BridgeEntry of_source{.group = kOtherGroup, .source = kSource, .ports = {{kSecond}}};
    const Refusal refused = publisher.publish(
        kBridge, {entry(kSnooped, {{kFirst}}), entry(kOtherGroup, {{}}), of_source}, "joins");
    EXPECT_EQ(refused.groups, std::vector{kOtherGroup});
    EXPECT_EQ(table.entries(), 1U);
}

TEST_F(BridgePublisherTest, RoutedEntryWithoutRoomDoesNotHoldUpTheBridge) {
    snooped.ports[kSnooped] = {kFirst};
    ASSERT_TRUE(route_out_of_the_bridge());
    table.egress_room = 2;
    snooped.ports[kSnooped] = {kFirst, kSecond};
    const Refusal refused = publisher.publish(kBridge, {entry(kSnooped, {{kFirst}})}, "join");
    EXPECT_TRUE(refused.groups.empty());
    EXPECT_TRUE(refused.routed);
    EXPECT_EQ(egresses({kBridge, kSnooped, kAnySource}), std::vector{PortId{1}});
    table.egress_room = 3;
    EXPECT_FALSE(publisher.publish_routed(kBridge, {}, 10, "room").refused);
    EXPECT_EQ(egresses(kRouted), (std::vector{PortId{1}, PortId{2}}));
}

TEST_F(BridgePublisherTest, WhatGoesMakesRoomForWhatComes) {
    table.room = 1;
    EXPECT_TRUE(publisher.publish(kBridge, {entry(kSnooped, {{kFirst}})}, "join").empty());
    EXPECT_TRUE(
        publisher.publish(kBridge, {entry(kSnooped, std::nullopt), entry(kOtherGroup, {{kSecond}})}, "swap")
            .empty());
    EXPECT_TRUE(table.held.contains({kBridge, kOtherGroup, kAnySource}));
}

} // namespace
} // namespace mcfwd::forwarding
