// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Measures rows: all forwarders of a row take turns, so that what the machine does meets all alike.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include <rte_mempool.h>

#include "row.hh"
#include "wires.hh"

namespace mcfwd::bench {

struct Effort {
    std::size_t rounds = 5;
    std::chrono::microseconds per_turn{20'000};     ///< of one forwarder in one round, about
    std::optional<std::uint32_t> chain_from;        ///< of mcfwd, instead of its default
    std::vector<Who> who{kAll.begin(), kAll.end()}; ///< who takes part; fewer for a profiler
};

/// Calls `done` after each row. Throws if copies are missing or buffers are lost: a row that does not add up
/// is no measurement.
void measure(const std::vector<Row>& rows, const Effort& effort, Wires& wires, rte_mempool* pool,
             const std::function<void(const Result&)>& done);

} // namespace mcfwd::bench
