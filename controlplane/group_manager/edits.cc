// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The steps that change tables: a membership goes, an interface of an entry is recomputed, stale members are
// swept. Everything they touch is noted in the Change.
#include <controlplane/group_manager/core.hh>

namespace mcfwd::group_manager {

Change::KeyBefore& Core::touch_key(Change& change, SourceGroup key) {
    const auto [at, fresh] = change.keys.try_emplace(key);
    Change::KeyBefore& before = at->second;
    if (fresh) {
        before.wanted = interest.wanted(key);
        const KeyState* state = interest.find(key);
        if (state != nullptr && state->rpf_interface) {
            before.rpf_owner = interest.attributed(*state->rpf_interface);
            const auto move = rpf_moves.find(*state->rpf_interface);
            if (move != rpf_moves.end() && key > move->second.from && move->second.ahead.insert(key).second) {
                before.rpf_owner = move->second.before;
            }
            before.vanished = *state->rpf_interface;
        }
    }
    return before;
}

void Core::touch_keys_by_rpf(Change& change, InterfaceKey interface) {
    // Very soon after the last one: what that has not announced yet must not be forgotten.
    while (announce_rpf_owner(interface)) {
    }
    const std::vector<SourceGroup> keys = interest.keys_by_rpf(interface, {}, kCommitLimit + 1);
    if (keys.size() > kCommitLimit) {
        rpf_moves[interface].before = interest.attributed(interface);
        in_slices([this, interface] { return announce_rpf_owner(interface); });
        return;
    }
    for (const SourceGroup& key : keys) {
        touch_key(change, key);
    }
}

void Core::evaluate(Entry& entry, InterfaceKey interface) const {
    const Record* record = interest.find(interface);
    const auto at = entry.oifs.find(interface);
    const Oif before = at == entry.oifs.end() ? Oif{} : at->second;
    Oif next = before;
    next.unconfirmed = false;
    bool foreign = false;
    const auto covers = [&](SourceGroup key) {
        const auto members = record->members.find(key);
        if (members == record->members.end()) {
            return false;
        }
        const auto& [owner, igmp] = members->second;
        const bool waits = igmp && awaits_owner(*record, *igmp);
        const bool counts = igmp && !waits;
        next.unconfirmed |= waits;
        foreign |= (owner && owner->counts_for != entry.iif_owner) ||
                   (counts && igmp->counts_for != entry.iif_owner);
        return owner || counts;
    };
    if (record != nullptr) {
        next.source_group = covers(entry.flow);
        next.any_source = covers({entry.flow.group, kAnySource});
        next.any_group = covers({});
        foreign |= next.forwarded_by != kNoClient && record->attributed() != entry.iif_owner;
    } else {
        next = Oif{};
    }
    next.unconfirmed &= !next.covered() && next.forwarded_by == kNoClient;
    next.boundary = env.boundary.blocks_output(interface, entry.flow.group);
    next.forwarding = (next.covered() || next.forwarded_by != kNoClient) && next.vetoed_by == kNoClient &&
                      !next.boundary && interface.interface != entry.iif.interface &&
                      entry.blocked == NegativeReason::kNone;
    next.foreign = next.forwarding && foreign;
    next.since = next.forwarding && !before.forwarding ? env.clock.now() : before.since;

    entry.forwarding_oifs += next.forwarding;
    entry.forwarding_oifs -= before.forwarding;
    entry.foreign_oifs += next.foreign;
    entry.foreign_oifs -= before.foreign;
    if (next.covered() || next.edited() || next.unconfirmed) {
        entry.oifs.insert_or_assign(interface, next);
    } else if (at != entry.oifs.end()) {
        entry.oifs.erase(at);
    }
}

void Core::refresh(Change& change, Entry& entry, InterfaceKey interface) {
    const MfeState before = entry.state();
    evaluate(entry, interface);
    if (entry.state() != before) {
        entries.note_state(entry);
    }
    entries.note_edited(entry, interface);
    change.flows.insert(entry.flow);
}

void Core::refresh_covered(Change& change, SourceGroup key, InterfaceKey interface) {
    entries.for_covered(key, [&](Entry& entry) { refresh(change, entry, interface); });
}

void Core::refresh_edited(Change& change, InterfaceKey interface) {
    for (const SourceGroup& flow : entries.edited(interface)) {
        refresh(change, *entries.find(flow), interface);
    }
}

void Core::erase_owner_membership(Change& change, InterfaceKey interface, SourceGroup key) {
    Record& record = *interest.find(interface);
    const auto at = record.members.find(key);
    touch_key(change, key).vanished = interface;
    interest.uncount(key, at->second.owner->counts_for);
    at->second.owner.reset();
    --record.owner_count;
    --clients.find(record.owner)->memberships;
    report_membership(MembershipChanged::What::kDeleted, key, interface, record.owner);
    if (!at->second.igmp) {
        record.members.erase(at);
        interest.leave(key, interface);
    }
    refresh_covered(change, key, interface);
}

void Core::erase_igmp_membership(Change& change, InterfaceKey interface, SourceGroup key,
                                 MembershipChanged::What why) {
    Record& record = *interest.find(interface);
    const auto at = record.members.find(key);
    const Membership& membership = *at->second.igmp;
    touch_key(change, key).vanished = interface;
    interest.uncount(key, membership.counts_for);
    record.stale -= record.is_stale(membership) ? 1U : 0U;
    at->second.igmp.reset();
    --record.igmp_count;
    --clients.find(record.igmp)->memberships;
    report_membership(why, key, interface, record.igmp);
    if (!at->second.owner) {
        record.members.erase(at);
        interest.leave(key, interface);
    }
    refresh_covered(change, key, interface);
}

bool Core::sweep(Change& change, InterfaceKey interface, const std::string& cause) {
    Record& record = *interest.find(interface);
    if (record.awaiting_replay) {
        stop_awaiting_replay(interface, record);
    }
    record.sweep_from = {};
    if (!sweep_some(change, interface, record)) {
        return false;
    }
    in_slices([this, interface, cause, tenure = record.tenure] {
        Record* now = interest.find(interface);
        if (now == nullptr || now->tenure != tenure) {
            return false;
        }
        begin_batch(cause);
        Change more_change;
        const bool more = sweep_some(more_change, interface, *now);
        finish(more_change, [&] { return cause; });
        end_batch(more ? GroupManager::Batch::End::kHold : GroupManager::Batch::End::kPublish);
        return more;
    });
    return true;
}

bool Core::sweep_some(Change& change, InterfaceKey interface, Record& record) {
    if (record.stale > 0) {
        std::vector<SourceGroup> leftovers;
        std::size_t seen = 0;
        auto at = record.members.lower_bound(record.sweep_from);
        for (; at != record.members.end() && leftovers.size() < kSlice && seen < kGlances; ++at, ++seen) {
            if (at->second.igmp && record.is_stale(*at->second.igmp)) {
                leftovers.push_back(at->first);
            }
        }
        const std::optional<SourceGroup> next =
            at == record.members.end() ? std::nullopt : std::optional(at->first);
        metrics.stale_swept += leftovers.size();
        if (!leftovers.empty()) {
            handoffs[interface].stale_swept += leftovers.size();
        }
        for (const SourceGroup& key : leftovers) {
            erase_igmp_membership(change, interface, key, MembershipChanged::What::kSwept);
        }
        if (next) {
            record.sweep_from = *next;
            return true;
        }
    }
    for (const SourceGroup& flow : entries.edited(interface)) {
        Entry& entry = *entries.find(flow);
        Oif& oif = entry.oifs.at(interface);
        if (oif.forwarded_by == record.igmp && oif.forward_tenure != record.tenure) {
            oif.forwarded_by = kNoClient;
            refresh(change, entry, interface);
        }
    }
    return false;
}

void Core::await_replay(InterfaceKey interface, Record& record) {
    if (record.awaiting_replay) {
        sweeps.disarm(record.sweep_at, interface);
    }
    record.awaiting_replay = true;
    record.sweep_at = env.clock.now() + settings.sweep_timeout;
    sweeps.arm(record.sweep_at, interface);
}

void Core::stop_awaiting_replay(InterfaceKey interface, Record& record) {
    record.awaiting_replay = false;
    sweeps.disarm(record.sweep_at, interface);
}

void Core::report_membership(MembershipChanged::What what, SourceGroup key, InterfaceKey interface,
                             ClientHandle component) {
    if (dispatcher.observed()) {
        dispatcher.report(MembershipChanged{what, key, interface, clients.name_of(component)});
    }
}

} // namespace mcfwd::group_manager
