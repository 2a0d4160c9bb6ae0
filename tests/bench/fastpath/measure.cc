// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Forwarders are kept for rows that differ only in frames, order and sinks: a table of a million entries
// takes longer to fill than a row.
#include "measure.hh"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>

#include <fmt/format.h>
#include <rte_cycles.h>

#include <dataplane/table/lookup.hh>

#include "forwarder.hh"

namespace mcfwd::bench {
namespace {

using dataplane::kBurst;

constexpr std::uint64_t kTrialBursts = 64;

using Contest = std::array<std::unique_ptr<Forwarder>, kAll.size()>;

Contest make_contest(const Row& row, const Effort& effort, Wires& wires, rte_mempool* pool) {
    const Task task{&wires, pool, row.entries, plan_egresses(row.egresses, row.headers), effort.chain_from};
    Contest contest;
    contest[static_cast<std::size_t>(Who::kProduct)] = make_product(task);
    contest[static_cast<std::size_t>(Who::kCeiling)] = make_ceiling(task);
    contest[static_cast<std::size_t>(Who::kTextbook)] = make_textbook(task);
    return contest;
}

/// One forwarder at work. Nanoseconds per input packet.
class Run {
  public:
    Run(const Row& row, Who who, Wires& wires, Forwarder& forwarder)
        : row_(row),
          who_(who),
          wires_(wires),
          forwarder_(forwarder) {}

    double operator()(std::uint64_t bursts) {
        const std::uint64_t sent = wires_.sent();
        const std::uint64_t start = rte_rdtsc_precise();
        for (std::uint64_t burst = 0; burst < bursts; ++burst) {
            forwarder_.turn();
        }
        const std::uint64_t cycles = rte_rdtsc_precise() - start;
        const std::uint64_t expected = bursts * kBurst * row_.egresses;
        if (wires_.sent() - sent != expected) {
            throw std::runtime_error(fmt::format("{} sent {} copies and should have sent {}", name(who_),
                                                 wires_.sent() - sent, expected));
        }
        return static_cast<double>(cycles) * 1e9 / static_cast<double>(rte_get_tsc_hz()) /
               static_cast<double>(bursts * kBurst);
    }

  private:
    const Row& row_;
    Who who_;
    Wires& wires_;
    Forwarder& forwarder_;
};

std::uint64_t bursts_for(std::chrono::microseconds time, double ns_per_input) {
    const double ns = static_cast<double>(std::chrono::nanoseconds(time).count());
    return std::max<std::uint64_t>(
        kTrialBursts, static_cast<std::uint64_t>(ns / (ns_per_input * static_cast<double>(kBurst))));
}

Result measure_row(const Row& row, const Effort& effort, Wires& wires, Contest& contest) {
    Result result{.row = row, .ns = {}};
    std::vector<std::uint64_t> bursts;
    std::vector<Run> runs;
    for (const Who who : effort.who) {
        Run& run = runs.emplace_back(row, who, wires, *contest[static_cast<std::size_t>(who)]);
        run(kTrialBursts); // page faults
        bursts.push_back(bursts_for(effort.per_turn, run(kTrialBursts)));
    }
    for (std::size_t round = 0; round < effort.rounds; ++round) {
        for (std::size_t i = 0; i < runs.size(); ++i) {
            runs[i](bursts[i] / 8 + 1); // to its own caches
            result.of(effort.who[i]).push_back(runs[i](bursts[i]));
        }
    }
    return result;
}

} // namespace

void measure(const std::vector<Row>& rows, const Effort& effort, Wires& wires, rte_mempool* pool,
             const std::function<void(const Result&)>& done) {
    using Shared = std::tuple<std::uint32_t, Headers, std::size_t>;
    std::optional<Shared> made_for;
    Contest contest;
    std::map<std::pair<Order, std::uint32_t>, std::vector<std::uint32_t>> flows;
    for (const Row& row : rows) {
        if (const Shared shared{row.entries, row.headers, row.egresses}; made_for != shared) {
            contest = {};
            contest = make_contest(row, effort, wires, pool);
            made_for = shared;
        }
        std::vector<std::uint32_t>& order = flows[{row.order, row.entries}];
        if (order.empty()) {
            order = arrivals(row.order, row.entries);
        }
        wires.hold(row.held);
        const unsigned level = rte_mempool_avail_count(pool);
        wires.feed({.flows = order, .frame_octets = row.frame_octets});
        const Result result = measure_row(row, effort, wires, contest);
        wires.drain();
        if (const unsigned now = rte_mempool_avail_count(pool); now != level) {
            throw std::runtime_error(fmt::format("{} buffers were lost", level - now));
        }
        done(result);
    }
}

} // namespace mcfwd::bench
