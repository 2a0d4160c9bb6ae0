// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The steps that change tables: a membership goes, an interface of an entry is recomputed, stale members are
// swept. Everything they touch is noted in the Change.
#include <controlplane/group_manager/core.hh>

#include <algorithm>
#include <tuple>

namespace mcfwd::group_manager {

namespace {

/// Memberships that the sweep looks at, per one that it may erase.
constexpr std::size_t kGlances = 16;

/// What a component that left, or IGMP before a handoff, did explicitly.
void drop_ended(const Record& record, Oif& oif) {
    const bool swept = oif.forwarded_by == record.igmp && oif.forward_tenure < record.forwards_from;
    if (swept || !record.keeps(oif.forwarded_by, oif.forward_tenure)) {
        oif.forwarded_by = kNoClient;
    }
    if (!record.keeps(oif.vetoed_by, oif.veto_tenure)) {
        oif.vetoed_by = kNoClient;
    }
}

} // namespace

Change::KeyBefore& Core::touch_key(Change& change, SourceGroup key) {
    const auto [at, fresh] = change.keys.try_emplace(key);
    Change::KeyBefore& before = at->second;
    if (fresh) {
        before.wanted = interest.wanted(key);
        const KeyState* state = interest.find(key);
        if (state != nullptr && state->rpf_interface) {
            before.rpf_owner = state->told_owner;
            before.vanished = *state->rpf_interface;
        }
    }
    return before;
}

void Core::touch_keys_by_rpf(Change& change, InterfaceKey interface) {
    const std::vector<SourceGroup> keys = interest.keys_by_rpf(interface, {}, settings.commit_limit + 1);
    if (keys.size() > settings.commit_limit) {
        // One under way begins again: some that it is done with have yet another owner.
        goes_on = true;
        if (rpf_moves.insert_or_assign(interface, SourceGroup{}).second) {
            in_slices([this, interface] { return announce_rpf_owner(interface); });
        }
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
        const bool owner = record->of_owner.contains(key);
        const auto igmp = record->of_igmp.find(key);
        const bool found = igmp != record->of_igmp.end();
        const bool waits = found && awaits_owner(*record, igmp->second);
        const bool counts = found && !waits;
        next.unconfirmed |= waits;
        foreign |= owner && record->owner != entry.iif_owner;
        foreign |= counts && record->counted_for(igmp->second) != entry.iif_owner;
        return owner || counts;
    };
    if (record != nullptr) {
        drop_ended(*record, next);
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
    ++refreshed;
}

void Core::refresh_covered(Change& change, SourceGroup key, InterfaceKey interface) {
    if (key.is_concrete()) {
        if (Entry* entry = entries.find(key)) {
            refresh(change, *entry, interface);
        }
        return;
    }
    refresh_now_or_later(change, {interface, Refresh::What::kCovered, key});
}

void Core::refresh_edited(Change& change, InterfaceKey interface) {
    refresh_now_or_later(change, {interface, Refresh::What::kEdited, {}});
}

void Core::refresh_now_or_later(Change& change, const Refresh& what) {
    const std::size_t limit = in_slice ? slice : settings.commit_limit;
    const std::size_t room = limit - std::min(refreshed, limit);
    std::size_t count = 0;
    const auto counted = [&count](const Entry&) { ++count; };
    if (what.what == Refresh::What::kCovered) {
        entries.for_covered(what.key, room + 1, counted);
    } else {
        entries.for_edited(what.interface, room + 1, counted);
    }
    if (count > room) {
        refresh_later(what, what.key); // all of it: it becomes one version anyway
    } else {
        std::ignore = refresh_some(change, what, what.key, room);
    }
}

std::optional<SourceGroup> Core::refresh_some(Change& change, const Refresh& what, SourceGroup from,
                                              std::size_t limit) {
    if (what.what == Refresh::What::kCovered) {
        return entries.for_covered(what.key, from, limit,
                                   [&](Entry& entry) { refresh(change, entry, what.interface); });
    }
    std::vector<SourceGroup> flows = entries.edited(what.interface, from, limit + 1);
    const std::optional<SourceGroup> next = flows.size() > limit ? std::optional(flows.back()) : std::nullopt;
    flows.resize(std::min(flows.size(), limit));
    for (const SourceGroup& flow : flows) {
        refresh(change, *entries.find(flow), what.interface);
    }
    return next;
}

void Core::erase_owner_membership(Change& change, InterfaceKey interface, SourceGroup key) {
    Record& record = *interest.find(interface);
    touch_key(change, key).vanished = interface;
    interest.uncount(key, record.of_owner.at(key).counts_for);
    record.of_owner.erase(key);
    --clients.find(record.owner)->memberships;
    report_membership(MembershipChanged::What::kDeleted, key, interface, clients.name_of(record.owner));
    leave_key(key, interface);
    refresh_covered(change, key, interface);
}

void Core::erase_igmp_membership(Change& change, InterfaceKey interface, SourceGroup key,
                                 MembershipChanged::What why) {
    Record& record = *interest.find(interface);
    const auto at = record.of_igmp.find(key);
    touch_key(change, key).vanished = interface;
    interest.uncount(key, at->second.counts_for);
    record.stale -= record.is_stale(at->second) ? 1U : 0U;
    record.of_igmp.erase(at);
    --clients.find(record.igmp)->memberships;
    report_membership(why, key, interface, clients.name_of(record.igmp));
    leave_key(key, interface);
    refresh_covered(change, key, interface);
}

void Core::leave_key(SourceGroup key, InterfaceKey interface) {
    const Record* record = interest.find(interface);
    if (record != nullptr && record->has(key)) {
        return;
    }
    if (const auto left = departed.find(interface); left != departed.end()) {
        for (const Departed& one : left->second) {
            if (one.members.contains(key)) {
                return;
            }
        }
    }
    if (const auto entered = interest.leave(key, interface)) {
        enumerations.keep(key, *entered);
    }
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
        Change more_change;
        const bool more = sweep_some(more_change, interface, *now);
        finish(more_change, [&] { return cause; });
        return more;
    });
    return true;
}

bool Core::sweep_some(Change& change, InterfaceKey interface, Record& record) {
    if (record.stale > 0) {
        std::vector<SourceGroup> leftovers;
        std::size_t seen = 0;
        auto at = record.of_igmp.lower_bound(record.sweep_from);
        const std::size_t glances = kGlances * slice;
        for (; at != record.of_igmp.end() && leftovers.size() < slice && seen < glances; ++at, ++seen) {
            if (record.is_stale(at->second)) {
                leftovers.push_back(at->first);
            }
        }
        const std::optional<SourceGroup> next =
            at == record.of_igmp.end() ? std::nullopt : std::optional(at->first);
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
    if (record.forwards_from != record.tenure) {
        record.forwards_from = record.tenure;
        refresh_edited(change, interface);
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
                             const ClientName& component) {
    if (dispatcher.observed()) {
        dispatcher.report(MembershipChanged{what, key, interface, component});
    }
}

} // namespace mcfwd::group_manager
