// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The rules of a routed interface, and those of ports.
#include "snooping_config.hh"

#include <algorithm>

#include <fmt/format.h>

namespace mcfwd::igmp {
namespace {

constexpr std::size_t kMostPorts = 4096;

/// Each of a list of ports exists and stands there once. `kind`: for people.
Expected<void> validate_ports(const char* kind, const std::vector<BridgePort>& listed, std::size_t ports) {
    for (auto port = listed.begin(); port != listed.end(); ++port) {
        if (port->value() >= ports) {
            return fail(Status::kInvalidParameter,
                        fmt::format("{} port {} is none of {} ports", kind, *port, ports));
        }
        if (std::find(listed.begin(), port, *port) != port) {
            return fail(Status::kInvalidParameter, fmt::format("{} port {} is listed twice", kind, *port));
        }
    }
    return {};
}

} // namespace

Expected<void> validate(const SnoopingConfig& config) {
    if (config.ports == 0 || config.ports > kMostPorts) {
        return fail(Status::kInvalidParameter,
                    fmt::format("ports = {} is out of range: 1 to {}", config.ports, kMostPorts));
    }
    if (auto checked = validate_ports("router", config.router_ports, config.ports); !checked) {
        return checked;
    }
    if (auto checked = validate_ports("unregistered", config.unregistered_ports, config.ports); !checked) {
        return checked;
    }
    for (auto limits = config.port_limits.begin(); limits != config.port_limits.end(); ++limits) {
        const auto same = [limits](const PortLimits& other) { return other.port == limits->port; };
        if (limits->port.value() >= config.ports || std::any_of(config.port_limits.begin(), limits, same)) {
            return fail(Status::kInvalidParameter,
                        fmt::format("limits of port {} stand twice, or it is none of {} ports", limits->port,
                                    config.ports));
        }
    }
    if (!config.static_groups.empty()) {
        return fail(Status::kInvalidParameter, "static groups of a bridge belong to its ports");
    }
    RouterConfig rules = config;
    if (config.address.is_unspecified()) {
        rules.address = Ipv4Address(192, 0, 2, 1); // the rule for addresses is not for those who have none
    }
    for (const PortLimits& limits : config.port_limits) {
        RouterConfig of_port = rules;
        apply(limits, of_port);
        if (auto checked = validate(of_port); !checked) {
            return fail(checked.error().status,
                        fmt::format("port {}: {}", limits.port, checked.error().what));
        }
    }
    return validate(rules);
}

void apply(const PortLimits& limits, MembersConfig& config) {
    config.max_groups = limits.max_groups;
    config.max_sources = limits.max_sources;
    config.max_groups_per_host = limits.max_groups_per_host;
    config.host_rate = limits.host_rate;
    config.max_tracked = limits.max_tracked;
    config.access_list = limits.access_list;
}

} // namespace mcfwd::igmp
