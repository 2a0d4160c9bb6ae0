// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A route is three things: ownership of its interfaces, its iif in the multicast view, and joins on its oifs.
// They are made in that order and undone in the reverse one.
#include "static_routes.hh"

#include <algorithm>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace mcfwd::protocols {

using group_manager::InterfaceKey;
using group_manager::MembershipFlags;
using group_manager::Memory;
using group_manager::MemoryHold;
using group_manager::SourceGroup;

namespace {

/// RFC 4607 section 1.
constexpr Ipv4Prefix kSsmRange{Ipv4Address(232, 0, 0, 0), 8};

Expected<void> check(const StaticRoute& route) {
    if (!route.key.group.is_routable_group()) {
        return fail(
            Status::kInvalidParameter,
            fmt::format("group {} is not one that routers forward; valid: 224.0.1.0 to 239.255.255.255",
                        route.key.group));
    }
    if (route.key.source != kAnySource && !route.key.source.is_valid_source()) {
        return fail(
            Status::kInvalidParameter,
            fmt::format("source {} is no address that packets come from; valid: a unicast address or *",
                        route.key.source));
    }
    if (route.key.source == kAnySource && kSsmRange.contains(route.key.group)) {
        return fail(Status::kInvalidParameter,
                    fmt::format("group {} is source-specific ({}): the mroute needs a source",
                                route.key.group, kSsmRange));
    }
    if (route.oifs.empty()) {
        return fail(Status::kInvalidParameter, fmt::format("mroute {} has no outgoing interface", route.key));
    }
    if (route.oifs.contains(route.iif)) {
        return fail(Status::kInvalidParameter,
                    fmt::format("mroute {} names its incoming interface among the outgoing ones", route.key));
    }
    return {};
}

std::set<IfIndex> interfaces_of(const StaticRoute& route) {
    std::set<IfIndex> all = route.oifs;
    all.insert(route.iif);
    return all;
}

} // namespace

StaticRoutes::StaticRoutes(group_manager::GroupManager& groups, group_manager::RpfTable& view,
                           StaticInterfaces& interfaces, group_manager::Memory* memory)
    : groups_(groups),
      view_(view),
      interfaces_(interfaces),
      memory_(memory) {}

Expected<void> StaticRoutes::add(const StaticRoute& route) {
    if (auto valid = check(route); !valid) {
        return valid;
    }
    if (routes_.contains(route.key)) {
        return fail(Status::kAlreadyExists,
                    fmt::format("mroute {} exists; delete it first to change it", route.key));
    }
    const MemoryHold hold(memory_, StaticInterfaces::kRoom, Memory::Use::kGrow);
    if (!hold) {
        return fail(Status::kNotEnoughMemory, fmt::format("no memory for mroute {}", route.key));
    }
    if (auto taken = interfaces_.need(interfaces_of(route)); !taken) {
        return taken;
    }
    view_.set_static_iif(route.key, InterfaceKey{route.iif, {}});
    if (auto joined = join(route); !joined) {
        view_.clear_static_iif(route.key);
        interfaces_.drop(interfaces_of(route));
        return joined;
    }
    routes_.emplace(route.key, route);
    route_changed(route.key);
    return {};
}

Expected<void> StaticRoutes::join(const StaticRoute& route) {
    const group_manager::GroupManager::Batch batch(groups_, fmt::format("mroute add {}", route.key));
    for (const IfIndex oif : route.oifs) {
        auto added =
            groups_.add_group_membership(interfaces_.client(), route.key, {oif, {}}, MembershipFlags::kJoin);
        if (!added) {
            if (auto undone = leave(route); !undone) { // of what was not joined it is nothing
                spdlog::error("mroute not added, but some of its oifs are joined key={} reason=\"{}\"",
                              route.key, undone.error().what);
            }
            return added;
        }
    }
    return {};
}

Expected<void> StaticRoutes::leave(const StaticRoute& route) {
    const group_manager::GroupManager::Batch batch(groups_, fmt::format("mroute del {}", route.key));
    for (const IfIndex oif : route.oifs) {
        auto gone = groups_.delete_group_membership(interfaces_.client(), route.key, {oif, {}},
                                                    MembershipFlags::kJoin);
        if (!gone) {
            return gone;
        }
    }
    return {};
}

Expected<void> StaticRoutes::remove(SourceGroup key) {
    const auto at = routes_.find(key);
    if (at == routes_.end()) {
        return fail(Status::kNotFound, fmt::format("there is no mroute {}", key));
    }
    const MemoryHold hold(memory_, StaticInterfaces::kRoom, Memory::Use::kShrink);
    if (!hold) {
        return fail(Status::kNotEnoughMemory, fmt::format("no memory to delete mroute {}", key));
    }
    if (auto left = leave(at->second); !left) {
        return left;
    }
    const auto gone = routes_.extract(at);
    view_.clear_static_iif(key);
    route_changed(key);
    interfaces_.drop(interfaces_of(gone.mapped()));
    return {};
}

void StaticRoutes::route_changed(SourceGroup key) {
    const Ipv4Prefix sources{key.source, static_cast<std::uint8_t>(key.source == kAnySource ? 0 : 32)};
    if (auto result = groups_.route_changed(sources, key.group); !result) {
        spdlog::error("route change not taken key={} reason=\"{}\"", key, result.error().what);
    }
}

} // namespace mcfwd::protocols
