// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What is compared: three ways to get packets from the source to the sinks, each a burst at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <rte_mempool.h>

#include "egress_plan.hh"
#include "wires.hh"

namespace mcfwd::bench {

class Forwarder {
  public:
    Forwarder() = default;
    virtual ~Forwarder() = default;
    Forwarder(const Forwarder&) = delete;
    Forwarder& operator=(const Forwarder&) = delete;

    /// Takes one burst of 64 from the source and has sent all copies when it returns.
    virtual void turn() = 0;
};

/// What there is to forward.
struct Task {
    Wires* wires = nullptr;
    rte_mempool* pool = nullptr; ///< of whole frames
    std::uint32_t entries = 0;   ///< flows 0 to entries - 1
    EgressPlan plan;
    std::optional<std::uint32_t> chain_from; ///< dataplane::Limits; none: the default
};

/// Replication by reference count with a constant list of egresses: no parsing, no lookup, nothing written to
/// packets, nothing counted. Packet by packet, as packets may differ, and in bursts as large as they come.
[[nodiscard]] std::unique_ptr<Forwarder> make_ceiling(const Task& task);

/// What DPDK's documentation of multicast forwarding describes, done well: bulk lookup of the burst in
/// rte_hash, TTL and checksum in the shared packet, per copy a buffer with the Ethernet header chained in
/// front of it, pools with caches per core, bursts on transmission. Verifies no checksum, counts nothing.
[[nodiscard]] std::unique_ptr<Forwarder> make_textbook(const Task& task);

/// A worker of mcfwd with its table.
[[nodiscard]] std::unique_ptr<Forwarder> make_product(const Task& task);

} // namespace mcfwd::bench
