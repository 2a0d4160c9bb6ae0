// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// show igmp interfaces, show igmp groups.
#include "commands.hh"

#include <algorithm>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

#include <controlplane/daemon/igmp_drops.hh>
#include <controlplane/daemon/igmp_json.hh>
#include <controlplane/daemon/page.hh>
#include <controlplane/rpc/parameters.hh>
#include <controlplane/rpc/to_json.hh>

namespace mcfwd::daemon {

namespace {

using nlohmann::json;

json interface_json(const std::string& name, const igmp::RouterInterface& router,
                    const forwarding::ChangeLatencies& latencies, Instant now) {
    const igmp::InterfaceView view = router.view(now);
    json counters = igmp_counters_json(router.counters());
    counters.update(discovery_counters_json(router.discovery_counters()));
    return {
        {"interface", name},
        {"enabled", true},
        {"version", static_cast<int>(view.version)},
        {"querier", view.querier_address.is_unspecified() ? json() : rpc::address_json(view.querier_address)},
        {"is_querier", view.querier},
        {"next_query", seconds_or_null(view.next_general_query)},
        {"other_querier_expires", seconds_or_null(view.other_querier_expires)},
        {"robustness", view.intervals.robustness},
        {"query_interval", rpc::seconds_json(view.intervals.query_interval)},
        {"query_response_interval", rpc::seconds_json(view.intervals.query_response_interval)},
        {"last_member_query_interval", rpc::seconds_json(view.intervals.last_member_query_interval)},
        {"last_member_query_count", view.intervals.last_member_query_count},
        {"startup_queries_left", view.startup_queries_left},
        {"groups", view.groups},
        {"version1_groups", view.version1_groups},
        {"hosts", view.hosts},
        {"advertisement_interval", seconds_or_null(router.config().advertisement_interval)},
        {"next_advertisement", seconds_or_null(view.next_advertisement)},
        {"latency", latencies_json(latencies)},
        {"counters", std::move(counters)}};
}

json disabled_json(const std::string& name) {
    return {{"interface", name},
            {"enabled", false},
            {"version", nullptr},
            {"querier", nullptr},
            {"is_querier", false},
            {"next_query", nullptr},
            {"other_querier_expires", nullptr},
            {"robustness", nullptr},
            {"query_interval", nullptr},
            {"query_response_interval", nullptr},
            {"last_member_query_interval", nullptr},
            {"last_member_query_count", nullptr},
            {"startup_queries_left", nullptr},
            {"groups", 0},
            {"version1_groups", 0},
            {"hosts", 0},
            {"advertisement_interval", nullptr},
            {"next_advertisement", nullptr},
            {"latency", latencies_json({})},
            {"counters", json::object()}};
}

/// [INTERFACE] of a show command: kNotFound for a name that is not configured.
Expected<std::optional<std::string>> interface_filter(const Router& router, const json& params) {
    const auto name = rpc::text_in(params, "interface");
    if (name && router.interfaces().find(std::string_view(*name)) == nullptr) {
        return unknown_interface(router, *name);
    }
    return name;
}

Expected<json> show_interfaces(Router& router, const json& params) {
    const auto only = interface_filter(router, params);
    if (!only) {
        return std::unexpected(only.error());
    }
    json entries = json::array();
    const IgmpDropTable drops(router.dataplane().view().igmp_drops());
    for (const auto& [index, interface] : router.interfaces().all()) {
        if (*only && interface.name != **only) {
            continue;
        }
        const protocols::IgmpInterface* igmp = router.igmp().find(index);
        json& entry = entries.emplace_back(
            igmp == nullptr
                ? disabled_json(interface.name)
                : interface_json(interface.name, igmp->router(),
                                 router.latencies().of(forwarding::HostPlace::routed(index)), router.now()));
        add_igmp_drops(entry["counters"], drops.of(index));
    }
    return json{{"entries", std::move(entries)}};
}

/// Where a page of groups begins: behind a group of an interface. Not set: at the first.
struct GroupPlace {
    IfIndex interface;
    Ipv4Address group;
};

Expected<GroupPlace> group_place_in(const Router& router, const json& params) {
    const auto after = params.find("after");
    if (after == params.end()) {
        return GroupPlace{};
    }
    const std::string name = rpc::text_in(*after, "interface").value_or("");
    const forwarding::Interface* interface = router.interfaces().find(std::string_view(name));
    if (interface == nullptr) {
        return unknown_interface(router, name);
    }
    return GroupPlace{interface->index, rpc::address_in(*after, "group").value_or(Ipv4Address{})};
}

Expected<json> show_groups(Router& router, const json& params) {
    const auto only = interface_filter(router, params);
    if (!only) {
        return std::unexpected(only.error());
    }
    const auto begin = group_place_in(router, params);
    if (!begin) {
        return std::unexpected(begin.error());
    }
    const auto hosts = rpc::flag_in(params, "hosts") ? igmp::WithHosts::kYes : igmp::WithHosts::kNo;
    Page page(params);
    json last;
    bool more = false;
    for (const protocols::IgmpInterface* interface : router.igmp().interfaces()) {
        const std::string& name = interface->attachment().name;
        const IfIndex index = interface->attachment().index;
        if ((*only && name != **only) || index < begin->interface || more) {
            continue;
        }
        const Ipv4Address behind = index == begin->interface ? begin->group : Ipv4Address{};
        const auto add = [&](const igmp::GroupView& group) {
            if (group.group == behind) {
                return true;
            }
            more = page.full();
            if (!more) {
                json entry{{"interface", name}};
                entry.update(igmp_group_json(group, hosts));
                page.add(std::move(entry));
                last = {{"interface", name}, {"group", rpc::address_json(group.group)}};
            }
            return !more;
        };
        interface->router().visit_groups(router.now(), behind, add, hosts);
    }
    return std::move(page).answer(more ? std::move(last) : json());
}

} // namespace

void add_igmp_commands(rpc::Registry& registry, CommandContext& context) {
    registry.add("show.igmp.interfaces",
                 [&context](const json& params) { return show_interfaces(context.router, params); });
    registry.add("show.igmp.groups",
                 [&context](const json& params) { return show_groups(context.router, params); });
}

} // namespace mcfwd::daemon
