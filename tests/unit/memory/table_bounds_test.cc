// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The bounds with the forwarding table behind them as the daemon has it: resolved egresses, versions,
// history, and events that are kept.
#include <deque>
#include <memory>

#include <gtest/gtest.h>

#include <controlplane/forwarding/table_publisher.hh>
#include <dataplane/table/table.hh>

#include "../ordinary_memory.hh"
#include "measuring_memory.hh"
#include "random_calls.hh"
#include "recording_table.hh"

namespace mcfwd::group_manager::test {
namespace {

constexpr std::uint8_t kInterfaceCount = 200;

InterfaceKey lan(std::uint8_t number) {
    return {IfIndex(number), {}};
}

TEST(RoomForCalls, CoversTheWayToTheForwardingTable) {
    Surroundings around; // for its clock, view and silence
    ManualTasks tasks;
    forwarding::InterfaceTable interfaces;
    for (std::uint8_t n = 1; n <= kInterfaceCount; ++n) {
        interfaces.put({.name = fmt::format("interface-with-a-long-name-{}", n),
                        .index = IfIndex(n),
                        .port = PortId(n % 4),
                        .vlan = VlanId(n),
                        .mac = {},
                        .addresses = {}});
    }
    const Ipv4Address source(10, 0, 1, 9); // behind X1
    const auto table =
        dataplane::Table::create({.entries = 1000, .egresses = 200'000, .workers = 1, .ports = 4},
                                 around.clock, mcfwd::test::ordinary_memory)
            .value();
    forwarding::RecordingSender packets;
    const forwarding::BridgeTable bridges;
    const forwarding::FakeSnooping snooped;
    forwarding::TablePublisher publisher(interfaces, bridges, snooped, *table, packets);
    MeasuringMemory memory;
    std::deque<std::shared_ptr<const Event>> kept(1000);
    GroupManager gm({around.clock, tasks, interfaces, around.view, around.boundary, publisher, &memory}, {},
                    [&](const Event& event) {
                        kept.push_back(std::make_shared<const Event>(event));
                        kept.pop_front();
                    });
    ASSERT_TRUE(gm.start());
    const auto p = gm.register_protocol({{100, 1}, "P", {}}).value();
    const auto q = gm.register_protocol({{101, 1}, "Q", {}}).value();
    for (std::uint8_t n = 1; n <= kInterfaceCount; ++n) {
        ASSERT_TRUE(gm.take_interface_ownership(n % 2 == 0 ? p : q, lan(n)));
    }
    const auto group = [](std::uint8_t k) { return Ipv4Address(239, 1, 1, k); };
    const auto everywhere = [&](std::uint8_t k, bool add) {
        for (std::uint8_t n = 2; n <= kInterfaceCount; ++n) {
            const SourceGroup key{group(k), {}};
            const ClientHandle who = n % 2 == 0 ? p : q;
            ASSERT_TRUE(add ? gm.add_group_membership(who, key, lan(n), MembershipFlags::kJoin)
                            : gm.delete_group_membership(who, key, lan(n), MembershipFlags::kJoin));
            table->advance();
        }
    };
    for (std::uint8_t k = 0; k < 20; ++k) {
        everywhere(k, true);
        gm.new_packet({group(k), source}, lan(1), {});
        gm.new_packet({group(k), Ipv4Address(10, 0, 1, 8)}, lan(1), {});
    }
    ASSERT_EQ(table->entries(), 40U);
    ASSERT_EQ(memory.exceeded, 0U) << "joins and new entries";
    for (std::uint8_t k = 0; k < 10; ++k) {
        everywhere(k, false);
    }
    {
        const GroupManager::Batch batch(gm, "all");
        for (std::uint8_t k = 10; k < 20; ++k) {
            everywhere(k, false);
        }
    }
    ASSERT_EQ(memory.exceeded, 0U) << "leaves, one by one and together";
    for (std::uint8_t k = 0; k < 20; ++k) {
        everywhere(k, true);
    }
    ASSERT_TRUE(gm.release_interface_ownership(q, lan(1)));
    tasks.run();
    ASSERT_EQ(table->entries(), 0U);
    ASSERT_EQ(memory.exceeded, 0U) << "the end of all entries";
    fmt::print("at most {:.0f}% of what was asked for was needed\n", memory.largest_share * 100);
}

} // namespace
} // namespace mcfwd::group_manager::test
