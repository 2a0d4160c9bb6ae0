// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A worker between its wires on a core, and its books.
#pragma once

#include <cstdint>
#include <span>

#include "loop.hh"
#include "membership_changes.hh"
#include "testbed.hh"
#include "wired_worker.hh"

namespace mcfwd::bench::control {

/// Worker n has wires n of the testbed and the thread of EAL's worker n.
class ClosedLoop {
  public:
    ClosedLoop(Testbed& bed, WorkerId id, const dataplane::Table& table);

    /// Packets of these flows arrive, again and again, until `stop`.
    void start(std::span<const std::uint32_t> flows);
    /// Throws unless every packet since `start` had that many copies.
    void stop(std::size_t copies = MembershipChanges::kCopies);

    [[nodiscard]] Loop& loop() { return loop_; }
    [[nodiscard]] const WiredWorker& worker() const { return worker_; }

  private:
    Wires& wires_;
    WiredWorker worker_;
    Loop loop_;
    std::uint64_t rounds_ = 0; ///< when it was started
    std::uint64_t sent_ = 0;
};

/// Buffers of a pool that are not in use. Exact while all loops stand still.
class PoolLevel {
  public:
    explicit PoolLevel(rte_mempool* pool);
    /// Throws unless as many are free as when this was made.
    void check() const;

  private:
    rte_mempool* pool_;
    unsigned level_;
};

} // namespace mcfwd::bench::control
