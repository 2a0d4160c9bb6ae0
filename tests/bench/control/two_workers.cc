// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What RSS does for a port with two queues is done before: flows are dealt to two sources by a hash of source
// and group. The workers share the table, the pool, and nothing else.
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <rte_jhash.h>

#include "closed_loop.hh"
#include "figures.hh"
#include "flows.hh"
#include "testbed.hh"

namespace mcfwd::bench::control {
namespace {

constexpr std::uint32_t kDealtFlows = 10'000;

using Flows = std::vector<std::uint32_t>;

std::size_t queue_of(std::uint32_t flow) {
    return rte_jhash_2words(source_of(flow).host(), group_of(flow).host(), 0) % 2;
}

std::array<Flows, 2> deal(const Flows& flows) {
    std::array<Flows, 2> dealt;
    for (const std::uint32_t flow : flows) {
        dealt[queue_of(flow)].push_back(flow);
    }
    return dealt;
}

/// Both at work, or one of them. Millions of packets per second of each.
class Pair {
  public:
    Pair(Testbed& bed, const dataplane::Table& table)
        : time_(bed.effort.slice),
          first_(bed, WorkerId(0), table),
          second_(bed, WorkerId(1), table) {}

    double alone(WorkerId worker, const Flows& flows) {
        ClosedLoop& loop = worker == WorkerId(0) ? first_ : second_;
        loop.start(flows);
        std::this_thread::sleep_for(time_ / 8); // to its own caches
        const RateMeter meter(loop.loop());
        std::this_thread::sleep_for(time_);
        const double mpps = meter.mpps();
        loop.stop();
        return mpps;
    }

    std::array<double, 2> together(const std::array<Flows, 2>& flows) {
        first_.start(flows[0]);
        second_.start(flows[1]);
        std::this_thread::sleep_for(time_ / 8);
        const RateMeter first(first_.loop());
        const RateMeter second(second_.loop());
        std::this_thread::sleep_for(time_);
        const std::array mpps{first.mpps(), second.mpps()};
        first_.stop();
        second_.stop();
        return mpps;
    }

  private:
    std::chrono::nanoseconds time_;
    ClosedLoop first_;
    ClosedLoop second_;
};

struct Line {
    std::string_view what;
    std::vector<double> mpps = {};
};

} // namespace

nlohmann::json measure_two_workers(Testbed& bed) {
    const PoolLevel level(bed.pool);
    const Flows all = arrivals(Order::kUniform, kDealtFlows);
    const std::array<Flows, 2> dealt = deal(all);
    const auto table = make_loaded_table(kDealtFlows, 2);
    Pair pair(bed, *table);
    std::array lines{Line{"first_alone"}, Line{"second_alone"}, Line{"first_of_two"}, Line{"second_of_two"},
                     Line{"two"}};
    for (std::size_t round = 0; round < bed.effort.rounds; ++round) {
        lines[0].mpps.push_back(pair.alone(WorkerId(0), all));
        const auto [first, second] = pair.together(dealt);
        lines[2].mpps.push_back(first);
        lines[3].mpps.push_back(second);
        lines[4].mpps.push_back(first + second);
        lines[1].mpps.push_back(pair.alone(WorkerId(1), all));
    }
    level.check();

    const double share = static_cast<double>(dealt[0].size()) / static_cast<double>(all.size());
    fmt::print("\ntwo workers, {} entries, {} egresses, {:.1f} % of the packets to the first\n{:<14} {:>8} "
               "{:>20}\n",
               kDealtFlows, MembershipChanges::kCopies, share * 100, "", "Mpps in", "of the first alone");
    nlohmann::json result{{"measurement", "two_workers"},
                          {"entries", kDealtFlows},
                          {"egresses", MembershipChanges::kCopies},
                          {"share_of_first_queue", share},
                          {"rounds", bed.effort.rounds}};
    for (const Line& line : lines) {
        const Spread times = ratio(line.mpps, lines[0].mpps);
        fmt::print("{:<14} {:>8.2f} {:>6.3f} ({:.3f}..{:.3f})\n", line.what, spread(line.mpps).median,
                   times.median, times.least, times.most);
        result[std::string(line.what)] = {{"mpps", to_json(spread(line.mpps))},
                                          {"times_first_alone", to_json(times)}};
    }
    return nlohmann::json::array({result});
}

} // namespace mcfwd::bench::control
