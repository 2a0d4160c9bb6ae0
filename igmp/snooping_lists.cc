// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Which ports get what, derived from the members of each port and the routers; nothing of it is kept.
#include <algorithm>
#include <iterator>

#include "snooping_state.hh"

namespace mcfwd::igmp {
namespace {

/// Ports that one slice of refused groups looks at: a millisecond or two.
constexpr std::size_t kSlicePorts = 24'000;

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

std::optional<std::vector<BridgePort>> SnoopingBridge::State::list_of(Ipv4Address group,
                                                                      Ipv4Address source) const {
    std::vector<BridgePort> result;
    bool has_key = false;
    for (const BridgePort number : all_ports) {
        const Membership* membership = wish(ports[number.value()], group);
        const bool always = std::ranges::binary_search(wide, number);
        if (always || (membership != nullptr && wants(*membership, source))) {
            result.push_back(number);
        }
        has_key |= membership != nullptr && (source == kAnySource || contains(membership->sources, source));
    }
    return has_key ? std::optional(std::move(result)) : std::nullopt;
}

std::optional<std::vector<BridgePort>> SnoopingBridge::ports_for(Ipv4Address group,
                                                                 Ipv4Address source) const {
    return is_refused(group) ? std::nullopt : state_->list_of(group, source);
}

std::optional<std::vector<BridgePort>> SnoopingBridge::wanted_ports(Ipv4Address group,
                                                                    Ipv4Address source) const {
    return state_->list_of(group, source);
}

std::vector<BridgePort> SnoopingBridge::unregistered_ports() const {
    if (state_->config.flood_unregistered || !state_->refused.empty()) {
        return state_->all_ports;
    }
    std::vector<BridgePort> result;
    std::ranges::set_union(state_->wide, state_->unregistered, std::back_inserter(result));
    return result;
}

std::vector<BridgePort> SnoopingBridge::flood_ports() const {
    return state_->all_ports;
}

std::vector<BridgePort> SnoopingBridge::router_ports() const {
    return state_->routers;
}

bool SnoopingBridge::is_refused(Ipv4Address group) const {
    return state_->refused.contains(group);
}

std::vector<Ipv4Address> SnoopingBridge::refused_from(Ipv4Address from, std::size_t most) const {
    std::vector<Ipv4Address> result;
    for (auto at = state_->refused.lower_bound(from); at != state_->refused.end() && result.size() < most;
         ++at) {
        result.push_back(*at);
    }
    return result;
}

std::vector<SourceGroupKey> SnoopingBridge::keys_of(Ipv4Address group) const {
    std::vector<SourceGroupKey> keys;
    if (state_->has_group(group)) {
        keys.push_back({group, kAnySource});
    }
    state_->append_sources(group, keys);
    std::ranges::sort(keys);
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return keys;
}

std::vector<SourceGroupKey> SnoopingBridge::keys_from(const SourceGroupKey& from, std::size_t most) const {
    std::vector<SourceGroupKey> keys;
    std::optional<Ipv4Address> group = state_->group_from(from.group);
    while (group && keys.size() < most) {
        if (!is_refused(*group)) {
            std::ranges::copy_if(keys_of(*group), std::back_inserter(keys),
                                 [&](const SourceGroupKey& key) { return key >= from; });
        }
        group = state_->group_from(Ipv4Address(group->host() + 1));
    }
    keys.resize(std::min(keys.size(), most));
    return keys;
}

void SnoopingBridge::table_full(std::span<const Ipv4Address> groups, bool full, Instant now,
                                SnoopingOutput& out) {
    if (!state_->running) {
        return;
    }
    const State::Input in{now, out};
    state_->advance(in);
    const bool any_before = !state_->refused.empty();
    for (const Ipv4Address group : groups) {
        const bool changed = full ? state_->has_group(group) && state_->refused.insert(group).second
                                  : state_->refused.erase(group) != 0;
        if (changed) {
            std::ranges::copy(keys_of(group), std::back_inserter(out.changed));
        }
    }
    out.floods_changed |= any_before != !state_->refused.empty();
    state_->tell(in);
}

void SnoopingBridge::State::tell(Input in) {
    auto& keys = in.out.changed;
    const auto begin = static_cast<std::ptrdiff_t>(keys.size());
    const bool any_refused = !refused.empty();
    const bool named = !unnamed && changes.size() <= kMostNamed;
    in.out.all_changed |= !named;
    for (const MembershipChange& change : changes) {
        if (any_refused && refused.contains(change.group)) { // it has no keys
            if (!has_group(change.group)) {
                refused.erase(change.group);
            }
            continue;
        }
        if (!named) {
            continue;
        }
        keys.push_back({change.group, change.source});
        keys.push_back({change.group, kAnySource});
        if (change.source == kAnySource) { // every source that the port does not name
            append_sources(change.group, keys);
        }
    }
    forget_refusals();
    in.out.floods_changed |= any_refused != !refused.empty();
    refresh_routers(in);
    in.out.floods_changed |= wide_changed;
    in.out.all_changed |= wide_changed;
    std::sort(keys.begin() + begin, keys.end());
    keys.erase(std::unique(keys.begin() + begin, keys.end()), keys.end());
    changes.clear();
    unnamed = false;
    wide_changed = false;
}

void SnoopingBridge::State::forget_refusals() {
    for (std::size_t looked = 0; unsure_from && looked < kSlicePorts; looked += ports.size()) {
        const auto at = refused.lower_bound(*unsure_from);
        if (at == refused.end()) {
            unsure_from.reset();
            return;
        }
        unsure_from = Ipv4Address(at->host() + 1);
        if (!has_group(*at)) {
            refused.erase(at);
        }
    }
}

/// Removals are held back a little: a host that says hello and good-bye in turn would have all lists made
/// anew each time.
bool SnoopingBridge::State::stays_router(BridgePort number, Instant now) const {
    const SnoopingPort& port = ports[number.value()];
    return port.is_router() || (port.router_since && now - *port.router_since < kLeastRouterTime);
}

/// A port that is no router port any more got everything until now, so its hosts may never have been asked.
void SnoopingBridge::State::refresh_routers(Input in) {
    const auto is_in = [](const std::vector<BridgePort>& list, BridgePort port) {
        return std::ranges::binary_search(list, port);
    };
    const auto is_wide = [&](BridgePort port) { return stays_router(port, in.now) || at(port).learns(); };
    if (std::ranges::all_of(all_ports, [&](BridgePort port) {
            return stays_router(port, in.now) == is_in(routers, port) && is_wide(port) == is_in(wide, port);
        })) {
        return;
    }
    const std::vector<BridgePort> before = std::move(routers);
    routers.clear();
    std::ranges::copy_if(all_ports, std::back_inserter(routers),
                         [&](BridgePort port) { return stays_router(port, in.now); });
    for (const BridgePort port : all_ports) {
        if (is_in(routers, port)) {
            at(port).router_since = at(port).router_since.value_or(in.now);
        } else if (is_in(before, port)) {
            at(port).router_since.reset();
            if (running) {
                ask(port, questions_per_port(), in);
                repeat_questions(port, in);
            }
        }
    }
    std::vector<BridgePort> now_wide;
    std::ranges::copy_if(all_ports, std::back_inserter(now_wide), is_wide);
    wide_changed |= now_wide != wide;
    wide = std::move(now_wide);
}

bool SnoopingBridge::State::has_group(Ipv4Address group) const {
    return std::ranges::any_of(ports,
                               [group](const SnoopingPort& port) { return wish(port, group) != nullptr; });
}

std::optional<Ipv4Address> SnoopingBridge::State::group_from(Ipv4Address from) const {
    std::optional<Ipv4Address> first;
    for (const SnoopingPort& port : ports) {
        if (const auto group = port.members.group_from(from); group && (!first || *group < *first)) {
            first = group;
        }
    }
    return first;
}

void SnoopingBridge::State::append_sources(Ipv4Address group, std::vector<SourceGroupKey>& keys) const {
    for (const SnoopingPort& port : ports) {
        if (const Membership* membership = wish(port, group)) {
            for (const Ipv4Address source : membership->sources) {
                keys.push_back({group, source});
            }
        }
    }
}

} // namespace mcfwd::igmp
