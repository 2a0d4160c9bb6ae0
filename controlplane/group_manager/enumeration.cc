// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Walking the joined groups over a snapshot (specification 2.10).
#include <controlplane/group_manager/core.hh>

#include <algorithm>

namespace mcfwd::group_manager {

namespace {

std::vector<SourceGroup> snapshot(const Interest& interest, EnumerationKind kind) {
    std::vector<SourceGroup> keys;
    keys.reserve(interest.keys().size());
    for (const auto& [key, state] : interest.keys()) {
        if (kind == EnumerationKind::kAllSources) {
            keys.push_back(key);
        } else if (!key.group.is_unspecified() && (keys.empty() || keys.back().group != key.group)) {
            keys.push_back({key.group, kAnySource});
        }
    }
    return keys;
}

/// Keys that all enumerations together may hold.
constexpr std::size_t kMostKeys = 4'000'000;

std::unexpected<Error> unknown(EnumerationHandle enumeration) {
    return fail(Status::kInvalidParameter, fmt::format("no enumeration has handle {}", enumeration));
}

} // namespace

Expected<EnumerationHandle> GroupManager::group_enumeration_start(ClientHandle client, EnumerationKind kind) {
    Core& core = *core_;
    if (!core.started) {
        return fail(Status::kCanNotComplete, "the group manager is not started");
    }
    if (core.clients.find(client) == nullptr) {
        return fail(Status::kInvalidParameter, fmt::format("no client has handle {} (event 50019)", client));
    }
    if (kind != EnumerationKind::kAnySource && kind != EnumerationKind::kAllSources) {
        return fail(Status::kInvalidParameter, "an enumeration is of any or of all sources");
    }
    std::size_t held = core.interest.keys().size();
    for (const auto& [handle, walk] : core.enumerations) {
        held += walk.keys.size();
    }
    if (held > kMostKeys) {
        return fail(
            Status::kNotEnoughMemory,
            fmt::format("open enumerations would hold {} keys, at most {}; end some", held, kMostKeys));
    }
    const Room room(core, 2 * sizeof(SourceGroup) * core.interest.keys().size(), Memory::Use::kGrow);
    if (!room) {
        return room.refusal();
    }
    const EnumerationHandle handle{++core.last_enumeration};
    core.enumerations.emplace(handle, GroupEnumeration{client, snapshot(core.interest, kind), 0});
    return handle;
}

Expected<Page<SourceGroup>> GroupManager::group_enumeration_next(EnumerationHandle enumeration,
                                                                 std::size_t limit) {
    if (!core_->started) {
        return fail(Status::kCanNotComplete, "the group manager is not started");
    }
    const auto at = core_->enumerations.find(enumeration);
    if (at == core_->enumerations.end()) {
        return unknown(enumeration);
    }
    GroupEnumeration& walk = at->second;
    const std::size_t left = walk.keys.size() - walk.next;
    if (limit == 0 && left > 0) {
        return fail(Status::kInsufficientBuffer, "room for one group is needed");
    }
    const auto from = walk.keys.begin() + static_cast<std::ptrdiff_t>(walk.next);
    const std::size_t taken = std::min(limit, left);
    const Room room(*core_, taken * sizeof(SourceGroup), Memory::Use::kShrink);
    if (!room) {
        return room.refusal();
    }
    walk.next += taken;
    return Page<SourceGroup>{{from, from + static_cast<std::ptrdiff_t>(taken)},
                             taken < left ? Status::kMoreData : Status::kNoMoreItems};
}

Expected<void> GroupManager::group_enumeration_end(EnumerationHandle enumeration) {
    if (!core_->started) {
        return fail(Status::kCanNotComplete, "the group manager is not started");
    }
    if (core_->enumerations.erase(enumeration) == 0) {
        return unknown(enumeration);
    }
    return {};
}

} // namespace mcfwd::group_manager
