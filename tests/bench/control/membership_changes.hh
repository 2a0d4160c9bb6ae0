// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Members that move: the workload of the control plane. However many of them move, each packet has as many
// copies, so that a loss cannot hide behind a change.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <mcfwd/table.hh>

#include <dataplane/table/table.hh>

#include "egress_plan.hh"

namespace mcfwd::bench::control {

/// Every flow has kCopies egresses of equal headers; its last member is on one of two ports.
class MembershipChanges {
  public:
    static constexpr std::size_t kCopies = 4;
    static constexpr std::size_t kSinks = kCopies + 1;

    explicit MembershipChanges(std::uint32_t flows);

    /// Nobody has moved yet.
    [[nodiscard]] static EgressPlan plan();
    /// The last members of so many flows move to the other port. Flows have their turns in a random order; a
    /// batch names them in that of their keys, as the group manager does.
    [[nodiscard]] TableBatch batch(std::size_t changes);

  private:
    struct Flow {
        std::uint32_t number = 0;
        bool moved = false;
    };
    std::vector<Flow> flows_;
    std::size_t next_ = 0;
    EgressPlan at_first_;
    EgressPlan moved_;
};

/// A table with room for that many flows, and nothing in it.
[[nodiscard]] std::unique_ptr<dataplane::Table> make_table(std::uint32_t flows, std::size_t workers);
/// The same with an entry for each, as the first changes expect them.
[[nodiscard]] std::unique_ptr<dataplane::Table> make_loaded_table(std::uint32_t flows, std::size_t workers);
[[nodiscard]] dataplane::TableSize table_size(std::uint32_t flows, std::size_t workers);

/// Until the table has nothing left to do. Every reader that is online must be running.
void settle(TableWriter& table);

struct Published {
    std::size_t changes = 0;
    std::uint64_t versions = 0;
    std::chrono::nanoseconds time{};
};

/// Publishes for that long as the daemon does: what has come within a millisecond is one batch, and the
/// thread sleeps in between, for a shorter time while a publication is in flight. 0 changes: only sleeps.
[[nodiscard]] Published publish(TableWriter& table, MembershipChanges& changes, std::size_t per_second,
                                std::chrono::nanoseconds time);

} // namespace mcfwd::bench::control
