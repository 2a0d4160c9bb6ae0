// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The contract's structs as the JSON of README.md, so that handlers stay short and every command spells the
// same thing the same way.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include <mcfwd/clock.hh>
#include <mcfwd/counters.hh>
#include <mcfwd/ids.hh>
#include <mcfwd/ipv4.hh>
#include <mcfwd/table.hh>

namespace mcfwd::rpc {

struct ServerCounters;

/// What people call interfaces and egresses; handlers own the configuration.
struct PlaceNames {
    std::function<std::string(IfIndex)> interface;
    std::function<std::string(const Egress&)> egress; ///< its interface, or on a bridge its port
};

/// Traffic per second over the caller's latest sampling window.
struct Rate {
    double packets = 0;
    double bits = 0;
};

/// Dotted quad.
[[nodiscard]] nlohmann::json address_json(Ipv4Address address);
/// Dotted quad, "*" for any source.
[[nodiscard]] nlohmann::json source_json(Ipv4Address source);
/// Seconds as a number, with microseconds.
[[nodiscard]] nlohmann::json seconds_json(Duration duration);
/// Seconds from `now` until `deadline`, 0 when passed; null when there is no deadline.
[[nodiscard]] nlohmann::json expires_json(std::optional<Instant> deadline, Instant now);

/// Result of show.ports.
[[nodiscard]] nlohmann::json ports_json(std::span<const PortStatus> ports);
/// Result of show.workers. `observed` is how long the counters have been running (since start or
/// clear counters); load is unknown (null) when it or `clock_hz` is 0.
[[nodiscard]] nlohmann::json workers_json(std::span<const WorkerCounters> workers, std::uint64_t clock_hz,
                                          Duration observed);
/// Result of show.drops: sums over all workers.
[[nodiscard]] nlohmann::json drops_json(std::span<const WorkerCounters> workers, std::uint64_t table_refused);
/// Result of show.versions.
[[nodiscard]] nlohmann::json versions_json(std::span<const VersionRecord> history, Instant now);
/// `socket` of show.status.
[[nodiscard]] nlohmann::json socket_json(const std::string& path, const ServerCounters& counters);
/// `memory` of show.status.
[[nodiscard]] nlohmann::json memory_json(const MemoryStatus& memory);
/// `table` of show.status.
[[nodiscard]] nlohmann::json table_json(const TableWriter& table);
/// One element of `entries` of show.mfib. `domain` as people call it ("routed", or a bridge); rates are null
/// without one.
[[nodiscard]] nlohmann::json mfib_entry_json(const PutEntry& entry, const EntryCounters& counters,
                                             const std::string& domain, const PlaceNames& names,
                                             std::optional<Rate> rate);

} // namespace mcfwd::rpc
