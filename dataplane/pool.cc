// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A buffer takes a full Ethernet frame behind DPDK's headroom, in which tags and headers find their room.
#include "pool.hh"

#include <fmt/format.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

#include "worker/rings.hh"

namespace mcfwd::dataplane {
namespace {

// Per core; with 32, DPDK's own multicast example needs three times as long per copy.
constexpr unsigned kCache = 512;
// RX descriptors, TX descriptors and completions of an AF_XDP queue, 2,048 each; NIC queues have fewer.
constexpr std::size_t kPerQueue = 3 * 2048;

} // namespace

std::size_t buffers_for(const Settings& settings) {
    const std::size_t workers = settings.worker_cores.size();
    const std::size_t ports = settings.ports.size();
    const Limits& limits = settings.limits;
    const std::size_t per_worker = limits.parked_packets + 2 * ports * limits.transmit_backlog +
                                   limits.punt_ring + WorkerRings::kInjections +
                                   ports * (kPerQueue + RelayRings::kSlots);
    return workers * per_worker + (workers + 1) * kCache * 3 / 2;
}

std::size_t pool_bytes(std::size_t buffers) {
    // Per buffer: mbuf, data room, and the header and trailer of the mempool.
    return buffers * (sizeof(rte_mbuf) + RTE_MBUF_DEFAULT_BUF_SIZE + 128);
}

Expected<PoolOwner> make_pool(std::size_t buffers) {
    PoolOwner pool(rte_pktmbuf_pool_create("packets", static_cast<unsigned>(buffers), kCache, 0,
                                           RTE_MBUF_DEFAULT_BUF_SIZE, static_cast<int>(rte_socket_id())),
                   rte_mempool_free);
    if (!pool) {
        return fail(Status::kNotEnoughMemory,
                    fmt::format("{} packet buffers ({} MiB): {}", buffers, pool_bytes(buffers) >> 20U,
                                rte_strerror(rte_errno)));
    }
    return pool;
}

} // namespace mcfwd::dataplane
