// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The operations on walks over the joined groups (specification 2.10).
#include <controlplane/group_manager/core.hh>

#include <algorithm>

namespace mcfwd::group_manager {

namespace {

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
    const std::size_t held = core.enumerations.held() + core.interest.keys().size();
    if (held > kMostKeys) {
        return fail(
            Status::kNotEnoughMemory,
            fmt::format("open enumerations would hold {} keys, at most {}; end some", held, kMostKeys));
    }
    const Room room(core, 0, Memory::Use::kGrow);
    if (!room) {
        return room.refusal();
    }
    return core.enumerations.begin(client, kind);
}

Expected<Page<SourceGroup>> GroupManager::group_enumeration_next(EnumerationHandle enumeration,
                                                                 std::size_t limit) {
    if (!core_->started) {
        return fail(Status::kCanNotComplete, "the group manager is not started");
    }
    Enumerations::Walk* walk = core_->enumerations.find(enumeration);
    if (walk == nullptr) {
        return unknown(enumeration);
    }
    if (limit == 0 && walk->left > 0) {
        return fail(Status::kInsufficientBuffer, "room for one group is needed");
    }
    const Room room(*core_, std::min(limit, walk->left) * sizeof(SourceGroup), Memory::Use::kShrink);
    if (!room) {
        return room.refusal();
    }
    std::vector<SourceGroup> keys = core_->enumerations.next(*walk, limit);
    return Page<SourceGroup>{std::move(keys), walk->left > 0 ? Status::kMoreData : Status::kNoMoreItems};
}

Expected<void> GroupManager::group_enumeration_end(EnumerationHandle enumeration) {
    if (!core_->started) {
        return fail(Status::kCanNotComplete, "the group manager is not started");
    }
    if (!core_->enumerations.end(enumeration)) {
        return unknown(enumeration);
    }
    return {};
}

} // namespace mcfwd::group_manager
