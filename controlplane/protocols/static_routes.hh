// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The built-in static protocol: `[[mroute]]` and `mroute add`. An ordinary client of the group manager that
// owns the interfaces its routes name (static_interfaces.hh) and joins their groups on the outgoing ones.
#pragma once

#include <map>
#include <set>

#include <mcfwd/ids.hh>
#include <mcfwd/result.hh>

#include <controlplane/group_manager/group_manager.hh>
#include <controlplane/group_manager/rpf_table.hh>
#include <controlplane/protocols/static_interfaces.hh>

namespace mcfwd::protocols {

/// One static route. The source is kAnySource for every source that arrives on `iif`.
struct StaticRoute {
    group_manager::SourceGroup key;
    IfIndex iif;
    std::set<IfIndex> oifs; ///< not empty, without the iif
};

/// Control thread only.
class StaticRoutes {
  public:
    /// All outlive this object; the group manager answers RPF questions from `view`, `interfaces` is started.
    StaticRoutes(group_manager::GroupManager& groups, group_manager::RpfTable& view,
                 StaticInterfaces& interfaces);

    /// All or nothing. kAlreadyExists: the key has a route; kInvalidParameter: malformed; kAlreadyExists also
    /// when another routing protocol owns one of the interfaces.
    [[nodiscard]] Expected<void> add(const StaticRoute& route);
    /// kNotFound: no such route.
    [[nodiscard]] Expected<void> remove(group_manager::SourceGroup key);

    /// By group, then source.
    [[nodiscard]] const std::map<group_manager::SourceGroup, StaticRoute>& routes() const { return routes_; }

  private:
    void route_changed(group_manager::SourceGroup key);

    group_manager::GroupManager& groups_;
    group_manager::RpfTable& view_;
    StaticInterfaces& interfaces_;
    std::map<group_manager::SourceGroup, StaticRoute> routes_;
};

} // namespace mcfwd::protocols
