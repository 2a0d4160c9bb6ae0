// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Copies of the tables for `mcfwdctl show` and metrics.
#include <controlplane/group_manager/core.hh>

namespace mcfwd::group_manager {

namespace {

std::chrono::seconds age(Instant since, Instant now) {
    return std::chrono::duration_cast<std::chrono::seconds>(now - since);
}

/// The owner has not agreed to forward what this membership of IGMP asks for.
bool unconfirmed(const Core& core, const Record& record, InterfaceKey interface, SourceGroup key,
                 const Membership& of_igmp) {
    if (!core.awaits_owner(record, of_igmp)) {
        return false;
    }
    for (const SourceGroup& covering : {key, SourceGroup{key.group, kAnySource}, SourceGroup{}}) {
        const auto members = record.members.find(covering);
        if (members != record.members.end() && members->second.owner) {
            return false;
        }
    }
    const Entry* entry = core.entries.find(key);
    if (entry == nullptr) {
        return true;
    }
    const auto oif = entry->oifs.find(interface);
    return oif == entry->oifs.end() || oif->second.forwarded_by == kNoClient;
}

} // namespace

std::vector<OwnershipView> GroupManager::ownership() const {
    std::vector<OwnershipView> views;
    for (const auto& [interface, record] : core_->interest.records()) {
        views.push_back({.interface = interface,
                         .owner = core_->clients.name_of(record.owner),
                         .igmp = core_->clients.name_of(record.igmp),
                         .phase = record.phase,
                         .memberships = record.owner_count + record.igmp_count,
                         .stale = record.stale,
                         .awaiting_replay = record.awaiting_replay});
    }
    return views;
}

const std::map<InterfaceKey, HandoffStats>& GroupManager::handoffs() const {
    return core_->handoffs;
}

std::vector<MembershipView> GroupManager::memberships() const {
    const Instant now = core_->env.clock.now();
    std::vector<MembershipView> views;
    for (const auto& [interface, record] : core_->interest.records()) {
        const auto add = [&](SourceGroup key, const std::optional<Membership>& membership,
                             ClientHandle component) {
            if (!membership) {
                return;
            }
            const bool igmp = component == record.igmp;
            views.push_back({.key = key,
                             .interface = interface,
                             .component = core_->clients.name_of(component),
                             .counts_for = core_->clients.name_of(membership->counts_for),
                             .stale = igmp && record.is_stale(*membership),
                             .announced = igmp && record.announced(*membership),
                             .unconfirmed = igmp && unconfirmed(*core_, record, interface, key, *membership),
                             .age = age(membership->since, now)});
        };
        for (const auto& [key, members] : record.members) {
            // A routing protocol may have registered before IGMP or after it.
            if (record.owner < record.igmp) {
                add(key, members.owner, record.owner);
            }
            add(key, members.igmp, record.igmp);
            if (record.igmp < record.owner) {
                add(key, members.owner, record.owner);
            }
        }
    }
    return views;
}

std::vector<SourceGroup> GroupManager::memberships_of(ClientHandle client, InterfaceKey interface,
                                                      std::size_t limit) const {
    std::vector<SourceGroup> keys;
    const Record* record = core_->interest.find(interface);
    if (record == nullptr || (client != record->owner && client != record->igmp)) {
        return keys;
    }
    for (const auto& [key, members] : record->members) {
        if (keys.size() == limit) {
            break;
        }
        if (client == record->owner ? members.owner.has_value() : members.igmp.has_value()) {
            keys.push_back(key);
        }
    }
    return keys;
}

std::vector<ClientView> GroupManager::clients() const {
    const Instant now = core_->env.clock.now();
    std::vector<ClientView> views;
    for (const auto& [handle, client] : core_->clients.all()) {
        views.push_back({.handle = handle,
                         .name = client.name,
                         .igmp = client.is_igmp(),
                         .interfaces = {client.interfaces.begin(), client.interfaces.end()},
                         .memberships = client.memberships,
                         .age = age(client.since, now)});
    }
    return views;
}

std::size_t GroupManager::mfe_count() const {
    return core_->entries.all().size();
}

const Metrics& GroupManager::metrics() const {
    Metrics& metrics = core_->metrics;
    metrics.publish_count = core_->publication.published();
    metrics.callback_failures = core_->dispatcher.failures();
    return metrics;
}

} // namespace mcfwd::group_manager
