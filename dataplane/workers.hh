// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// All workers of the process: who polls which queue, who sends through which, their threads and their
// counters.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <mcfwd/counters.hh>
#include <mcfwd/result.hh>

#include "dataplane.hh"
#include "eal.hh"
#include "link_watch.hh"
#include "port.hh"
#include "worker/attachments.hh"
#include "worker/rings.hh"
#include "worker/worker.hh"

namespace mcfwd::dataplane {

/// What workers are made of; all of it outlives them.
struct WorkersSetup {
    PollMode poll = PollMode::kBusy;
    Limits limits;
    const Eal* eal = nullptr;
    std::span<const Port> ports; ///< index = PortId
    const LinkWatch* links = nullptr;
    const Table* table = nullptr;
    rte_mempool* pool = nullptr;
    rte_mempool* small_pool = nullptr; ///< see WorkerSetup
};

/// Control thread only.
class Workers {
  public:
    [[nodiscard]] static Expected<std::unique_ptr<Workers>> create(const WorkersSetup& setup,
                                                                   Attachments attachments);
    /// Joins.
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    /// Each worker on its own lcore.
    [[nodiscard]] Expected<void> launch();
    /// Ends all workers, and gives back every buffer that they or their rings hold. Counters stay readable.
    void join();

    [[nodiscard]] const Attachments& attachments() const { return attachments_; }
    [[nodiscard]] std::span<WorkerRings> rings() { return rings_; }
    /// What they wake the control thread by.
    [[nodiscard]] Doorbell& doorbell() { return *doorbell_; }
    [[nodiscard]] std::vector<WorkerCounters> counters() const;

  private:
    Workers(Attachments attachments, const Eal& eal);
    [[nodiscard]] Expected<void> make_rings(const WorkersSetup& setup);
    void make_workers(const WorkersSetup& setup);
    [[nodiscard]] std::vector<Outlet> outlets(WorkerId worker, const WorkersSetup& setup);

    Attachments attachments_;
    const Eal& eal_;
    std::vector<Tally> tallies_;
    std::vector<WorkerRings> rings_;
    RelayRings relays_;
    std::unique_ptr<Doorbell> doorbell_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<unsigned> launched_; ///< lcores
    std::atomic<bool> stop_{false};
};

} // namespace mcfwd::dataplane
