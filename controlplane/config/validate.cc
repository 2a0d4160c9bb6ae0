// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The whole-file checks in order: names first, because references are checked against them.
#include "validate.hh"

#include <algorithm>

namespace mcfwd::config {

namespace {

void warn_of_idle(const Config& config, const Node& file, Findings& findings) {
    if (config.interfaces.empty() && config.bridges.empty()) {
        findings.warning(Position{}, "nothing is forwarded", "no [[interface]]", "at least two of them");
    }
    std::set<std::string_view> used;
    for (const Interface& interface : config.interfaces) {
        used.insert(interface.port);
    }
    for (const Bridge& bridge : config.bridges) {
        for (const BridgeMember& member : bridge.members) {
            used.insert(member.port);
        }
    }
    for (std::size_t i = 0; i < config.ports.size(); ++i) {
        if (!used.contains(config.ports[i].name)) {
            findings.warning(file.at({"port", i, "name"}), "no interface or bridge uses this port",
                             "an [[interface]] or a [[bridge]] with this port");
        }
    }
}

bool has_owner(const Config& config, const std::string& interface) {
    return (config.proxy && config.proxy->upstream == interface) ||
           std::ranges::any_of(config.rpf_routes,
                               [&](const RpfRoute& route) { return route.interface == interface; }) ||
           std::ranges::any_of(config.mroutes, [&](const Mroute& mroute) {
               return mroute.iif == interface ||
                      std::ranges::find(mroute.oifs, interface) != mroute.oifs.end();
           });
}

void check_queriers(const Config& config, const Node& file, Findings& findings) {
    for (std::size_t i = 0; i < config.interfaces.size(); ++i) {
        const Interface& interface = config.interfaces[i];
        if (interface.igmp.enabled && interface.address.empty()) {
            findings.error(file.at({"interface", i, "address"}).position,
                           "interface with IGMP has no address", "nothing",
                           "an address, the source of its queries; or [interface.igmp] enabled = false");
        }
    }
}

void warn_of_unowned(const Config& config, const Node& file, Findings& findings) {
    for (std::size_t i = 0; i < config.interfaces.size(); ++i) {
        const Interface& interface = config.interfaces[i];
        if (!interface.igmp.enabled && !has_owner(config, interface.name)) {
            findings.warning(file.at({"interface", i, "name"}),
                             "nobody owns this interface, so what arrives on it is dropped until a routing "
                             "protocol takes it",
                             "IGMP, or an [[mroute]] or [[rpf_route]] that names it");
        }
    }
}

} // namespace

void validate(const Config& config, const Node& file, Findings& findings) {
    const Names ports("port", config.ports, file, findings);
    const Names interfaces("interface", config.interfaces, file, findings);
    validate_ports(config, file, ports, findings);
    validate_bridges(config, file, ports, findings);
    validate_subnets(config, file, findings);
    validate_routes(config, file, interfaces, findings);
    validate_proxy(config, file, interfaces, findings);
    warn_of_idle(config, file, findings);
    if (!findings.any_errors()) { // else it may be the consequence of a refused value
        check_queriers(config, file, findings);
        warn_of_unowned(config, file, findings);
    }
}

} // namespace mcfwd::config
