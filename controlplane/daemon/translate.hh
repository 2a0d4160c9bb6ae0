// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// From the words of the configuration to the settings of the parts. Pure translation: every check has been
// made when the configuration was read.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <mcfwd/result.hh>

#include <controlplane/config/config.hh>
#include <controlplane/forwarding/bridge_table.hh>
#include <controlplane/forwarding/interface_table.hh>
#include <controlplane/group_manager/group_manager.hh>
#include <controlplane/group_manager/rpf_table.hh>
#include <controlplane/group_manager/scope_boundaries.hh>
#include <dataplane/dataplane.hh>
#include <igmp/host_config.hh>
#include <igmp/router_config.hh>
#include <igmp/snooping_bridge.hh>

namespace mcfwd::daemon {

/// `eal` is appended to what the configuration says.
[[nodiscard]] dataplane::Settings dataplane_settings(const config::Config& config,
                                                     const std::vector<std::string>& eal);

/// MTUs come from the opened ports.
[[nodiscard]] forwarding::BridgeTable bridge_table(const config::Config& config,
                                                   const dataplane::Dataplane& dataplane);

/// MACs and MTUs come from the opened ports.
[[nodiscard]] forwarding::InterfaceTable interface_table(const config::Config& config,
                                                         const dataplane::Dataplane& dataplane);

/// Prefixes that the multicast view has room for: those of the configuration and as many again as an operator
/// may add at run time.
[[nodiscard]] std::size_t route_capacity(const config::Config& config);
/// Enters the connected subnets. kNotEnoughMemory: no room.
[[nodiscard]] Expected<void> enter_connected(const config::Config& config, group_manager::RpfTable& view);

[[nodiscard]] group_manager::ScopeBoundaries scope_boundaries(const config::Config& config);

[[nodiscard]] group_manager::Settings group_settings(const config::Config& config);

/// Its queries fit the smallest MTU of its members.
[[nodiscard]] igmp::SnoopingConfig snooping_config(const config::Config& config, const config::Bridge& bridge,
                                                   const dataplane::Dataplane& dataplane);

[[nodiscard]] igmp::HostConfig host_config(const config::Proxy& proxy, const config::Interface& upstream,
                                           std::uint16_t mtu);
[[nodiscard]] igmp::RouterConfig router_config(const config::Interface& interface, std::uint16_t mtu);

} // namespace mcfwd::daemon
