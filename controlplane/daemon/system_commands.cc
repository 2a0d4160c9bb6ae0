// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// show status, ports, workers, drops, versions.
#include "commands.hh"

#include <algorithm>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <controlplane/daemon/log.hh>
#include <controlplane/rpc/parameters.hh>
#include <controlplane/rpc/to_json.hh>

namespace mcfwd::daemon {

namespace {

using nlohmann::json;

constexpr std::int64_t kVersionsShown = 20;

/// Of the data plane, and what the control plane keeps for a shortage.
json memory(const Router& router, const DataplaneView& view) {
    json memory = rpc::memory_json(view.memory());
    const MemoryReserve::View reserve = router.memory().view();
    memory["reserve"] = {{"bytes", reserve.size},
                         {"held", reserve.held},
                         {"state", reserve.short_of_memory ? "short" : "whole"},
                         {"given", reserve.given},
                         {"refused", reserve.refused},
                         {"failures", reserve.failures}};
    return memory;
}

json status(CommandContext& context) {
    Router& router = context.router;
    const std::vector<PortStatus> ports = router.dataplane().view().ports();
    std::size_t groups = 0;
    for (const protocols::IgmpInterface* interface : router.igmp().interfaces()) {
        groups += interface->router().view(router.now()).groups;
    }
    return {
        {"version", MCFWD_VERSION},
        {"pid", getpid()},
        {"uptime", rpc::seconds_json(router.now() - context.started)},
        {"config", context.config_path},
        {"log_level", log_level()},
        {"table", rpc::table_json(router.dataplane().table())},
        {"workers", router.config().dataplane.worker_cores.size()},
        {"ports", ports.size()},
        {"ports_up", std::ranges::count_if(ports, &PortStatus::link_up)},
        {"interfaces", router.interfaces().all().size()},
        {"groups", groups},
        {"memory", memory(router, router.dataplane().view())},
        {"events", {{"last", router.events().sequence()}, {"followers", router.events().followers()}}},
        {"socket", rpc::socket_json(router.config().daemon.socket, context.server.counters())},
    };
}

} // namespace

void add_system_commands(rpc::Registry& registry, CommandContext& context) {
    registry.add("show.status", [&context](const json&) -> Expected<json> { return status(context); });
    registry.add("show.ports", [&context](const json&) -> Expected<json> {
        return rpc::ports_json(context.router.dataplane().view().ports());
    });
    registry.add("show.workers", [&context](const json&) -> Expected<json> {
        const DataplaneView& view = context.router.dataplane().view();
        return rpc::workers_json(view.workers(), view.memory().clock_hz,
                                 context.router.now() - context.counters_cleared);
    });
    registry.add("show.drops", [&context](const json&) -> Expected<json> {
        dataplane::Dataplane& dataplane = context.router.dataplane();
        return rpc::drops_json(dataplane.view().workers(), dataplane.table().refused());
    });
    registry.add("show.versions", [&context](const json& params) -> Expected<json> {
        const auto limit = rpc::integer_in(params, "limit").value_or(kVersionsShown);
        return rpc::versions_json(context.router.dataplane().table().history(static_cast<std::size_t>(limit)),
                                  context.router.now());
    });
}

} // namespace mcfwd::daemon
