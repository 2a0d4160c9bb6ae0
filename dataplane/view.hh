// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What people see of ports, workers and memory.
#pragma once

#include <span>
#include <vector>

#include <mcfwd/counters.hh>

#include "injector.hh"
#include "port.hh"
#include "workers.hh"

struct rte_mempool;

namespace mcfwd::dataplane {

/// What to subtract from later counters so that they seem to start at `now`, while packets are on their way:
/// what ends later counts as received, or as a copy, later. So the two sums of DropReason and CopyDropReason
/// hold for the differences as they do for the counters.
[[nodiscard]] std::vector<WorkerCounters> counter_base(std::vector<WorkerCounters> now);

/// Control thread only.
class View final : public DataplaneView {
  public:
    /// `memory` is filled in but for the buffers available now.
    View(std::span<const Port> ports, const Workers& workers, const Injector& injector, rte_mempool* pool,
         rte_mempool* small_pool, const MemoryStatus& memory);

    [[nodiscard]] std::vector<PortStatus> ports() const override;
    [[nodiscard]] std::vector<WorkerCounters> workers() const override;
    [[nodiscard]] std::vector<ArrivalDrops> igmp_drops() const override;
    [[nodiscard]] MemoryStatus memory() const override;
    void clear_counters() override;

    /// Freezes what depends on ports and pool, which are about to go.
    void close();

  private:
    [[nodiscard]] std::vector<PortStatus> read_ports() const;
    [[nodiscard]] std::vector<WorkerCounters> read_workers() const;

    std::span<const Port> ports_;
    const Workers& workers_;
    const Injector& injector_;
    rte_mempool* pool_;
    rte_mempool* small_pool_; ///< may be none
    MemoryStatus memory_;
    bool closed_ = false;
    std::vector<PortStatus> last_ports_; ///< once closed
    std::vector<WorkerCounters> worker_base_;
    std::vector<PortStatus> port_base_;
};

} // namespace mcfwd::dataplane
