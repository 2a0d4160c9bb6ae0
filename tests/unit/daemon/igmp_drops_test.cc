// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Which interface or port IGMP packets are missing from.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <controlplane/daemon/igmp_drops.hh>

namespace mcfwd::daemon {
namespace {

ArrivalDrops drops_at(std::uint16_t port, std::uint16_t vlan, std::uint16_t interface, IgmpDrops drops) {
    return {.port = PortId(port), .vlan = VlanId(vlan), .interface = IfIndex(interface), .igmp = drops};
}

TEST(IgmpDropTable, PortsOfABridgeCountApartAndForItsInterfaceTogether) {
    const IgmpDropTable table(
        {drops_at(0, 0, 1, {.punt_policed = 5}), drops_at(1, 0, 2, {.punt_policed = 7, .punt_ring_full = 1}),
         drops_at(1, 10, 2, {.punt_ring_full = 2}), drops_at(2, 0, 0, {.punt_policed = 9})});
    EXPECT_EQ(table.of(IfIndex(1)), (IgmpDrops{.punt_policed = 5}));
    EXPECT_EQ(table.of(IfIndex(2)), (IgmpDrops{.punt_policed = 7, .punt_ring_full = 3}));
    EXPECT_EQ(table.at(PortId(1), VlanId(0)), (IgmpDrops{.punt_policed = 7, .punt_ring_full = 1}));
    EXPECT_EQ(table.at(PortId(1), VlanId(10)), (IgmpDrops{.punt_ring_full = 2}));
    EXPECT_EQ(table.at(PortId(2), VlanId(0)), (IgmpDrops{.punt_policed = 9}));
    EXPECT_EQ(table.at(PortId(0), VlanId(10)), IgmpDrops{});
    EXPECT_EQ(table.of(IfIndex(3)), IgmpDrops{});
}

TEST(IgmpDropTable, CountersHaveTheNamesOfDropReasons) {
    nlohmann::json counters{{"records", 1}};
    add_igmp_drops(counters, {.punt_policed = 4, .punt_ring_full = 2});
    EXPECT_EQ(counters, (nlohmann::json{{"records", 1}, {"punt_policed", 4}, {"punt_ring_full", 2}}));
}

} // namespace
} // namespace mcfwd::daemon
