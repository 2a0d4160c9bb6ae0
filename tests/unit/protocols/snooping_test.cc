// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Snooping as the router runs it: from a worker's signal to the lists in the table and the packets on the
// ports.
#include <algorithm>

#include <gtest/gtest.h>

#include <controlplane/protocols/snooping.hh>
#include <igmp/codec.hh>

#include "log_lines.hh"
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
constexpr MfibKey kFloodKey{kBridgeDomain, kFloodGroup, kAnySource};
constexpr Ipv4Address kSender{10, 0, 9, 9};
constexpr Ipv4Address kOtherSender{10, 0, 9, 10};
const std::vector kAll{PortId(1), PortId(2), PortId(3)};

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
        config.learning_time = Duration::zero();
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
    void leave(PortId port, VlanId vlan, Ipv4Address group) {
        hear(port, vlan, igmp::ReportV3{.records = {{igmp::RecordType::kToInclude, group, {}}}},
             Ipv4Address(10, 0, 1, 7));
    }
    /// 239.2.0.0 and up, on the first port.
    void join_many(std::uint32_t groups) {
        for (std::uint32_t i = 0; i < groups; i += 100) {
            igmp::ReportV3 report;
            for (std::uint32_t j = i; j < i + 100; ++j) {
                report.records.push_back({igmp::RecordType::kToExclude, Ipv4Address(0xEF020000U + j), {}});
            }
            hear(PortId(1), {}, report, Ipv4Address(10, 0, 1, 7));
        }
    }
    void join_source(PortId port, VlanId vlan) {
        hear(port, vlan, igmp::ReportV3{.records = {{igmp::RecordType::kAllow, kWanted, {kSender}}}},
             Ipv4Address(10, 0, 1, 8));
    }
    void pass(Duration time) {
        clock.time += time;
        std::ignore = snooping.advance();
    }
    /// As a worker looks a packet of the group up.
    [[nodiscard]] std::vector<PortId> gets(Ipv4Address source) const {
        for (const MfibKey& key : {MfibKey{kBridgeDomain, kWanted, source}, kWantedKey}) {
            if (table.held.contains(key)) {
                return egresses(key);
            }
        }
        return egresses(kUnregisteredKey);
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

TEST_F(SnoopingTest, LinkThatGoesWithManyGroupsIsFollowedInSlices) {
    table.room = 4'000;
    join_many(3'000);
    join(PortId(3), {}, kWanted);
    ASSERT_EQ(table.held.size(), 3'003U); // and the two of what is no group
    snooping.set_link(PortId(1), false);
    EXPECT_GE(table.held.size(), 2'000U) << "other ports' hosts wait for one slice of them only";
    EXPECT_EQ(gets(kSender), std::vector{PortId(3)});
    for (int i = 0; i < 10; ++i) {
        pass(5ms);
    }
    EXPECT_EQ(table.held.size(), 3U);
    EXPECT_EQ(gets(kSender), std::vector{PortId(3)});
}

TEST_F(SnoopingTest, LinkThatGoesWithFewGroupsIsFollowedAtOnce) {
    join_many(1'000);
    snooping.set_link(PortId(1), false);
    EXPECT_EQ(table.held.size(), 2U);
}

/// Each host has 2 groups at most.
struct SnoopingRefusals : SnoopingTest {
    static constexpr DomainId kLimited{2};
    SnoopingRefusals() {
        bridges.add({.name = "br20",
                     .domain = kLimited,
                     .members = {{"p4", PortId(4), {}, 1500}, {"p5:7", PortId(5), VlanId(7), 1500}},
                     .interface = kNoInterface});
        igmp::SnoopingConfig config;
        config.ports = 2;
        config.port_limits = {{.port = BridgePort(1), .max_groups_per_host = 2}};
        EXPECT_TRUE(snooping.add(kLimited, config));
    }
    void hear_there(PortId port, VlanId vlan, const igmp::Message& message, Ipv4Address from) {
        const auto packet = igmp::encode(message, from, 1500).front();
        snooping.receive({.kind = SignalKind::kIgmp,
                          .domain = kLimited,
                          .port = port,
                          .vlan = vlan,
                          .interface = kNoInterface,
                          .source_mac = kHostsMac,
                          .destination_mac = multicast_mac(igmp::destination_of(message)),
                          .packet = packet});
    }
    void ask_for(PortId port, VlanId vlan, std::uint8_t group) {
        hear_there(port, vlan, igmp::ReportV2{Ipv4Address(239, 1, 2, group)}, Ipv4Address(10, 0, 1, 7));
    }
};

TEST_F(SnoopingRefusals, AreLoggedOnceASecondWithTheirPort) {
    const LogLines log;
    for (std::uint8_t group = 1; group <= 5; ++group) {
        ask_for(PortId(4), {}, group);
        ask_for(PortId(5), VlanId(7), group);
    }
    clock.time += 1s;
    ask_for(PortId(5), VlanId(7), 6);
    EXPECT_EQ(log.containing("igmp refused"),
              (std::vector<std::string>{
                  "igmp refused what hosts ask for bridge=br20 port=p5:7 host_group_limit=1",
                  "igmp refused what hosts ask for bridge=br20 port=p5:7 host_group_limit=3"}));
}

TEST_F(SnoopingRefusals, AQuerierOfAnOlderVersionIsLogged) {
    const LogLines log;
    const igmp::Query older{.version = igmp::Version::kV2, .max_response = 10s};
    hear_there(PortId(4), {}, older, Ipv4Address(10, 0, 1, 1));
    EXPECT_EQ(log.containing("igmp querier"),
              (std::vector<std::string>{
                  "igmp querier of an older version heard bridge=br20 port=p4 version=3 queries=1"}));
}

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
    pass(2s);
    snooping.set_link(PortId(1), true);
    EXPECT_TRUE(std::ranges::any_of(wires.sent, [](const Wires::Sent& sent) {
        return sent.port == PortId(1);
    })) << "the hosts there are asked";
}

TEST_F(SnoopingTest, FullTableFloodsWhatFoundNoRoomUntilThereIsSome) {
    join(PortId(1), {}, kWanted);
    table.room = table.entries();
    const Ipv4Address second(239, 1, 1, 2);
    const MfibKey second_key{kBridgeDomain, second, kAnySource};
    join(PortId(2), VlanId(30), second);
    EXPECT_FALSE(table.held.contains(second_key));
    EXPECT_EQ(egresses(kUnregisteredKey), kAll) << "no member starves";
    EXPECT_EQ(egresses(kWantedKey), std::vector{PortId(1)}) << "what is known stays filtered";
    EXPECT_EQ(snooping.counters().refused_groups, 1U);
    table.room = 100;
    pass(1s);
    EXPECT_EQ(egresses(second_key), std::vector{PortId(2)});
    EXPECT_TRUE(egresses(kUnregisteredKey).empty());
}

/// Its (*,G) alone would keep packets from the member, and from the flooding, too.
TEST_F(SnoopingTest, SourceSpecificJoinThatFindsRoomForHalfOfItIsFlooded) {
    table.room = 1;
    join_source(PortId(1), {});
    EXPECT_EQ(gets(kSender), kAll);
    EXPECT_EQ(table.entries(), 0U);
    table.room = 2;
    pass(1s);
    EXPECT_EQ(gets(kSender), std::vector{PortId(1)});
    EXPECT_TRUE(egresses(kUnregisteredKey).empty());
}

TEST_F(SnoopingTest, SourceOfAKnownGroupThatFindsNoRoomTakesTheGroupIntoTheFlood) {
    join(PortId(1), {}, kWanted);
    table.room = 1;
    join_source(PortId(2), VlanId(30));
    EXPECT_EQ(gets(kSender), kAll);
    EXPECT_EQ(gets(kOtherSender), kAll);
    EXPECT_EQ(snooping.ports_for_flow(kBridgeDomain, kWanted, kSender).size(), 3U);
}

TEST_F(SnoopingTest, MemberBeyondTheLimitOfEgressesIsServedByFlooding) {
    join(PortId(1), {}, kWanted);
    table.egress_room = 1;
    join(PortId(2), VlanId(30), kWanted);
    EXPECT_EQ(gets(kSender), kAll);
    for (int i = 0; i < 3; ++i) { // each time it is tried in vain
        pass(1s);
        EXPECT_EQ(gets(kSender), kAll);
        EXPECT_EQ(egresses(kFloodKey), kAll);
    }
    table.egress_room = 2;
    pass(1s);
    EXPECT_EQ(egresses(kWantedKey), (std::vector{PortId(1), PortId(2)}));
    EXPECT_TRUE(egresses(kUnregisteredKey).empty());
}

TEST_F(SnoopingTest, RouterPortWithoutRoomInTheListsIsServedByFlooding) {
    join(PortId(1), {}, kWanted);
    table.egress_room = 1;
    query_on_third_port();
    pass(1s);
    EXPECT_EQ(gets(kSender), kAll);
    EXPECT_EQ(egresses(kUnregisteredKey), kAll);
}

TEST_F(SnoopingTest, FullTableIsTriedWithFewGroupsAtATime) {
    table.room = 0;
    join_many(2'000);
    table.submits = 0;
    pass(1s);
    EXPECT_EQ(table.submits, 0U) << "there is no room for any";
    table.room = 1'000;
    pass(1s);
    EXPECT_EQ(table.entries(), 256U);
    for (int i = 0; i < 10; ++i) {
        table.submits = 0;
        pass(1s);
        EXPECT_LE(table.submits, 600U);
    }
    EXPECT_EQ(table.entries(), 1'000U);
    EXPECT_EQ(egresses(kUnregisteredKey), kAll);
}

TEST_F(SnoopingTest, NewRouterPortReachesAllListsInSlices) {
    table.room = 10'000;
    constexpr std::uint32_t kGroups = 3'500;
    join_many(kGroups);
    clock.time += 1s;
    table.batches.clear();
    query_on_third_port();
    EXPECT_EQ(egresses(kUnregisteredKey), std::vector{PortId(3)}) << "first what nobody asked for";
    const auto after = [&](std::uint32_t i) {
        return egresses({kBridgeDomain, Ipv4Address(0xEF020000U + i), kAnySource}).size();
    };
    EXPECT_EQ(after(0), 2U);
    EXPECT_EQ(after(kGroups - 1), 1U);
    join(PortId(2), VlanId(30), Ipv4Address(0xEF020000U + kGroups - 1));
    EXPECT_EQ(after(kGroups - 1), 3U) << "what changes by itself does not wait";
    for (int i = 0; i < 4; ++i) {
        pass(5ms);
    }
    EXPECT_EQ(after(kGroups - 2), 2U);
    for (const TableBatch& batch : table.batches) {
        EXPECT_LE(batch.commands.size(), 1'000U);
    }
    const std::size_t done = table.batches.size();
    pass(5ms);
    EXPECT_EQ(table.batches.size(), done);
}

TEST_F(SnoopingTest, WhatWasLostWithoutMemoryIsCaughtUp) {
    join(PortId(1), {}, kWanted);
    table.without_memory = true;
    EXPECT_THROW(leave(PortId(1), {}, kWanted), std::bad_alloc);
    EXPECT_THROW(join(PortId(2), VlanId(30), Ipv4Address(239, 1, 1, 2)), std::bad_alloc);
    EXPECT_THROW(query_on_third_port(), std::bad_alloc);
    table.without_memory = false;
    pass(5ms);
    EXPECT_FALSE(table.held.contains(kWantedKey));
    EXPECT_EQ(egresses({kBridgeDomain, Ipv4Address(239, 1, 1, 2), kAnySource}),
              (std::vector{PortId(2), PortId(3)}));
    EXPECT_EQ(egresses(kUnregisteredKey), std::vector{PortId(3)});
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
