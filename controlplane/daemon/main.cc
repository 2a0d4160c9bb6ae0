// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The map of the process: read the configuration, build the parts, wire them, run, drain. Start here to see
// what belongs to whom and in which order things begin and end.
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <controlplane/config/load.hh>
#include <controlplane/daemon/command_line.hh>
#include <controlplane/daemon/commands.hh>
#include <controlplane/daemon/event_loop.hh>
#include <controlplane/daemon/heap.hh>
#include <controlplane/daemon/log.hh>
#include <controlplane/daemon/memory_reserve.hh>
#include <controlplane/daemon/translate.hh>
#include <dataplane/rib.hh>

namespace {

using namespace mcfwd;
using namespace mcfwd::daemon;

int failed(const Error& error) {
    if (log_level() == "off") {
        fmt::print(stderr, "mcfwd: cannot start: {}\n", error.what);
    }
    spdlog::critical("cannot start: {}", error.what);
    return kExitFailed;
}

void log_warnings(const config::Accepted& accepted) {
    for (const config::Diagnostic& warning : accepted.warnings) {
        spdlog::warn("configuration: {}", warning.text());
    }
}

int print_check(const std::string& file, const config::Result& result) {
    if (!result) {
        fmt::print(stderr, "{}\n", config::text(result.error()));
        return kExitUsage;
    }
    for (const config::Diagnostic& warning : result->warnings) {
        fmt::print(stderr, "warning: {}\n", warning.text());
    }
    fmt::print("{}: valid\n", file);
    return kExitDone;
}

int run(const CommandLine& line, const config::Accepted& accepted) {
    const config::Config& config = accepted.config;
    tune_heap();
    start_log();
    // Both names were checked: by the command line and by the configuration.
    std::ignore = set_log_level(line.log_level.value_or(std::string(config::name(config.daemon.log_level))));
    log_warnings(accepted);

    MemoryReserve memory;
    // The socket comes first: a second daemon is refused before it touches a port.
    EventLoop loop;
    // From here on a signal is served when the loop runs, so that what was begun is also undone.
    loop.on_termination([&loop](int number) {
        spdlog::info("stopping signal={}", number);
        loop.stop();
    });
    loop.on_out_of_memory([&memory] { memory.note_failure(); });
    rpc::Registry registry;
    auto server = rpc::Server::listen(loop.context(), registry, {.socket = config.daemon.socket});
    if (!server) {
        return failed(server.error());
    }
    auto dataplane = dataplane::Dataplane::create(dataplane_settings(config, line.eal));
    if (!dataplane) {
        return failed(dataplane.error());
    }
    const auto prefixes = dataplane::make_rib(route_capacity(config));
    if (!prefixes) {
        return failed(prefixes.error());
    }
    Router router({.config = config,
                   .clock = loop,
                   .tasks = loop,
                   .dataplane = **dataplane,
                   .prefixes = **prefixes,
                   .memory = memory});
    FlowRates rates;
    CommandContext context{.router = router,
                           .rates = rates,
                           .server = **server,
                           .config_path = line.config,
                           .started = loop.now(),
                           .counters_cleared = loop.now(),
                           .shutdown = [&loop] {
                               spdlog::info("stopping command=shutdown");
                               loop.post([&loop] { loop.stop(); });
                           }};
    add_system_commands(registry, context);
    add_forwarding_commands(registry, context);
    add_rpf_commands(registry, context);
    add_igmp_commands(registry, context);
    add_proxy_command(registry, context);
    add_snooping_commands(registry, context);
    add_explain_command(registry, context);
    add_action_commands(registry, context);
    add_event_commands(registry, context);
    add_mgm_commands(registry, context);

    // Workers first: the first query goes out through them.
    if (auto started = (*dataplane)->start(); !started) {
        return failed(started.error());
    }
    if (auto started = router.start(); !started) {
        return failed(started.error());
    }
    loop.repeat([&router] { return router.turn(); }, (*dataplane)->signals().descriptor());
    loop.repeat([&server] {
        (*server)->keep_accepting();
        return std::chrono::seconds(1);
    });
    loop.repeat([&] { return rates.sample((*dataplane)->table(), loop.now()); });
    spdlog::info("running version={} config={} socket={} ports={} interfaces={} workers={}", MCFWD_VERSION,
                 line.config, config.daemon.socket, config.ports.size(), config.interfaces.size(),
                 config.dataplane.worker_cores.size());
    loop.run();

    (*server)->stop();
    router.stop();
    (*dataplane)->stop();
    spdlog::info("stopped uptime={:.1f}s",
                 std::chrono::duration<double>(loop.now() - context.started).count());
    return kExitDone;
}

} // namespace

int main(int argc, char** argv) {
    const ParsedCommandLine parsed = parse_command_line(argc, argv);
    if (parsed.exit_code) {
        return *parsed.exit_code;
    }
    const CommandLine& line = parsed.command_line;
    const config::Result result = config::load(line.config);
    if (!result || line.mode == Mode::kCheck) {
        return print_check(line.config, result);
    }
    const int code = run(line, *result);
    stop_log();
    return code;
}
