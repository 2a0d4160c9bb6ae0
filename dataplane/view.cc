// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// "clear counters" moves a base; the counters themselves belong to their writers.
#include "view.hh"

#include <algorithm>
#include <array>
#include <numeric>

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
    from.received -= base.received;
    from.also_routed -= base.also_routed;
    from.forwarded -= base.forwarded;
    from.punted -= base.punted;
    from.copies -= base.copies;
    from.sent -= base.sent;
    from.injected -= base.injected;
    from.inject_drops -= base.inject_drops;
    from.losses_without_entry -= base.losses_without_entry;
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
    for (std::size_t i = 0; i < base.igmp_drops.size(); ++i) {
        from.igmp_drops[i] -= base.igmp_drops[i];
    }
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

template <std::size_t N>
std::uint64_t sum(const std::array<std::uint64_t, N>& counters) {
    return std::reduce(counters.begin(), counters.end());
}

std::uint64_t ended_copies(const WorkerCounters& worker) {
    return worker.sent + sum(worker.copy_drops);
}

} // namespace

std::vector<WorkerCounters> counter_base(std::vector<WorkerCounters> now) {
    // Copies may be sent by another worker, so only their sum says how many wait.
    std::uint64_t waiting = 0;
    for (const WorkerCounters& worker : now) {
        waiting += worker.copies - ended_copies(worker);
    }
    for (WorkerCounters& worker : now) {
        worker.received = worker.forwarded + worker.punted + sum(worker.drops);
        const std::uint64_t ended = ended_copies(worker);
        const std::uint64_t later =
            std::min(waiting, worker.copies > ended ? worker.copies - ended : std::uint64_t{0});
        worker.copies -= later;
        waiting -= later;
    }
    return now;
}

View::View(std::span<const Port> ports, const Workers& workers, const Injector& injector, rte_mempool* pool,
           rte_mempool* small_pool, const MemoryStatus& memory)
    : ports_(ports),
      workers_(workers),
      injector_(injector),
      pool_(pool),
      small_pool_(small_pool),
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
    return since(read_workers(), worker_base_);
}

std::vector<WorkerCounters> View::read_workers() const {
    std::vector<WorkerCounters> all = workers_.counters();
    for (WorkerCounters& worker : all) {
        worker.inject_drops += injector_.dropped(worker.worker);
    }
    return all;
}

std::vector<ArrivalDrops> View::igmp_drops() const {
    const Attachments& attachments = workers_.attachments();
    const std::vector<WorkerCounters> all = workers();
    std::vector<ArrivalDrops> result;
    for (std::size_t i = 0; i < attachments.size(); ++i) {
        const Arrival& arrival = attachments[i];
        ArrivalDrops& drops = result.emplace_back(arrival.port, arrival.vlan, arrival.interface);
        for (const WorkerCounters& worker : all) {
            drops.igmp += worker.igmp_drops[i];
        }
    }
    return result;
}

MemoryStatus View::memory() const {
    MemoryStatus status = memory_;
    status.pool_available = closed_ ? 0 : rte_mempool_avail_count(pool_);
    status.small_available = closed_ || small_pool_ == nullptr ? 0 : rte_mempool_avail_count(small_pool_);
    return status;
}

void View::clear_counters() {
    worker_base_ = counter_base(read_workers());
    port_base_ = read_ports();
}

void View::close() {
    last_ports_ = read_ports();
    closed_ = true;
}

} // namespace mcfwd::dataplane
