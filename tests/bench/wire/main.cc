// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// mcfwd-wire-gen: the hosts around the router in the benchmark of the running daemon. One port sends, the
// others receive; commands.hh has what can be said to it on standard input, whose end ends it.
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "commands.hh"

namespace {

using mcfwd::Ipv4Address;
using mcfwd::wire::Addresses;
using mcfwd::wire::Ports;

constexpr auto kLinkPatience = std::chrono::seconds(10);

struct Options {
    mcfwd::wire::PortsRequest ports{.core = 0, .devices = {}, .buffers = 65'535};
    std::string source = "10.1.0.2";
    std::string group = "239.1.0.0";
    std::vector<std::string> hosts;
};

void say(const std::string& line) {
    fmt::print("{}\n", line);
    std::fflush(stdout);
}

int complain(const std::string& what) {
    say(nlohmann::json{{"event", "error"}, {"what", what}}.dump());
    return 1;
}

void add_options(CLI::App& app, Options& options) {
    const auto address = [](const std::string& text) {
        return Ipv4Address::parse(text) ? std::string() : fmt::format("'{}' is no IPv4 address", text);
    };
    app.add_option("--port", options.ports.devices, "device of the sender, then of each receiver")
        ->required()
        ->expected(2, 256);
    app.add_option("--host", options.hosts, "address of each receiver")->required()->check(address);
    app.add_option("--source", options.source, "address of the first source")->check(address);
    app.add_option("--group", options.group, "address of the first group")->check(address);
    app.add_option("--core", options.ports.core, "CPU to run on; it is never idle during a trial");
    app.add_option("--buffers", options.ports.buffers, "packet buffers");
    app.add_flag("--hugepages", options.ports.hugepages, "packet buffers in hugepages");
    app.add_option("--eal", options.ports.eal, "further arguments of EAL");
}

Addresses addresses_of(const Options& options) {
    Addresses addresses{.first_source = *Ipv4Address::parse(options.source),
                        .first_group = *Ipv4Address::parse(options.group),
                        .receivers = {}};
    for (const std::string& host : options.hosts) {
        addresses.receivers.push_back(*Ipv4Address::parse(host));
    }
    return addresses;
}

/// Wires of shared memory are connected by both processes, some time after they have been opened.
bool wait_for_links(const Ports& ports) {
    const auto deadline = std::chrono::steady_clock::now() + kLinkPatience;
    while (!ports.linked() && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return ports.linked();
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"Sends multicast through a router and accounts for every copy. JSON lines in and out."};
    Options options;
    add_options(app, options);
    CLI11_PARSE(app, argc, argv);
    spdlog::set_default_logger(spdlog::stderr_logger_st("wire-gen"));
    spdlog::set_level(spdlog::level::warn);
    if (options.hosts.size() + 1 != options.ports.devices.size()) {
        return complain("every receiving port needs one --host");
    }
    const auto ports = Ports::open(options.ports);
    if (!ports) {
        return complain(ports.error().what);
    }
    if (!wait_for_links(*ports)) {
        return complain("not every wire has a router at its other end");
    }
    const Addresses addresses = addresses_of(options);
    say(nlohmann::json{{"event", "ready"}, {"clock_hz", mcfwd::wire::clock_hz()}}.dump());
    for (std::string line; std::getline(std::cin, line);) {
        say(mcfwd::wire::obey(*ports, addresses, line));
    }
    return 0;
}
