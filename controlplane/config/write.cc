// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One tree of the configuration, printed in two notations. Its keys stand in the order of the documentation.
#include "write.hh"

#include <chrono>
#include <cstddef>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace mcfwd::config {

namespace {

using Tree = nlohmann::ordered_json;

double seconds(Milliseconds duration) {
    return std::chrono::duration<double>(duration).count();
}

std::string source_text(Ipv4Address source) {
    return source == kAnySource ? "*" : fmt::to_string(source);
}

template <typename Element, typename Convert>
Tree array_of(const std::vector<Element>& elements, Convert convert) {
    Tree array = Tree::array();
    for (const Element& element : elements) {
        array.push_back(convert(element));
    }
    return array;
}

Tree tree_of(const StaticGroup& entry) {
    Tree tree{{"group", fmt::to_string(entry.group)}};
    if (entry.source != kAnySource) {
        tree["source"] = fmt::to_string(entry.source);
    }
    return tree;
}

Tree tree_of(const AccessRule& rule) {
    Tree tree{{"action", name(rule.action)}, {"group", fmt::to_string(rule.group)}};
    if (rule.source.length != 0) {
        tree["source"] = fmt::to_string(rule.source);
    }
    return tree;
}

void add_timing(Tree& tree, const Igmp& igmp) {
    tree["version"] = igmp.version;
    tree["query_interval"] = seconds(igmp.query_interval);
    tree["query_response_interval"] = seconds(igmp.query_response_interval);
    tree["robustness"] = igmp.robustness;
    tree["last_member_query_interval"] = seconds(igmp.last_member_query_interval);
    if (igmp.last_member_query_count) {
        tree["last_member_query_count"] = *igmp.last_member_query_count;
    }
    tree["startup_query_interval"] = seconds(igmp.startup_query_interval);
    tree["startup_query_count"] = igmp.startup_query_count;
}

void add_limits(Tree& tree, const Igmp& igmp) {
    tree["max_groups"] = igmp.max_groups;
    tree["max_sources"] = igmp.max_sources;
    tree["max_groups_per_host"] = igmp.max_groups_per_host;
    tree["host_rate"] = igmp.host_rate;
    tree["max_tracked"] = igmp.max_tracked;
    tree["access_list"] = array_of(igmp.access_list, [](const AccessRule& rule) { return tree_of(rule); });
}

Tree tree_of(const PortLimits& limits) {
    Tree tree{{"port", member_text(limits.port)}};
    add_limits(tree, limits.limits);
    return tree;
}

Tree tree_of(const Igmp& igmp) {
    Tree tree{{"enabled", igmp.enabled}};
    add_timing(tree, igmp);
    tree.update(Tree{
        {"max_groups", igmp.max_groups},
        {"max_sources", igmp.max_sources},
        {"require_router_alert", igmp.require_router_alert},
        {"ssm_range", fmt::to_string(igmp.ssm_range)},
        {"fast_leave", name(igmp.fast_leave)},
        {"older_versions", name(igmp.older_versions)},
        {"max_groups_per_host", igmp.max_groups_per_host},
        {"host_rate", igmp.host_rate},
        {"max_tracked", igmp.max_tracked},
        {"access_list", array_of(igmp.access_list, [](const AccessRule& rule) { return tree_of(rule); })},
        {"static_groups",
         array_of(igmp.static_groups, [](const StaticGroup& entry) { return tree_of(entry); })}});
    return tree;
}

Tree tree_of(const Interface& interface) {
    const bool bridged = !interface.bridge.empty();
    return {
        {"name", interface.name},
        {bridged ? "bridge" : "port", bridged ? interface.bridge : interface.port},
        {"vlan", interface.vlan.value()},
        {"address", array_of(interface.address, [](Ipv4Prefix prefix) { return fmt::to_string(prefix); })},
        {"mac", name(interface.mac)},
        {"ttl_threshold", interface.ttl_threshold},
        {"scope_boundary",
         array_of(interface.scope_boundary, [](Ipv4Prefix prefix) { return fmt::to_string(prefix); })},
        {"igmp", tree_of(interface.igmp)},
        {"router_discovery",
         {{"enabled", interface.router_discovery.enabled},
          {"interval", interface.router_discovery.interval}}}};
}

Tree tree_of(const Bridge& bridge) {
    const Snooping& snooping = bridge.snooping;
    Tree keys{{"querier", snooping.querier},
              {"fast_leave", name(snooping.fast_leave)},
              {"unregistered", name(snooping.unregistered)},
              {"unregistered_ports", array_of(snooping.unregistered_ports, member_text)},
              {"router_ports", array_of(snooping.router_ports, member_text)}};
    add_timing(keys, snooping.timing);
    add_limits(keys, snooping.timing);
    keys["port_limits"] =
        array_of(snooping.port_limits, [](const PortLimits& limits) { return tree_of(limits); });
    if (snooping.learning_time) {
        keys["learning_time"] = seconds(*snooping.learning_time);
    }
    if (!snooping.querier_address.is_unspecified()) {
        keys["querier_address"] = fmt::to_string(snooping.querier_address);
    }
    return {{"name", bridge.name},
            {"members", array_of(bridge.members, member_text)},
            {"snooping", std::move(keys)}};
}

Tree tree_of(const Port& port) {
    return {{"name", port.name}, {"device", port.device.text()}};
}

Tree tree_of(const Mroute& mroute) {
    return {{"source", source_text(mroute.source)},
            {"group", fmt::to_string(mroute.group)},
            {"iif", mroute.iif},
            {"oifs", mroute.oifs}};
}

Tree tree_of(const RpfRoute& route) {
    Tree tree{{"prefix", fmt::to_string(route.prefix)}, {"interface", route.interface}};
    if (!route.upstream.is_unspecified()) {
        tree["upstream"] = fmt::to_string(route.upstream);
    }
    return tree;
}

Tree tree_of(const Proxy& proxy) {
    Tree tree{{"upstream", proxy.upstream}, {"version", proxy.version}};
    if (proxy.robustness) {
        tree["robustness"] = *proxy.robustness;
    }
    if (proxy.unsolicited_report_interval) {
        tree["unsolicited_report_interval"] = seconds(*proxy.unsolicited_report_interval);
    }
    tree["require_router_alert"] = proxy.require_router_alert;
    tree["querier_only"] = proxy.querier_only;
    return tree;
}

Tree tree_of(const Dataplane& dataplane) {
    return {{"main_core", dataplane.main_core},       {"worker_cores", dataplane.worker_cores},
            {"poll", name(dataplane.poll)},           {"memory", name(dataplane.memory)},
            {"mfib_entries", dataplane.mfib_entries}, {"eal", dataplane.eal}};
}

Tree tree_of(const Handoff& handoff) {
    return {{"memberships", name(handoff.memberships)},
            {"mfe", name(handoff.mfe)},
            {"sweep_timeout", seconds(handoff.sweep_timeout)}};
}

Tree tree_of(const Config& config) {
    const auto convert = [](const auto& element) { return tree_of(element); };
    Tree tree{{"daemon", {{"socket", config.daemon.socket}, {"log_level", name(config.daemon.log_level)}}},
              {"dataplane", tree_of(config.dataplane)},
              {"handoff", tree_of(config.handoff)},
              {"mfe", {{"expiry", name(config.mfe.expiry)}}},
              {"igmp", {{"on_owned", name(config.igmp.on_owned)}}},
              {"port", array_of(config.ports, convert)},
              {"bridge", array_of(config.bridges, convert)},
              {"interface", array_of(config.interfaces, convert)},
              {"mroute", array_of(config.mroutes, convert)},
              {"rpf_route", array_of(config.rpf_routes, convert)}};
    if (config.proxy) {
        tree["proxy"] = tree_of(*config.proxy);
    }
    return tree;
}

/// A value behind `=`. JSON and TOML write strings, numbers and booleans alike; arrays nearly, tables not.
std::string value_text(const Tree& value) {
    if (!value.is_structured()) {
        return value.dump();
    }
    std::string text;
    for (const auto& [key, element] : value.items()) {
        text += text.empty() ? "" : ", ";
        text += value.is_object() ? fmt::format("{} = {}", key, value_text(element)) : value_text(element);
    }
    return value.is_object() ? fmt::format("{{ {} }}", text) : fmt::format("[{}]", text);
}

void append_table(std::string& out, const std::string& heading, const Tree& table) {
    out += heading.starts_with("[[") && !out.empty() ? "\n" : "";
    out += heading + "\n";
    for (const auto& [key, value] : table.items()) {
        if (!value.is_object()) {
            out += fmt::format("{} = {}\n", key, value_text(value));
        }
    }
    for (const auto& [key, value] : table.items()) {
        if (value.is_object()) {
            const std::size_t inner = heading.find_first_not_of('[');
            const std::string path = heading.substr(inner, heading.find(']') - inner);
            append_table(out, fmt::format("[{}.{}]", path, key), value);
        }
    }
}

} // namespace

std::string to_toml(const Config& config) {
    const Tree tree = tree_of(config);
    std::string out;
    for (const auto& [key, value] : tree.items()) {
        if (value.is_object()) {
            out += out.empty() ? "" : "\n";
            append_table(out, fmt::format("[{}]", key), value);
            continue;
        }
        for (const Tree& element : value) {
            append_table(out, fmt::format("[[{}]]", key), element);
        }
    }
    return out;
}

nlohmann::json to_json(const Config& config) {
    return tree_of(config);
}

} // namespace mcfwd::config
