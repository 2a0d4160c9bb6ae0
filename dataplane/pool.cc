// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A buffer takes a full Ethernet frame behind DPDK's headroom, in which tags and headers find their room.
#include "pool.hh"

#include <fmt/format.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_mbuf_pool_ops.h>
#include <rte_mempool.h>

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
                                   WorkerRings::kInjections +
                                   ports * (kPerQueue + RelayRings::kSlots + limits.igmp_ring);
    return workers * per_worker + (workers + 1) * kCache * 3 / 2;
}

std::size_t pool_bytes(std::size_t buffers) {
    // Per buffer: mbuf, data room, and the header and trailer of the mempool.
    return buffers * (sizeof(rte_mbuf) + RTE_MBUF_DEFAULT_BUF_SIZE + 128);
}

Expected<PoolOwner> make_pool(std::size_t buffers) {
    // Where addresses of devices are virtual, a buffer may lie across pages: no page's rest is wasted (with
    // ordinary pages it would be 40 % of the pool), and buffers have one distance, which AF_XDP relies on.
    const unsigned flags = rte_eal_iova_mode() == RTE_IOVA_VA ? RTE_MEMPOOL_F_NO_IOVA_CONTIG : 0U;
    const auto failed = [buffers] {
        return fail(Status::kNotEnoughMemory,
                    fmt::format("{} packet buffers ({} MiB): {}", buffers, pool_bytes(buffers) >> 20U,
                                rte_strerror(rte_errno)));
    };
    PoolOwner pool(rte_mempool_create_empty("packets", static_cast<unsigned>(buffers),
                                            sizeof(rte_mbuf) + RTE_MBUF_DEFAULT_BUF_SIZE, kCache,
                                            sizeof(rte_pktmbuf_pool_private),
                                            static_cast<int>(rte_socket_id()), flags),
                   rte_mempool_free);
    if (!pool || rte_mempool_set_ops_byname(pool.get(), rte_mbuf_best_mempool_ops(), nullptr) != 0) {
        return failed();
    }
    rte_pktmbuf_pool_private room{
        .mbuf_data_room_size = RTE_MBUF_DEFAULT_BUF_SIZE, .mbuf_priv_size = 0, .flags = 0};
    rte_pktmbuf_pool_init(pool.get(), &room);
    if (const int populated = rte_mempool_populate_default(pool.get()); populated < 0) {
        rte_errno = -populated;
        return failed();
    }
    rte_mempool_obj_iter(pool.get(), rte_pktmbuf_init, nullptr);
    return pool;
}

} // namespace mcfwd::dataplane
