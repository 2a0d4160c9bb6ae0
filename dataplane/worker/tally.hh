// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What one worker counts. Written by that worker alone, read by the control thread.
#pragma once

#include <array>
#include <cstddef>

#include <rte_mbuf.h>

#include <mcfwd/counters.hh>
#include <mcfwd/signals.hh>

#include <dataplane/memory.hh>
#include <dataplane/relaxed_counter.hh>

namespace mcfwd::dataplane {

/// The names are those of WorkerCounters.
struct alignas(kCacheLine) Tally {
    RelaxedCounter received;
    RelaxedCounter also_routed;
    RelaxedCounter forwarded;
    RelaxedCounter punted;
    RelaxedCounter parked;
    RelaxedCounter copies;
    RelaxedCounter sent;
    RelaxedCounter injected;
    RelaxedCounter inject_drops;
    RelaxedCounter losses_without_entry;
    RelaxedCounter polls;
    RelaxedCounter empty_polls;
    RelaxedCounter bursts;
    RelaxedCounter busy_cycles;
    RelaxedCounter version;
    std::array<RelaxedCounter, kDropReasons> drops;
    std::array<RelaxedCounter, kCopyDropReasons> copy_drops;
    std::array<RelaxedCounter, kSignalKinds> signals;
    std::array<RelaxedCounter, kSignalKinds> signals_policed;
    std::array<RelaxedCounter, kSignalKinds> signals_lost;
    std::array<RelaxedCounter, kCycleBuckets> cycles_per_burst;

    /// The one way to drop a received packet.
    void drop(rte_mbuf* mbuf, DropReason reason) noexcept {
        drops[static_cast<std::size_t>(reason)].add(1);
        rte_pktmbuf_free(mbuf);
    }
    void drop_copies(CopyDropReason reason, std::size_t count) noexcept {
        copy_drops[static_cast<std::size_t>(reason)].add(count);
    }
    static RelaxedCounter& of(std::array<RelaxedCounter, kSignalKinds>& counters, SignalKind kind) noexcept {
        return counters[static_cast<std::size_t>(kind)];
    }

    [[nodiscard]] WorkerCounters snapshot(WorkerId worker, unsigned core) const;
};

} // namespace mcfwd::dataplane
