// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// See translate.hh.
#include "translate.hh"

#include <algorithm>
#include <iterator>
#include <limits>
#include <ranges>

namespace mcfwd::daemon {

namespace {

dataplane::PollMode poll_mode(config::Poll poll) {
    return poll == config::Poll::kBusy ? dataplane::PollMode::kBusy : dataplane::PollMode::kAdaptive;
}

dataplane::MemoryMode memory_mode(config::Memory memory) {
    switch (memory) {
    case config::Memory::kAuto:
        return dataplane::MemoryMode::kAuto;
    case config::Memory::kHugepages:
        return dataplane::MemoryMode::kHugepages;
    case config::Memory::kNoHuge:
        return dataplane::MemoryMode::kNoHuge;
    }
    return dataplane::MemoryMode::kAuto;
}

dataplane::SourceMac source_mac(config::MacMode mode) {
    return mode == config::MacMode::kShared ? dataplane::SourceMac::kShared : dataplane::SourceMac::kPort;
}

std::uint16_t smallest_mtu(const config::Config& config, const config::Bridge& bridge,
                           const dataplane::Dataplane& dataplane) {
    std::uint16_t smallest = std::numeric_limits<std::uint16_t>::max();
    for (const config::BridgeMember& member : bridge.members) {
        smallest = std::min(smallest, dataplane.port_mtu(*config::port_id(config, member.port)));
    }
    return smallest;
}

igmp::FastLeave fast_leave(config::FastLeave value) {
    switch (value) {
    case config::FastLeave::kTracked:
        return igmp::FastLeave::kTracked;
    case config::FastLeave::kAlways:
        return igmp::FastLeave::kAlways;
    case config::FastLeave::kOff:
        break;
    }
    return igmp::FastLeave::kOff;
}

/// What interfaces and bridges have alike.
void set_timing(igmp::RouterConfig& made, const config::Igmp& timing) {
    made.version = static_cast<igmp::Version>(timing.version);
    made.robustness = timing.robustness;
    made.query_interval = timing.query_interval;
    made.query_response_interval = timing.query_response_interval;
    made.last_member_query_interval = timing.last_member_query_interval;
    if (timing.last_member_query_count) { // else it follows the robustness of whoever is querier
        made.last_member_query_count = *timing.last_member_query_count;
    }
    made.startup_query_interval = timing.startup_query_interval;
    made.startup_query_count = timing.startup_query_count;
}

/// Of an interface, a bridge or a port of one.
template <typename Limits>
void set_limits(Limits& made, const config::Igmp& limits) {
    made.max_groups = limits.max_groups;
    made.max_sources = limits.max_sources;
    made.max_groups_per_host = limits.max_groups_per_host;
    made.host_rate = limits.host_rate;
    made.max_tracked = limits.max_tracked;
    std::ranges::transform(limits.access_list, std::back_inserter(made.access_list),
                           [](const config::AccessRule& rule) {
                               return igmp::AccessRule{.action = rule.action == config::AccessAction::kDeny
                                                                     ? igmp::AccessAction::kDeny
                                                                     : igmp::AccessAction::kPermit,
                                                       .group = rule.group,
                                                       .source = rule.source};
                           });
}

/// Of members of the bridge.
std::vector<BridgePort> bridge_ports(const config::Bridge& bridge,
                                     const std::vector<config::BridgeMember>& members) {
    std::vector<BridgePort> ports;
    for (const config::BridgeMember& member : members) {
        const auto at = std::ranges::find(bridge.members, member);
        ports.emplace_back(static_cast<std::uint16_t>(at - bridge.members.begin()));
    }
    return ports;
}

IfIndex index_of(std::size_t position) {
    return IfIndex(static_cast<std::uint16_t>(position + 1));
}

} // namespace

dataplane::Settings dataplane_settings(const config::Config& config, const std::vector<std::string>& eal) {
    dataplane::Settings settings{
        .main_core = config.dataplane.main_core,
        .worker_cores = config.dataplane.worker_cores,
        .poll = poll_mode(config.dataplane.poll),
        .memory = memory_mode(config.dataplane.memory),
        .mfib_entries = config.dataplane.mfib_entries,
        .eal = config.dataplane.eal,
    };
    settings.eal.insert(settings.eal.end(), eal.begin(), eal.end());
    for (const config::Port& port : config.ports) {
        settings.ports.push_back({.name = port.name, .device = port.device.text()});
    }
    for (std::size_t i = 0; i < config.interfaces.size(); ++i) {
        const config::Interface& interface = config.interfaces[i];
        if (!interface.bridge.empty()) {
            continue;
        }
        settings.attachments.push_back({
            .port = *config::port_id(config, interface.port),
            .vlan = interface.vlan,
            .domain = kRoutedDomain,
            .interface = index_of(i),
            .source_mac = source_mac(interface.mac),
        });
    }
    for (const config::Bridge& bridge : config.bridges) {
        const auto interface = std::ranges::find(config.interfaces, bridge.name, &config::Interface::bridge);
        const bool routed = interface != config.interfaces.end();
        for (const config::BridgeMember& member : bridge.members) {
            settings.attachments.push_back({
                .port = *config::port_id(config, member.port),
                .vlan = member.vlan,
                .domain = *config::bridge_domain(config, bridge.name),
                .interface = routed ? config::interface_index(config, interface->name) : kNoInterface,
                .source_mac = routed ? source_mac(interface->mac) : dataplane::SourceMac::kPort,
            });
        }
    }
    return settings;
}

forwarding::BridgeTable bridge_table(const config::Config& config, const dataplane::Dataplane& dataplane) {
    forwarding::BridgeTable table;
    for (const config::Bridge& bridge : config.bridges) {
        const auto interface = std::ranges::find(config.interfaces, bridge.name, &config::Interface::bridge);
        forwarding::Bridge line{.name = bridge.name,
                                .domain = *config::bridge_domain(config, bridge.name),
                                .members = {},
                                .interface = interface == config.interfaces.end()
                                                 ? kNoInterface
                                                 : config::interface_index(config, interface->name)};
        for (const config::BridgeMember& member : bridge.members) {
            const PortId port = *config::port_id(config, member.port);
            line.members.push_back({.name = config::member_text(member),
                                    .port = port,
                                    .vlan = member.vlan,
                                    .mtu = dataplane.port_mtu(port)});
        }
        table.add(std::move(line));
    }
    return table;
}

forwarding::InterfaceTable interface_table(const config::Config& config,
                                           const dataplane::Dataplane& dataplane) {
    forwarding::InterfaceTable table;
    for (std::size_t i = 0; i < config.interfaces.size(); ++i) {
        const config::Interface& interface = config.interfaces[i];
        const auto bridge = std::ranges::find(config.bridges, interface.bridge, &config::Bridge::name);
        const bool bridged = bridge != config.bridges.end();
        const PortId port = *config::port_id(config, bridged ? bridge->members.front().port : interface.port);
        // As dataplane::SourceMac says; a bridge has the address of its first member.
        const PortId mac_port = interface.mac == config::MacMode::kShared ? PortId(0) : port;
        table.put({.name = interface.name,
                   .index = index_of(i),
                   .port = port,
                   .vlan = interface.vlan,
                   .bridge = bridged ? *config::bridge_domain(config, bridge->name) : kRoutedDomain,
                   .mac = dataplane.port_mac(mac_port),
                   .addresses = interface.address,
                   .ttl_threshold = interface.ttl_threshold,
                   .mtu = bridged ? smallest_mtu(config, *bridge, dataplane) : dataplane.port_mtu(port)});
    }
    return table;
}

std::size_t route_capacity(const config::Config& config) {
    constexpr std::size_t kAtRunTime = 16'384;
    std::size_t count = config.rpf_routes.size();
    for (const config::Interface& interface : config.interfaces) {
        count += interface.address.size();
    }
    return count + kAtRunTime;
}

Expected<void> enter_connected(const config::Config& config, group_manager::RpfTable& view) {
    for (std::size_t i = 0; i < config.interfaces.size(); ++i) {
        for (const Ipv4Prefix& address : config.interfaces[i].address) {
            if (auto entered = view.add_connected(address, {index_of(i), {}}); !entered) {
                return entered;
            }
        }
    }
    return {};
}

group_manager::ScopeBoundaries scope_boundaries(const config::Config& config) {
    group_manager::ScopeBoundaries boundaries;
    for (std::size_t i = 0; i < config.interfaces.size(); ++i) {
        boundaries.set(index_of(i), config.interfaces[i].scope_boundary);
    }
    return boundaries;
}

group_manager::Settings group_settings(const config::Config& config) {
    using namespace group_manager;
    const config::Handoff& handoff = config.handoff;
    Settings settings;
    settings.handoff_memberships = handoff.memberships == config::HandoffMemberships::kStrict
                                       ? HandoffMemberships::kStrict
                                       : HandoffMemberships::kGraceful;
    settings.handoff_mfe =
        handoff.mfe == config::HandoffMfe::kFlush ? HandoffMfe::kFlush : HandoffMfe::kRebuild;
    settings.mfe_expiry =
        config.mfe.expiry == config::MfeExpiry::kAbsolute ? MfeExpiry::kAbsolute : MfeExpiry::kActivity;
    settings.sweep_timeout = handoff.sweep_timeout;
    settings.igmp_on_owned =
        config.igmp.on_owned == config::OnOwned::kConfirm ? IgmpOnOwned::kConfirm : IgmpOnOwned::kImmediate;
    return settings;
}

igmp::SnoopingConfig snooping_config(const config::Config& config, const config::Bridge& bridge,
                                     const dataplane::Dataplane& dataplane) {
    const config::Snooping& snooping = bridge.snooping;
    igmp::SnoopingConfig made;
    made.mtu = smallest_mtu(config, bridge, dataplane);
    made.ports = bridge.members.size();
    made.router_ports = bridge_ports(bridge, snooping.router_ports);
    made.unregistered_ports = bridge_ports(bridge, snooping.unregistered_ports);
    made.flood_unregistered = snooping.unregistered == config::Unregistered::kFlood;
    if (snooping.learning_time) {
        made.learning_time = *snooping.learning_time;
    }
    made.querier = snooping.querier;
    made.address = snooping.querier_address;
    made.fast_leave = fast_leave(snooping.fast_leave);
    set_timing(made, snooping.timing);
    set_limits(made, snooping.timing);
    for (const config::PortLimits& of_port : snooping.port_limits) {
        igmp::PortLimits limits{.port = bridge_ports(bridge, {of_port.port}).front()};
        set_limits(limits, of_port.limits);
        made.port_limits.push_back(std::move(limits));
    }
    made.local_router = std::ranges::any_of(config.interfaces, [&](const config::Interface& interface) {
        return interface.bridge == bridge.name && interface.igmp.enabled;
    });
    return made;
}

igmp::HostConfig host_config(const config::Proxy& proxy, const config::Interface& upstream,
                             std::uint16_t mtu) {
    igmp::HostConfig host{.address =
                              upstream.address.empty() ? Ipv4Address{} : upstream.address.front().address,
                          .mtu = mtu,
                          .version = static_cast<igmp::Version>(proxy.version),
                          .robustness = proxy.robustness,
                          .unsolicited_report_interval = proxy.unsolicited_report_interval,
                          .require_router_alert = proxy.require_router_alert};
    for (const Ipv4Prefix& further : upstream.address | std::views::drop(1)) {
        host.other_addresses.push_back(further.address);
    }
    return host;
}

igmp::RouterConfig router_config(const config::Interface& interface, std::uint16_t mtu) {
    const config::Igmp& igmp = interface.igmp;
    igmp::RouterConfig router{
        .address = interface.address.empty() ? Ipv4Address{} : interface.address.front().address,
        .mtu = mtu,
        .require_router_alert = igmp.require_router_alert,
    };
    if (interface.router_discovery.enabled) {
        router.advertisement_interval = std::chrono::seconds(interface.router_discovery.interval);
    }
    set_timing(router, igmp);
    router.ssm_range = igmp.ssm_range;
    router.fast_leave = fast_leave(igmp.fast_leave);
    router.older_versions = igmp.older_versions == config::OlderVersions::kIgnored
                                ? igmp::OlderVersions::kIgnored
                                : igmp::OlderVersions::kServed;
    set_limits(router, igmp);
    for (const Ipv4Prefix& further : interface.address | std::views::drop(1)) {
        router.other_addresses.push_back(further.address);
    }
    std::ranges::transform(igmp.static_groups, std::back_inserter(router.static_groups),
                           [](const config::StaticGroup& entry) {
                               return igmp::StaticGroup{.group = entry.group, .source = entry.source};
                           });
    return router;
}

} // namespace mcfwd::daemon
