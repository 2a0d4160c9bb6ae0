// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Both sides of a round run on the same table and the same flows, one after the other; the load of 0 changes
// compares quiet with quiet, which is what the machine itself makes of the comparison.
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <burst_comparison.hh>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "closed_loop.hh"
#include "figures.hh"
#include "flows.hh"
#include "testbed.hh"

namespace mcfwd::bench::control {
namespace {

constexpr std::uint32_t kForwardedFlows = 10'000;

struct Load {
    std::size_t per_second;
    pipeline::BurstComparison cycles;
    std::vector<double> quiet = {}; ///< million packets per second, one value per round
    std::vector<double> busy = {};
    std::vector<double> published = {}; ///< changes per second
    std::vector<double> versions = {};  ///< per second
};

/// A worker under loads.
class Trial {
  public:
    Trial(Testbed& bed, dataplane::Table& table)
        : time_(bed.effort.slice),
          table_(table),
          changes_(kForwardedFlows),
          forwarding_(bed, WorkerId(0), table) {}

    ClosedLoop& forwarding() { return forwarding_; }

    void round(Load& load, std::size_t number) {
        Published none;
        load.quiet.push_back(slice(0, load.cycles.quiet(number), none));
        Published done;
        load.busy.push_back(slice(load.per_second, load.cycles.busy(number), done));
        const double seconds = std::chrono::duration<double>(done.time).count();
        load.published.push_back(static_cast<double>(done.changes) / seconds);
        load.versions.push_back(static_cast<double>(done.versions) / seconds);
    }

  private:
    double slice(std::size_t per_second, pipeline::BurstHistogram& cycles, Published& done) {
        Loop& loop = forwarding_.loop();
        loop.record_into(&cycles);
        const RateMeter meter(loop);
        done = publish(table_, changes_, per_second, time_);
        const double mpps = meter.mpps();
        loop.record_into(nullptr);
        loop.pass();
        if (forwarding_.worker().version() != table_.published()) {
            throw std::runtime_error("the worker forwards by an old version");
        }
        return mpps;
    }

    std::chrono::nanoseconds time_;
    dataplane::Table& table_;
    MembershipChanges changes_;
    ClosedLoop forwarding_;
};

std::string line(const Load& load) {
    const Spread share = ratio(load.busy, load.quiet);
    std::string text = fmt::format("{:>9} {:>11.0f} {:>9.0f} | {:>6.2f} {:>6.2f} {:>6.3f} ({:.3f}..{:.3f}) |",
                                   load.per_second, spread(load.published).median,
                                   spread(load.versions).median, spread(load.quiet).median,
                                   spread(load.busy).median, share.median, share.least, share.most);
    for (const pipeline::BurstComparison::Quantile& at : load.cycles.quantiles()) {
        text += fmt::format(" {:>6.0f} {:>6.0f} {:>6.3f} |", at.quiet, at.busy, at.ratio);
    }
    return text + '\n';
}

nlohmann::json describe(const Load& load) {
    nlohmann::json cycles = nlohmann::json::array();
    for (const pipeline::BurstComparison::Quantile& at : load.cycles.quantiles()) {
        cycles.push_back({{"quantile", at.quantile},
                          {"quiet", at.quiet},
                          {"busy", at.busy},
                          {"ratio", at.ratio},
                          {"ratio_first_quartile", at.first_quartile},
                          {"ratio_third_quartile", at.third_quartile}});
    }
    return {{"measurement", "forwarding_under_changes"},
            {"entries", kForwardedFlows},
            {"egresses", MembershipChanges::kCopies},
            {"changes_per_second", load.per_second},
            {"changes_published_per_second", to_json(spread(load.published))},
            {"versions_per_second", to_json(spread(load.versions))},
            {"quiet_mpps", to_json(spread(load.quiet))},
            {"busy_mpps", to_json(spread(load.busy))},
            {"share_of_quiet", to_json(ratio(load.busy, load.quiet))},
            {"cycles_per_burst", cycles},
            {"rounds", load.quiet.size()}};
}

} // namespace

nlohmann::json measure_forwarding(Testbed& bed) {
    std::vector<Load> loads;
    for (const std::size_t per_second : {0U, 1'000U, 100'000U}) {
        loads.push_back({per_second, pipeline::BurstComparison(bed.effort.rounds)});
    }
    const PoolLevel level(bed.pool);
    const std::vector<std::uint32_t> flows = arrivals(Order::kUniform, kForwardedFlows);
    const auto table = make_loaded_table(kForwardedFlows, 1);
    Trial trial(bed, *table);
    trial.forwarding().start(flows);
    Load warm_up{loads.back().per_second, pipeline::BurstComparison(1)};
    trial.round(warm_up, 0);
    for (std::size_t round = 0; round < bed.effort.rounds; ++round) {
        for (Load& load : loads) {
            trial.round(load, round);
        }
    }
    trial.forwarding().stop();
    level.check();

    fmt::print("\nforwarding while membership changes are published: {} entries, {} egresses, one batch per "
               "millisecond, {} rounds\n{:>9} {:>11} {:>9} | {:>6} {:>6} {:>21} |",
               kForwardedFlows, MembershipChanges::kCopies, bed.effort.rounds, "changes/s", "published/s",
               "versions/s", "quiet", "busy", "Mpps share (min..max)");
    fmt::print(" {:>20} | {:>20} | {:>20} |\n", "p50 cycles per burst", "p99", "p99.9");
    nlohmann::json results = nlohmann::json::array();
    for (const Load& load : loads) {
        fmt::print("{}", line(load));
        results.push_back(describe(load));
    }
    return results;
}

} // namespace mcfwd::bench::control
