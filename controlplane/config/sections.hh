// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One reader for each table of the file. Each fills its struct from the table and reports what this table
// alone shows to be wrong; what needs the whole file is left to validate.hh.
#pragma once

#include <optional>
#include <vector>

#include "config.hh"
#include "findings.hh"
#include "syntax.hh"

namespace mcfwd::config {

class TableReader;

void read_daemon(const Node& table, Daemon& daemon, Findings& findings);
void read_dataplane(const Node& table, Dataplane& dataplane, Findings& findings);
void read_handoff(const Node& table, Handoff& handoff, Findings& findings);
void read_mfe(const Node& table, Mfe& mfe, Findings& findings);
void read_igmp_policy(const Node& table, IgmpPolicy& igmp, Findings& findings);
void read_port(const Node& table, Port& port, Findings& findings);
void read_bridge(const Node& table, Bridge& bridge, Findings& findings);
void read_interface(const Node& table, Interface& interface, Findings& findings);
void read_igmp(const Node& table, Igmp& igmp, Findings& findings);
/// The values of RFC 9776 section 8, which interfaces and bridges have alike, and their relations.
void read_igmp_timing(TableReader& reader, Igmp& igmp);
void check_igmp_timing(const Node& table, const Igmp& igmp, Findings& findings);
/// Limits and the access list, which interfaces and ports of bridges have alike.
void read_igmp_limits(TableReader& reader, Igmp& igmp, Findings& findings);
void read_access_list(TableReader& reader, std::vector<AccessRule>& rules, Findings& findings);
void read_mroute(const Node& table, Mroute& mroute, Findings& findings);
void read_rpf_route(const Node& table, RpfRoute& route, Findings& findings);
void read_proxy(const Node& table, std::optional<Proxy>& proxy, Findings& findings);
/// Where the file says nothing about IGMP on the proxy's upstream.
void switch_igmp_off_upstream(Config& config, const Node& file);

} // namespace mcfwd::config
