// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One function per shape of README.md.
#include "to_json.hh"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <controlplane/rpc/server.hh>

namespace mcfwd::rpc {

namespace {

using nlohmann::json;

json entries(json list) {
    return json{{"entries", std::move(list)}};
}

json by_signal(const std::array<std::uint64_t, kSignalKinds>& counts) {
    json object = json::object();
    for (std::size_t i = 0; i < counts.size(); ++i) {
        object[std::string(signal_kind_name(static_cast<SignalKind>(i)))] = counts[i];
    }
    return object;
}

template <typename Counts>
std::uint64_t sum(const Counts& counts) {
    std::uint64_t total = 0;
    for (const std::uint64_t count : counts) {
        total += count;
    }
    return total;
}

template <typename Total, typename Counts>
void add(Total& total, const Counts& counts) {
    for (std::size_t i = 0; i < total.size(); ++i) {
        total[i] += counts[i];
    }
}

json port_json(const PortStatus& port) {
    return {{"port", port.port.value()},
            {"name", port.name},
            {"device", port.device},
            {"driver", port.driver},
            {"mac", fmt::format("{}", port.mac)},
            {"mtu", port.mtu},
            {"link", port.link_up ? "up" : "down"},
            {"speed_mbps", port.speed_mbps == 0 ? json() : json(port.speed_mbps)},
            {"rx_queues", port.rx_queues},
            {"tx_queues", port.tx_queues},
            {"rx_packets", port.rx_packets},
            {"rx_bytes", port.rx_bytes},
            {"rx_missed", port.rx_missed},
            {"rx_errors", port.rx_errors},
            {"rx_no_buffer", port.rx_no_buffer},
            {"tx_packets", port.tx_packets},
            {"tx_bytes", port.tx_bytes},
            {"tx_errors", port.tx_errors},
            {"xdp", port.has_xdp ? json{{"redirected", port.xdp.redirected},
                                        {"passed", port.xdp.passed},
                                        {"no_socket", port.xdp.no_socket}}
                                 : json()}};
}

json cycle_buckets(const WorkerCounters& worker) {
    json buckets = json::array();
    for (std::size_t i = 0; i < kCycleBuckets; ++i) {
        if (worker.cycles_per_burst[i] != 0) {
            buckets.push_back({{"from", std::uint64_t{1} << i},
                               {"to", std::uint64_t{1} << (i + 1)},
                               {"bursts", worker.cycles_per_burst[i]}});
        }
    }
    return buckets;
}

/// Share of `all`, or null when that is unknown.
json share(double part, double all) {
    return all > 0 ? json(std::min(part / all, 1.0)) : json();
}

json worker_json(const WorkerCounters& worker, double observed_cycles) {
    const auto busy = static_cast<double>(worker.busy_cycles);
    return {{"worker", worker.worker.value()},
            {"core", worker.core},
            {"table_version", worker.version.value()},
            {"load", share(busy, observed_cycles)},
            {"cycles_per_packet",
             worker.received == 0 ? json() : json(busy / static_cast<double>(worker.received))},
            {"received", worker.received},
            {"also_routed", worker.also_routed},
            {"forwarded", worker.forwarded},
            {"punted", worker.punted},
            {"parked", worker.parked},
            {"dropped", sum(worker.drops)},
            {"copies", worker.copies},
            {"sent", worker.sent},
            {"copies_dropped", sum(worker.copy_drops)},
            {"injected", worker.injected},
            {"injected_dropped", worker.inject_drops},
            {"polls", worker.polls},
            {"empty_polls", worker.empty_polls},
            {"bursts", worker.bursts},
            {"busy_cycles", worker.busy_cycles},
            {"cycles_per_burst", cycle_buckets(worker)},
            {"signals", by_signal(worker.signals)},
            {"signals_policed", by_signal(worker.signals_policed)},
            {"signals_lost", by_signal(worker.signals_lost)}};
}

WorkerCounters total_of(std::span<const WorkerCounters> workers) {
    WorkerCounters total;
    for (const WorkerCounters& worker : workers) {
        total.received += worker.received;
        total.also_routed += worker.also_routed;
        total.forwarded += worker.forwarded;
        total.punted += worker.punted;
        total.parked += worker.parked;
        total.copies += worker.copies;
        total.sent += worker.sent;
        add(total.drops, worker.drops);
        add(total.copy_drops, worker.copy_drops);
        add(total.signals_policed, worker.signals_policed);
        add(total.signals_lost, worker.signals_lost);
        total.inject_drops += worker.inject_drops;
        total.losses_without_entry += worker.losses_without_entry;
    }
    return total;
}

} // namespace

json address_json(Ipv4Address address) {
    return fmt::format("{}", address);
}

json source_json(Ipv4Address source) {
    return source == kAnySource ? json("*") : address_json(source);
}

json seconds_json(Duration duration) {
    return static_cast<double>(std::chrono::round<std::chrono::microseconds>(duration).count()) / 1e6;
}

json expires_json(std::optional<Instant> deadline, Instant now) {
    return deadline ? seconds_json(std::max(*deadline - now, Duration::zero())) : json();
}

json ports_json(std::span<const PortStatus> ports) {
    json list = json::array();
    for (const PortStatus& port : ports) {
        list.push_back(port_json(port));
    }
    return entries(std::move(list));
}

json workers_json(std::span<const WorkerCounters> workers, std::uint64_t clock_hz, Duration observed) {
    const double cycles = static_cast<double>(clock_hz) * std::chrono::duration<double>(observed).count();
    json list = json::array();
    for (const WorkerCounters& worker : workers) {
        list.push_back(worker_json(worker, cycles));
    }
    return entries(std::move(list));
}

json drops_json(std::span<const WorkerCounters> workers, std::uint64_t table_refused) {
    const WorkerCounters total = total_of(workers);
    json drops = json::object();
    for (std::size_t i = 0; i < kDropReasons; ++i) {
        drops[std::string(drop_reason_name(static_cast<DropReason>(i)))] = total.drops[i];
    }
    json copy_drops = json::object();
    for (std::size_t i = 0; i < kCopyDropReasons; ++i) {
        copy_drops[std::string(copy_drop_reason_name(static_cast<CopyDropReason>(i)))] = total.copy_drops[i];
    }
    return {{"received", total.received},
            {"forwarded", total.forwarded},
            {"punted", total.punted},
            {"parked", total.parked},
            {"dropped", sum(total.drops)},
            {"drops", std::move(drops)},
            {"copies", total.copies},
            {"sent", total.sent},
            {"copies_dropped", sum(total.copy_drops)},
            {"copy_drops", std::move(copy_drops)},
            {"signals_policed", by_signal(total.signals_policed)},
            {"signals_lost", by_signal(total.signals_lost)},
            {"losses_without_entry", total.losses_without_entry},
            {"injected_dropped", total.inject_drops},
            {"table_refused", table_refused}};
}

json versions_json(std::span<const VersionRecord> history, Instant now) {
    json list = json::array();
    for (const VersionRecord& record : history) {
        list.push_back(
            {{"version", record.version.value()},
             {"age", seconds_json(now - record.published)},
             {"cause", record.cause},
             {"commands", record.commands},
             {"entries", record.entries},
             {"waited", seconds_json(record.published - record.submitted)},
             {"grace",
              record.retired == Instant{} ? json() : seconds_json(record.retired - record.published)}});
    }
    return entries(std::move(list));
}

json socket_json(const std::string& path, const ServerCounters& counters) {
    return {{"path", path},
            {"connections", counters.connections},
            {"accepted", counters.accepted},
            {"requests", counters.requests},
            {"refused_peers", counters.refused_peers},
            {"refused_connections", counters.refused_connections},
            {"oversized_lines", counters.oversized_lines},
            {"slow_readers", counters.slow_readers},
            {"out_of_memory", counters.out_of_memory}};
}

json memory_json(const MemoryStatus& memory) {
    return {{"hugepages", memory.hugepages},
            {"table_bytes", memory.table_bytes},
            {"pool_buffers", memory.pool_buffers},
            {"pool_available", memory.pool_available},
            {"small_buffers", memory.small_buffers},
            {"small_available", memory.small_available},
            {"clock_hz", memory.clock_hz}};
}

json table_json(const TableWriter& table) {
    return {{"version", table.published().value()},
            {"entries", table.entries()},
            {"capacity", table.capacity()},
            {"refused", table.refused()}};
}

json mfib_entry_json(const PutEntry& entry, const EntryCounters& counters, const std::string& domain,
                     const PlaceNames& names, std::optional<Rate> rate) {
    json oifs = json::array();
    for (const Egress& egress : entry.forward) {
        json oif = names.egress(egress);
        if (std::ranges::find(oifs, oif) == oifs.end()) { // a bridge may have several egresses
            oifs.push_back(std::move(oif));
        }
    }
    const Ipv4Address group = entry.key.group;
    return {{"domain", domain},
            {"source", source_json(entry.key.source)},
            {"group", group == kUnregisteredGroup ? json("unregistered")
                      : group == kFloodGroup      ? json("flooded")
                                                  : address_json(group)},
            {"iif", names.interface(entry.accept)},
            {"oifs", std::move(oifs)},
            {"state", entry.forward.empty() ? "negative" : "active"},
            {"packets", counters.packets},
            {"bytes", counters.bytes},
            {"wrong_interface", counters.wrong_interface},
            {"copies", counters.copies},
            {"packets_per_second", rate ? json(rate->packets) : json()},
            {"bits_per_second", rate ? json(rate->bits) : json()}};
}

} // namespace mcfwd::rpc
