// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// show snooping: bridges, their router ports and the groups per port.
#include "commands.hh"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <controlplane/daemon/igmp_drops.hh>
#include <controlplane/daemon/igmp_json.hh>
#include <controlplane/daemon/mfe_json.hh>
#include <controlplane/daemon/page.hh>
#include <controlplane/rpc/parameters.hh>
#include <controlplane/rpc/to_json.hh>

namespace mcfwd::daemon {

namespace {

using nlohmann::json;

json address_or_null(Ipv4Address address) {
    return address.is_unspecified() ? json() : rpc::address_json(address);
}

json counters_json(const igmp::SnoopingCounters& counters) {
    json all = igmp_counters_json(counters.igmp);
    for (std::size_t i = 0; i < igmp::kDiscoveryTypes; ++i) {
        const auto type = static_cast<igmp::DiscoveryType>(i);
        all[fmt::format("received_{}", igmp::discovery_type_name(type))] = counters.discovery_received[i];
    }
    all["refused_discovery"] = counters.discovery_refused;
    all["sent_solicitation"] = counters.solicitations;
    all["unknown_types"] = counters.unknown_types;
    all["received_pim_hello"] = counters.pim_hellos;
    all["refused_pim"] = counters.pim_refused;
    all["relayed"] = counters.relayed;
    all["link_down"] = counters.link_down;
    return all;
}

json port_json(const forwarding::BridgeMember& member, const igmp::SnoopingPortView& view,
               const igmp::SnoopingCounters& counters, const forwarding::ChangeLatencies& latencies) {
    json routers = json::array();
    if (view.static_router) {
        routers.push_back({{"why", "static"}, {"address", nullptr}, {"expires", nullptr}});
    }
    for (const igmp::RouterNeighbourView& router : view.routers) {
        routers.push_back({{"why", igmp::router_sign_name(router.sign)},
                           {"address", address_or_null(router.address)},
                           {"expires", seconds_or_null(router.expires)}});
    }
    return {{"port", member.name},
            {"up", view.up},
            {"learning", seconds_or_null(view.learning)},
            {"router", view.router},
            {"unregistered", view.unregistered},
            {"routers", std::move(routers)},
            {"groups", view.groups},
            {"hosts", view.hosts},
            {"latency", latencies_json(latencies)},
            {"counters", counters_json(counters)}};
}

/// What the bridge's own routed interface sends into it.
json interface_json(const Router& router, const forwarding::Bridge& bridge,
                    const igmp::SnoopingBridge& state) {
    return bridge.interface == kNoInterface ? json()
                                            : json{{"interface", name_of(router, bridge.interface)},
                                                   {"counters", counters_json(state.local_counters())}};
}

json bridge_json(Router& router, const forwarding::Bridge& bridge, const igmp::SnoopingBridge& state,
                 const IgmpDropTable& drops) {
    const Instant now = router.now();
    const igmp::SnoopingView view = state.view(now);
    json ports = json::array();
    for (std::size_t i = 0; i < bridge.members.size(); ++i) {
        const BridgePort port(static_cast<std::uint16_t>(i));
        json& entry = ports.emplace_back(
            port_json(bridge.members[i], state.view(port, now), state.counters(port),
                      router.latencies().of(forwarding::HostPlace::bridged(bridge.domain, port))));
        add_igmp_drops(entry["counters"], drops.at(bridge.members[i].port, bridge.members[i].vlan));
    }
    return {{"bridge", bridge.name},
            {"querier", address_or_null(view.querier_address)},
            {"is_querier", view.querier},
            {"version", static_cast<int>(view.version)},
            {"next_query", seconds_or_null(view.next_general_query)},
            {"other_querier_expires", seconds_or_null(view.other_querier_expires)},
            {"held", view.held},
            {"refused_groups", view.refused_groups},
            {"unregistered", state.config().flood_unregistered ? "flood" : "router_ports"},
            {"querier_changes", view.querier_changes},
            {"interface", interface_json(router, bridge, state)},
            {"ports", std::move(ports)}};
}

/// Where a page begins: behind a group of a member of a bridge. Not set: at the first.
struct SnoopingPlace {
    DomainId bridge;
    BridgePort port;
    Ipv4Address group;
};

Expected<SnoopingPlace> place_in(const Router& router, const json& params) {
    const auto after = params.find("after");
    if (after == params.end()) {
        return SnoopingPlace{};
    }
    const std::string name = rpc::text_in(*after, "bridge").value_or("");
    const forwarding::Bridge* bridge = router.bridges().find(std::string_view(name));
    if (bridge == nullptr) {
        return unknown_bridge(router, name);
    }
    const std::string port = rpc::text_in(*after, "port").value_or("");
    const auto at = std::ranges::find(bridge->members, port, &forwarding::BridgeMember::name);
    if (at == bridge->members.end()) {
        return fail(Status::kNotFound, fmt::format("bridge {} has no port '{}'", name, port));
    }
    return SnoopingPlace{bridge->domain, BridgePort(static_cast<std::uint16_t>(at - bridge->members.begin())),
                         rpc::address_in(*after, "group").value_or(Ipv4Address{})};
}

/// Groups in the order of bridges, ports and addresses, from a place on.
class GroupLister {
  public:
    GroupLister(const json& params, const SnoopingPlace& begin)
        : page_(params),
          begin_(begin),
          only_(rpc::address_in(params, "group")),
          hosts_(rpc::flag_in(params, "hosts") ? igmp::WithHosts::kYes : igmp::WithHosts::kNo) {}

    void list(const forwarding::Bridge& bridge, const igmp::SnoopingBridge& state, Instant now) {
        for (std::size_t i = 0; i < bridge.members.size() && !more_; ++i) {
            const BridgePort port(static_cast<std::uint16_t>(i));
            const auto here = std::pair(bridge.domain, port);
            const auto first = std::pair(begin_.bridge, begin_.port);
            if (here < first) {
                continue;
            }
            const Ipv4Address behind = here == first ? begin_.group : Ipv4Address{};
            state.visit_groups(
                port, now, only_.value_or(behind),
                [&](const igmp::GroupView& group) { return add(bridge, port, behind, group); }, hosts_);
        }
    }
    [[nodiscard]] json answer() && { return std::move(page_).answer(more_ ? std::move(last_) : json()); }

  private:
    /// False: this was enough of the port.
    bool add(const forwarding::Bridge& bridge, BridgePort port, Ipv4Address behind,
             const igmp::GroupView& group) {
        if (only_ && group.group != *only_) {
            return false;
        }
        if (group.group <= behind) {
            return true;
        }
        if (page_.full()) {
            more_ = true;
            return false;
        }
        const std::string& name = bridge.members[port.value()].name;
        json entry{{"bridge", bridge.name}, {"port", name}};
        entry.update(igmp_group_json(group, hosts_));
        page_.add(std::move(entry));
        last_ = {{"bridge", bridge.name}, {"port", name}, {"group", rpc::address_json(group.group)}};
        return true;
    }

    Page page_;
    SnoopingPlace begin_;
    std::optional<Ipv4Address> only_;
    igmp::WithHosts hosts_;
    json last_;
    bool more_ = false;
};

Expected<json> show_snooping(Router& router, const json& params) {
    const auto name = rpc::text_in(params, "bridge");
    if (name && router.bridges().find(std::string_view(*name)) == nullptr) {
        return unknown_bridge(router, *name);
    }
    const auto begin = place_in(router, params);
    if (!begin) {
        return std::unexpected(begin.error());
    }
    json bridges = json::array();
    const IgmpDropTable drops(router.dataplane().view().igmp_drops());
    GroupLister groups(params, *begin);
    for (const auto& [domain, bridge] : router.bridges().all()) {
        if (name && bridge.name != *name) {
            continue;
        }
        const igmp::SnoopingBridge& state = *router.snooping().find(domain);
        bridges.push_back(bridge_json(router, bridge, state, drops));
        groups.list(bridge, state, router.now());
    }
    json answer = std::move(groups).answer();
    answer["bridges"] = std::move(bridges);
    const protocols::SnoopingCounters& counters = router.snooping().counters();
    answer["counters"] = {{"received", counters.received},
                          {"send_failures", counters.send_failures},
                          {"refused_groups", counters.refused_groups}};
    return answer;
}

} // namespace

void add_snooping_commands(rpc::Registry& registry, CommandContext& context) {
    registry.add("show.snooping",
                 [&context](const json& params) { return show_snooping(context.router, params); });
    registry.add("snooping.topology_change", [&context](const json& params) -> Expected<json> {
        const std::string name = rpc::text_in(params, "bridge").value_or("");
        const forwarding::Bridge* bridge = context.router.bridges().find(std::string_view(name));
        if (bridge == nullptr) {
            return unknown_bridge(context.router, name);
        }
        return nothing(context.router.topology_changed(bridge->domain));
    });
}

} // namespace mcfwd::daemon
