// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The closed loop of one core: a worker between in-memory ports, beside the ceiling and the textbook.
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <dataplane/eal.hh>
#include <dataplane/pool.hh>

#include "loading.hh"
#include "measure.hh"
#include "report.hh"

namespace mcfwd::bench {
namespace {

constexpr std::size_t kBuffers = 131'071;
constexpr std::size_t kMemoryMb = 4096;

struct Options {
    Choice choice;
    Effort effort;
    bool quick = false;
    std::string json;
    unsigned core = std::thread::hardware_concurrency() > 1 ? 1 : 0;
};

void parse(CLI::App& app, Options& options) {
    const std::map<std::string, Order> orders{
        {"in-turn", Order::kInTurn}, {"uniform", Order::kUniform}, {"zipf", Order::kZipf}};
    const std::map<std::string, Headers> headers{{"equal", Headers::kEqual},
                                                 {"different", Headers::kDifferent}};
    app.add_flag("--quick", options.quick, "The ten rows that say most");
    app.add_option("--json", options.json, "File to write the results to");
    app.add_option("--rounds", options.effort.rounds, "Rounds of each row")->check(CLI::Range(1, 1000));
    app.add_option("--chain-from", options.effort.chain_from,
                   "Octets of IP from which on mcfwd shares packets behind headers, instead of its default");
    app.add_option("--core", options.core, "CPU to run on");
    app.add_option("--egresses", options.choice.egresses, "Only these")->delimiter(',');
    app.add_option("--frames", options.choice.frame_octets, "Only these")->delimiter(',');
    app.add_option("--entries", options.choice.entries, "Only these")->delimiter(',');
    app.add_option("--orders", options.choice.orders, "Only these")
        ->delimiter(',')
        ->transform(CLI::CheckedTransformer(orders));
    app.add_option("--headers", options.choice.headers, "Only these")
        ->delimiter(',')
        ->transform(CLI::CheckedTransformer(headers));
    const std::map<std::string, Who> who{
        {"mcfwd", Who::kProduct}, {"ceiling", Who::kCeiling}, {"textbook", Who::kTextbook}};
    app.add_option("--only", options.effort.who, "Only these forwarders: for a profiler")
        ->delimiter(',')
        ->transform(CLI::CheckedTransformer(who));
    app.add_option("--held", options.choice.held, "Only these")->delimiter(',');
}

void run(const Options& options) {
    const std::vector<Row> rows = options.quick ? quick_rows() : sweep(options.choice);
    const auto eal = must(dataplane::Eal::create({.main_core = options.core,
                                                  .worker_cores = {options.core},
                                                  .memory = dataplane::MemoryMode::kAuto,
                                                  .memory_mb = kMemoryMb,
                                                  .devices = {},
                                                  .extra = {}}));
    const auto pool = must(dataplane::make_pool(kBuffers));
    Wires wires(pool.get(), 0);
    nlohmann::json results = nlohmann::json::array();
    fmt::print("closed loop of one core, {}\n{}", eal.hugepages() ? "hugepages" : "ordinary pages",
               heading());
    measure(rows, options.effort, wires, pool.get(), [&](const Result& result) {
        fmt::print("{}", line(result));
        std::fflush(stdout);
        results.push_back(to_json(result));
    });
    if (!options.json.empty()) {
        std::ofstream file(options.json);
        file << nlohmann::json{{"closed_loop", results}, {"hugepages", eal.hugepages()}}.dump(2) << '\n';
        if (!file.flush()) {
            throw std::runtime_error("cannot write " + options.json);
        }
    }
}

} // namespace
} // namespace mcfwd::bench

int main(int argc, char** argv) {
    CLI::App app("Forwarding of one core between in-memory ports, beside the ceiling and the textbook.");
    mcfwd::bench::Options options;
    mcfwd::bench::parse(app, options);
    CLI11_PARSE(app, argc, argv);
    try {
        mcfwd::bench::run(options);
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 1;
    }
    return 0;
}
