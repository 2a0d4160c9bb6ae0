// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Readers are workers without ports that take turns on one core: sixteen threads on two cores would measure
// the kernel's scheduler. What a publication costs the writer is the same, since each reader's report is in
// the cache of another core, on a line of its own; the time until the last one has seen it includes a round
// of all of them.
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <rte_cycles.h>
#include <rte_pause.h>

#include <controlplane/daemon/heap.hh>

#include "figures.hh"
#include "loading.hh"
#include "loop.hh"
#include "membership_changes.hh"
#include "testbed.hh"

namespace mcfwd::bench::control {
namespace {

constexpr std::uint32_t kReadFlows = 10'000;
constexpr std::array<std::size_t, 5> kReaders{1, 2, 4, 8, 16};

/// Microseconds, one value per publication.
struct Publication {
    std::vector<double> submit = {};  ///< of the writer: until the version is published
    std::vector<double> finish = {};  ///< of the writer: when all readers have reported
    std::vector<double> writer = {};  ///< both
    std::vector<double> visible = {}; ///< from the beginning until every reader has it
};

class Readers {
  public:
    Readers(Testbed& bed, std::size_t count) : table_(make_loaded_table(kReadFlows, count)) {
        std::vector<WiredWorker*> all;
        for (std::size_t reader = 0; reader < count; ++reader) {
            readers_.push_back(std::make_unique<WiredWorker>(WorkerId(static_cast<std::uint16_t>(reader)),
                                                             *table_, Wiring{.pool = bed.pool}));
            all.push_back(readers_.back().get());
        }
        loop_ = std::make_unique<Loop>(*bed.eal, WorkerId(0), std::move(all));
        loop_->start();
    }

    void publish_one(Publication& into) {
        TableBatch batch = changes_.batch(1);
        const std::uint64_t start = rte_rdtsc_precise();
        const TableVersion version = must(table_->submit(std::move(batch)));
        const std::uint64_t submitted = rte_rdtsc_precise();
        while (!all_have(version)) {
            rte_pause();
        }
        const std::uint64_t visible = rte_rdtsc_precise();
        loop_->pass();
        const std::uint64_t reported = rte_rdtsc_precise();
        if (settle(*table_); table_->published() != version) {
            throw std::runtime_error("a publication was merged with another one");
        }
        const std::uint64_t end = rte_rdtsc_precise();
        daemon::sort_freed();
        into.submit.push_back(microseconds(submitted - start));
        into.finish.push_back(microseconds(end - reported));
        into.writer.push_back(microseconds(submitted - start + end - reported));
        into.visible.push_back(microseconds(visible - start));
    }

  private:
    [[nodiscard]] bool all_have(TableVersion version) const {
        return std::ranges::all_of(readers_,
                                   [&](const auto& reader) { return reader->version() >= version; });
    }

    std::unique_ptr<dataplane::Table> table_;
    MembershipChanges changes_{kReadFlows};
    std::vector<std::unique_ptr<WiredWorker>> readers_;
    std::unique_ptr<Loop> loop_;
};

} // namespace

nlohmann::json measure_readers(Testbed& bed) {
    const auto both = [](const std::vector<double>& values) {
        const Quantiles at = quantiles(values);
        return fmt::format("{:>7.2f} {:>8.2f} |", at.p50, at.p99);
    };
    fmt::print("\none change published, {} entries, us (p50 p99 of {})\n{:>8} | {:>16} | {:>16} | {:>16} | "
               "{:>16} |\n",
               kReadFlows, bed.effort.samples, "readers", "submit", "finish", "writer in all",
               "visible to all");
    nlohmann::json results = nlohmann::json::array();
    for (const std::size_t count : kReaders) {
        Readers readers(bed, count);
        Publication publication;
        for (std::size_t sample = 0; sample < bed.effort.samples; ++sample) {
            readers.publish_one(publication);
        }
        fmt::print("{:>8} | {} {} {} {}\n", count, both(publication.submit), both(publication.finish),
                   both(publication.writer), both(publication.visible));
        results.push_back({{"measurement", "publication"},
                           {"readers", count},
                           {"entries", kReadFlows},
                           {"samples", bed.effort.samples},
                           {"submit_us", to_json(quantiles(publication.submit))},
                           {"finish_us", to_json(quantiles(publication.finish))},
                           {"writer_us", to_json(quantiles(publication.writer))},
                           {"visible_us", to_json(quantiles(publication.visible))}});
    }
    return results;
}

} // namespace mcfwd::bench::control
