// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Work that grows with the number of entries or memberships is cut, so that requests, queries and joins on
// other interfaces get their turn in between. A slice computes from the tables as they are when it runs: it
// does not matter in which order slices and calls come, nor if something is computed twice.
#include <controlplane/group_manager/core.hh>

#include <algorithm>

namespace mcfwd::group_manager {

void Core::in_slices(std::function<bool()> work) {
    slices.push_back(std::move(work));
    post_slice();
}

void Core::post_slice() {
    if (slice_posted || slices_at || (slices.empty() && outbox.empty())) {
        return;
    }
    slice_posted = true;
    env.tasks.post([weak = std::weak_ptr(self)] {
        const auto alive = weak.lock();
        if (!alive) {
            return;
        }
        Core& core = **alive;
        core.slice_posted = false;
        if (!core.slices.empty() || !core.outbox.empty()) { // else stopped meanwhile
            core.run_slice();
        }
    });
}

void Core::run_slice() {
    const SliceRoom room(*this);
    if (!room) {
        slices_at = env.clock.now() + kMemoryRetry;
        publish_gathered_before_pause();
        return;
    }
    if (!outbox.empty()) { // before anything makes more
        deliver_some();
        post_slice();
        return;
    }
    const std::function<bool()> first = std::move(slices.front());
    slices.pop_front();
    begin_batch({});
    in_slice = true;
    if (first()) {
        slices.push_back(first);
    }
    in_slice = false;
    if (--batch_depth == 0) { // else within the batch of a client, which publishes at its end
        refreshed = 0;
        goes_on = false;
        publish_gathered();
        flush_batch(slices.empty() ? Then::kPublish : Then::kGather);
    }
    post_slice();
}

void Core::forget_slices() {
    slices.clear();
    slices_at.reset();
    rpf_moves.clear();
    refresh_queue.clear();
    departed.clear();
    settling_departed.clear();
    count_again_from.clear();
    condemned.clear();
    route_walks.clear();
    looking_up_routes = false;
    crossed_after.clear();
    rebuilding = false;
    rebuild_queue.clear();
    rebuild_interfaces.clear();
    outbox.clear();
}

bool Core::announce_rpf_owner(InterfaceKey interface) {
    const auto move = rpf_moves.find(interface);
    const std::vector<SourceGroup> keys = interest.keys_by_rpf(interface, move->second, slice);
    Change change;
    for (const SourceGroup& key : keys) {
        touch_key(change, key);
    }
    const bool more = keys.size() == slice;
    if (more) {
        move->second = keys.back();
    } else {
        rpf_moves.erase(move);
    }
    finish(change, [] { return std::string("new owner towards sources"); });
    return more;
}

void Core::refresh_later(const Refresh& what, SourceGroup from) {
    goes_on = true;
    if (refresh_queue.empty()) {
        in_slices([this] { return refresh_queued(); });
    }
    const auto [at, fresh] = refresh_queue.try_emplace(what, from);
    at->second = std::min(at->second, from);
}

bool Core::refresh_queued() {
    Change change;
    std::string cause;
    // One that covers no entry any more costs a look, too.
    for (std::size_t seen = 0; !refresh_queue.empty() && refreshed < slice && seen < slice; ++seen) {
        const auto first = refresh_queue.begin();
        const auto [what, from] = *first;
        if (cause.empty()) {
            cause = fmt::format("entries of {} on {}, continued", what.key, name(what.interface));
        }
        if (const auto next = refresh_some(change, what, from, slice - refreshed)) {
            first->second = *next;
        } else {
            refresh_queue.erase(first);
        }
    }
    finish(change, [&] { return cause; });
    return !refresh_queue.empty();
}

bool Core::settle_departed_some(InterfaceKey interface) {
    const auto at = departed.find(interface);
    if (at == departed.end()) {
        settling_departed.erase(interface); // all of it was settled key by key
        return false;
    }
    Change change;
    const std::string cause =
        fmt::format("memberships of {} on {} end", at->second.front().component.name, name(interface));
    std::vector<SourceGroup> keys;
    for (const auto& [key, membership] : at->second.front().members) {
        if (keys.size() == slice) {
            break;
        }
        keys.push_back(key);
    }
    for (const SourceGroup& key : keys) {
        settle_departed(change, interface, key);
    }
    finish(change, [&] { return cause; });
    return true;
}

bool Core::count_again_some(InterfaceKey interface) {
    const auto from = count_again_from.find(interface);
    Record* record = interest.find(interface);
    if (record == nullptr) {
        count_again_from.erase(from);
        return false;
    }
    Change change;
    auto at = record->of_igmp.lower_bound(from->second);
    for (std::size_t seen = 0; at != record->of_igmp.end() && seen < slice; ++at, ++seen) {
        count_again(change, interface, at->first, at->second);
    }
    const bool more = at != record->of_igmp.end();
    if (more) {
        from->second = at->first;
    } else {
        count_again_from.erase(from);
    }
    finish(change, [&] { return fmt::format("memberships on {} count for igmp", name(interface)); });
    return more;
}

bool Core::erase_condemned(InterfaceKey iif) {
    Condemned& all = condemned.at(iif);
    std::vector<SourceGroup> some = entries.by_iif(iif, all.after, slice);
    const bool more = some.size() == slice;
    all.after = some.empty() ? all.after : some.back();
    std::erase_if(some, [this](const SourceGroup& flow) { return !is_condemned(*entries.find(flow)); });
    Change change;
    rebuild(change, some);
    if (!more) {
        condemned.erase(iif);
    }
    finish(change, [&] { return fmt::format("entries from {} end", name(iif)); });
    return more;
}

} // namespace mcfwd::group_manager
