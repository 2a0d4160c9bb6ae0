// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// "clear counters" moves a base; the counters themselves belong to their writers.
#include "view.hh"

#include <array>

#include <rte_mempool.h>

namespace mcfwd::dataplane {
namespace {

template <std::size_t N>
void subtract(std::array<std::uint64_t, N>& from, const std::array<std::uint64_t, N>& base) {
    for (std::size_t i = 0; i < N; ++i) {
        from[i] -= base[i];
    }
}

void subtract(WorkerCounters& from, const WorkerCounters& base) {
    // Packets parked at the time of clearing end after it, so they count as received after it.
    from.received -= base.received - base.parked;
    from.forwarded -= base.forwarded;
    from.punted -= base.punted;
    from.copies -= base.copies;
    from.sent -= base.sent;
    from.injected -= base.injected;
    from.inject_drops -= base.inject_drops;
    from.polls -= base.polls;
    from.empty_polls -= base.empty_polls;
    from.bursts -= base.bursts;
    from.busy_cycles -= base.busy_cycles;
    subtract(from.drops, base.drops);
    subtract(from.copy_drops, base.copy_drops);
    subtract(from.signals, base.signals);
    subtract(from.signals_policed, base.signals_policed);
    subtract(from.signals_lost, base.signals_lost);
    subtract(from.cycles_per_burst, base.cycles_per_burst);
}

void subtract(PortStatus& from, const PortStatus& base) {
    from.rx_packets -= base.rx_packets;
    from.rx_bytes -= base.rx_bytes;
    from.rx_missed -= base.rx_missed;
    from.rx_errors -= base.rx_errors;
    from.rx_no_buffer -= base.rx_no_buffer;
    from.tx_packets -= base.tx_packets;
    from.tx_bytes -= base.tx_bytes;
    from.tx_errors -= base.tx_errors;
    from.xdp.redirected -= base.xdp.redirected;
    from.xdp.passed -= base.xdp.passed;
    from.xdp.no_socket -= base.xdp.no_socket;
}

template <typename Counters>
std::vector<Counters> since(std::vector<Counters> now, const std::vector<Counters>& base) {
    for (std::size_t i = 0; i < now.size() && i < base.size(); ++i) {
        subtract(now[i], base[i]);
    }
    return now;
}

} // namespace

View::View(std::span<const Port> ports, const Workers& workers, rte_mempool* pool, const MemoryStatus& memory)
    : ports_(ports),
      workers_(workers),
      pool_(pool),
      memory_(memory) {}

std::vector<PortStatus> View::read_ports() const {
    if (closed_) {
        return last_ports_;
    }
    std::vector<PortStatus> all;
    for (const Port& port : ports_) {
        all.push_back(port.status());
    }
    return all;
}

std::vector<PortStatus> View::ports() const {
    return since(read_ports(), port_base_);
}

std::vector<WorkerCounters> View::workers() const {
    return since(workers_.counters(), worker_base_);
}

MemoryStatus View::memory() const {
    MemoryStatus status = memory_;
    status.pool_available = closed_ ? 0 : rte_mempool_avail_count(pool_);
    return status;
}

void View::clear_counters() {
    worker_base_ = workers_.counters();
    port_base_ = read_ports();
}

void View::close() {
    last_ports_ = read_ports();
    closed_ = true;
}

} // namespace mcfwd::dataplane
