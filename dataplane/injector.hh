// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Sends packets of the control plane: the control thread's end of the inject rings.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <mcfwd/signals.hh>

#include "port.hh"
#include "worker/rings.hh"

struct rte_mempool;

namespace mcfwd::dataplane {

/// Control thread only. Everything goes through the first worker, which has a TX queue on every port.
class Injector final : public PacketSender {
  public:
    Injector(std::span<WorkerRings> rings, const std::vector<Port>& ports, rte_mempool* pool)
        : rings_(rings),
          ports_(ports),
          pool_(pool),
          dropped_(rings.size()) {}

    [[nodiscard]] Expected<void> send(PortId port, VlanId vlan, MacAddress destination,
                                      std::span<const std::byte> ip_packet) override;
    [[nodiscard]] Expected<void> send_from(PortId port, VlanId vlan, MacAddress source,
                                           MacAddress destination,
                                           std::span<const std::byte> ip_packet) override;
    /// If a worker's ring is full, its packets of the flow end with the park timeout.
    void discard_parked(const MfibKey& flow) override;
    /// What found no buffer or no room in the ring of this worker, packets and discards.
    [[nodiscard]] std::uint64_t dropped(WorkerId worker) const { return dropped_[worker.value()]; }

  private:
    std::span<WorkerRings> rings_;
    const std::vector<Port>& ports_;
    rte_mempool* pool_;
    std::vector<std::uint64_t> dropped_; ///< index: WorkerId
};

} // namespace mcfwd::dataplane
