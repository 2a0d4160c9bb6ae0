// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Work that grows with the number of entries or memberships is cut, so that requests, queries and joins on
// other interfaces get their turn in between.
#include <controlplane/group_manager/core.hh>

namespace mcfwd::group_manager {

void Core::in_slices(std::function<bool()> slice) {
    post_slice(std::make_shared<Slice>(std::move(slice), nullptr));
}

void Core::post_slice(const std::shared_ptr<Slice>& slice) {
    env.tasks.post([weak = std::weak_ptr(self), slice] {
        const auto core = weak.lock();
        if (core && (*core)->started) {
            (*core)->run_slice(slice);
        }
    });
}

void Core::run_slice(const std::shared_ptr<Slice>& slice) {
    const Room room(*this, room_for_slice(), Memory::Use::kShrink);
    if (!room) {
        slice->next = std::exchange(waiting_slices, slice);
        slices_at = env.clock.now() + kMemoryRetry;
    } else if (slice->run()) {
        post_slice(slice);
    }
}

void Core::run_waiting_slices() {
    slices_at.reset();
    std::shared_ptr<Slice> slice = std::exchange(waiting_slices, nullptr);
    while (slice) {
        std::shared_ptr<Slice> next = std::exchange(slice->next, nullptr);
        run_slice(slice);
        slice = std::move(next);
    }
}

bool Core::announce_rpf_owner(InterfaceKey interface) {
    const auto move = rpf_moves.find(interface);
    if (move == rpf_moves.end()) {
        return false;
    }
    const std::vector<SourceGroup> keys = interest.keys_by_rpf(interface, move->second.from, kSlice);
    Change change;
    for (const SourceGroup& key : keys) {
        touch_key(change, key);
    }
    const bool more = keys.size() == kSlice;
    if (more) {
        std::set<SourceGroup>& ahead = move->second.ahead;
        move->second.from = keys.back();
        ahead.erase(ahead.begin(), ahead.upper_bound(keys.back()));
    } else {
        rpf_moves.erase(move);
    }
    finish(change, [] { return std::string("new owner towards sources"); });
    return more;
}

} // namespace mcfwd::group_manager
