// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// `[[rpf_route]]` and `rpf_route add`: sources beyond the connected subnets, and the entries that a change of
// their way touches.
#pragma once

#include <map>

#include <mcfwd/ids.hh>
#include <mcfwd/ipv4.hh>
#include <mcfwd/result.hh>

#include <controlplane/group_manager/group_manager.hh>
#include <controlplane/group_manager/rpf_table.hh>
#include <controlplane/protocols/static_interfaces.hh>

namespace mcfwd::protocols {

/// Control thread only.
class RpfRoutes {
  public:
    struct Route {
        IfIndex interface;    ///< packets of the sources arrive here
        Ipv4Address upstream; ///< neighbour they come through; 0: not known
    };

    /// All outlive this object. `memory` may be null: then nothing is refused.
    RpfRoutes(group_manager::GroupManager& groups, group_manager::RpfTable& view,
              StaticInterfaces& interfaces, group_manager::Memory* memory)
        : groups_(groups),
          view_(view),
          interfaces_(interfaces),
          memory_(memory) {}

    /// Entries whose sources it covers are rebuilt, make before break. kInvalidParameter: host bits in the
    /// prefix; kAlreadyExists: the prefix has a route; kNotEnoughMemory: no room for one more.
    [[nodiscard]] Expected<void> add(Ipv4Prefix prefix, IfIndex interface, Ipv4Address upstream = {});
    /// kNotFound: the prefix has no route. A call without memory changes nothing.
    [[nodiscard]] Expected<void> remove(Ipv4Prefix prefix);

    /// Ascending by prefix.
    [[nodiscard]] const std::map<Ipv4Prefix, Route>& routes() const { return routes_; }

  private:
    group_manager::GroupManager& groups_;
    group_manager::RpfTable& view_;
    StaticInterfaces& interfaces_;
    group_manager::Memory* memory_;
    std::map<Ipv4Prefix, Route> routes_;
};

} // namespace mcfwd::protocols
