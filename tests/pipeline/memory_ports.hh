// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Ports made of rings in memory: what a test puts in is received, what is sent can be taken out.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <rte_mbuf.h>
#include <rte_ring.h>

#include <dataplane/port.hh>

#include "frames.hh"

namespace mcfwd::pipeline {

/// One in-memory Ethernet device with one queue each way.
class MemoryPort {
  public:
    /// `tx_slots` (a power of two) less one is what the port takes before somebody empties it.
    MemoryPort(const std::string& name, unsigned tx_slots, rte_mempool* pool);

    /// DPDK's name of the device.
    [[nodiscard]] const std::string& device() const { return device_; }
    void arrive(const Octets& frame);
    void arrive(rte_mbuf* frame);
    /// Takes everything sent so far out; the caller frees.
    [[nodiscard]] std::vector<rte_mbuf*> take_buffers();
    /// The same as octets; buffers are freed.
    [[nodiscard]] std::vector<Octets> take();
    /// Frees what lies in both rings.
    void clear();

  private:
    std::string device_;
    rte_mempool* pool_;
    rte_ring* rx_;
    rte_ring* tx_;
};

/// A buffer with these octets.
[[nodiscard]] rte_mbuf* buffer_of(const Octets& octets, rte_mempool* pool);
/// Of all its segments.
[[nodiscard]] Octets octets_of(const rte_mbuf* buffer);

} // namespace mcfwd::pipeline
