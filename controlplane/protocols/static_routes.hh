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
    /// `memory` may be null: then nothing is refused.
    StaticRoutes(group_manager::GroupManager& groups, group_manager::RpfTable& view,
                 StaticInterfaces& interfaces, group_manager::Memory* memory);

    /// All or nothing. kAlreadyExists: the key has a route; kInvalidParameter: malformed; kAlreadyExists also
    /// when another routing protocol owns one of the interfaces.
    [[nodiscard]] Expected<void> add(const StaticRoute& route);
    /// kNotFound: no such route. kNotEnoughMemory: the route is still there, though it may have lost some of
    /// its oifs.
    [[nodiscard]] Expected<void> remove(group_manager::SourceGroup key);

    /// By group, then source.
    [[nodiscard]] const std::map<group_manager::SourceGroup, StaticRoute>& routes() const { return routes_; }

  private:
    [[nodiscard]] Expected<void> join(const StaticRoute& route);
    [[nodiscard]] Expected<void> leave(const StaticRoute& route);
    void route_changed(group_manager::SourceGroup key);

    group_manager::GroupManager& groups_;
    group_manager::RpfTable& view_;
    StaticInterfaces& interfaces_;
    group_manager::Memory* memory_;
    std::map<group_manager::SourceGroup, StaticRoute> routes_;
};

} // namespace mcfwd::protocols
