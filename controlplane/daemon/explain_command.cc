// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// explain GROUP [SOURCE] [at PLACE].
#include "commands.hh"

#include <nlohmann/json.hpp>

#include <controlplane/daemon/explain.hh>
#include <controlplane/rpc/parameters.hh>
#include <controlplane/rpc/to_json.hh>

namespace mcfwd::daemon {

namespace {

using nlohmann::json;

json to_json(const ExplainedFlow& flow) {
    json entries = json::array();
    for (const Explanation& place : flow.places) {
        entries.push_back({{"at", place.at},
                           {"bridge", place.bridge.empty() ? json() : json(place.bridge)},
                           {"gets", place.gets},
                           {"why", place.why}});
    }
    return {{"group", rpc::address_json(flow.group)},
            {"source", rpc::source_json(flow.source)},
            {"state", flow.routed.state},
            {"iif", flow.routed.iif},
            {"why", flow.routed.why},
            {"entries", std::move(entries)}};
}

} // namespace

void add_explain_command(rpc::Registry& registry, CommandContext& context) {
    registry.add("explain", [&context](const json& params) -> Expected<json> {
        const auto flow = explain(context.router, *rpc::address_in(params, "group"),
                                  rpc::address_in(params, "source"), rpc::text_in(params, "at"));
        if (!flow) {
            return std::unexpected(flow.error());
        }
        return to_json(*flow);
    });
}

} // namespace mcfwd::daemon
