// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What all pipeline tests of one executable share: EAL, a pool, memory ports. Made once by main.
#pragma once

#include <memory>
#include <vector>

#include <dataplane/eal.hh>
#include <dataplane/pool.hh>
#include <dataplane/port.hh>

#include "memory_ports.hh"

namespace mcfwd::pipeline {

inline constexpr std::size_t kPorts = 4;
/// Takes kNarrowSlots frames and then no more; the other ports take 65,535.
inline constexpr PortId kNarrowPort{3};
inline constexpr std::size_t kNarrowSlots = 63;

/// How packets get different headers on their egresses. Every test runs with each of them.
enum class Strategy : std::uint8_t {
    kCopy,  ///< buffers of their own
    kSmall, ///< small buffers of their own, where the packet finds room in one
    kChain, ///< one buffer behind headers, from the shortest packet on
};
/// From the environment variable MCFWD_STRATEGY: "chain", "small", else copies.
[[nodiscard]] Strategy strategy();

struct Environment {
    Environment();

    dataplane::Eal eal;
    dataplane::PoolOwner pool;
    dataplane::PoolOwner small_pool;
    /// Of both pools.
    [[nodiscard]] unsigned free_buffers() const;
    /// Leaves none for anybody.
    [[nodiscard]] std::vector<rte_mbuf*> take_all_buffers() const;
    std::vector<MemoryPort> wires;
    std::vector<dataplane::Port> ports;

    /// The one of this process.
    [[nodiscard]] static Environment& get();
};

} // namespace mcfwd::pipeline
