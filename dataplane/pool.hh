// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The pools of packet buffers of the process, and how many they must hold so that nobody starves.
#pragma once

#include <cstddef>
#include <memory>

#include <mcfwd/result.hh>

#include "dataplane.hh"

struct rte_mempool;

namespace mcfwd::dataplane {

/// Buffers for everything that can hold one at the same time: descriptors of all queues, parked packets, what
/// waits to be sent, rings, caches of the cores. One port and one worker: about 35,000 (80 MiB).
[[nodiscard]] std::size_t buffers_for(const Settings& settings);
/// Memory of a pool with so many buffers.
[[nodiscard]] std::size_t pool_bytes(std::size_t buffers);
/// Small ones, for copies of short packets and for headers: as many as ports hold at the same time.
[[nodiscard]] std::size_t small_buffers_for(const Settings& settings);
[[nodiscard]] std::size_t small_pool_bytes(std::size_t buffers);

enum class PoolUse {
    kProcessors, ///< drivers that copy, or map the memory by its virtual addresses
    kDevices,    ///< NICs read and write the buffers
};

using PoolOwner = std::unique_ptr<rte_mempool, void (*)(rte_mempool*)>;
[[nodiscard]] Expected<PoolOwner> make_pool(std::size_t buffers, PoolUse use = PoolUse::kProcessors);
/// A quarter of the memory of the others: workers take copies and
/// headers from here where all drivers take packets of several segments. AF_XDP's does not; it sends without
/// copying only what lies in its own pool.
[[nodiscard]] Expected<PoolOwner> make_small_pool(std::size_t buffers, PoolUse use = PoolUse::kProcessors);

} // namespace mcfwd::dataplane
