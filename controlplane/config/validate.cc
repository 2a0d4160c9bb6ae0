// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The whole-file checks in order: names first, because references are checked against them.
#include "validate.hh"

namespace mcfwd::config {

namespace {

void warn_of_idle(const Config& config, const Node& file, Findings& findings) {
    if (!config.bridges.empty()) {
        return;
    }
    if (config.interfaces.empty()) {
        findings.warning(Position{}, "nothing is forwarded", "no [[interface]]", "at least two of them");
    }
    std::set<std::string_view> used;
    for (const Interface& interface : config.interfaces) {
        used.insert(interface.port);
    }
    for (std::size_t i = 0; i < config.ports.size(); ++i) {
        if (!used.contains(config.ports[i].name)) {
            findings.warning(file.at({"port", i, "name"}), "no interface uses this port",
                             "an [[interface]] with this port");
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
    warn_of_idle(config, file, findings);
}

} // namespace mcfwd::config
