// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The built-in static protocol: `[[mroute]]` and `mroute add`. An ordinary client of the group manager that
// owns the interfaces its routes name and joins their groups on the outgoing ones.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <mcfwd/ids.hh>
#include <mcfwd/result.hh>

#include <controlplane/group_manager/group_manager.hh>
#include <controlplane/group_manager/rpf_table.hh>

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
    /// Both outlive this object; the group manager answers RPF questions from `view`.
    StaticRoutes(group_manager::GroupManager& groups, group_manager::RpfTable& view);

    /// Registers with the group manager. Once, before `add`.
    [[nodiscard]] Expected<void> start();

    /// Owns an interface without a route of this protocol on it. Counted: as often as `own`, `disown` ends
    /// it.
    [[nodiscard]] Expected<void> own(IfIndex interface) { return take({interface}); }
    void disown(IfIndex interface) { release({interface}); }
    /// Owns an interface because the operator wants it. kAlreadyExists: it, or another routing protocol, owns
    /// the interface.
    [[nodiscard]] Expected<void> hold(IfIndex interface);
    /// Undoes `hold`. kInvalidParameter: it does not own the interface; kCanNotComplete: routes need it.
    [[nodiscard]] Expected<void> let_go(IfIndex interface);

    /// All or nothing. kAlreadyExists: the key has a route; kInvalidParameter: malformed; kAlreadyExists also
    /// when another routing protocol owns one of the interfaces.
    [[nodiscard]] Expected<void> add(const StaticRoute& route);
    /// kNotFound: no such route.
    [[nodiscard]] Expected<void> remove(group_manager::SourceGroup key);

    /// By group, then source.
    [[nodiscard]] const std::map<group_manager::SourceGroup, StaticRoute>& routes() const { return routes_; }

  private:
    [[nodiscard]] Expected<void> take(const std::set<IfIndex>& interfaces);
    void release(const std::set<IfIndex>& interfaces);
    void route_changed(group_manager::SourceGroup key);

    group_manager::GroupManager& groups_;
    group_manager::RpfTable& view_;
    group_manager::ClientHandle client_;
    std::map<group_manager::SourceGroup, StaticRoute> routes_;
    std::map<IfIndex, std::size_t> uses_; ///< routes that name the interface; one more for `own` and `hold`
    std::set<IfIndex> held_;              ///< by `hold`
};

} // namespace mcfwd::protocols
