// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Queue counts per kind of device.
#include <gtest/gtest.h>

#include <dataplane/port_queues.hh>

namespace mcfwd::dataplane {
namespace {

rte_eth_dev_info device(std::uint16_t rx, std::uint16_t tx, std::uint64_t rss = 0) {
    rte_eth_dev_info info{};
    info.max_rx_queues = rx;
    info.max_tx_queues = tx;
    info.flow_type_rss_offloads = rss;
    return info;
}

constexpr std::uint64_t kRss =
    RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_FRAG_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_UDP | RTE_ETH_RSS_IPV6;

TEST(QueuePlan, GivesANicWithRssAReceiveQueuePerWorker) {
    const auto plan = plan_queues(device(64, 64, kRss), "net_ixgbe", 4);
    EXPECT_EQ(plan.rx, 4);
    EXPECT_EQ(plan.tx, 4);
    EXPECT_EQ(plan.rss, RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_FRAG_IPV4) << "addresses only, no ports";
    EXPECT_EQ(plan_queues(device(2, 3, kRss), "net_ixgbe", 4).rx, 2);
    EXPECT_EQ(plan_queues(device(2, 3, kRss), "net_ixgbe", 4).tx, 3);
}

TEST(QueuePlan, HashesUdpWhereTheNicKnowsNoPlainIpv4) {
    const auto plan = plan_queues(device(64, 64, kRss & ~RTE_ETH_RSS_IPV4), "net_i40e", 2);
    EXPECT_EQ(plan.rss, RTE_ETH_RSS_FRAG_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_UDP);
}

TEST(QueuePlan, GivesOneReceiveQueueWhereNothingSpreads) {
    EXPECT_EQ(plan_queues(device(1024, 1024), "net_null", 4).rx, 1);
    EXPECT_EQ(plan_queues(device(1024, 1024), "net_null", 4).tx, 4);
    EXPECT_EQ(plan_queues(device(64, 64, kRss), "net_ixgbe", 1).rss, 0U);
}

TEST(QueuePlan, TakesAllQueuesThatAreMadeOutside) {
    for (const char* driver : {"net_af_xdp", "net_af_packet"}) {
        EXPECT_EQ(plan_queues(device(4, 4), driver, 2).rx, 4) << driver;
        EXPECT_EQ(plan_queues(device(4, 4), driver, 2).tx, 4) << driver;
    }
    EXPECT_EQ(plan_queues(device(3, 2), "net_ring", 1).rx, 3);
    EXPECT_EQ(plan_queues(device(3, 2), "net_ring", 1).tx, 1);
}

TEST(QueuePlan, PairsTheQueuesOfATap) {
    const auto plan = plan_queues(device(16, 16), "net_tap", 4);
    EXPECT_EQ(plan.rx, 1);
    EXPECT_EQ(plan.tx, 1);
}

} // namespace
} // namespace mcfwd::dataplane
