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
    if (core.enumerations.forgetting()) {
        core.enumerations.forget_some();
    }
    const Instant now = core.env.clock.now();
    if (core.no_tick_before && now < *core.no_tick_before) {
        return;
    }
    core.no_tick_before.reset();
    core.expire_and_sweep(now);
    if (core.slices_at && *core.slices_at <= now) {
        core.slices_at.reset();
        core.run_slice();
    }
    if (core.retry_at && *core.retry_at <= now) {
        core.retry(core.slices.empty() ? Then::kPublish : Then::kGather);
    }
}

void Core::expire_and_sweep(Instant now) {
    const auto due = [now](std::optional<Instant> deadline) { return deadline && *deadline <= now; };
    if (!due(entries.expiry().next()) && !due(sweeps.next())) {
        return;
    }
    if (const SliceRoom room(*this); room) {
        expire_and_sweep(now, slice, slice);
        return;
    }
    // Not even for one of each. An entry that expires needs little and gives it back.
    if (const auto flow = entries.expiry().first_due(now)) {
        const Room room(*this, room_for_entry(entries.find(*flow)->oifs.size()), Memory::Use::kShrink);
        if (room) {
            expire_and_sweep(now, 1, 0);
            return;
        }
    }
    no_tick_before = now + kMemoryRetry;
    publish_gathered_before_pause();
}

void Core::expire_and_sweep(Instant now, std::size_t expiries, std::size_t interfaces) {
    const std::vector<SourceGroup> ended = entries.expiry().due(now, expiries);
    const std::vector<InterfaceKey> unplayed = sweeps.due(now, interfaces);
    const std::string cause =
        unplayed.empty() ? "expiry" : fmt::format("replay did not end on {}", name(unplayed.front()));
    begin_batch(cause);
    Change change;
    bool more = false;
    for (const SourceGroup& flow : ended) {
        expire(flow);
    }
    in_slice = true;
    std::size_t stale = 0;
    for (const InterfaceKey interface : unplayed) {
        stale += interest.find(interface)->stale;
        if (stale > slice && interface != unplayed.front()) {
            break; // still due
        }
        spdlog::warn("group_manager: replay did not end, sweeping interface={} stale={}", name(interface),
                     interest.find(interface)->stale);
        ++metrics.sweep_timeouts;
        ++handoffs[interface].sweep_timeouts;
        more |= sweep(change, interface, cause);
    }
    in_slice = false;
    finish(change, [&] { return cause; });
    end_batch(more ? GroupManager::Batch::End::kHold : GroupManager::Batch::End::kPublish);
}

std::optional<Instant> GroupManager::next_deadline() const {
    if (core_->enumerations.forgetting()) {
        return core_->env.clock.now();
    }
    std::optional<Instant> earliest;
    for (const auto& deadline :
         {core_->entries.expiry().next(), core_->sweeps.next(), core_->retry_at, core_->slices_at}) {
        if (deadline && (!earliest || *deadline < *earliest)) {
            earliest = deadline;
        }
    }
    return earliest && core_->no_tick_before ? std::max(earliest, core_->no_tick_before) : earliest;
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
