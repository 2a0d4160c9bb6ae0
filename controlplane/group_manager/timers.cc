// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What time does: entries expire, stale memberships are swept, refused publications are tried again.
#include <controlplane/group_manager/core.hh>

#include <algorithm>

#include <spdlog/spdlog.h>

namespace mcfwd::group_manager {

void GroupManager::tick() {
    Core& core = *core_;
    if (!core.ready()) {
        return;
    }
    const Instant now = core.env.clock.now();
    const std::vector<SourceGroup> ended = core.entries.expiry().due(now, kSlice);
    const std::vector<InterfaceKey> unplayed = core.sweeps.due(now, kSlice);
    if (!ended.empty() || !unplayed.empty()) {
        const std::string cause = unplayed.empty()
                                      ? "expiry"
                                      : fmt::format("replay did not end on {}", core.name(unplayed.front()));
        core.begin_batch(cause);
        Change change;
        bool more = false;
        for (const SourceGroup& flow : ended) {
            core.expire(flow);
        }
        for (const InterfaceKey interface : unplayed) {
            spdlog::warn("group_manager: replay did not end, sweeping interface={} stale={}",
                         core.name(interface), core.interest.find(interface)->stale);
            ++core.metrics.sweep_timeouts;
            ++core.handoffs[interface].sweep_timeouts;
            more |= core.sweep(change, interface, cause);
        }
        core.finish(change, [&] { return cause; });
        core.end_batch(more ? Batch::End::kHold : Batch::End::kPublish);
    }
    if (core.retry_at && *core.retry_at <= now) {
        core.retry();
    }
}

std::optional<Instant> GroupManager::next_deadline() const {
    std::optional<Instant> earliest;
    for (const auto& deadline : {core_->entries.expiry().next(), core_->sweeps.next(), core_->retry_at}) {
        if (deadline && (!earliest || *deadline < *earliest)) {
            earliest = deadline;
        }
    }
    return earliest;
}

void Core::expire(SourceGroup flow) {
    Entry& entry = *entries.find(flow);
    if (settings.mfe_expiry == MfeExpiry::kActivity && entry.state() == MfeState::kActive) {
        const std::uint64_t packets = env.sink.counters(flow).value_or(FlowCounters{}).packets;
        const std::uint64_t before = std::exchange(entry.packets_at_check, packets);
        // A counter that went back was cleared since: whatever it shows by now is traffic.
        const bool busy = packets < before ? packets != 0 : packets != before;
        if (busy) {
            entries.expire_at(entry, env.clock.now() + entry.period);
            return;
        }
    }
    ++metrics.mfe_expired;
    erase_entry(flow, MfeChanged::What::kExpired);
}

} // namespace mcfwd::group_manager
