// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Taking and releasing interfaces where no handoff is needed (specification 3.2), and the checks for both.
#include <controlplane/group_manager/core.hh>

#include <algorithm>
#include <iterator>
#include <ranges>

#include <spdlog/spdlog.h>

namespace mcfwd::group_manager {

namespace {

/// Links (next hops) of one interface that somebody is on.
constexpr std::size_t kMostLinks = 1024;

Expected<void> may_take(const Core& core, const Client& client, InterfaceKey interface) {
    if (!core.env.interfaces.interface_name(interface.interface)) {
        return fail(Status::kInvalidParameter, fmt::format("there is no interface {}", interface.interface));
    }
    const Record* record = core.interest.find(interface);
    if (record == nullptr && core.interest.count_links(interface.interface, kMostLinks) == kMostLinks) {
        return fail(Status::kNotEnoughMemory, fmt::format("{} links of {} are owned, which is the limit",
                                                          kMostLinks, core.name(interface)));
    }
    if (record == nullptr) {
        return {};
    }
    if (record->owner == client.handle || record->igmp == client.handle) {
        return fail(Status::kAlreadyExists,
                    fmt::format("{} is on {} already (event 50014)", client.name.name, core.name(interface)));
    }
    const ClientHandle present = client.is_igmp() ? record->igmp : record->owner;
    if (present != kNoClient) {
        return fail(Status::kAlreadyExists,
                    fmt::format("{} belongs to {} (event 50016)", core.name(interface), core.name(present)));
    }
    if (record->phase == Phase::kHandoff) {
        return fail(Status::kCanNotComplete, fmt::format("{} is being handed over", core.name(interface)));
    }
    return {};
}

Expected<void> may_release(const Core& core, const Client& client, InterfaceKey interface) {
    const Record* record = core.interest.find(interface);
    if (record == nullptr) {
        return fail(Status::kInvalidParameter,
                    fmt::format("nobody is on {} (event 50015)", core.name(interface)));
    }
    if (record->owner != client.handle && record->igmp != client.handle) {
        return fail(Status::kInvalidParameter,
                    fmt::format("{} is not on {}", client.name.name, core.name(interface)));
    }
    if (record->phase == Phase::kHandoff) {
        return fail(Status::kCanNotComplete, fmt::format("{} is being handed over", core.name(interface)));
    }
    return {};
}

} // namespace

Expected<void> GroupManager::take_interface_ownership(ClientHandle handle, InterfaceKey interface) {
    const auto client = core_->caller(handle);
    if (!client) {
        return std::unexpected(client.error());
    }
    if (auto result = may_take(*core_, **client, interface); !result) {
        return result;
    }
    const Room room(*core_, core_->room_for_take(**client, interface), Memory::Use::kGrow);
    if (!room) {
        return room.refusal();
    }
    core_->take(**client, interface);
    return {};
}

Expected<void> GroupManager::release_interface_ownership(ClientHandle handle, InterfaceKey interface) {
    const auto client = core_->caller(handle);
    if (!client) {
        return std::unexpected(client.error());
    }
    if (auto result = may_release(*core_, **client, interface); !result) {
        return result;
    }
    const Room room(*core_, core_->room_for_release(interface), Memory::Use::kShrink);
    if (!room) {
        return room.refusal();
    }
    core_->release(**client, interface);
    return {};
}

Expected<void> GroupManager::interface_down(InterfaceKey interface) {
    Core& core = *core_;
    if (auto result = core.ready(); !result) {
        return result;
    }
    const Record* record = core.interest.find(interface);
    if (record == nullptr) {
        return fail(Status::kNotFound, fmt::format("nobody is on {} (event 50015)", core.name(interface)));
    }
    const ClientHandle igmp = record->igmp;
    std::size_t octets = core.room_for_release(interface);
    if (record->owner != kNoClient && igmp != kNoClient) {
        octets += core.room_for_last(interface);
    }
    const Room room(core, octets, Memory::Use::kShrink);
    if (!room) {
        return room.refusal();
    }
    if (record->owner != kNoClient) {
        core.release(*core.clients.find(record->owner), interface);
    }
    if (igmp != kNoClient) {
        core.release(*core.clients.find(igmp), interface);
    }
    return {};
}

Expected<ComponentId> GroupManager::protocol_on_interface(InterfaceKey interface) const {
    if (!core_->started) {
        return fail(Status::kCanNotComplete, "the group manager is not started");
    }
    const ClientHandle attributed = core_->interest.attributed(interface);
    if (attributed == kNoClient) {
        return fail(Status::kNotFound, fmt::format("nobody is on {}", core_->name(interface)));
    }
    return core_->clients.name_of(attributed).id;
}

void Core::take(Client& client, InterfaceKey interface) {
    const bool fresh = interest.find(interface) == nullptr;
    if (!fresh && !client.is_igmp()) {
        take_from_igmp(client, interface);
        return;
    }
    Change change;
    std::vector<SourceGroup> waiting;
    const bool many = entries.count_by_iif(interface) > settings.commit_limit;
    if (fresh) {
        touch_keys_by_rpf(change, interface);
        if (!many) {
            waiting = entries.by_iif(interface, {}, settings.commit_limit);
            std::erase_if(waiting, [this](const SourceGroup& flow) {
                return entries.find(flow)->blocked != NegativeReason::kUnownedIif;
            });
        }
        publication.set_signal(interface, true);
    }
    Record& record = interest.create(interface);
    (client.is_igmp() ? record.igmp : record.owner) = client.handle;
    (client.is_igmp() ? record.igmp_since : record.owner_since) = fresh ? record.tenure : interest.stamp();
    client.interfaces.insert(interface);
    if (may_log()) {
        spdlog::info("group_manager: ownership taken interface={} client={}", name(interface),
                     client.name.name);
    }
    if (const InterfaceKey whole{interface.interface, {}}; interest.find(whole) == nullptr && may_log()) {
        spdlog::warn("group_manager: nobody is on the interface itself, so no source is accepted there "
                     "interface={} link={}",
                     name(whole), interface.next_hop);
    }
    report_ownership(interface);
    finish(change, [&] { return fmt::format("{} takes {}", client.name.name, name(interface)); });
    rebuild_later(waiting);
    if (fresh && many) {
        rebuild_later(interface);
    }
}

void Core::release(Client& client, InterfaceKey interface) {
    Record& record = *interest.find(interface);
    if (record.owner == client.handle && record.igmp != kNoClient) {
        release_to_igmp(client, interface);
        return;
    }
    Change change;
    const bool last = record.owner == kNoClient || record.igmp == kNoClient;
    if (last) {
        touch_keys_by_rpf(change, interface);
    }
    depart(interface, client.handle, client.is_igmp() ? record.owner : kNoClient);
    if (client.is_igmp()) {
        record.igmp = kNoClient;
        record.stale = 0;
        if (record.awaiting_replay) {
            stop_awaiting_replay(interface, record);
        }
    }
    client.interfaces.erase(interface);
    if (last) {
        interest.erase(interface);
        publication.set_signal(interface, false);
        if (!interface.next_hop.is_unspecified()) {
            handoffs.erase(interface); // links come and go with ever other next hops
        }
    }
    settle_departed(change, interface);
    refresh_edited(change, interface);
    if (last) {
        rebuild_interfaces.erase(interface); // whoever comes finds none of them
        erase_entries(interface);
    } else {
        adopt_entries(change, interface, client.handle, record.owner);
    }
    if (may_log()) {
        spdlog::info("group_manager: ownership released interface={} client={}", name(interface),
                     client.name.name);
    }
    report_ownership(interface);
    finish(change, [&] { return fmt::format("{} releases {}", client.name.name, name(interface)); });
    if (!last && entries.count_by_iif(interface) > settings.commit_limit) {
        rebuild_later(interface);
    }
}

void Core::depart(InterfaceKey interface, ClientHandle component, ClientHandle told) {
    Record& record = *interest.find(interface);
    Memberships& members = component == record.igmp ? record.of_igmp : record.of_owner;
    if (members.empty()) {
        return;
    }
    Client& client = *clients.find(component);
    client.memberships -= members.size();
    departed[interface].push_back({.members = std::exchange(members, {}),
                                   .component = client.name,
                                   .told = told,
                                   .tenure = record.tenure});
}

void Core::settle_departed(Change& change, InterfaceKey interface) {
    const auto found = departed.find(interface);
    if (found == departed.end()) {
        return;
    }
    std::vector<SourceGroup> keys;
    for (const Departed& one : found->second) {
        if (keys.size() + one.members.size() > settings.commit_limit) {
            goes_on = true;
            if (settling_departed.insert(interface).second) {
                in_slices([this, interface] { return settle_departed_some(interface); });
            }
            return;
        }
        std::ranges::copy(std::views::keys(one.members), std::back_inserter(keys));
    }
    for (const SourceGroup& key : keys) {
        settle_departed(change, interface, key);
    }
}

void Core::settle_departed(Change& change, InterfaceKey interface, SourceGroup key) {
    const auto found = departed.find(interface);
    if (found == departed.end()) {
        return;
    }
    std::list<Departed>& all = found->second;
    for (auto at = all.begin(); at != all.end();) {
        const auto node = at->members.extract(key);
        if (!node.empty()) {
            const Membership& ended = node.mapped();
            touch_key(change, key).vanished = interface;
            interest.uncount(key, ended.counts_for);
            const Emission leave{.kind = CallbackKind::kLocalLeave,
                                 .target = at->told,
                                 .key = key,
                                 .interface = interface,
                                 .tenure = at->tenure};
            if (at->told != kNoClient && ended.announced && ended.tenure == at->tenure && !is_moot(leave)) {
                change.local.push_back(leave);
            }
            report_membership(MembershipChanged::What::kDeleted, key, interface, at->component);
            leave_key(key, interface);
            refresh_covered(change, key, interface);
        }
        at = at->members.empty() ? all.erase(at) : std::next(at);
    }
    if (all.empty()) {
        departed.erase(found);
    }
}

void Core::adopt_entries(Change& change, InterfaceKey interface, ClientHandle from, ClientHandle to) {
    if (entries.count_by_iif(interface) > settings.commit_limit) {
        return;
    }
    for (const SourceGroup& flow : entries.by_iif(interface, {}, settings.commit_limit)) {
        Entry& entry = *entries.find(flow);
        if (entry.iif_owner != from) {
            continue;
        }
        entry.iif_owner = to;
        std::vector<InterfaceKey> oifs;
        for (const auto& [oif, what] : entry.oifs) {
            oifs.push_back(oif);
        }
        for (const InterfaceKey oif : oifs) {
            evaluate(entry, oif);
            entries.note_edited(entry, oif);
        }
        entries.note_state(entry);
        entry.told_foreign = entry.foreign_oifs > 0;
        change.flows.insert(flow); // something may have ended that no slice has come to
    }
}

void Core::report_ownership(InterfaceKey interface) {
    if (!dispatcher.observed()) {
        return;
    }
    OwnershipChanged event{.interface = interface};
    if (const Record* record = interest.find(interface)) {
        event.owner = clients.name_of(record->owner);
        event.igmp = record->igmp != kNoClient;
        event.phase = record->phase;
        event.stale = record->stale;
    }
    const ClientHandle attributed = interest.attributed(interface);
    event.previous = std::exchange(reported_owners[interface], clients.name_of(attributed));
    if (attributed == kNoClient) {
        reported_owners.erase(interface);
    }
    dispatcher.report(event);
}

} // namespace mcfwd::group_manager
