// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The answers of the daemon: one function per group of commands, each adding its handlers to the registry.
// The shapes are those of controlplane/rpc/README.md.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include <mcfwd/clock.hh>
#include <mcfwd/result.hh>

#include <controlplane/daemon/flow_rates.hh>
#include <controlplane/daemon/router.hh>
#include <controlplane/rpc/registry.hh>
#include <controlplane/rpc/server.hh>

namespace mcfwd::daemon {

/// What handlers look at. Outlives the registry's last call.
struct CommandContext {
    Router& router;
    FlowRates& rates;
    const rpc::Server& server;
    std::string config_path;
    Instant started;
    Instant counters_cleared; ///< start, or the last `clear counters`
    std::function<void()> shutdown;
};

/// The error for an interface name that is not configured; says which ones are.
[[nodiscard]] std::unexpected<Error> unknown_interface(const Router& router, std::string_view name);

/// The same for a bridge.
[[nodiscard]] std::unexpected<Error> unknown_bridge(const Router& router, std::string_view name);

/// `group` and `source` of a request; without a source (*,G).
[[nodiscard]] group_manager::SourceGroup key_in(const nlohmann::json& params);

/// The answer to a request that has nothing to tell but its error.
[[nodiscard]] Expected<nlohmann::json> nothing(const Expected<void>& result);

/// show status|ports|workers|drops|versions
void add_system_commands(rpc::Registry& registry, CommandContext& context);
/// show interfaces|mfib|mfe|ownership|memberships|mroutes|clients
void add_forwarding_commands(rpc::Registry& registry, CommandContext& context);
/// show rpf, rpf_route
void add_rpf_commands(rpc::Registry& registry, CommandContext& context);
/// show igmp interfaces|groups
void add_igmp_commands(rpc::Registry& registry, CommandContext& context);
/// show igmp proxy
void add_proxy_command(rpc::Registry& registry, CommandContext& context);
/// show snooping, snooping topology_change
void add_snooping_commands(rpc::Registry& registry, CommandContext& context);
/// explain
void add_explain_command(rpc::Registry& registry, CommandContext& context);
/// mroute, group, ownership, config, log, clear, shutdown
void add_action_commands(rpc::Registry& registry, CommandContext& context);

/// show events, events
void add_event_commands(rpc::Registry& registry, CommandContext& context);
/// mgm.*: what routing protocols in other processes call
void add_mgm_commands(rpc::Registry& registry, CommandContext& context);

} // namespace mcfwd::daemon
