// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Work that grows with the number of entries or memberships is cut, so that requests, queries and joins on
// other interfaces get their turn in between.
#include <controlplane/group_manager/core.hh>

namespace mcfwd::group_manager {

void Core::in_slices(std::function<bool()> slice) {
    env.tasks.post([weak = std::weak_ptr(self), slice = std::move(slice)] {
        const auto core = weak.lock();
        if (core && (*core)->started && slice()) {
            (*core)->in_slices(slice);
        }
    });
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
