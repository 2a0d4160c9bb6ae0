// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The derived notions of specification section 1, each written as its definition reads.
#include "state.hh"

namespace mcfwd::group_manager::model {

bool covers(SourceGroup key, SourceGroup flow) {
    return (key.group.is_unspecified() || key.group == flow.group) &&
           (key.source.is_unspecified() || key.source == flow.source);
}

ClientHandle State::attr(InterfaceKey on) const {
    const auto record = records.find(on);
    if (record == records.end()) {
        return kNoClient;
    }
    return record->second.owner != kNoClient ? record->second.owner : record->second.igmp;
}

bool State::is_igmp_of(ClientHandle client, InterfaceKey on) const {
    const auto record = records.find(on);
    return record != records.end() && record->second.igmp == client;
}

ClientHandle State::cnt(const MembershipKey& key, const Membership& membership) const {
    const bool live_of_igmp = is_igmp_of(key.component, key.on) && !membership.stale;
    return live_of_igmp ? attr(key.on) : key.component;
}

std::set<ClientHandle> State::wanting(SourceGroup key) const {
    std::set<ClientHandle> components;
    for (const auto& [who, membership] : memberships) {
        if (who.key == key) {
            components.insert(cnt(who, membership));
        }
    }
    return components;
}

std::optional<InterfaceKey> State::rpf_interface(SourceGroup key) const {
    const auto answer = env.view.lookup(key);
    return answer ? std::optional(answer->iif) : std::nullopt;
}

bool State::others_want(ClientHandle client, SourceGroup key) const {
    if (key.is_concrete()) {
        const auto towards_source = rpf_interface(key);
        if (!towards_source || attr(*towards_source) != client) {
            return false; // nobody else is told
        }
    }
    std::set<ClientHandle> others = wanting(key);
    others.erase(client);
    return !others.empty();
}

bool State::awaits_owner(const MembershipKey& key, const Membership& membership) const {
    return confirm && is_igmp_of(key.component, key.on) && !membership.stale &&
           records.at(key.on).owner != kNoClient;
}

std::map<InterfaceKey, std::set<ClientHandle>> State::contributions(const Mfe& mfe) const {
    std::map<InterfaceKey, std::set<ClientHandle>> all;
    for (const auto& [who, membership] : memberships) {
        if (covers(who.key, mfe.flow) && !awaits_owner(who, membership)) {
            all[who.on].insert(cnt(who, membership));
        }
    }
    for (const auto& [on, forward] : mfe.forwards) {
        all[on].insert(attr(on));
    }
    return all;
}

std::set<InterfaceKey> State::eff(const Mfe& mfe) const {
    std::set<InterfaceKey> interfaces;
    if (mfe.blocked != NegativeReason::kNone) {
        return interfaces; // 5.2 steps 2, 3 and 5
    }
    for (const auto& [on, components] : contributions(mfe)) {
        if (!mfe.vetoes.contains(on) && on.interface != mfe.iif.interface && // I5, for the whole wire
            !env.boundary.blocks_output(on, mfe.flow.group) && records.contains(on)) {
            interfaces.insert(on);
        }
    }
    return interfaces;
}

bool State::foreign(const Mfe& mfe) const {
    const auto all = contributions(mfe);
    std::set<ClientHandle> components;
    for (const InterfaceKey& on : eff(mfe)) {
        components.insert(all.at(on).begin(), all.at(on).end());
    }
    components.erase(mfe.iif_owner);
    return !components.empty();
}

std::set<SourceGroup> State::joined_keys() const {
    std::set<SourceGroup> keys;
    for (const auto& [who, membership] : memberships) {
        keys.insert(who.key);
    }
    return keys;
}

} // namespace mcfwd::group_manager::model
