// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Upkeep of the index by key. The records themselves are edited by the operations.
#include <controlplane/group_manager/interest.hh>

#include <algorithm>
#include <iterator>

namespace mcfwd::group_manager {

namespace {

auto place(std::vector<std::pair<ClientHandle, std::size_t>>& wanted, ClientHandle component) {
    return std::ranges::lower_bound(wanted, component, {}, &std::pair<ClientHandle, std::size_t>::first);
}

} // namespace

void Interest::clear() {
    records_.clear();
    keys_.clear();
    groups_ = 0;
    by_rpf_.clear();
    by_source_.clear();
}

void Interest::count(SourceGroup key, ClientHandle component) {
    auto& wanted = keys_.at(key).wanted;
    const auto at = place(wanted, component);
    if (at != wanted.end() && at->first == component) {
        ++at->second;
    } else {
        wanted.insert(at, {component, 1});
    }
}

void Interest::uncount(SourceGroup key, ClientHandle component) {
    auto& wanted = keys_.at(key).wanted;
    const auto at = place(wanted, component);
    if (--at->second == 0) {
        wanted.erase(at);
    }
}

void Interest::enter(SourceGroup key, InterfaceKey interface) {
    const auto [line, fresh] = keys_.try_emplace(key);
    KeyState& state = line->second;
    if (fresh) {
        state.entered = stamp();
        groups_ += is_only_one(line) ? 1U : 0U;
    }
    const auto at = std::ranges::lower_bound(state.interfaces, interface);
    if (at == state.interfaces.end() || *at != interface) {
        state.interfaces.insert(at, interface);
    }
    if (key.is_concrete()) {
        by_source_.emplace(key.source, key.group);
    }
}

std::optional<std::uint64_t> Interest::leave(SourceGroup key, InterfaceKey interface) {
    const auto found = keys_.find(key);
    KeyState& state = found->second;
    std::erase(state.interfaces, interface);
    if (!state.interfaces.empty()) {
        return std::nullopt;
    }
    set_rpf_interface(key, std::nullopt);
    by_source_.erase({key.source, key.group});
    const std::uint64_t entered = state.entered;
    groups_ -= is_only_one(found) ? 1U : 0U;
    keys_.erase(found);
    return entered;
}

bool Interest::is_only_one(std::map<SourceGroup, KeyState>::const_iterator key) const {
    const Ipv4Address group = key->first.group;
    const auto next = std::next(key);
    return !group.is_unspecified() && (key == keys_.begin() || std::prev(key)->first.group != group) &&
           (next == keys_.end() || next->first.group != group);
}

void Interest::set_rpf_interface(SourceGroup key, std::optional<InterfaceKey> interface) {
    KeyState& state = keys_.at(key);
    if (state.rpf_interface == interface) {
        return;
    }
    if (state.rpf_interface) {
        const auto old = by_rpf_.find(*state.rpf_interface);
        old->second.erase(key);
        if (old->second.empty()) {
            by_rpf_.erase(old);
        }
    }
    if (interface) {
        by_rpf_[*interface].insert(key);
    }
    state.rpf_interface = interface;
}

std::vector<ClientHandle> Interest::wanted(SourceGroup key) const {
    std::vector<ClientHandle> components;
    if (const KeyState* state = find(key)) {
        for (const auto& [component, multiplicity] : state->wanted) {
            components.push_back(component);
        }
    }
    return components;
}

std::vector<SourceGroup> Interest::keys_by_rpf(InterfaceKey interface, SourceGroup after,
                                               std::size_t limit) const {
    std::vector<SourceGroup> keys;
    const auto found = by_rpf_.find(interface);
    if (found == by_rpf_.end()) {
        return keys;
    }
    for (auto at = found->second.upper_bound(after); at != found->second.end() && keys.size() < limit; ++at) {
        keys.push_back(*at);
    }
    return keys;
}

std::vector<SourceGroup> Interest::keys_from(Ipv4Prefix sources, Ipv4Address group,
                                             std::optional<SourceGroup> after, std::size_t limit) const {
    std::vector<SourceGroup> keys;
    if (!group.is_unspecified()) {
        auto at = after ? keys_.upper_bound(*after) : keys_.lower_bound({group, sources.network()});
        for (; at != keys_.end() && at->first.group == group && sources.contains(at->first.source) &&
               keys.size() < limit;
             ++at) {
            if (at->first.is_concrete()) {
                keys.push_back(at->first);
            }
        }
        return keys;
    }
    auto at = after ? by_source_.upper_bound({after->source, after->group})
                    : by_source_.lower_bound({sources.network(), Ipv4Address{}});
    for (; at != by_source_.end() && sources.contains(at->first) && keys.size() < limit; ++at) {
        keys.push_back({at->second, at->first});
    }
    return keys;
}

} // namespace mcfwd::group_manager
