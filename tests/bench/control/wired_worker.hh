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

namespace mcfwd::bench::control {

class WiredWorker {
  public:
    /// Without wires it has no ports: it reads the table and says so, and that is all it does.
    WiredWorker(WorkerId id, const dataplane::Table& table, const Wires* wires, rte_mempool* pool);

    [[nodiscard]] dataplane::Worker& worker() { return worker_; }
    /// What it forwards by. Any thread.
    [[nodiscard]] TableVersion version() const { return TableVersion(tally_.version.value()); }
    /// Any thread.
    [[nodiscard]] WorkerCounters counters() const { return tally_.snapshot(id_, 0); }

  private:
    WorkerId id_;
    dataplane::Limits limits_;
    dataplane::Tally tally_;
    dataplane::Attachments attachments_;
    dataplane::WorkerRings rings_;
    std::unique_ptr<dataplane::Doorbell> doorbell_;
    dataplane::Worker worker_;
};

} // namespace mcfwd::bench::control
