// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Counting the reasons, and handing over what is only kept.
#include "static_interfaces.hh"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace mcfwd::protocols {

using group_manager::ClientHandle;
using group_manager::InterfaceKey;

namespace {

/// Protocol number of static routes among the clients, as routing tables number "netmgmt" routes (RFC 2096,
/// ipCidrRouteProto).
constexpr std::uint32_t kProtocolStatic = 3;

/// After a step that found no memory.
constexpr std::chrono::seconds kSettleAgain{1};

bool igmp_is_on(const group_manager::GroupManager& groups, IfIndex interface) {
    const auto record = groups.ownership_of({interface, {}});
    return record && !record->igmp.name.empty();
}

} // namespace

Expected<void> StaticInterfaces::start() {
    auto client = groups_.register_protocol(
        {.id = {.protocol = kProtocolStatic, .component = 0}, .name = "static", .callbacks = {}});
    if (!client) {
        return std::unexpected(client.error());
    }
    client_ = *client;
    return {};
}

Expected<void> StaticInterfaces::need(const std::set<IfIndex>& interfaces) {
    std::set<IfIndex> taken;
    for (const IfIndex interface : interfaces) {
        Use& use = uses_[interface];
        if (auto owned = own(interface, use); !owned) {
            settle_in_time(interface);
            drop(taken);
            return owned;
        }
        ++use.routes;
        taken.insert(interface);
    }
    return {};
}

void StaticInterfaces::drop(const std::set<IfIndex>& interfaces) {
    for (const IfIndex interface : interfaces) {
        --uses_.at(interface).routes;
        settle_in_time(interface);
    }
}

Expected<void> StaticInterfaces::hold(IfIndex interface) {
    Use& use = uses_[interface];
    if (use.firm()) {
        return fail(Status::kAlreadyExists, "the static protocol owns this interface already");
    }
    if (auto owned = own(interface, use, Insist::kYes); !owned) {
        settle_in_time(interface);
        return owned;
    }
    use.held = true;
    return {};
}

Expected<void> StaticInterfaces::let_go(IfIndex interface) {
    const auto at = uses_.find(interface);
    if (at == uses_.end() || !at->second.owned || !at->second.needed()) {
        return fail(Status::kInvalidParameter, "the static protocol does not own this interface");
    }
    Use& use = at->second;
    if (use.routes > 0) {
        return fail(Status::kCanNotComplete, "static routes need this interface; delete them first");
    }
    if (!use.held) {
        return fail(Status::kCanNotComplete, "an rpf_route leads to this interface and nobody else is on it; "
                                             "a routing protocol that takes it gets it");
    }
    use.held = false;
    auto settled = settle(interface);
    if (!settled) {
        use.held = true;
    }
    return settled;
}

Expected<void> StaticInterfaces::keep(IfIndex interface) {
    Use& use = uses_[interface];
    if (!use.owned && left_alone(interface) && !groups_.protocol_on_interface({interface, {}})) {
        if (auto owned = own(interface, use); !owned) {
            settle_in_time(interface);
            return owned;
        }
    }
    ++use.kept;
    return {};
}

void StaticInterfaces::stop_keeping(IfIndex interface) {
    --uses_.at(interface).kept;
    settle_in_time(interface);
}

Expected<void> StaticInterfaces::give(ClientHandle to, InterfaceKey interface) {
    auto taken = yielding_ != nullptr ? yielding_->take(to, interface)
                                      : groups_.take_interface_ownership(to, interface);
    const auto at = uses_.find(interface.interface);
    if (taken || taken.error().status != Status::kAlreadyExists || !interface.next_hop.is_unspecified() ||
        at == uses_.end() || !at->second.owned) {
        return taken;
    }
    Use& use = at->second;
    if (use.firm()) {
        return fail(Status::kAlreadyExists,
                    fmt::format("{}: {}", taken.error().what,
                                use.routes > 0 ? "an mroute names it (show mroutes); delete it first"
                                               : "the operator took it; `ownership release` frees it"));
    }
    auto given = groups_.transfer_interface_ownership(client_, to, interface);
    if (given) {
        use.owned = false;
        settle_in_time(interface.interface);
    }
    return given;
}

Expected<void> StaticInterfaces::take_back(ClientHandle from, InterfaceKey interface) {
    const auto at = uses_.find(interface.interface);
    const bool kept = interface.next_hop.is_unspecified() && at != uses_.end() && !at->second.owned;
    if (kept && left_alone(interface.interface)) {
        auto taken = groups_.transfer_interface_ownership(from, client_, interface);
        at->second.owned = taken.has_value();
        if (taken || taken.error().status == Status::kNotEnoughMemory) {
            return taken;
        }
    }
    auto released = release(from, interface);
    if (released && kept) {
        settle_in_time(interface.interface); // if it was IGMP that left
    }
    return released;
}

void StaticInterfaces::advance(Instant now) {
    if (!behind_ || now < next_try_) {
        return;
    }
    behind_ = false;
    next_try_ = now + kSettleAgain;
    for (auto at = uses_.begin(); at != uses_.end();) {
        const IfIndex interface = (at++)->first;
        settle_in_time(interface);
    }
}

bool StaticInterfaces::left_alone(IfIndex interface) const {
    return !igmp_is_on(groups_, interface) &&
           (yielding_ == nullptr || !yielding_->comes_back_to({interface, {}}));
}

Expected<void> StaticInterfaces::release(ClientHandle from, InterfaceKey interface) {
    return yielding_ != nullptr ? yielding_->release(from, interface)
                                : groups_.release_interface_ownership(from, interface);
}

Expected<void> StaticInterfaces::own(IfIndex interface, Use& use, Insist insist) {
    if (use.owned) {
        return {};
    }
    const InterfaceKey key{interface, {}};
    auto taken = insist == Insist::kYes && yielding_ != nullptr
                     ? yielding_->take(client_, key)
                     : groups_.take_interface_ownership(client_, key);
    use.owned = taken.has_value();
    return taken;
}

Expected<void> StaticInterfaces::settle(IfIndex interface) {
    const auto at = uses_.find(interface);
    Use& use = at->second;
    const bool alone = use.kept > 0 && left_alone(interface);
    if (use.owned && !use.firm() && !alone) {
        if (auto released = release(client_, {interface, {}}); !released) {
            return released;
        }
        use.owned = false;
    } else if (!use.owned && alone && !groups_.protocol_on_interface({interface, {}})) {
        return own(interface, use);
    }
    if (!use.owned && !use.needed()) {
        uses_.erase(at);
    }
    return {};
}

void StaticInterfaces::settle_in_time(IfIndex interface) {
    if (auto settled = settle(interface); !settled) {
        behind_ = true;
        spdlog::error("static interface not settled, trying again interface={} reason=\"{}\"", interface,
                      settled.error().what);
    }
}

} // namespace mcfwd::protocols
