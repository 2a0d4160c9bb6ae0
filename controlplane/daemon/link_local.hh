// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What `explain` says of 224.0.0.0/24, of which there are no entries: nobody can join or leave it.
#pragma once

#include <string>

#include <mcfwd/ipv4.hh>

namespace mcfwd::daemon {

/// Whether IGMP packets of an interface are read here.
enum class IgmpHere : bool { kNo, kYes };

/// Sentences about a group of 224.0.0.0/24: why no router forwards it (RFC 5771 section 4), what an interface
/// makes of it, and what a port of a bridge does (RFC 4541 section 2.1.2 (2)).
[[nodiscard]] std::string link_local_flow_text(Ipv4Address group);
[[nodiscard]] std::string link_local_interface_text(Ipv4Address group, IgmpHere igmp);
[[nodiscard]] std::string link_local_port_text(Ipv4Address group);

} // namespace mcfwd::daemon
