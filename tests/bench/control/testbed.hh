// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What all measurements of this folder run on, and how much they do.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>

#include <nlohmann/json_fwd.hpp>
#include <rte_mempool.h>

#include <dataplane/eal.hh>

#include "wires.hh"

namespace mcfwd::bench::control {

struct Effort {
    std::size_t rounds = 15;              ///< of what is compared, in turn
    std::chrono::milliseconds slice{150}; ///< of one side in one round
    std::size_t samples = 20'000;         ///< of what takes microseconds
    std::size_t bulk_rounds = 15;         ///< of what takes a tenth of a second
    std::size_t fillings = 3;             ///< of a table of a million entries
};

struct Testbed {
    const dataplane::Eal* eal = nullptr; ///< with two workers, the first on a core of its own
    rte_mempool* pool = nullptr;         ///< of whole frames
    std::array<std::unique_ptr<Wires>, 2> wires;
    Effort effort;
};

// Each prints a table for people and returns the same for programs. They throw when accounts do not add up.

/// Rate and cycles per burst of a worker while membership changes are published, beside those while none are.
[[nodiscard]] nlohmann::json measure_forwarding(Testbed& bed);
/// Time from a change, and from a batch of 100,000, until the worker forwards by it; versions per second.
[[nodiscard]] nlohmann::json measure_visibility(Testbed& bed);
/// Loading and clearing 1,000,000 entries, and their memory.
[[nodiscard]] nlohmann::json measure_filling(Testbed& bed);
/// Two workers, to which flows are dealt as RSS does, beside one.
[[nodiscard]] nlohmann::json measure_two_workers(Testbed& bed);
/// One publication with 1 to 16 readers of the table.
[[nodiscard]] nlohmann::json measure_readers(Testbed& bed);

} // namespace mcfwd::bench::control
