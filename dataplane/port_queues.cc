// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Queue counts and rte_eth configuration.
#include "port_queues.hh"

#include <algorithm>

#include <fmt/format.h>
#include <rte_errno.h>

namespace mcfwd::dataplane {

namespace {

// Hash over addresses only, so that a flow and its fragments meet on one queue. Drivers that hash UDP packets
// separately would put all of them on the first queue without the UDP type.
std::uint64_t rss_types(std::uint64_t offered) {
    if ((offered & RTE_ETH_RSS_IPV4) != 0) {
        return offered & (RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_FRAG_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_OTHER);
    }
    return offered & (RTE_ETH_RSS_FRAG_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_UDP | RTE_ETH_RSS_NONFRAG_IPV4_OTHER);
}

Expected<void> check(int result, std::string_view call) {
    if (result == 0) {
        return {};
    }
    return fail(result == -ENOMEM ? Status::kNotEnoughMemory : Status::kCanNotComplete,
                fmt::format("{} failed ({})", call, rte_strerror(-result)));
}

} // namespace

QueuePlan plan_queues(const rte_eth_dev_info& device, std::string_view driver, unsigned workers) {
    const auto at_most = [workers](std::uint16_t limit) {
        return static_cast<std::uint16_t>(std::clamp<unsigned>(workers, 1, std::max<unsigned>(limit, 1)));
    };
    QueuePlan plan{.rx = 1, .tx = at_most(device.max_tx_queues)};
    if (driver == "net_af_xdp" || driver == "net_af_packet") {
        plan.rx = plan.tx = device.max_rx_queues; // each is half of a socket
    } else if (driver == "net_ring") {
        plan.rx = device.max_rx_queues;
    } else if (const std::uint64_t rss = rss_types(device.flow_type_rss_offloads); rss != 0 && workers > 1) {
        plan.rx = at_most(device.max_rx_queues);
        plan.rss = plan.rx > 1 ? rss : 0;
    }
    if (driver == "net_tap") {
        plan.rx = plan.tx = std::min(plan.rx, plan.tx); // the driver insists on pairs
    }
    return plan;
}

Expected<void> set_up_queues(std::uint16_t number, const QueuePlan& plan, const PortRequest& request,
                             unsigned mtu) {
    rte_eth_dev_info device{};
    if (auto good = check(rte_eth_dev_info_get(number, &device), "rte_eth_dev_info_get"); !good) {
        return good;
    }
    rte_eth_conf configuration{};
    configuration.rxmode.mq_mode = plan.rss != 0 ? RTE_ETH_MQ_RX_RSS : RTE_ETH_MQ_RX_NONE;
    configuration.rxmode.mtu = mtu;
    configuration.rx_adv_conf.rss_conf.rss_hf = plan.rss;
    // Never MBUF_FAST_FREE: copies share buffers by reference count.
    configuration.txmode.offloads = device.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
    if (auto good =
            check(rte_eth_dev_configure(number, plan.rx, plan.tx, &configuration), "rte_eth_dev_configure");
        !good) {
        return good;
    }

    std::uint16_t rx_descriptors = request.rx_descriptors;
    std::uint16_t tx_descriptors = request.tx_descriptors;
    if (auto good = check(rte_eth_dev_adjust_nb_rx_tx_desc(number, &rx_descriptors, &tx_descriptors),
                          "rte_eth_dev_adjust_nb_rx_tx_desc");
        !good) {
        return good;
    }
    const auto socket = static_cast<unsigned>(rte_eth_dev_socket_id(number));
    for (std::uint16_t queue = 0; queue < plan.rx; ++queue) {
        if (auto good =
                check(rte_eth_rx_queue_setup(number, queue, rx_descriptors, socket, nullptr, request.pool),
                      "rte_eth_rx_queue_setup");
            !good) {
            return good;
        }
    }
    rte_eth_txconf transmit = device.default_txconf;
    transmit.offloads = configuration.txmode.offloads;
    for (std::uint16_t queue = 0; queue < plan.tx; ++queue) {
        if (auto good = check(rte_eth_tx_queue_setup(number, queue, tx_descriptors, socket, &transmit),
                              "rte_eth_tx_queue_setup");
            !good) {
            return good;
        }
    }
    return {};
}

} // namespace mcfwd::dataplane
