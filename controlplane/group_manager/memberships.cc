// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Adding and deleting group memberships (specification 2.6 and 2.7), and the end of IGMP's replay (3.6).
#include <controlplane/group_manager/core.hh>

#include <spdlog/spdlog.h>

namespace mcfwd::group_manager {

namespace {

enum class Verb : bool { kDelete, kAdd };

/// "igmp join 239.1.1.1 on lan2"
std::string cause_of(const Core& core, const Client& client, Verb verb, SourceGroup key,
                     InterfaceKey interface) {
    const std::string what = key.source.is_unspecified() && !key.group.is_unspecified()
                                 ? fmt::format("{}", key.group)
                                 : fmt::format("{}", key);
    return fmt::format("{} {} {} on {}", client.name.name, verb == Verb::kAdd ? "join" : "leave", what,
                       core.name(interface));
}

/// Check 4 of 2.0.
Expected<void> well_formed(SourceGroup key, MembershipFlags flags) {
    constexpr auto kAll = static_cast<std::uint8_t>(MembershipFlags::kJoin | MembershipFlags::kForward);
    const auto bits = static_cast<std::uint8_t>(flags);
    if (bits == 0 || (bits & ~kAll) != 0) {
        return fail(Status::kInvalidParameter, fmt::format("flags {} are not join, forward or both", bits));
    }
    if (key.group.is_unspecified()) {
        if (!key.source.is_unspecified()) {
            return fail(Status::kInvalidParameter, fmt::format("{}: a source needs a group", key));
        }
    } else if (!key.group.is_routable_group()) {
        return fail(Status::kInvalidParameter,
                    fmt::format("{}: the group is not in 224.0.1.0-239.255.255.255", key));
    }
    if (!key.source.is_unspecified() && !key.source.is_valid_source()) {
        return fail(Status::kInvalidParameter, fmt::format("{}: the source is not a unicast address", key));
    }
    if (has_flag(flags, MembershipFlags::kForward) && !key.is_concrete()) {
        return fail(Status::kInvalidParameter, fmt::format("{}: forward needs a source and a group", key));
    }
    return {};
}

/// Checks 1 to 7 for the caller of add or delete.
Expected<Client*> may_edit(Core& core, ClientHandle handle, SourceGroup key, InterfaceKey interface,
                           MembershipFlags flags) {
    Record* record = core.interest.find(interface);
    const auto client = core.caller(handle);
    if (!client) {
        if (record != nullptr && record->phase == Phase::kHandoff && handle == record->igmp) {
            ++core.metrics.igmp_calls_rejected_in_window;
            ++core.handoffs[interface].calls_refused;
            if (const auto held_back = core.window_log.allow(core.env.clock.now())) {
                spdlog::warn("group_manager: igmp call in the handoff refused interface={} key={} more={}",
                             core.name(interface), key, *held_back);
            }
        }
        return client;
    }
    if (auto result = well_formed(key, flags); !result) {
        return std::unexpected(result.error());
    }
    if (record == nullptr) {
        return fail(Status::kNotFound, fmt::format("nobody is on {} (event 50015)", core.name(interface)));
    }
    const bool igmp = handle == record->igmp;
    if (!igmp && handle != record->owner) {
        return fail(Status::kInvalidParameter,
                    fmt::format("{} is not on {}", (*client)->name.name, core.name(interface)));
    }
    if (igmp && record->owner != kNoClient && has_flag(flags, MembershipFlags::kForward)) {
        return fail(Status::kInvalidParameter, fmt::format("only {} may edit what is forwarded on {}",
                                                           core.name(record->owner), core.name(interface)));
    }
    if (record->phase == Phase::kHandoff) {
        return fail(Status::kCanNotComplete, fmt::format("{} is being handed over", core.name(interface)));
    }
    return client;
}

/// One membership of one component from now on: new, or stale and live again, or nothing to do.
void join(Core& core, Change& change, Client& client, SourceGroup key, InterfaceKey interface) {
    Record& record = *core.interest.find(interface);
    const bool igmp = client.handle == record.igmp;
    Memberships& all = igmp ? record.of_igmp : record.of_owner;
    const ClientHandle counts_for = igmp ? record.attributed() : client.handle;
    const auto found = all.find(key);
    if (found != all.end() && (!igmp || !record.is_stale(found->second))) {
        return;
    }
    core.settle_departed(change, interface, key);
    core.touch_key(change, key).vanished = interface;
    const bool known = core.interest.find(key) != nullptr;
    Membership& membership = found != all.end() ? found->second : all[key];
    if (found != all.end()) {
        core.interest.uncount(key, membership.counts_for);
        --record.stale;
    } else {
        membership.since = core.env.clock.now();
        ++client.memberships;
        core.interest.enter(key, interface);
    }
    membership.counts_for = counts_for;
    membership.tenure = record.tenure;
    membership.announced = igmp && record.owner != kNoClient;
    core.interest.count(key, counts_for);
    if (!known && key.is_concrete()) {
        if (const auto rpf = core.env.view.lookup(key)) {
            core.interest.set_rpf_interface(key, rpf->iif);
        }
    }
    if (membership.announced) {
        change.local.push_back({.kind = CallbackKind::kLocalJoin,
                                .target = record.owner,
                                .key = key,
                                .interface = interface,
                                .tenure = record.tenure});
    }
    core.report_membership(MembershipChanged::What::kAdded, key, interface, client.name);
    core.refresh_covered(change, key, interface);
}

void leave(Core& core, Change& change, const Client& client, SourceGroup key, InterfaceKey interface) {
    const Record& record = *core.interest.find(interface);
    if (client.handle == record.owner) {
        if (record.of_owner.contains(key)) {
            core.erase_owner_membership(change, interface, key);
        }
        return;
    }
    const auto at = record.of_igmp.find(key);
    if (at == record.of_igmp.end()) {
        return;
    }
    if (record.announced(at->second)) {
        change.local.push_back({.kind = CallbackKind::kLocalLeave,
                                .target = record.owner,
                                .key = key,
                                .interface = interface,
                                .tenure = record.tenure});
    }
    core.erase_igmp_membership(change, interface, key, MembershipChanged::What::kDeleted);
}

/// The explicit edit of one entry; without an entry there is nothing to edit (N24).
void edit_forwarding(Core& core, Change& change, const Client& client, Verb verb, SourceGroup flow,
                     InterfaceKey interface) {
    Entry* entry = core.find_entry(flow);
    if (entry == nullptr) {
        return;
    }
    Oif& oif = entry->oifs[interface];
    const bool add = verb == Verb::kAdd;
    oif.forwarded_by = add ? client.handle : kNoClient;
    oif.vetoed_by = add ? kNoClient : client.handle;
    oif.forward_tenure = oif.veto_tenure = core.interest.find(interface)->tenure;
    core.refresh(change, *entry, interface);
}

/// A replay keeps nothing new, and must go on when memory is short: what is not replayed is swept.
Memory::Use use_of(const Core& core, ClientHandle client, SourceGroup key, InterfaceKey interface) {
    const Record& record = *core.interest.find(interface);
    const bool known = (client == record.igmp ? record.of_igmp : record.of_owner).contains(key);
    return known ? Memory::Use::kShrink : Memory::Use::kGrow;
}

} // namespace

Expected<void> GroupManager::add_group_membership(ClientHandle handle, SourceGroup key,
                                                  InterfaceKey interface, MembershipFlags flags) {
    Core& core = *core_;
    const auto client = may_edit(core, handle, key, interface, flags);
    if (!client) {
        return std::unexpected(client.error());
    }
    const Room room(core, core.room_for(key), use_of(core, handle, key, interface));
    if (!room) {
        return room.refusal();
    }
    Change change;
    if (has_flag(flags, MembershipFlags::kJoin)) {
        join(core, change, **client, key, interface);
    }
    if (has_flag(flags, MembershipFlags::kForward)) {
        edit_forwarding(core, change, **client, Verb::kAdd, key, interface);
    }
    core.finish(change, [&] { return cause_of(core, **client, Verb::kAdd, key, interface); });
    return {};
}

Expected<void> GroupManager::delete_group_membership(ClientHandle handle, SourceGroup key,
                                                     InterfaceKey interface, MembershipFlags flags) {
    Core& core = *core_;
    const auto client = may_edit(core, handle, key, interface, flags);
    if (!client) {
        return std::unexpected(client.error());
    }
    const Room room(core, core.room_for(key), Memory::Use::kShrink);
    if (!room) {
        return room.refusal();
    }
    Change change;
    if (has_flag(flags, MembershipFlags::kJoin)) {
        leave(core, change, **client, key, interface);
    }
    if (has_flag(flags, MembershipFlags::kForward)) {
        edit_forwarding(core, change, **client, Verb::kDelete, key, interface);
    }
    core.finish(change, [&] { return cause_of(core, **client, Verb::kDelete, key, interface); });
    return {};
}

Expected<void> GroupManager::igmp_replay_complete(ClientHandle handle, InterfaceKey interface) {
    Core& core = *core_;
    const auto client = core.caller(handle);
    if (!client) {
        return std::unexpected(client.error());
    }
    const Record* record = core.interest.find(interface);
    if (record == nullptr) {
        return fail(Status::kNotFound, fmt::format("nobody is on {} (event 50015)", core.name(interface)));
    }
    if (record->igmp != handle) {
        return fail(Status::kInvalidParameter,
                    fmt::format("{} is not the IGMP on {}", (*client)->name.name, core.name(interface)));
    }
    const SliceRoom room(core);
    if (!room) {
        return room.refusal();
    }
    const std::string cause = fmt::format("{} replay on {}", (*client)->name.name, core.name(interface));
    core.begin_batch(cause);
    Change change;
    core.in_slice = true;
    const bool more = core.sweep(change, interface, cause);
    core.in_slice = false;
    core.finish(change, [&] { return cause; });
    core.end_batch(more ? Batch::End::kHold : Batch::End::kPublish);
    return {};
}

} // namespace mcfwd::group_manager
