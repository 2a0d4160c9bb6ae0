// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Calling clients with the alerts that are due: at once, or in slices if one call made very many.
#include <controlplane/group_manager/core.hh>

#include <algorithm>

namespace mcfwd::group_manager {

namespace {

/// So many times the limit may wait. Who causes more delivers the oldest first.
constexpr std::size_t kMostWaiting = 32;

} // namespace

void Core::emit(const std::vector<Emission>& emissions) {
    if (emissions.size() <= settings.commit_limit) {
        for (const Emission& emission : emissions) {
            deliver_before(emission);
            deliver(emission);
        }
        return;
    }
    for (const Emission& emission : emissions) {
        outbox.push(emission);
    }
    while (outbox.size() > kMostWaiting * settings.commit_limit) {
        deliver_first();
    }
    post_slice();
}

void Core::deliver_before(const Emission& emission) {
    if (outbox.empty()) {
        return;
    }
    const SourceGroup& key = emission.key;
    for (const SourceGroup& covering : {SourceGroup{}, SourceGroup{key.group, kAnySource}, key}) {
        while (const auto waiting = outbox.pop(emission.target, covering)) {
            if (!is_moot(*waiting)) {
                deliver(*waiting);
            }
        }
    }
}

void Core::deliver_some() {
    for (std::size_t count = 0; !outbox.empty() && count < slice; ++count) {
        deliver_first();
    }
}

void Core::deliver_first() {
    const Emission first = outbox.pop();
    if (!is_moot(first)) {
        deliver(first);
    }
}

bool Core::is_moot(const Emission& emission) const {
    if (emission.cause == AlertCause::kEntry) {
        const Entry* entry = find_entry(emission.key);
        return entry == nullptr || entry->iif_owner != emission.target || entry->built != emission.built;
    }
    if (emission.kind != CallbackKind::kLocalJoin && emission.kind != CallbackKind::kLocalLeave) {
        return false;
    }
    const Record* record = interest.find(emission.interface);
    return record == nullptr || record->owner != emission.target || record->tenure != emission.tenure;
}

void Core::deliver(const Emission& emission) {
    const Client* client = clients.find(emission.target);
    if (client == nullptr) {
        return; // left while it waited
    }
    const Callbacks& callbacks = client->callbacks;
    const CallbackFired fired{emission.kind, client->name, emission.key, emission.interface, emission.cause};
    if (emission.kind == CallbackKind::kLocalJoin) {
        dispatcher.call(callbacks.local_join, fired, {emission.key, emission.interface});
    } else if (emission.kind == CallbackKind::kLocalLeave) {
        dispatcher.call(callbacks.local_leave, fired, {emission.key, emission.interface});
    } else if (emission.kind == CallbackKind::kJoinAlert) {
        dispatcher.call(callbacks.join_alert, fired, {emission.key, emission.cause});
    } else {
        PruneAlert alert{.key = emission.key, .interface = emission.interface, .cause = emission.cause};
        dispatcher.call(callbacks.prune_alert, fired, alert);
        if (alert.cause == AlertCause::kEntry && alert.timeout != kDefaultMfeTimeout) {
            set_lifetime(emission.key, alert.timeout);
        }
    }
}

void Core::set_lifetime(SourceGroup flow, std::chrono::seconds timeout) {
    Entry* entry = entries.find(flow);
    if (entry == nullptr) {
        return;
    }
    const Instant now = env.clock.now();
    const Duration remaining = std::clamp<Duration>(timeout, Duration::zero(), std::chrono::hours(24 * 365));
    entries.expire_at(*entry, now + remaining);
}

} // namespace mcfwd::group_manager
