// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The source fills every burst: if it did not, a pool was empty, and the count of copies tells.
#include "closed_loop.hh"

#include <stdexcept>

#include <fmt/format.h>
#include <rte_mempool.h>

#include "membership_changes.hh"
#include <dataplane/table/lookup.hh>

namespace mcfwd::bench::control {

ClosedLoop::ClosedLoop(Testbed& bed, WorkerId id, const dataplane::Table& table)
    : wires_(*bed.wires.at(id.value())),
      worker_(id, table, {.wires = &wires_, .sinks = MembershipChanges::kSinks, .pool = bed.pool}),
      loop_(*bed.eal, id, {&worker_}) {}

void ClosedLoop::start(std::span<const std::uint32_t> flows) {
    wires_.feed({.flows = flows});
    rounds_ = loop_.rounds();
    sent_ = wires_.sent();
    loop_.start();
}

void ClosedLoop::stop(std::size_t copies) {
    loop_.stop();
    const std::uint64_t expected = (loop_.rounds() - rounds_) * dataplane::kBurst * copies;
    if (const std::uint64_t sent = wires_.sent() - sent_; sent != expected) {
        throw std::runtime_error(fmt::format("{} copies were sent and not {}", sent, expected));
    }
}

PoolLevel::PoolLevel(rte_mempool* pool) : pool_(pool), level_(rte_mempool_avail_count(pool)) {}

void PoolLevel::check() const {
    if (const unsigned now = rte_mempool_avail_count(pool_); now != level_) {
        throw std::runtime_error(fmt::format("{} of {} free buffers are left", now, level_));
    }
}

} // namespace mcfwd::bench::control
