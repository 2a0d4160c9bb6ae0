// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Join and leave latency from the signal of a worker to the version: through IGMP, the group manager and the
// publishers, on virtual time.
#include <controlplane/protocols/snooping.hh>

#include "router_fixture.hh"
#include "versioned_table.hh"

namespace mcfwd::protocols {
namespace {

using namespace std::chrono_literals;
using enum igmp::RecordType;
using forwarding::HostPlace;

constexpr IfIndex kSenders{1};
constexpr IfIndex kHosts{2};
constexpr DomainId kHostBridge{1};
constexpr Ipv4Address kWatched{239, 1, 1, 1};
constexpr Ipv4Address kFrom{10, 0, 1, 2};
constexpr HostPlace kRoutedHosts{kRoutedDomain, 2};

/// Two routed LANs and a bridge of two ports; a packet waits 40 us in its ring.
class LatencyTest : public testing::Test {
  protected:
    LatencyTest() {
        bridges.add({.name = "br10",
                     .domain = kHostBridge,
                     .members = {{"p2", PortId(2), {}, 1500}, {"p3", PortId(3), {}, 1500}},
                     .interface = kNoInterface});
        for (const IfIndex index : {kSenders, kHosts}) {
            const Ipv4Prefix address{Ipv4Address(10, 0, static_cast<std::uint8_t>(index.value()), 1), 24};
            interfaces.put({.name = "lan" + std::to_string(index.value()),
                            .index = index,
                            .port = PortId(static_cast<std::uint16_t>(index.value() - 1)),
                            .mac = {},
                            .addresses = {address}});
            EXPECT_TRUE(view.add_connected(address, {index, {}}));
        }
        EXPECT_TRUE(groups.start());
        EXPECT_TRUE(igmp.start());
        for (const IfIndex index : {kSenders, kHosts}) {
            igmp::RouterConfig config;
            config.address = interfaces.find(index)->addresses.front().address;
            EXPECT_TRUE(igmp.add(
                {.name = interfaces.find(index)->name, .index = index, .port = {}, .vlan = {}}, config));
        }
        igmp::SnoopingConfig config;
        config.ports = 2;
        EXPECT_TRUE(snooping.add(kHostBridge, config));
        groups.new_packet({kWatched, kFrom}, {kSenders, {}}, {});
        turn();
    }
    void turn() {
        tasks.run();
        std::ignore = igmp.advance();
        std::ignore = snooping.advance();
        groups.tick();
        tasks.run();
        std::ignore = meter.advance();
    }
    void wait(Duration time) {
        for (const Instant end = clock.now() + time; clock.now() < end;) {
            clock.move(std::min<Duration>(100ms, end - clock.now()));
            turn();
        }
    }
    void hear(const igmp::Message& message, DomainId domain = kRoutedDomain) {
        const auto packet = igmp::encode(message, Ipv4Address(10, 0, 2, 9), 1500).front();
        const Signal signal{.kind = SignalKind::kIgmp,
                            .domain = domain,
                            .port = domain == kRoutedDomain ? PortId(1) : PortId(2),
                            .vlan = {},
                            .interface = domain == kRoutedDomain ? kHosts : kNoInterface,
                            .source_mac = {{2, 0, 0, 0, 0, 9}},
                            .destination_mac = multicast_mac(igmp::destination_of(message)),
                            .packet = packet,
                            .received = clock.now() - 40us};
        domain == kRoutedDomain ? igmp.receive(signal) : snooping.receive(signal);
    }
    void report(igmp::RecordType type, std::vector<Ipv4Address> sources = {},
                DomainId domain = kRoutedDomain) {
        hear(igmp::ReportV3{.records = {{.type = type, .group = kWatched, .sources = std::move(sources)}}},
             domain);
    }
    DurationHistogram joins(HostPlace place = kRoutedHosts) { return turn(), meter.of(place).join; }
    DurationHistogram leaves(HostPlace place = kRoutedHosts) { return turn(), meter.of(place).leave; }

    std::function<void()> before_enable; ///< at the end of a handoff window
    FakeClock clock;
    FakeTasks tasks;
    FakeSender sender;
    forwarding::VersionedTable table{clock};
    forwarding::InterfaceTable interfaces;
    forwarding::BridgeTable bridges;
    forwarding::LatencyMeter meter{table, bridges};
    Snooping snooping{{.clock = clock,
                       .packets = sender,
                       .bridges = bridges,
                       .publisher = bridge_publisher,
                       .latencies = &meter}};
    forwarding::TablePublisher publisher{interfaces, bridges, snooping, meter, sender};
    forwarding::BridgePublisher bridge_publisher{bridges, publisher, meter};
    mcfwd::test::SlowPrefixes prefixes;
    group_manager::RpfTable view{prefixes};
    group_manager::ScopeBoundaries boundaries;
    group_manager::GroupManager groups{
        {.clock = clock,
         .tasks = tasks,
         .interfaces = interfaces,
         .view = view,
         .boundary = boundaries,
         .sink = publisher},
        {},
        [this](const group_manager::Event& event) {
            const auto* change = std::get_if<group_manager::OwnershipChanged>(&event);
            if (before_enable && change != nullptr && change->phase == group_manager::Phase::kStable) {
                std::exchange(before_enable, nullptr)();
            }
        }};
    IgmpProtocol igmp{
        {.clock = clock, .tasks = tasks, .packets = sender, .groups = groups, .latencies = &meter}};
};

TEST_F(LatencyTest, JoinCountsFromTheWorkersStamp) {
    report(kToExclude);
    EXPECT_EQ(joins().count, 1U);
    EXPECT_EQ(joins().longest, 40us);
    EXPECT_EQ(joins().by_length[15], 1U) << "32.8 to 65.5 us";
    report(kIsExclude);
    EXPECT_EQ(joins().count, 1U) << "refreshed only";
}

TEST_F(LatencyTest, JoinOfAGroupWithoutTrafficIsNotCountedNorIsItsFirstPacket) {
    hear(igmp::ReportV2{Ipv4Address(239, 9, 9, 9)});
    turn();
    groups.new_packet({Ipv4Address(239, 9, 9, 9), kFrom}, {kSenders, {}}, {});
    EXPECT_EQ(joins().count, 0U);
}

TEST_F(LatencyTest, LeaveHoldsTheLastMemberQueryTime) {
    report(kToExclude);
    turn();
    report(kToInclude);
    EXPECT_EQ(leaves().count, 0U);
    wait(3s);
    EXPECT_EQ(leaves().count, 1U);
    EXPECT_EQ(leaves().longest, 2s + 40us);
}

TEST_F(LatencyTest, SourceThatIsRefusedLeavesAndOneThatIsWantedAgainJoins) {
    report(kToExclude);
    turn();
    report(kBlock, {kFrom});
    wait(3s);
    EXPECT_EQ(leaves().count, 1U);
    report(kAllow, {kFrom});
    EXPECT_EQ(joins().count, 2U);
}

TEST_F(LatencyTest, JoinThatAnOwnershipHandoffHoldsBackCountsWithTheReplay) {
    const auto pim =
        groups.register_protocol({.id = {.protocol = 5, .component = 0}, .name = "pim", .callbacks = {}});
    ASSERT_TRUE(pim);
    before_enable = [this] { report(kToExclude); };
    ASSERT_TRUE(groups.take_interface_ownership(*pim, {kHosts, {}}));
    ASSERT_FALSE(before_enable);
    clock.move(10ms);
    EXPECT_EQ(joins().count, 1U);
    EXPECT_EQ(joins().longest, 10ms + 40us);
}

TEST_F(LatencyTest, PortOfABridgeHasItsOwnHistogram) {
    report(kToExclude, {}, kHostBridge);
    const HostPlace port = HostPlace::bridged(kHostBridge, BridgePort(0));
    EXPECT_EQ(joins(port).count, 1U);
    EXPECT_EQ(joins(port).longest, 40us);
    EXPECT_EQ(joins(HostPlace::bridged(kHostBridge, BridgePort(1))).count, 0U);
    EXPECT_EQ(joins().count, 0U);
    report(kToInclude, {}, kHostBridge);
    wait(3s);
    EXPECT_EQ(leaves(port).count, 1U);
    EXPECT_EQ(leaves(port).longest, 2s + 40us);
}

} // namespace
} // namespace mcfwd::protocols
