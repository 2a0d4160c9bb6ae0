// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// From what a call touched to the callbacks that are due: the set functions of specification 1.8 before and
// after, in the order of 2.0.
#include <controlplane/group_manager/core.hh>

#include <algorithm>

namespace mcfwd::group_manager {

namespace {

/// "Somebody other than `client` is in `wanted`".
bool others_want(const std::vector<ClientHandle>& wanted, ClientHandle client) {
    return wanted.size() > 1 || (wanted.size() == 1 && wanted.front() != client);
}

Emission of_entry(const Entry& entry) {
    return {.target = entry.iif_owner,
            .key = entry.flow,
            .interface = entry.iif,
            .cause = AlertCause::kEntry,
            .built = entry.built};
}

/// JOINs and PRUNEs of one level (memberships or entries), kept apart because all JOINs go first.
struct Alerts {
    std::vector<Emission> joins;
    std::vector<Emission> prunes;

    void add(bool before, bool after, const Emission& emission) {
        if (before == after) {
            return;
        }
        std::vector<Emission>& list = after ? joins : prunes;
        list.push_back(emission);
        list.back().kind = after ? CallbackKind::kJoinAlert : CallbackKind::kPruneAlert;
    }
    /// What the owner of the iif hears of a new entry (5.2 step 10): PRUNE if nobody wants it, JOIN if
    /// somebody else does, nothing if only itself does.
    void add_first(const Entry& entry) {
        if (entry.iif_owner != kNoClient) {
            add(entry.forwarding_oifs == 0, entry.foreign_oifs > 0, of_entry(entry));
        }
    }
    void append_to(std::vector<Emission>& emissions) const {
        emissions.insert(emissions.end(), joins.begin(), joins.end());
        emissions.insert(emissions.end(), prunes.begin(), prunes.end());
    }
};

void wildcard_alerts(const Clients& clients, SourceGroup key, const Change::KeyBefore& before,
                     const std::vector<ClientHandle>& wanted, Alerts& alerts) {
    for (const auto& [handle, client] : clients.all()) {
        alerts.add(others_want(before.wanted, handle), others_want(wanted, handle),
                   {.target = handle, .key = key, .interface = before.vanished});
    }
}

/// Only the owner of the interface towards the source hears of an (S,G) key: o(S) before and after.
void source_alerts(SourceGroup key, const Change::KeyBefore& before, ClientHandle rpf_owner,
                   const std::vector<ClientHandle>& wanted, Alerts& alerts) {
    for (const ClientHandle target : std::set{before.rpf_owner, rpf_owner}) {
        if (target != kNoClient) {
            alerts.add(target == before.rpf_owner && others_want(before.wanted, target),
                       target == rpf_owner && others_want(wanted, target),
                       {.target = target, .key = key, .interface = before.vanished});
        }
    }
}

} // namespace

std::vector<Emission> Core::settle(Change& change) {
    Alerts members;
    for (const auto& [key, before] : change.keys) {
        const std::vector<ClientHandle> wanted = interest.wanted(key);
        if (!key.is_concrete()) {
            if (wanted != before.wanted) {
                wildcard_alerts(clients, key, before, wanted, members);
            }
            continue;
        }
        const KeyState* state = interest.find(key);
        const ClientHandle rpf_owner =
            state != nullptr && state->rpf_interface ? interest.attributed(*state->rpf_interface) : kNoClient;
        source_alerts(key, before, rpf_owner, wanted, members);
        interest.tell_owner(key, rpf_owner);
    }
    std::ranges::stable_sort(members.joins, {}, &Emission::target);
    std::ranges::stable_sort(members.prunes, {}, &Emission::target);

    Alerts flows;
    change.flows.insert(change.rebuilt.begin(), change.rebuilt.end());
    for (const SourceGroup& flow : change.flows) {
        Entry* entry = entries.find(flow);
        if (entry == nullptr) {
            continue;
        }
        const bool rebuilt = change.rebuilt.contains(flow);
        const bool differs =
            rebuilt || entry->iif != entry->published.iif || entry->forwarding() != entry->published.oifs;
        if (differs) {
            publication.touch(flow);
        } else {
            publication.untouch(flow);
        }
        if (rebuilt) {
            flows.add_first(*entry);
        } else if (entry->iif_owner != kNoClient && !is_condemned(*entry)) {
            flows.add(entry->told_foreign, entry->foreign_oifs > 0, of_entry(*entry));
        }
        entry->told_foreign = entry->foreign_oifs > 0;
        if (differs && !is_condemned(*entry)) {
            report_mfe(rebuilt ? MfeChanged::What::kRebuilt : MfeChanged::What::kUpdated, *entry);
        }
    }

    std::vector<Emission> emissions = std::move(change.local);
    members.append_to(emissions);
    flows.append_to(emissions);
    return emissions;
}

std::vector<Emission> Core::first_alert(const Entry& entry) const {
    Alerts alerts;
    alerts.add_first(entry);
    std::vector<Emission> emissions;
    alerts.append_to(emissions);
    return emissions;
}

void Core::report_mfe(MfeChanged::What what, const Entry& entry) {
    if (dispatcher.observed()) {
        dispatcher.report(
            MfeChanged{what, entry.flow, entry.iif, entry.forwarding(), entry.state(), entry.reason()});
    }
}

} // namespace mcfwd::group_manager
