// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// show igmp interfaces, show igmp groups.
#include "commands.hh"

#include <algorithm>
#include <iterator>

#include <nlohmann/json.hpp>

#include <controlplane/daemon/page.hh>
#include <controlplane/rpc/parameters.hh>
#include <controlplane/rpc/to_json.hh>

namespace mcfwd::daemon {

namespace {

using nlohmann::json;

json optional_seconds(const std::optional<Duration>& duration) {
    return duration ? rpc::seconds_json(*duration) : json();
}

template <std::size_t N, typename Kind, typename NameOf>
void put_counters(json& counters, std::string_view prefix, const std::array<std::uint64_t, N>& values,
                  NameOf name_of) {
    for (std::size_t i = 0; i < N; ++i) {
        counters[fmt::format("{}{}", prefix, name_of(static_cast<Kind>(i)))] = values[i];
    }
}

json counters_json(const igmp::RouterCounters& counters) {
    json all = json::object();
    put_counters<igmp::kMessageTypes, igmp::MessageType>(all, "received_", counters.received,
                                                         igmp::message_type_name);
    put_counters<igmp::kMessageTypes, igmp::MessageType>(all, "sent_", counters.sent,
                                                         igmp::message_type_name);
    put_counters<igmp::kParseFailures, igmp::ParseFailure>(all, "malformed_", counters.parse_failures,
                                                           igmp::parse_failure_name);
    put_counters<igmp::kIgnoreReasons, igmp::IgnoreReason>(all, "ignored_", counters.ignored,
                                                           igmp::ignore_reason_name);
    all["records"] = counters.records;
    all["fast_leaves"] = counters.fast_leaves;
    all["older_queries"] = counters.older_queries;
    all["querier_changes"] = counters.querier_changes;
    return all;
}

json interface_json(const std::string& name, const igmp::RouterInterface& router, Instant now) {
    const igmp::InterfaceView view = router.view(now);
    return {
        {"interface", name},
        {"enabled", true},
        {"version", static_cast<int>(view.version)},
        {"querier", view.querier_address.is_unspecified() ? json() : rpc::address_json(view.querier_address)},
        {"is_querier", view.querier},
        {"next_query", optional_seconds(view.next_general_query)},
        {"other_querier_expires", optional_seconds(view.other_querier_expires)},
        {"robustness", view.intervals.robustness},
        {"query_interval", rpc::seconds_json(view.intervals.query_interval)},
        {"query_response_interval", rpc::seconds_json(view.intervals.query_response_interval)},
        {"last_member_query_interval", rpc::seconds_json(view.intervals.last_member_query_interval)},
        {"last_member_query_count", view.intervals.last_member_query_count},
        {"startup_queries_left", view.startup_queries_left},
        {"groups", view.groups},
        {"version1_groups", view.version1_groups},
        {"hosts", view.hosts},
        {"counters", counters_json(router.counters())}};
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
            {"counters", json::object()}};
}

const char* mode_name(igmp::FilterMode mode) {
    return mode == igmp::FilterMode::kInclude ? "include" : "exclude";
}

json host_json(const igmp::HostView& host) {
    json sources = json::array();
    for (const Ipv4Address source : host.sources) {
        sources.push_back(rpc::address_json(source));
    }
    return {{"address", host.address.is_unspecified() ? json() : rpc::address_json(host.address)},
            {"mac", fmt::to_string(host.mac)},
            {"version", static_cast<int>(host.version)},
            {"mode", mode_name(host.mode)},
            {"sources", std::move(sources)},
            {"heard", rpc::seconds_json(host.heard)},
            {"expires", rpc::seconds_json(host.expires)}};
}

json group_json(const std::string& name, const igmp::GroupView& group, igmp::WithHosts with_hosts) {
    json sources = json::array();
    for (const igmp::SourceView& source : group.sources) {
        sources.push_back({{"source", rpc::address_json(source.address)},
                           {"expires", optional_seconds(source.expires)},
                           {"forwarded", source.forwarded},
                           {"static", source.is_static}});
    }
    json entry = {
        {"interface", name},
        {"group", rpc::address_json(group.group)},
        {"mode", mode_name(group.mode)},
        {"version", static_cast<int>(group.version)},
        {"expires", optional_seconds(group.expires)},
        {"sources", std::move(sources)},
        {"last_reporter",
         group.last_reporter.is_unspecified() ? json() : rpc::address_json(group.last_reporter)},
        {"uptime", rpc::seconds_json(group.uptime)},
        {"leaving", group.leaving},
        {"static", group.is_static || std::ranges::any_of(group.sources, &igmp::SourceView::is_static)},
        {"version1_expires", optional_seconds(group.version1_expires)},
        {"version2_expires", optional_seconds(group.version2_expires)},
        {"host_count", group.host_count},
        {"hosts_complete", group.hosts_complete}};
    if (with_hosts == igmp::WithHosts::kYes) {
        json& hosts = entry["hosts"] = json::array();
        std::ranges::transform(group.hosts, std::back_inserter(hosts), host_json);
    }
    return entry;
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
    for (const auto& [index, interface] : router.interfaces().all()) {
        if (*only && interface.name != **only) {
            continue;
        }
        const protocols::IgmpInterface* igmp = router.igmp().find(index);
        entries.push_back(igmp == nullptr ? disabled_json(interface.name)
                                          : interface_json(interface.name, igmp->router(), router.now()));
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
                page.add(group_json(name, group, hosts));
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
