// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A worker of the product with all that it is connected to, without a thread.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <mcfwd/counters.hh>

#include <dataplane/table/table.hh>
#include <dataplane/worker/rings.hh>
#include <dataplane/worker/worker.hh>

#include "wires.hh"

namespace mcfwd::bench {

/// What a worker is connected to.
struct Wiring {
    const Wires* wires =
        nullptr;           ///< without them it has no ports: it reads the table and says so, that is all
    std::size_t sinks = 0; ///< of the wires
    rte_mempool* pool = nullptr;
    rte_mempool* small_pool = nullptr;
    dataplane::Limits limits = {};
};

class WiredWorker {
  public:
    WiredWorker(WorkerId id, const dataplane::Table& table, const Wiring& wiring);

    [[nodiscard]] dataplane::Worker& worker() { return worker_; }
    /// What it forwards by. Any thread.
    [[nodiscard]] TableVersion version() const { return TableVersion(tally_.version.value()); }
    /// Any thread.
    [[nodiscard]] WorkerCounters counters() const { return tally_.snapshot(id_, 0); }

  private:
    WorkerId id_;
    dataplane::Tally tally_;
    dataplane::Attachments attachments_;
    dataplane::WorkerRings rings_;
    std::unique_ptr<dataplane::Doorbell> doorbell_;
    dataplane::Worker worker_;
};

} // namespace mcfwd::bench
