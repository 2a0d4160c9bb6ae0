// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The one pool of packet buffers of the process, and how many it must hold so that nobody starves.
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

using PoolOwner = std::unique_ptr<rte_mempool, void (*)(rte_mempool*)>;
[[nodiscard]] Expected<PoolOwner> make_pool(std::size_t buffers);

} // namespace mcfwd::dataplane
