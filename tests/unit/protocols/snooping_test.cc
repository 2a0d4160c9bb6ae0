// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Snooping as the router runs it: from a worker's signal to the lists in the table and the packets on the
// ports.
#include <algorithm>
#include <limits>

#include <gtest/gtest.h>

#include <controlplane/protocols/snooping.hh>
#include <igmp/codec.hh>

#include "recording_table.hh"

namespace mcfwd::protocols {
namespace {

using namespace std::chrono_literals;
using forwarding::RecordingTable;

constexpr DomainId kBridgeDomain{1};
constexpr Ipv4Address kWanted{239, 1, 1, 1};
constexpr MacAddress kHostsMac{{2, 0, 0, 0, 0, 7}};
constexpr MfibKey kWantedKey{kBridgeDomain, kWanted, kAnySource};
constexpr MfibKey kUnregisteredKey{kBridgeDomain, kUnregisteredGroup, kAnySource};

struct SetClock final : Clock {
    Instant time{std::chrono::hours(1)};
    [[nodiscard]] Instant now() const override { return time; }
};

/// Keeps what leaves each port.
struct Wires final : PacketSender {
    struct Sent {
        PortId port;
        VlanId vlan;
        std::optional<MacAddress> source; ///< nothing: the port's own
        MacAddress destination;
        std::vector<std::byte> packet;
    };
    Expected<void> send(PortId port, VlanId vlan, MacAddress destination,
                        std::span<const std::byte> packet) override {
        sent.push_back({port, vlan, std::nullopt, destination, {packet.begin(), packet.end()}});
        return {};
    }
    Expected<void> send_from(PortId port, VlanId vlan, MacAddress source, MacAddress destination,
                             std::span<const std::byte> packet) override {
        sent.push_back({port, vlan, source, destination, {packet.begin(), packet.end()}});
        return {};
    }
    void discard_parked(const MfibKey&) override {}
    std::vector<Sent> sent;
};

/// br10: p1, p2 with VLAN 30, p3.
class SnoopingTest : public testing::Test {
  protected:
    SnoopingTest() {
        bridges.add({.name = "br10",
                     .domain = kBridgeDomain,
                     .members = {{"p1", PortId(1), {}, 1500},
                                 {"p2:30", PortId(2), VlanId(30), 1500},
                                 {"p3", PortId(3), {}, 1500}},
                     .interface = kNoInterface});
        igmp::SnoopingConfig config;
        config.ports = 3;
        config.fast_leave = igmp::FastLeave::kTracked;
        EXPECT_TRUE(snooping.add(kBridgeDomain, config));
        wires.sent.clear();
    }
    void hear(PortId port, VlanId vlan, const igmp::Message& message, Ipv4Address from) {
        const auto packet = igmp::encode(message, from, 1500).front();
        snooping.receive({.kind = SignalKind::kIgmp,
                          .domain = kBridgeDomain,
                          .port = port,
                          .vlan = vlan,
                          .interface = kNoInterface,
                          .source_mac = kHostsMac,
                          .destination_mac = multicast_mac(igmp::destination_of(message)),
                          .packet = packet});
    }
    void join(PortId port, VlanId vlan, Ipv4Address group) {
        hear(port, vlan, igmp::ReportV3{.records = {{igmp::RecordType::kToExclude, group, {}}}},
             Ipv4Address(10, 0, 1, 7));
    }
    void query_on_third_port() {
        igmp::Query query{.version = igmp::Version::kV3, .max_response = 10s};
        query.robustness = 2;
        query.querier_interval = 125s;
        hear(PortId(3), {}, query, Ipv4Address(10, 0, 1, 1));
    }
    [[nodiscard]] std::vector<PortId> egresses(const MfibKey& key) const {
        std::vector<PortId> ports;
        if (const auto at = table.held.find(key); at != table.held.end()) {
            for (const Egress& egress : at->second.forward) {
                ports.push_back(egress.port);
            }
        }
        return ports;
    }

    SetClock clock;
    Wires wires;
    RecordingTable table;
    forwarding::BridgeTable bridges;
    forwarding::InterfaceTable interfaces;
    Snooping snooping{{.clock = clock, .packets = wires, .bridges = bridges, .publisher = publisher}};
    forwarding::TablePublisher routed{interfaces, bridges, snooping, table, wires};
    forwarding::BridgePublisher publisher{bridges, routed, table};
};

TEST_F(SnoopingTest, BridgeBeginsWithListsForWhatIsNoGroup) {
    EXPECT_EQ(egresses({kBridgeDomain, kFloodGroup, kAnySource}),
              (std::vector{PortId(1), PortId(2), PortId(3)}));
    ASSERT_TRUE(table.held.contains(kUnregisteredKey));
    EXPECT_TRUE(egresses(kUnregisteredKey).empty());
}

TEST_F(SnoopingTest, ReportBecomesAListBeforeItIsPassedOnToTheRouterAsItCame) {
    query_on_third_port();
    EXPECT_EQ(egresses(kUnregisteredKey), std::vector{PortId(3)});
    wires.sent.clear();
    join(PortId(2), VlanId(30), kWanted);
    EXPECT_EQ(egresses(kWantedKey), (std::vector{PortId(2), PortId(3)}));
    EXPECT_EQ(table.held.at(kWantedKey).forward[0].vlan, VlanId(30));
    ASSERT_EQ(wires.sent.size(), 1U);
    EXPECT_EQ(wires.sent[0].port, PortId(3));
    EXPECT_EQ(wires.sent[0].source, kHostsMac);
    EXPECT_EQ(wires.sent[0].destination, multicast_mac(Ipv4Address(224, 0, 0, 22)));
    EXPECT_TRUE(igmp::parse(wires.sent[0].packet));
    EXPECT_EQ(snooping.ports_for_flow(kBridgeDomain, kWanted, Ipv4Address(10, 0, 9, 9)),
              (std::vector{BridgePort(1), BridgePort(2)}));
}

TEST_F(SnoopingTest, WhatDoesNotBelongToABridgeChangesNothing) {
    const std::size_t before = table.batches.size();
    join(PortId(2), {}, kWanted); // p2 is a member with VLAN 30 only
    snooping.receive({.kind = SignalKind::kIgmp, .domain = DomainId(7), .port = PortId(1)});
    EXPECT_EQ(table.batches.size(), before);
    EXPECT_EQ(snooping.counters().received, 0U);
}

TEST_F(SnoopingTest, LinkThatGoesTakesItsMembersAlong) {
    join(PortId(1), {}, kWanted);
    join(PortId(2), VlanId(30), kWanted);
    snooping.set_link(PortId(1), false);
    EXPECT_EQ(egresses(kWantedKey), std::vector{PortId(2)});
    wires.sent.clear();
    snooping.set_link(PortId(1), true);
    EXPECT_TRUE(std::ranges::any_of(wires.sent, [](const Wires::Sent& sent) {
        return sent.port == PortId(1);
    })) << "the hosts there are asked";
}

TEST_F(SnoopingTest, FullTableFloodsWhatFoundNoRoomUntilThereIsSome) {
    join(PortId(1), {}, kWanted);
    table.room = table.held.size();
    const Ipv4Address second(239, 1, 1, 2);
    const MfibKey second_key{kBridgeDomain, second, kAnySource};
    join(PortId(2), VlanId(30), second);
    EXPECT_FALSE(table.held.contains(second_key));
    EXPECT_EQ(egresses(kUnregisteredKey), (std::vector{PortId(1), PortId(2), PortId(3)}))
        << "no member starves";
    EXPECT_EQ(egresses(kWantedKey), std::vector{PortId(1)}) << "what is known stays filtered";
    EXPECT_EQ(snooping.counters().refused_lists, 1U);
    table.room = std::numeric_limits<std::size_t>::max();
    clock.time += 1s;
    std::ignore = snooping.advance();
    EXPECT_EQ(egresses(second_key), std::vector{PortId(2)});
    EXPECT_TRUE(egresses(kUnregisteredKey).empty());
}

TEST_F(SnoopingTest, QueryOfTheBridgesOwnInterfaceLeavesThroughAllPortsWithTheirAddresses) {
    const igmp::Query query{.version = igmp::Version::kV2, .max_response = 10s};
    const auto packet = igmp::encode(query, Ipv4Address(10, 0, 1, 254), 1500).front();
    snooping.send_local(kBridgeDomain, {}, Ipv4Address(224, 0, 0, 1), packet);
    ASSERT_EQ(wires.sent.size(), 3U);
    for (const Wires::Sent& sent : wires.sent) {
        EXPECT_EQ(sent.source, std::nullopt);
        EXPECT_EQ(sent.packet, packet);
    }
}

} // namespace
} // namespace mcfwd::protocols
