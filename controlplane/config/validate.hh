// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What only the whole file can tell: references, duplicates, overlaps.
//
// `file` is the tree that `config` was read from: element i of a table array is element i of its vector.
// Values that were refused before are left out, so that one mistake gives one error.
#pragma once

#include "config.hh"
#include "findings.hh"
#include "names.hh"
#include "syntax.hh"

namespace mcfwd::config {

/// All of the checks below.
void validate(const Config& config, const Node& file, Findings& findings);

/// Devices, references to ports, and who has which (port, VLAN).
void validate_ports(const Config& config, const Node& file, const Names& ports, Findings& findings);
/// Members, router ports, references to bridges, one interface each.
void validate_bridges(const Config& config, const Node& file, const Names& ports, Findings& findings);
/// Addresses and subnets of different interfaces.
void validate_subnets(const Config& config, const Node& file, Findings& findings);
/// The upstream and who else would be on it.
void validate_proxy(const Config& config, const Node& file, const Names& interfaces, Findings& findings);
void validate_routes(const Config& config, const Node& file, const Names& interfaces, Findings& findings);

} // namespace mcfwd::config
