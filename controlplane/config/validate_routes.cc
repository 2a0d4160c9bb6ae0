// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Routes against interfaces and against each other.
#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "validate.hh"

namespace mcfwd::config {

namespace {

const Interface* interface_of(const Config& config, std::string_view name) {
    const auto found = std::ranges::find(config.interfaces, name, &Interface::name);
    return found == config.interfaces.end() ? nullptr : &*found;
}

void warn_of_boundary(const Config& config, const Mroute& mroute, std::string_view name, const Node& node,
                      Findings& findings) {
    const Interface* interface = interface_of(config, name);
    if (interface == nullptr || !findings.sound(node)) {
        return;
    }
    if (const auto scope = boundary_for(*interface, mroute.group)) {
        findings.warning(
            node, fmt::format("group {} does not cross the scope_boundary {} here", mroute.group, *scope),
            "interfaces without this boundary");
    }
}

void check_mroutes(const Config& config, const Node& file, const Names& interfaces, Findings& findings) {
    std::set<std::pair<Ipv4Address, Ipv4Address>> seen;
    for (std::size_t i = 0; i < config.mroutes.size(); ++i) {
        const Mroute& mroute = config.mroutes[i];
        const Node& table = file.at({"mroute", i});
        const Node& source = table.at({"source"});
        const Node& group = table.at({"group"});
        interfaces.refer(mroute.iif, table.at({"iif"}));
        for (std::size_t j = 0; j < mroute.oifs.size(); ++j) {
            interfaces.refer(mroute.oifs[j], table.at({"oifs", j}));
        }
        if (!findings.sound(source) || !findings.sound(group)) {
            continue;
        }
        warn_of_boundary(config, mroute, mroute.iif, table.at({"iif"}), findings);
        for (std::size_t j = 0; j < mroute.oifs.size(); ++j) {
            warn_of_boundary(config, mroute, mroute.oifs[j], table.at({"oifs", j}), findings);
        }
        const Interface* iif = interface_of(config, mroute.iif);
        if (iif != nullptr && mroute.source == kAnySource && iif->igmp.ssm_range.contains(mroute.group)) {
            findings.error(source,
                           fmt::format("group {} is in the source-specific range {} of {}", mroute.group,
                                       iif->igmp.ssm_range, iif->name),
                           "a unicast source address");
        }
        if (!seen.insert({mroute.group, mroute.source}).second) {
            findings.error(
                group,
                fmt::format("there is an mroute for source {} and this group already", describe(source)),
                "each source and group once");
        }
    }
}

/// It takes hosts away from the interface they are attached to: their packets then fail the reverse-path
/// check.
void warn_of_hidden_route(const Config& config, const RpfRoute& route, const Node& node, Findings& findings) {
    for (const Interface& interface : config.interfaces) {
        for (const Ipv4Prefix& address : interface.address) {
            if (interface.name != route.interface && address.length > 0 &&
                address.length <= route.prefix.length && address.contains(route.prefix.address)) {
                findings.warning(node,
                                 fmt::format("prefix lies in the connected subnet {} of interface {}",
                                             address, interface.name),
                                 "prefixes beyond the connected subnets");
                return;
            }
        }
    }
}

void warn_of_upstream(const Config& config, const RpfRoute& route, const Node& node, Findings& findings) {
    const Interface* interface = interface_of(config, route.interface);
    if (interface == nullptr || route.upstream.is_unspecified() || !findings.sound(node)) {
        return;
    }
    if (!may_be_neighbour(interface->address, route.upstream)) {
        findings.warning(node, fmt::format("upstream is no neighbour on {}", interface->name),
                         fmt::format("another address in {}", fmt::join(interface->address, ", ")));
    }
}

void check_rpf_routes(const Config& config, const Node& file, const Names& interfaces, Findings& findings) {
    std::set<Ipv4Prefix> seen;
    for (std::size_t i = 0; i < config.rpf_routes.size(); ++i) {
        const RpfRoute& route = config.rpf_routes[i];
        const Node& table = file.at({"rpf_route", i});
        const Node& prefix = table.at({"prefix"});
        interfaces.refer(route.interface, table.at({"interface"}));
        warn_of_upstream(config, route, table.at({"upstream"}), findings);
        if (!findings.sound(prefix)) {
            continue;
        }
        if (!seen.insert(route.prefix).second) {
            findings.error(prefix, "there is an rpf_route for this prefix already", "each prefix once");
        } else {
            warn_of_hidden_route(config, route, prefix, findings);
        }
    }
}

} // namespace

void validate_routes(const Config& config, const Node& file, const Names& interfaces, Findings& findings) {
    check_mroutes(config, file, interfaces, findings);
    check_rpf_routes(config, file, interfaces, findings);
}

} // namespace mcfwd::config
