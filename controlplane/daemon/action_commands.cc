// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The commands that change something: mroute, group, ownership, config, log, clear, shutdown.
#include "commands.hh"

#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <controlplane/config/load.hh>
#include <controlplane/config/write.hh>
#include <controlplane/daemon/log.hh>
#include <controlplane/rpc/parameters.hh>

namespace mcfwd::daemon {

namespace {

using group_manager::SourceGroup;
using nlohmann::json;

Expected<IfIndex> interface_named(const Router& router, std::string_view name) {
    const forwarding::Interface* interface = router.interfaces().find(name);
    if (interface == nullptr) {
        return unknown_interface(router, name);
    }
    return interface->index;
}

/// Where the group of a route does not cross: it is accepted, but nothing moves there.
json boundaries_on(const Router& router, const protocols::StaticRoute& route) {
    std::set<IfIndex> interfaces = route.oifs;
    interfaces.insert(route.iif);
    json warnings = json::array();
    for (const config::Interface& interface : router.config().interfaces) {
        if (!interfaces.contains(config::interface_index(router.config(), interface.name))) {
            continue;
        }
        if (const auto scope = config::boundary_for(interface, route.key.group)) {
            warnings.push_back(fmt::format("group {} does not cross the scope_boundary {} of {}",
                                           route.key.group, *scope, interface.name));
        }
    }
    return warnings;
}

Expected<json> add_mroute(Router& router, const json& params) {
    const auto iif = interface_named(router, *rpc::text_in(params, "iif"));
    if (!iif) {
        return std::unexpected(iif.error());
    }
    protocols::StaticRoute route{.key = key_in(params), .iif = *iif, .oifs = {}};
    for (const std::string& name : rpc::list_in(params, "oifs")) {
        const auto oif = interface_named(router, name);
        if (!oif) {
            return std::unexpected(oif.error());
        }
        route.oifs.insert(*oif);
    }
    if (auto added = router.static_routes().add(route); !added) {
        return std::unexpected(added.error());
    }
    json warnings = boundaries_on(router, route);
    return warnings.empty() ? json::object() : json{{"warnings", std::move(warnings)}};
}

/// A wrong file is a result; only a request that cannot be understood is an error.
json check_config(const std::string& path) {
    json errors = json::array();
    json warnings = json::array();
    const config::Result result = config::load(path);
    if (result) {
        for (const config::Diagnostic& warning : result->warnings) {
            warnings.push_back(warning.text());
        }
    } else {
        for (const config::Diagnostic& error : result.error()) {
            errors.push_back(error.text());
        }
    }
    return {{"path", path},
            {"valid", result.has_value()},
            {"errors", std::move(errors)},
            {"warnings", std::move(warnings)}};
}

Expected<json> change_log_level(const json& params) {
    if (const auto level = rpc::text_in(params, "level")) {
        if (auto set = set_log_level(*level); !set) {
            return std::unexpected(set.error());
        }
        spdlog::info("log level={}", *level);
    }
    return json{{"level", log_level()}};
}

/// Entries whose counters one task clears: about a millisecond.
constexpr std::size_t kClearedAtOnce = 4096;

/// First those of all entries, in parts.
rpc::Work clearing_counters(CommandContext& context) {
    return [&context, from = MfibKey{}]() mutable -> std::optional<Expected<json>> {
        Router& router = context.router;
        if (const auto next = router.dataplane().table().clear_counters(from, kClearedAtOnce)) {
            from = *next;
            return std::nullopt;
        }
        router.dataplane().view().clear_counters();
        router.igmp().clear_counters();
        router.snooping().clear_counters();
        router.proxy().clear_counters();
        router.latencies().clear_latencies();
        context.counters_cleared = router.now();
        return json::object();
    };
}

void add_membership_commands(rpc::Registry& registry, Router& router) {
    registry.add("mroute.add", [&router](const json& params) { return add_mroute(router, params); });
    registry.add("mroute.del", [&router](const json& params) {
        return nothing(router.static_routes().remove(key_in(params)));
    });
    registry.add("group.join", [&router](const json& params) {
        const SourceGroup key = key_in(params);
        return nothing(router.igmp().join_static(*rpc::text_in(params, "interface"),
                                                 {.group = key.group, .source = key.source}));
    });
    registry.add("group.leave", [&router](const json& params) {
        const SourceGroup key = key_in(params);
        return nothing(router.igmp().leave_static(*rpc::text_in(params, "interface"),
                                                  {.group = key.group, .source = key.source}));
    });
}

void add_ownership_commands(rpc::Registry& registry, Router& router) {
    const auto call = [&router](Expected<void> (protocols::StaticInterfaces::*change)(IfIndex)) {
        return [&router, change](const json& params) -> Expected<json> {
            const auto interface = interface_named(router, *rpc::text_in(params, "interface"));
            if (!interface) {
                return std::unexpected(interface.error());
            }
            return nothing((router.static_interfaces().*change)(*interface));
        };
    };
    registry.add("ownership.take", call(&protocols::StaticInterfaces::hold));
    registry.add("ownership.release", call(&protocols::StaticInterfaces::let_go));
}

} // namespace

void add_action_commands(rpc::Registry& registry, CommandContext& context) {
    add_membership_commands(registry, context.router);
    add_ownership_commands(registry, context.router);
    registry.add("config.check", [](const json& params) -> Expected<json> {
        return check_config(*rpc::text_in(params, "path"));
    });
    registry.add("config.show", [&context](const json&) -> Expected<json> {
        return json{{"path", context.config_path}, {"toml", config::to_toml(context.router.config())}};
    });
    registry.add("log.level", [](const json& params) { return change_log_level(params); });
    registry.add_work("clear.counters", [&context](const json&, rpc::Session&) -> Expected<rpc::Work> {
        return clearing_counters(context);
    });
    registry.add("shutdown", [&context](const json&) -> Expected<json> {
        context.shutdown();
        return json::object();
    });
}

} // namespace mcfwd::daemon
