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

OwnershipView view(const Core& core, InterfaceKey interface, const Record& record) {
    return {.interface = interface,
            .owner = core.clients.name_of(record.owner),
            .igmp = core.clients.name_of(record.igmp),
            .phase = record.phase,
            .memberships = record.of_owner.size() + record.of_igmp.size(),
            .stale = record.stale,
            .awaiting_replay = record.awaiting_replay};
}

} // namespace

std::vector<OwnershipView> GroupManager::ownership() const {
    std::vector<OwnershipView> views;
    for (const auto& [interface, record] : core_->interest.records()) {
        views.push_back(view(*core_, interface, record));
    }
    return views;
}

std::optional<OwnershipView> GroupManager::ownership_of(InterfaceKey interface) const {
    const Record* record = core_->interest.find(interface);
    return record == nullptr ? std::nullopt : std::optional(view(*core_, interface, *record));
}

const std::map<InterfaceKey, HandoffStats>& GroupManager::handoffs() const {
    return core_->handoffs;
}

std::vector<SourceGroup> GroupManager::memberships_of(ClientHandle client, InterfaceKey interface,
                                                      std::size_t limit, SourceGroup from) const {
    std::vector<SourceGroup> keys;
    const Record* record = core_->interest.find(interface);
    if (record == nullptr || (client != record->owner && client != record->igmp)) {
        return keys;
    }
    const Memberships& members = client == record->owner ? record->of_owner : record->of_igmp;
    for (auto at = members.lower_bound(from); at != members.end() && keys.size() < limit; ++at) {
        keys.push_back(at->first);
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
