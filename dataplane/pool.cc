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

// What ports hold of what was given to them to send.
constexpr std::size_t kPerTxQueue = 2048;
// A frame of 192 octets behind the headroom: what is longer is not copied, but shared behind a header.
constexpr std::uint16_t kSmallRoom = RTE_PKTMBUF_HEADROOM + 192;

std::size_t bytes_each(std::size_t room) {
    // mbuf, data room, and the header and trailer of the mempool.
    return sizeof(rte_mbuf) + room + 128;
}

Expected<PoolOwner> make(const char* name, std::size_t buffers, std::uint16_t data_room, PoolUse use) {
    // Where no device reads it, a buffer may lie across pages: no page's rest is wasted (with ordinary pages
    // it would be 40 % of the pool), and buffers have one distance, which AF_XDP relies on. With the flag
    // DPDK keeps no addresses for devices at all, also where these are the virtual ones.
    const unsigned flags = use == PoolUse::kProcessors ? RTE_MEMPOOL_F_NO_IOVA_CONTIG : 0U;
    const auto failed = [buffers, data_room] {
        return fail(Status::kNotEnoughMemory,
                    fmt::format("{} packet buffers ({} MiB): {}", buffers,
                                buffers * bytes_each(data_room) >> 20U, rte_strerror(rte_errno)));
    };
    PoolOwner pool(rte_mempool_create_empty(name, static_cast<unsigned>(buffers),
                                            static_cast<unsigned>(sizeof(rte_mbuf) + data_room), kCache,
                                            sizeof(rte_pktmbuf_pool_private),
                                            static_cast<int>(rte_socket_id()), flags),
                   rte_mempool_free);
    if (!pool || rte_mempool_set_ops_byname(pool.get(), rte_mbuf_best_mempool_ops(), nullptr) != 0) {
        return failed();
    }
    rte_pktmbuf_pool_private room{.mbuf_data_room_size = data_room, .mbuf_priv_size = 0, .flags = 0};
    rte_pktmbuf_pool_init(pool.get(), &room);
    if (const int populated = rte_mempool_populate_default(pool.get()); populated < 0) {
        rte_errno = -populated;
        return failed();
    }
    rte_mempool_obj_iter(pool.get(), rte_pktmbuf_init, nullptr);
    return pool;
}

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

std::size_t small_buffers_for(const Settings& settings) {
    const std::size_t workers = settings.worker_cores.size();
    const std::size_t per_port = kPerTxQueue + RelayRings::kSlots + settings.limits.transmit_backlog;
    return workers * settings.ports.size() * per_port + workers * kCache * 3 / 2;
}

std::size_t pool_bytes(std::size_t buffers) {
    return buffers * bytes_each(RTE_MBUF_DEFAULT_BUF_SIZE);
}

std::size_t small_pool_bytes(std::size_t buffers) {
    return buffers * bytes_each(kSmallRoom);
}

Expected<PoolOwner> make_pool(std::size_t buffers, PoolUse use) {
    return make(use == PoolUse::kDevices ? "device_packets" : "packets", buffers, RTE_MBUF_DEFAULT_BUF_SIZE,
                use);
}

Expected<PoolOwner> make_small_pool(std::size_t buffers, PoolUse use) {
    return make(use == PoolUse::kDevices ? "small_device_packets" : "small_packets", buffers, kSmallRoom,
                use);
}

} // namespace mcfwd::dataplane
