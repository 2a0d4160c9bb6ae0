// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Which ports get what, derived from the members of each port and the routers; nothing of it is kept.
#include <algorithm>
#include <iterator>

#include "snooping_state.hh"

namespace mcfwd::igmp {
namespace {

/// What is in force for a group; nullptr: nothing.
const Membership* wish(const SnoopingPort& port, Ipv4Address group) {
    const Membership* membership = port.members.membership(group);
    return membership == nullptr || membership->empty() ? nullptr : membership;
}

bool wants(const Membership& membership, Ipv4Address source) {
    const bool exclude = membership.mode == FilterMode::kExclude;
    return source == kAnySource ? exclude : exclude != contains(membership.sources, source);
}

} // namespace

std::optional<std::vector<BridgePort>> SnoopingBridge::ports_for(Ipv4Address group,
                                                                 Ipv4Address source) const {
    std::vector<BridgePort> result;
    bool has_key = false;
    for (const BridgePort number : state_->all_ports) {
        const Membership* membership = wish(state_->at(number), group);
        const bool router = std::ranges::binary_search(state_->routers, number);
        if (router || (membership != nullptr && wants(*membership, source))) {
            result.push_back(number);
        }
        has_key |= membership != nullptr && (source == kAnySource || contains(membership->sources, source));
    }
    return has_key ? std::optional(std::move(result)) : std::nullopt;
}

std::vector<BridgePort> SnoopingBridge::unregistered_ports() const {
    const bool flood = state_->config.flood_unregistered || !state_->refused.empty();
    return flood ? state_->all_ports : state_->routers;
}

std::vector<BridgePort> SnoopingBridge::flood_ports() const {
    return state_->all_ports;
}

std::vector<BridgePort> SnoopingBridge::router_ports() const {
    return state_->routers;
}

void SnoopingBridge::for_each_key(const std::function<void(const SourceGroupKey&)>& visit) const {
    std::vector<SourceGroupKey> keys;
    state_->append_all_keys(keys);
    std::ranges::sort(keys);
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    std::ranges::for_each(keys, visit);
}

void SnoopingBridge::table_full(Ipv4Address group, bool full, Instant now, SnoopingOutput& out) {
    if (!state_->running) {
        return;
    }
    const State::Input in{now, out};
    state_->advance(in);
    const bool any_before = !state_->refused.empty();
    if (full && state_->has_group(group)) {
        state_->refused.insert(group);
    } else {
        state_->refused.erase(group);
    }
    out.floods_changed |= any_before != !state_->refused.empty();
    state_->tell(in);
}

void SnoopingBridge::State::tell(Input in) {
    auto& keys = in.out.changed;
    const auto begin = static_cast<std::ptrdiff_t>(keys.size());
    const bool any_refused = !refused.empty();
    for (const MembershipChange& change : changes) {
        keys.push_back({change.group, change.source});
        keys.push_back({change.group, kAnySource});
        if (change.source == kAnySource) { // every source that the port does not name
            append_keys(change.group, keys);
        }
        if (any_refused && !has_group(change.group)) {
            refused.erase(change.group);
        }
    }
    in.out.floods_changed |= any_refused != !refused.empty();
    refresh_routers(in);
    if (routers_changed) {
        in.out.floods_changed = true;
        append_all_keys(keys);
    }
    std::sort(keys.begin() + begin, keys.end());
    keys.erase(std::unique(keys.begin() + begin, keys.end()), keys.end());
    changes.clear();
    routers_changed = false;
}

/// A port that is no router port any more got everything until now, so its hosts may never have been asked.
void SnoopingBridge::State::refresh_routers(Input in) {
    const auto is_listed = [this](BridgePort port) { return std::ranges::binary_search(routers, port); };
    if (std::ranges::all_of(all_ports,
                            [&](BridgePort port) { return at(port).is_router() == is_listed(port); })) {
        return;
    }
    for (const BridgePort port : routers) {
        if (running && !at(port).is_router()) {
            ask(port, in);
            repeat_questions(port, in);
        }
    }
    routers.clear();
    std::ranges::copy_if(all_ports, std::back_inserter(routers),
                         [this](BridgePort port) { return at(port).is_router(); });
    routers_changed = true;
}

bool SnoopingBridge::State::has_group(Ipv4Address group) const {
    return std::ranges::any_of(ports,
                               [group](const SnoopingPort& port) { return wish(port, group) != nullptr; });
}

void SnoopingBridge::State::append_keys(Ipv4Address group, std::vector<SourceGroupKey>& keys) const {
    for (const SnoopingPort& port : ports) {
        if (const Membership* membership = wish(port, group)) {
            for (const Ipv4Address source : membership->sources) {
                keys.push_back({group, source});
            }
        }
    }
}

void SnoopingBridge::State::append_all_keys(std::vector<SourceGroupKey>& keys) const {
    for (const SnoopingPort& port : ports) {
        port.members.for_each_membership([&](const MembershipChange& change) {
            keys.push_back({change.group, change.source});
            keys.push_back({change.group, kAnySource});
        });
    }
}

} // namespace mcfwd::igmp
