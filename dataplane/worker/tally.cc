// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// From the worker's counters to the plain numbers of the contract.
#include "tally.hh"

#include <algorithm>

namespace mcfwd::dataplane {
namespace {

template <std::size_t N>
void read_all(const std::array<RelaxedCounter, N>& from, std::array<std::uint64_t, N>& to) {
    std::ranges::transform(from, to.begin(), &RelaxedCounter::value);
}

} // namespace

WorkerCounters Tally::snapshot(WorkerId worker, unsigned core) const {
    WorkerCounters read{
        .worker = worker,
        .core = core,
        .version = TableVersion(version.value()),
        .received = received.value(),
        .also_routed = also_routed.value(),
        .forwarded = forwarded.value(),
        .punted = punted.value(),
        .parked = parked.value(),
        .sent = sent.value(),
        .injected = injected.value(),
        .inject_drops = inject_drops.value(),
        .losses_without_entry = losses_without_entry.value(),
        .polls = polls.value(),
        .empty_polls = empty_polls.value(),
        .bursts = bursts.value(),
        .busy_cycles = busy_cycles.value(),
    };
    read_all(drops, read.drops);
    read_all(copy_drops, read.copy_drops);
    read_all(signals, read.signals);
    read_all(signals_policed, read.signals_policed);
    read_all(signals_lost, read.signals_lost);
    read_all(cycles_per_burst, read.cycles_per_burst);
    // After what has become of them, also at the owner of a shared TX queue, which has the lower number: so
    // there are never fewer copies than were sent or dropped.
    read.copies = copies.value();
    return read;
}

} // namespace mcfwd::dataplane
