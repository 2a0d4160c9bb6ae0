// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// How many queues a device gets, and setting them up. Internal to the ports: includes DPDK.
#pragma once

#include <cstdint>
#include <string_view>

#include <rte_ethdev.h>

#include <mcfwd/result.hh>

#include "port.hh"

namespace mcfwd::dataplane {

struct QueuePlan {
    std::uint16_t rx = 1;
    std::uint16_t tx = 1;
    std::uint64_t rss = 0; ///< RTE_ETH_RSS_* over source and destination address; 0: no RSS
};

/// Devices with RSS get a receive queue per worker; devices whose number of queues is fixed outside (AF_XDP,
/// AF_PACKET, rings) get all of them; others get one, because nothing spreads packets over more.
[[nodiscard]] QueuePlan plan_queues(const rte_eth_dev_info& device, std::string_view driver,
                                    unsigned workers);

/// Configures the device and sets up the planned queues. `mtu` 0 leaves the driver's default. The error has
/// no explanation but DPDK's; the caller knows the device.
[[nodiscard]] Expected<void> set_up_queues(std::uint16_t number, const QueuePlan& plan,
                                           const PortRequest& request, unsigned mtu);

} // namespace mcfwd::dataplane
