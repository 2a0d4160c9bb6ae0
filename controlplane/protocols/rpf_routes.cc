// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The view changes first, then the group manager looks again. An interface must belong to somebody before
// packets that arrive there are forwarded at all, so it is kept first and given up last.
#include "rpf_routes.hh"

#include <fmt/format.h>

namespace mcfwd::protocols {

using group_manager::Memory;
using group_manager::MemoryHold;

Expected<void> RpfRoutes::add(Ipv4Prefix prefix, IfIndex interface, Ipv4Address upstream) {
    if (prefix.network() != prefix.address) {
        return fail(Status::kInvalidParameter, fmt::format("{} has bits behind its length; valid: {}/{}",
                                                           prefix, prefix.network(), prefix.length));
    }
    if (routes_.contains(prefix)) {
        return fail(Status::kAlreadyExists,
                    fmt::format("rpf_route {} exists; delete it first to change it", prefix));
    }
    const MemoryHold hold(memory_, StaticInterfaces::kRoom, Memory::Use::kGrow);
    if (!hold) {
        return fail(Status::kNotEnoughMemory, fmt::format("no memory for rpf_route {}", prefix));
    }
    if (auto kept = interfaces_.keep(interface); !kept) {
        return kept;
    }
    if (auto added = view_.add_route(prefix, {interface, {}}, upstream); !added) {
        interfaces_.stop_keeping(interface);
        return added;
    }
    routes_.emplace(prefix, Route{interface, upstream});
    return groups_.route_changed(prefix);
}

Expected<void> RpfRoutes::remove(Ipv4Prefix prefix) {
    const auto at = routes_.find(prefix);
    if (at == routes_.end()) {
        return fail(Status::kNotFound, fmt::format("there is no rpf_route {}", prefix));
    }
    const MemoryHold hold(memory_, StaticInterfaces::kRoom, Memory::Use::kShrink);
    if (!hold) {
        return fail(Status::kNotEnoughMemory, fmt::format("no memory to delete rpf_route {}", prefix));
    }
    const Route route = at->second;
    routes_.erase(at);
    view_.remove_route(prefix);
    auto changed = groups_.route_changed(prefix);
    interfaces_.stop_keeping(route.interface);
    return changed;
}

} // namespace mcfwd::protocols
