// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Ports and bridges: each device, and each (port, VLAN), has one user.
#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "validate.hh"

namespace mcfwd::config {

namespace {

void check_devices(const Config& config, const Node& file, Findings& findings) {
    std::set<std::string> devices;
    for (std::size_t i = 0; i < config.ports.size(); ++i) {
        const Node& node = file.at({"port", i, "device"});
        if (findings.sound(node) && !devices.insert(config.ports[i].device.text()).second) {
            findings.error(node, "device has a port already", "each device once");
        }
    }
}

/// Who has which (port, VLAN).
class Attachments {
  public:
    explicit Attachments(Findings& findings) : findings_(findings) {}

    /// `owner` is such as "interface lan1", `node` where the attachment is written.
    void add(std::string_view port, VlanId vlan, std::string owner, const Node& node) {
        const auto [at, inserted] = owners_.try_emplace({port, vlan}, std::move(owner));
        if (!inserted) {
            findings_.error(node,
                            fmt::format("port {} with VLAN {} belongs to {}", port, vlan.value(), at->second),
                            "another port or VLAN");
        }
    }

  private:
    std::map<std::pair<std::string_view, VlanId>, std::string> owners_;
    Findings& findings_;
};

void attach_interfaces(const Config& config, const Node& file, Attachments& attachments,
                       const Findings& findings) {
    for (std::size_t i = 0; i < config.interfaces.size(); ++i) {
        const Interface& interface = config.interfaces[i];
        const Node& vlan = file.at({"interface", i, "vlan"});
        const Node& port = file.at({"interface", i, "port"});
        if (!interface.port.empty() && findings.sound(vlan) && findings.sound(port)) {
            attachments.add(interface.port, interface.vlan, "interface " + interface.name,
                            vlan.kind == Node::Kind::kInteger ? vlan : port);
        }
    }
}

void attach_members(const Config& config, const Node& file, Attachments& attachments,
                    const Findings& findings) {
    for (std::size_t i = 0; i < config.bridges.size(); ++i) {
        const Bridge& bridge = config.bridges[i];
        for (std::size_t j = 0; j < bridge.members.size(); ++j) {
            const Node& node = file.at({"bridge", i, "members", j});
            if (findings.sound(node)) {
                attachments.add(bridge.members[j].port, bridge.members[j].vlan, "bridge " + bridge.name,
                                node);
            }
        }
    }
}

/// Each of the ports that a key lists is a member of the bridge, and stands there once.
void check_listed(const Bridge& bridge, const std::vector<BridgeMember>& listed, const Node& list,
                  std::string_view what, Findings& findings) {
    for (std::size_t i = 0; i < listed.size(); ++i) {
        const Node& node = list.at({i});
        if (!findings.sound(node)) {
            continue;
        }
        if (std::ranges::find(bridge.members, listed[i]) == bridge.members.end()) {
            findings.error(node, fmt::format("{} is no member of its bridge", what), "one of members");
        } else if (std::find(listed.begin(), listed.begin() + static_cast<std::ptrdiff_t>(i), listed[i]) !=
                   listed.begin() + static_cast<std::ptrdiff_t>(i)) {
            findings.error(node, fmt::format("{} is listed already", what), "each port once");
        }
    }
}

void check_bridge(const Bridge& bridge, const Node& table, const Names& ports, Findings& findings) {
    for (std::size_t i = 0; i < bridge.members.size(); ++i) {
        ports.refer(bridge.members[i].port, table.at({"members", i}));
    }
    check_listed(bridge, bridge.snooping.router_ports, table.at({"snooping", "router_ports"}), "router port",
                 findings);
    check_listed(bridge, bridge.snooping.unregistered_ports, table.at({"snooping", "unregistered_ports"}),
                 "port for unregistered groups", findings);
    if (bridge.snooping.unregistered == Unregistered::kFlood && !bridge.snooping.unregistered_ports.empty()) {
        findings.warning(table.at({"snooping", "unregistered_ports"}), "all ports get unregistered groups",
                         "unregistered = \"router_ports\"");
    }
    for (std::size_t i = 0; i < bridge.snooping.port_limits.size(); ++i) {
        const Node& node = table.at({"snooping", "port_limits", i, "port"});
        const auto& all = bridge.snooping.port_limits;
        const auto here = all.begin() + static_cast<std::ptrdiff_t>(i);
        if (!findings.sound(node)) {
            continue;
        }
        if (std::ranges::find(bridge.members, here->port) == bridge.members.end()) {
            findings.error(node, "limited port is no member of its bridge", "one of members");
        } else if (std::find_if(all.begin(), here,
                                [&](const PortLimits& other) { return other.port == here->port; }) != here) {
            findings.error(node, "port has limits already", "each port once");
        }
    }
    if (!bridge.snooping.querier && !bridge.snooping.querier_address.is_unspecified()) {
        findings.warning(table.at({"snooping", "querier_address"}), "this bridge does not query",
                         "querier = true");
    }
}

} // namespace

void validate_ports(const Config& config, const Node& file, const Names& ports, Findings& findings) {
    check_devices(config, file, findings);
    for (std::size_t i = 0; i < config.interfaces.size(); ++i) {
        if (!config.interfaces[i].port.empty()) {
            ports.refer(config.interfaces[i].port, file.at({"interface", i, "port"}));
        }
    }
    Attachments attachments(findings);
    attach_interfaces(config, file, attachments, findings);
    attach_members(config, file, attachments, findings);
}

void validate_bridges(const Config& config, const Node& file, const Names& ports, Findings& findings) {
    const Names bridges("bridge", config.bridges, file, findings);
    for (std::size_t i = 0; i < config.bridges.size(); ++i) {
        check_bridge(config.bridges[i], file.at({"bridge", i}), ports, findings);
    }
    std::map<std::string_view, std::string_view> interfaces;
    for (std::size_t i = 0; i < config.interfaces.size(); ++i) {
        const Interface& interface = config.interfaces[i];
        const Node& node = file.at({"interface", i, "bridge"});
        if (interface.bridge.empty() || !findings.sound(node)) {
            continue;
        }
        bridges.refer(interface.bridge, node);
        if (interface.vlan != VlanId(0)) {
            findings.error(file.at({"interface", i, "vlan"}),
                           "an interface on a bridge has no VLAN of its own",
                           "members = [\"PORT:VLAN\"] of the bridge");
        }
        const auto [at, inserted] = interfaces.try_emplace(interface.bridge, interface.name);
        if (!inserted && findings.sound(node)) {
            findings.error(node, fmt::format("bridge has interface {} already", at->second), "one of them");
        }
    }
}

} // namespace mcfwd::config
