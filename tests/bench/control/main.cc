// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What control costs: forwarding while the table changes, the way of a change to the workers, two workers.
#include <array>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <controlplane/daemon/heap.hh>
#include <dataplane/eal.hh>
#include <dataplane/pool.hh>

#include "loading.hh"
#include "testbed.hh"

namespace mcfwd::bench::control {
namespace {

constexpr std::size_t kBuffers = 131'071;
constexpr std::size_t kMemoryMb = 4096;

struct Measurement {
    const char* name;
    const char* section; ///< of the results
    nlohmann::json (*measure)(Testbed&);
};
constexpr std::array kMeasurements{Measurement{"forwarding", "control", measure_forwarding},
                                   Measurement{"visibility", "control", measure_visibility},
                                   Measurement{"filling", "control", measure_filling},
                                   Measurement{"two-workers", "workers", measure_two_workers},
                                   Measurement{"readers", "workers", measure_readers}};

constexpr Effort kQuick{
    .rounds = 5, .slice = std::chrono::milliseconds(60), .samples = 2'000, .bulk_rounds = 3, .fillings = 1};

struct Options {
    bool quick = false;
    std::size_t rounds = 0;
    std::string json;
    std::vector<std::string> only;
    unsigned control_core = 0;
    /// Two need three CPUs to be idle ones.
    std::vector<unsigned> worker_cores{1, std::thread::hardware_concurrency() > 2 ? 2U : 0U};
};

void parse(CLI::App& app, Options& options) {
    std::vector<std::string> names;
    for (const Measurement& measurement : kMeasurements) {
        names.emplace_back(measurement.name);
    }
    app.add_flag("--quick", options.quick, "Fewer and shorter rounds");
    app.add_option("--json", options.json, "File to write the results to");
    app.add_option("--rounds", options.rounds, "Rounds of what is compared")->check(CLI::Range(1, 1000));
    app.add_option("--only", options.only, "Only these measurements")
        ->delimiter(',')
        ->check(CLI::IsMember(names));
    app.add_option("--control-core", options.control_core, "CPU of the thread that publishes");
    app.add_option(
           "--worker-cores", options.worker_cores,
           "CPUs of the workers; the second one sleeps but for two-workers, when nothing is published")
        ->delimiter(',')
        ->expected(2);
}

bool chosen(const Options& options, const Measurement& measurement) {
    return options.only.empty() || std::ranges::find(options.only, measurement.name) != options.only.end();
}

Effort effort(const Options& options) {
    Effort effort = options.quick ? kQuick : Effort{};
    if (options.rounds > 0) {
        effort.rounds = options.rounds;
    }
    return effort;
}

void write(const std::string& name, const nlohmann::json& results) {
    std::ofstream file(name);
    file << results.dump(2) << '\n';
    if (!file.flush()) {
        throw std::runtime_error("cannot write " + name);
    }
}

void run(const Options& options) {
    if (options.worker_cores[0] == options.control_core) {
        throw std::runtime_error("the first worker needs a CPU of its own");
    }
    daemon::tune_heap();
    const auto eal = must(dataplane::Eal::create({.main_core = options.control_core,
                                                  .worker_cores = options.worker_cores,
                                                  .memory = dataplane::MemoryMode::kAuto,
                                                  .memory_mb = kMemoryMb,
                                                  .devices = {},
                                                  .extra = {}}));
    const auto pool = must(dataplane::make_pool(kBuffers));
    Testbed bed{.eal = &eal, .pool = pool.get(), .wires = {}, .effort = effort(options)};
    for (unsigned number = 0; number < bed.wires.size(); ++number) {
        bed.wires[number] = std::make_unique<Wires>(pool.get(), number);
    }
    fmt::print("control thread on CPU {}, workers on CPUs {} and {}, {}\n", options.control_core,
               options.worker_cores[0], options.worker_cores[1],
               eal.hugepages() ? "hugepages" : "ordinary pages");
    nlohmann::json results{{"control", nlohmann::json::array()},
                           {"workers", nlohmann::json::array()},
                           {"hugepages", eal.hugepages()},
                           {"control_core", options.control_core},
                           {"worker_cores", options.worker_cores}};
    for (const Measurement& measurement : kMeasurements) {
        if (chosen(options, measurement)) {
            nlohmann::json& section = results[measurement.section];
            const nlohmann::json some = measurement.measure(bed);
            section.insert(section.end(), some.begin(), some.end());
            std::fflush(stdout);
        }
    }
    if (!options.json.empty()) {
        write(options.json, results);
    }
}

} // namespace
} // namespace mcfwd::bench::control

int main(int argc, char** argv) {
    CLI::App app("What changes of the table cost, and how long they take, with workers at full load.");
    mcfwd::bench::control::Options options;
    mcfwd::bench::control::parse(app, options);
    CLI11_PARSE(app, argc, argv);
    try {
        mcfwd::bench::control::run(options);
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 1;
    }
    return 0;
}
