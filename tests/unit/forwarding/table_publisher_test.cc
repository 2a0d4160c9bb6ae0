// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What reaches the table for what the group manager wants: resolved egresses, one batch per update, miss
// policies.
#include <gtest/gtest.h>

#include <controlplane/forwarding/table_publisher.hh>

#include "recording_table.hh"

namespace mcfwd::forwarding {
namespace {

using group_manager::InterfaceKey;
using group_manager::SourceGroup;

constexpr SourceGroup kFlow{Ipv4Address(239, 1, 1, 1), Ipv4Address(10, 0, 1, 9)};
constexpr MfibKey kKey{kRoutedDomain, kFlow.group, kFlow.source};
constexpr MacAddress kMac1{{2, 0, 0, 0, 0, 1}};
constexpr MacAddress kMac2{{2, 0, 0, 0, 0, 2}};

InterfaceKey on(std::uint16_t index, Ipv4Address next_hop = {}) {
    return {IfIndex{index}, next_hop};
}

class TablePublisherTest : public testing::Test {
  protected:
    TablePublisherTest() {
        interfaces.put({.name = "lan1",
                        .index = IfIndex{1},
                        .port = PortId{0},
                        .vlan = {},
                        .mac = kMac1,
                        .addresses = {}});
        interfaces.put({.name = "lan2",
                        .index = IfIndex{2},
                        .port = PortId{1},
                        .vlan = VlanId{20},
                        .mac = kMac2,
                        .addresses = {},
                        .ttl_threshold = 16,
                        .mtu = 9000});
    }
    InterfaceTable interfaces;
    RecordingTable table;
    RecordingSender packets;
    BridgeTable bridges;
    FakeSnooping snooped;
    TablePublisher publisher{interfaces, bridges, snooped, table, packets};
};

TEST_F(TablePublisherTest, ResolvesOifsToEgressesInOneBatch) {
    const SourceGroup gone{Ipv4Address(239, 1, 1, 2), Ipv4Address(10, 0, 1, 9)};
    ASSERT_TRUE(publisher.publish(
        {.put = {{kFlow, on(1), {on(2)}, true}}, .erase = {gone}, .miss = {}, .cause = "why"}));
    ASSERT_EQ(table.batches.size(), 1U);
    EXPECT_EQ(table.batches[0].cause, "why");
    ASSERT_EQ(table.batches[0].commands.size(), 2U);
    EXPECT_EQ(std::get<EraseEntry>(table.batches[0].commands[0]).key,
              (MfibKey{kRoutedDomain, gone.group, gone.source}));
    const auto& put = std::get<PutEntry>(table.batches[0].commands[1]);
    EXPECT_EQ(put.key, kKey);
    EXPECT_EQ(put.accept, IfIndex{1});
    EXPECT_EQ(put.counters, CounterPolicy::kRestart);
    const Egress expected{IfIndex{2}, PortId{1}, VlanId{20}, kMac2, 16, 9000};
    EXPECT_EQ(put.forward, std::vector{expected});
}

TEST_F(TablePublisherTest, LinksOfOneInterfaceShareAnEgressAndTheIifHasNone) {
    const Ipv4Address a(10, 0, 2, 7);
    const Ipv4Address b(10, 0, 2, 8);
    ASSERT_TRUE(publisher.publish({.put = {{kFlow, on(1), {on(1, a), on(2, a), on(2, b), on(3)}, false}},
                                   .erase = {},
                                   .miss = {},
                                   .cause = ""}));
    const auto& put = std::get<PutEntry>(table.batches[0].commands[0]);
    ASSERT_EQ(put.forward.size(), 1U) << "lan2 once, lan1 is the iif, interface 3 is unknown";
    EXPECT_EQ(put.forward[0].interface, IfIndex{2});
    EXPECT_EQ(put.counters, CounterPolicy::kKeep);
}

TEST_F(TablePublisherTest, MissPolicyFollowsTheFirstAndTheLastOwnerOfAnInterface) {
    const Ipv4Address a(10, 0, 2, 7);
    const auto change = [&](InterfaceKey key, bool signal) {
        const auto before = table.batches.size();
        EXPECT_TRUE(
            publisher.publish({.put = {}, .erase = {}, .miss = {{key, signal}}, .cause = "ownership"}));
        return table.batches.size() - before;
    };
    EXPECT_EQ(change(on(2), true), 1U);
    EXPECT_EQ(std::get<SetMissPolicy>(table.batches.back().commands[0]).policy, MissPolicy::kSignal);
    EXPECT_EQ(change(on(2, a), true), 0U) << "no version for what workers cannot see";
    EXPECT_EQ(change(on(2), false), 0U);
    EXPECT_EQ(change(on(2, a), false), 1U);
    EXPECT_EQ(std::get<SetMissPolicy>(table.batches.back().commands[0]).policy, MissPolicy::kDrop);
    EXPECT_EQ(std::get<SetMissPolicy>(table.batches.back().commands[0]).interface, IfIndex{2});
}

TEST_F(TablePublisherTest, TheEndOfWhatIsGatheredReachesTheTableEvenIfEmpty) {
    ASSERT_TRUE(publisher.publish(
        {.put = {{kFlow, on(1), {on(2)}, false}}, .erase = {}, .miss = {}, .cause = "part", .more = true}));
    ASSERT_EQ(table.batches.size(), 1U);
    EXPECT_TRUE(table.batches[0].more);
    ASSERT_TRUE(publisher.publish({.put = {}, .erase = {}, .miss = {}, .cause = "part", .more = true}));
    EXPECT_EQ(table.batches.size(), 1U);
    ASSERT_TRUE(publisher.publish({.put = {}, .erase = {}, .miss = {}, .cause = "end"}));
    ASSERT_EQ(table.batches.size(), 2U);
    EXPECT_FALSE(table.batches[1].more);
    EXPECT_TRUE(table.batches[1].commands.empty());
    ASSERT_TRUE(publisher.publish({.put = {}, .erase = {}, .miss = {}, .cause = "end"}));
    EXPECT_EQ(table.batches.size(), 2U) << "nothing is gathered any more";
}

TEST_F(TablePublisherTest, ARefusedUpdateChangesNothing) {
    table.full = true;
    const auto refused = publisher.publish({.put = {}, .erase = {}, .miss = {{on(2), true}}, .cause = ""});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, Status::kNotEnoughMemory);
    table.full = false;
    ASSERT_TRUE(publisher.publish({.put = {}, .erase = {}, .miss = {{on(2), true}}, .cause = ""}));
    EXPECT_EQ(table.batches.size(), 1U) << "the policy is still to be set";
}

TEST_F(TablePublisherTest, ReadsCountersAndDiscards) {
    EXPECT_FALSE(publisher.counters(kFlow));
    table.known = kKey;
    EXPECT_EQ(publisher.counters(kFlow)->packets, 1U);
    EXPECT_EQ(publisher.counters(kFlow)->copies, 4U);
    ASSERT_EQ(publisher.oif_counters(kFlow).size(), 1U);
    EXPECT_EQ(publisher.oif_counters(kFlow)[0].bytes, 6U);
    publisher.discard_parked(kFlow);
    EXPECT_EQ(packets.discarded, std::vector{kKey});
}

TEST_F(TablePublisherTest, InterfacesAreFoundByIndexAndName) {
    ASSERT_NE(interfaces.find("lan2"), nullptr);
    EXPECT_EQ(interfaces.find("lan2")->index, IfIndex{2});
    EXPECT_EQ(interfaces.find("lan9"), nullptr);
    EXPECT_EQ(interfaces.interface_name(IfIndex{1}), "lan1");
    interfaces.remove(IfIndex{1});
    EXPECT_EQ(interfaces.interface_name(IfIndex{1}), std::nullopt);
}

} // namespace
} // namespace mcfwd::forwarding
