// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The multicast view: show rpf, rpf_route add|del.
#include "commands.hh"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <controlplane/group_manager/rpf_table.hh>
#include <controlplane/rpc/parameters.hh>
#include <controlplane/rpc/to_json.hh>

namespace mcfwd::daemon {

namespace {

using group_manager::RouteKind;
using group_manager::RpfInterface;
using nlohmann::json;

json entry(const Router& router, const RpfInterface& rpf) {
    const forwarding::Interface* at = router.interfaces().find(rpf.iif.interface);
    const bool attached = rpf.upstream.is_unspecified();
    return {{"prefix", fmt::to_string(rpf.route.prefix)},
            {"interface", at != nullptr ? json(at->name) : json(nullptr)},
            {"upstream", attached ? json(nullptr) : rpc::address_json(rpf.upstream)},
            {"kind", group_manager::route_kind_name(rpf.route.kind)}};
}

/// Every prefix that can match, ascending; at the same prefix a configured route hides a connected subnet.
json all_routes(Router& router) {
    std::map<Ipv4Prefix, RpfInterface> routes;
    for (const auto& [index, interface] : router.interfaces().all()) {
        for (const Ipv4Prefix& address : interface.addresses) {
            const Ipv4Prefix subnet{address.network(), address.length};
            routes[subnet] = {{index, {}}, {}, {RouteKind::kConnected, subnet}};
        }
    }
    for (const auto& [prefix, route] : router.rpf_routes().routes()) {
        routes[prefix] = {{route.interface, {}}, route.upstream, {RouteKind::kConfigured, prefix}};
    }
    if (router.proxy().host() != nullptr) {
        routes.try_emplace({},
                           RpfInterface{{router.proxy().upstream().index, {}}, {}, {RouteKind::kProxy, {}}});
    }
    json entries = json::array();
    for (const auto& [prefix, rpf] : routes) {
        entries.push_back(entry(router, rpf));
    }
    return {{"entries", std::move(entries)}};
}

Expected<json> show_rpf(Router& router, const json& params) {
    const auto source = rpc::address_in(params, "source");
    if (!source) {
        return all_routes(router);
    }
    if (source->is_unspecified()) {
        return fail(
            Status::kInvalidParameter,
            "0.0.0.0 is no address that packets come from; valid is a unicast address, e.g. 10.0.1.2");
    }
    const auto rpf = router.view().lookup({{}, *source});
    if (!rpf) {
        return fail(Status::kNotFound,
                    fmt::format("no route towards {}: its packets have no interface to come in on", *source));
    }
    return json{{"entries", json::array({entry(router, *rpf)})}};
}

Expected<json> add_rpf_route(Router& router, const json& params) {
    const std::string name = *rpc::text_in(params, "interface");
    const forwarding::Interface* interface = router.interfaces().find(std::string_view(name));
    if (interface == nullptr) {
        return unknown_interface(router, name);
    }
    const Ipv4Address upstream = rpc::address_in(params, "upstream").value_or(Ipv4Address{});
    if (!upstream.is_unspecified() && !config::may_be_neighbour(interface->addresses, upstream)) {
        return fail(Status::kInvalidParameter,
                    fmt::format("upstream {} is no neighbour on {}; valid: another address in {}", upstream,
                                name, fmt::join(interface->addresses, ", ")));
    }
    if (auto added = router.rpf_routes().add(*rpc::prefix_in(params, "prefix"), interface->index, upstream);
        !added) {
        return std::unexpected(added.error());
    }
    return json::object();
}

} // namespace

void add_rpf_commands(rpc::Registry& registry, CommandContext& context) {
    Router& router = context.router;
    registry.add("show.rpf", [&router](const json& params) { return show_rpf(router, params); });
    registry.add("rpf_route.add", [&router](const json& params) { return add_rpf_route(router, params); });
    registry.add("rpf_route.del", [&router](const json& params) -> Expected<json> {
        if (auto removed = router.rpf_routes().remove(*rpc::prefix_in(params, "prefix")); !removed) {
            return std::unexpected(removed.error());
        }
        return json::object();
    });
}

} // namespace mcfwd::daemon
