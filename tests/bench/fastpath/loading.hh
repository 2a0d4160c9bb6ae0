// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What benchmarks of the data plane share: a clock, results that must be there, and a table full of flows.
#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include <mcfwd/clock.hh>
#include <mcfwd/result.hh>

#include <dataplane/table/table.hh>

#include "egress_plan.hh"

namespace mcfwd::bench {

class SystemClock final : public Clock {
  public:
    [[nodiscard]] Instant now() const override { return std::chrono::steady_clock::now(); }
};

/// What was made, or an exception that says why not: a benchmark has nothing to fall back to.
template <typename T>
[[nodiscard]] T must(Expected<T> made) {
    if (!made) {
        throw std::runtime_error(made.error().what);
    }
    return std::move(*made);
}

/// The entry of a flow.
[[nodiscard]] PutEntry entry_of(std::uint32_t flow, const EgressPlan& plan);

/// Puts entries for flows 0 to `entries` - 1 in batches and waits until the table is at rest. No reader of
/// the table may be online meanwhile. Throws if the table refuses.
void load(TableWriter& table, std::uint32_t entries, const EgressPlan& plan);

} // namespace mcfwd::bench
