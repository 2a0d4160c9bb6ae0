// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A change is visible when the worker has begun a burst that it forwards by the new version; it says so in
// its counters, and the control thread, which watches these, is told a little later than the packets are.
#include <array>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <rte_cycles.h>
#include <rte_pause.h>

#include <controlplane/daemon/heap.hh>

#include "closed_loop.hh"
#include "figures.hh"
#include "flows.hh"
#include "loading.hh"
#include "testbed.hh"

namespace mcfwd::bench::control {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kUsualFlows = 10'000;
constexpr std::size_t kBigBatch = 100'000;
// A change of many entries comes from the group manager in slices.
constexpr std::size_t kPerSlice = 1024;
constexpr std::array<std::size_t, 3> kSustained{1, 100, 10'000};

/// A change on its way to a running worker.
class Change {
  public:
    Change(dataplane::Table& table, MembershipChanges& changes, const WiredWorker& worker)
        : table_(table),
          changes_(changes),
          worker_(worker) {}

    /// Microseconds from before `submit` until the worker forwards by `size` changes. The table is at rest.
    double at_once(std::size_t size) {
        TableBatch batch = changes_.batch(size);
        const std::uint64_t start = rte_rdtsc_precise();
        return await(must(table_.submit(std::move(batch))), start);
    }

    /// The same in slices that become one version.
    double in_slices(std::size_t size) {
        std::vector<TableBatch> slices = cut(changes_.batch(size));
        TableVersion version;
        const std::uint64_t start = rte_rdtsc_precise();
        for (TableBatch& slice : slices) {
            version = must(table_.submit(std::move(slice)));
            table_.advance();
        }
        return await(version, start);
    }

  private:
    static std::vector<TableBatch> cut(TableBatch batch) {
        std::vector<TableBatch> slices;
        for (TableCommand& command : batch.commands) {
            if (slices.empty() || slices.back().commands.size() == kPerSlice) {
                slices.push_back({.commands = {}, .cause = batch.cause, .more = true});
            }
            slices.back().commands.push_back(std::move(command));
        }
        slices.back().more = false;
        return slices;
    }
    [[nodiscard]] double await(TableVersion version, std::uint64_t start) const {
        const std::uint64_t deadline = start + 10 * rte_get_tsc_hz();
        while (worker_.version() < version) {
            if (table_.published() < version) {
                table_.advance();
            }
            rte_pause();
            if (rte_rdtsc() > deadline) {
                throw std::runtime_error("a change does not become visible");
            }
        }
        return microseconds(rte_rdtsc_precise() - start);
    }

    dataplane::Table& table_;
    MembershipChanges& changes_;
    const WiredWorker& worker_;
};

/// A loaded table and a worker that forwards by it.
struct Scene {
    Scene(Testbed& bed, std::uint32_t count)
        : level(bed.pool),
          flows(arrivals(Order::kUniform, count)),
          table(make_loaded_table(count, 1)),
          changes(count),
          forwarding(bed, WorkerId(0), *table),
          change(*table, changes, forwarding.worker()) {
        forwarding.start(flows);
    }

    void rest() {
        settle(*table);
        daemon::sort_freed();
    }
    void end() {
        rest();
        forwarding.stop();
        level.check();
    }

    PoolLevel level;
    std::vector<std::uint32_t> flows;
    std::unique_ptr<dataplane::Table> table;
    MembershipChanges changes;
    ClosedLoop forwarding;
    Change change;
};

nlohmann::json report(std::string_view what, std::size_t entries, std::size_t changes,
                      const std::vector<double>& values) {
    const Quantiles at = quantiles(values);
    fmt::print("{:<44} {:>8} {:>8} | {:>10.2f} {:>10.2f} {:>10.2f} {:>10.2f}\n", what, entries, values.size(),
               at.p50, at.p99, at.p999, at.most);
    return {{"measurement", "visibility"}, {"what", what},
            {"entries", entries},          {"changes", changes},
            {"samples", values.size()},    {"microseconds", to_json(at)}};
}

/// The control thread has slept before each, as it does when the change is a host's.
nlohmann::json single_changes(Testbed& bed) {
    Scene scene(bed, kUsualFlows);
    std::vector<double> values;
    for (std::size_t sample = 0; sample < bed.effort.samples; ++sample) {
        scene.rest();
        std::this_thread::sleep_for(20us);
        values.push_back(scene.change.at_once(1));
    }
    scene.end();
    return report("a single change", kUsualFlows, 1, values);
}

nlohmann::json big_batches(Testbed& bed) {
    Scene scene(bed, kBigBatch);
    std::vector<double> at_once;
    std::vector<double> in_slices;
    scene.rest();
    std::ignore = scene.change.at_once(kBigBatch); // page faults
    for (std::size_t round = 0; round < bed.effort.bulk_rounds; ++round) {
        scene.rest();
        at_once.push_back(scene.change.at_once(kBigBatch));
        scene.rest();
        in_slices.push_back(scene.change.in_slices(kBigBatch));
    }
    scene.end();
    return {report("100,000 changes in one batch", kBigBatch, kBigBatch, at_once),
            report("100,000 changes in slices of 1,024", kBigBatch, kBigBatch, in_slices)};
}

/// Batches one after the other, each a version that all workers have left behind before the next.
nlohmann::json sustained(Testbed& bed) {
    Scene scene(bed, kUsualFlows);
    fmt::print("\n{:<44} {:>12} {:>12} | {:>16}\n",
               "published as fast as the table takes it, changes at once", "versions/s", "changes/s",
               "forwarding Mpps");
    nlohmann::json results = nlohmann::json::array();
    for (const std::size_t size : kSustained) {
        std::vector<double> versions;
        std::vector<double> mpps;
        for (std::size_t round = 0; round < bed.effort.rounds; ++round) {
            const TableVersion before = scene.table->published();
            const std::uint64_t start = rte_rdtsc();
            const std::uint64_t end = start + rte_get_tsc_hz() * bed.effort.slice.count() / 1000;
            const RateMeter meter(scene.forwarding.loop());
            while (rte_rdtsc() < end) {
                std::ignore = must(scene.table->submit(scene.changes.batch(size)));
                scene.rest();
            }
            mpps.push_back(meter.mpps());
            const double seconds = microseconds(rte_rdtsc() - start) / 1e6;
            versions.push_back(static_cast<double>(scene.table->published().value() - before.value()) /
                               seconds);
        }
        const Spread rate = spread(versions);
        fmt::print("{:<44} {:>12.0f} {:>12.0f} | {:>16.2f}\n", size, rate.median,
                   rate.median * static_cast<double>(size), spread(mpps).median);
        results.push_back({{"measurement", "sustained_publications"},
                           {"entries", kUsualFlows},
                           {"changes_per_version", size},
                           {"versions_per_second", to_json(rate)},
                           {"changes_per_second", rate.median * static_cast<double>(size)},
                           {"forwarding_mpps", to_json(spread(mpps))},
                           {"rounds", versions.size()}});
    }
    scene.end();
    return results;
}

} // namespace

nlohmann::json measure_visibility(Testbed& bed) {
    fmt::print("\n{:<44} {:>8} {:>8} | {:>10} {:>10} {:>10} {:>10}\n", "from a change to the worker, us",
               "entries", "samples", "p50", "p99", "p99.9", "max");
    nlohmann::json results = nlohmann::json::array({single_changes(bed)});
    for (const nlohmann::json& some : {big_batches(bed), sustained(bed)}) {
        results.insert(results.end(), some.begin(), some.end());
    }
    return results;
}

} // namespace mcfwd::bench::control
