// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Flows take turns so that no batch has one twice: its second move would undo the first, and the table would
// have less to do than was asked of it.
#include "membership_changes.hh"

#include <algorithm>
#include <random>
#include <stdexcept>
#include <thread>
#include <tuple>

#include <controlplane/daemon/heap.hh>

#include "loading.hh"

namespace mcfwd::bench::control {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kSeed = 20261130;
// As long as one that people read in the table's history.
constexpr const char* kCause = "igmp join 239.0.7.131 on lan5";

constexpr auto kBetweenBatches = 1ms;
// How long the daemon sleeps while a publication is in flight.
constexpr auto kPublishingTurn = 20us;

constexpr auto kPatience = 10s;

} // namespace

MembershipChanges::MembershipChanges(std::uint32_t flows)
    : flows_(flows),
      at_first_(plan()),
      moved_(plan_egresses(kSinks, Headers::kEqual)) {
    for (std::uint32_t flow = 0; flow < flows; ++flow) {
        flows_[flow].number = flow;
    }
    std::mt19937_64 random(kSeed);
    std::ranges::shuffle(flows_, random);
    moved_.egresses.erase(moved_.egresses.begin() + kCopies - 1);
}

EgressPlan MembershipChanges::plan() {
    return plan_egresses(kCopies, Headers::kEqual);
}

TableBatch MembershipChanges::batch(std::size_t changes) {
    std::vector<Flow*> chosen(changes);
    std::ranges::generate(chosen, [this] {
        Flow& flow = flows_[next_];
        next_ = next_ + 1 < flows_.size() ? next_ + 1 : 0;
        return &flow;
    });
    std::ranges::sort(chosen, {}, &Flow::number);
    TableBatch batch{.commands = {}, .cause = kCause};
    batch.commands.reserve(changes);
    for (Flow* flow : chosen) {
        flow->moved = !flow->moved;
        batch.commands.emplace_back(entry_of(flow->number, flow->moved ? moved_ : at_first_));
    }
    return batch;
}

dataplane::TableSize table_size(std::uint32_t flows, std::size_t workers) {
    return {.entries = flows,
            .egresses = flows * MembershipChanges::kCopies,
            .workers = workers,
            .ports = MembershipChanges::kSinks + 1};
}

std::unique_ptr<dataplane::Table> make_table(std::uint32_t flows, std::size_t workers) {
    static const SystemClock clock;
    return must(dataplane::Table::create(table_size(flows, workers), clock, dataplane::allocate_eal_memory));
}

std::unique_ptr<dataplane::Table> make_loaded_table(std::uint32_t flows, std::size_t workers) {
    auto table = make_table(flows, workers);
    load(*table, flows, MembershipChanges::plan());
    return table;
}

void settle(TableWriter& table) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (table.advance()) {
        if (std::chrono::steady_clock::now() > deadline) {
            throw std::runtime_error("a worker does not report");
        }
    }
}

Published publish(TableWriter& table, MembershipChanges& changes, std::size_t per_second,
                  std::chrono::nanoseconds time) {
    const std::size_t per_batch = per_second / (1s / kBetweenBatches);
    const TableVersion before = table.published();
    const auto start = std::chrono::steady_clock::now();
    auto next = start;
    Published done;
    for (auto now = start; now < start + time; now = std::chrono::steady_clock::now()) {
        if (now >= next) {
            next += kBetweenBatches;
            done.changes += per_batch;
            if (per_batch > 0) {
                std::ignore = must(table.submit(changes.batch(per_batch)));
            }
        }
        const bool more = table.advance();
        daemon::sort_freed();
        std::this_thread::sleep_until(
            more ? std::min(next, std::chrono::steady_clock::now() + kPublishingTurn) : next);
    }
    settle(table);
    done.versions = table.published().value() - before.value();
    done.time = std::chrono::steady_clock::now() - start;
    return done;
}

} // namespace mcfwd::bench::control
