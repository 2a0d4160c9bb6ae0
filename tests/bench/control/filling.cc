// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Afterwards a worker forwards one packet of each flow at least, and after clearing none: whatever the
// figures say, the entries were there, and are gone.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <malloc.h>
#include <nlohmann/json.hpp>
#include <rte_cycles.h>

#include <controlplane/daemon/heap.hh>
#include <dataplane/table/lookup.hh>

#include "closed_loop.hh"
#include "figures.hh"
#include "flows.hh"
#include "loading.hh"
#include "testbed.hh"

namespace mcfwd::bench::control {
namespace {

constexpr std::uint32_t kMany = 1'000'000;
constexpr std::uint32_t kErasedAtOnce = 1024;

/// One version, in slices as `load`.
void clear(TableWriter& table) {
    for (std::uint32_t first = 0; first < kMany; first += kErasedAtOnce) {
        const std::uint32_t end = std::min(kMany, first + kErasedAtOnce);
        TableBatch batch{.commands = {}, .cause = "benchmark", .more = end < kMany};
        for (std::uint32_t flow = first; flow < end; ++flow) {
            batch.commands.emplace_back(EraseEntry{{kRoutedDomain, group_of(flow), source_of(flow)}});
        }
        std::ignore = must(table.submit(std::move(batch)));
        table.advance();
    }
    while (table.advance()) {
    }
}

/// One pass over all flows; each packet has that many copies.
void forward_all(Testbed& bed, const dataplane::Table& table, std::size_t copies) {
    std::vector<std::uint32_t> flows(kMany);
    std::iota(flows.begin(), flows.end(), 0U);
    ClosedLoop forwarding(bed, WorkerId(0), table);
    forwarding.start(flows);
    while (forwarding.loop().rounds() <= kMany / dataplane::kBurst) {
        std::this_thread::yield();
    }
    forwarding.stop(copies);
    const WorkerCounters counters = forwarding.worker().counters();
    const std::uint64_t dropped =
        std::accumulate(counters.drops.begin(), counters.drops.end(), std::uint64_t{0});
    if (counters.received != (copies > 0 ? counters.forwarded : dropped)) {
        throw std::runtime_error("packets were not treated alike");
    }
}

std::size_t heap_octets() {
    const auto info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

double milliseconds(const std::function<void()>& work) {
    const std::uint64_t start = rte_rdtsc_precise();
    work();
    return microseconds(rte_rdtsc_precise() - start) / 1e3;
}

struct Filling {
    std::vector<double> load_ms = {};
    std::vector<double> clear_ms = {};
    std::vector<double> heap = {}; ///< octets per entry that the control thread allocates
};

void fill(Testbed& bed, Filling& filling) {
    const auto table = make_table(kMany, 1);
    const std::size_t before = heap_octets();
    filling.load_ms.push_back(milliseconds([&] { load(*table, kMany, MembershipChanges::plan()); }));
    filling.heap.push_back((static_cast<double>(heap_octets()) - static_cast<double>(before)) / kMany);
    if (table->entries() != kMany) {
        throw std::runtime_error("entries are missing");
    }
    forward_all(bed, *table, MembershipChanges::kCopies);
    filling.clear_ms.push_back(milliseconds([&] { clear(*table); }));
    if (table->entries() != 0) {
        throw std::runtime_error("entries are left");
    }
    forward_all(bed, *table, 0);
}

} // namespace

nlohmann::json measure_filling(Testbed& bed) {
    const PoolLevel level(bed.pool);
    Filling filling;
    for (std::size_t round = 0; round < bed.effort.fillings; ++round) {
        fill(bed, filling);
    }
    level.check();
    const Spread load_ms = spread(filling.load_ms);
    const Spread clear_ms = spread(filling.clear_ms);
    const double shared = static_cast<double>(dataplane::Table::bytes_for(table_size(kMany, 1))) / kMany;
    const double heap = spread(filling.heap).median;
    fmt::print("\n{} entries with {} egresses\n", kMany, MembershipChanges::kCopies);
    fmt::print("load {:.0f} ms ({:.0f}..{:.0f}), clear {:.0f} ms ({:.0f}..{:.0f})\n", load_ms.median,
               load_ms.least, load_ms.most, clear_ms.median, clear_ms.least, clear_ms.most);
    fmt::print(
        "octets per entry: {:.0f} of the table, both instances, lists and counters of one worker; {:.0f} "
        "of the control thread\n",
        shared, heap);
    return nlohmann::json::array({{{"measurement", "filling"},
                                   {"entries", kMany},
                                   {"egresses", MembershipChanges::kCopies},
                                   {"load_ms", to_json(load_ms)},
                                   {"clear_ms", to_json(clear_ms)},
                                   {"table_octets_per_entry", shared},
                                   {"control_octets_per_entry", heap},
                                   {"rounds", filling.load_ms.size()}}});
}

} // namespace mcfwd::bench::control
