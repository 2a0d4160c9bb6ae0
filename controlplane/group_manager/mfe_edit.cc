// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The owner of an entry's iif corrects what it was not asked for in time: a client in another process cannot
// answer the RPF callback or a PRUNE alert while they run, so it says the same afterwards.
#include <controlplane/group_manager/core.hh>

#include <spdlog/spdlog.h>

namespace mcfwd::group_manager {

namespace {

/// All checks, so that an edit is done as a whole or not at all.
Expected<void> may_change(const Core& core, const Entry& entry, ClientHandle client, const MfeEdit& edit) {
    if (!edit.upstream && !edit.iif && !edit.timeout) {
        return fail(Status::kInvalidParameter, "nothing to change: name upstream, iif or timeout");
    }
    if (core.interest.attributed(entry.iif) != client) {
        return fail(Status::kInvalidParameter,
                    fmt::format("{} belongs to {}", core.name(entry.iif), core.name(entry.iif_owner)));
    }
    if (edit.timeout && *edit.timeout < std::chrono::seconds::zero()) {
        return fail(Status::kInvalidParameter, "the timeout is negative");
    }
    if (!edit.iif) {
        return {};
    }
    if (core.interest.attributed(*edit.iif) != client) {
        return fail(Status::kInvalidParameter,
                    fmt::format("{} is not yours: an iif must be", core.name(*edit.iif)));
    }
    if (entry.iif_owner != client) {
        return fail(Status::kInvalidParameter,
                    fmt::format("{} has no route or no owner towards its source", entry.flow));
    }
    return {};
}

/// The same entry, accepting elsewhere. What its oifs are follows from the tables: the old iif may become
/// one, the new iif ceases to be one, vetoes stay.
void move_iif(Core& core, Change& change, SourceGroup flow, InterfaceKey iif) {
    Entry moved = *core.entries.find(flow);
    const InterfaceKey before = std::exchange(moved.iif, iif);
    const bool to_be_rebuilt = std::exchange(moved.iif_tenure, core.interest.find(iif)->tenure) !=
                               core.interest.find(before)->tenure;
    const bool bounded = core.env.boundary.blocks_input(iif, flow.group);
    moved.blocked = bounded ? NegativeReason::kBoundary : NegativeReason::kNone;
    Entry& entry = core.entries.put(std::move(moved));
    for (const SourceGroup& key : {SourceGroup{}, SourceGroup{flow.group, kAnySource}, flow}) {
        if (const KeyState* state = core.interest.find(key)) {
            for (const InterfaceKey interface : state->interfaces) {
                core.refresh(change, entry, interface);
            }
        }
    }
    std::vector<InterfaceKey> others{before, iif}; // without a membership: forwarded explicitly, or vetoed
    for (const auto& [interface, oif] : entry.oifs) {
        others.push_back(interface);
    }
    for (const InterfaceKey interface : others) {
        core.refresh(change, entry, interface);
    }
    if (to_be_rebuilt) {
        core.rebuild_later({flow}); // it is not found by its old iif any more
    }
}

} // namespace

Expected<void> GroupManager::change_mfe(ClientHandle handle, SourceGroup flow, const MfeEdit& edit) {
    Core& core = *core_;
    if (auto known_client = core.caller(handle); !known_client) {
        return std::unexpected(known_client.error());
    }
    Entry* entry = core.find_entry(flow);
    if (entry == nullptr) {
        return fail(Status::kNotFound, fmt::format("there is no entry {}", flow));
    }
    if (auto allowed = may_change(core, *entry, handle, edit); !allowed) {
        return allowed;
    }
    const Room room(core, 2 * core.room_for_new_entry(flow), Memory::Use::kShrink);
    if (!room) {
        return room.refusal();
    }
    if (edit.upstream) {
        entry->upstream = *edit.upstream;
        entry->upstream_chosen = true;
    }
    if (edit.iif && *edit.iif != entry->iif) {
        Change change;
        move_iif(core, change, flow, *edit.iif);
        core.finish(change, [&] {
            return fmt::format("{} moves {} to {}", core.name(handle), flow, core.name(*edit.iif));
        });
    }
    if (edit.timeout) {
        core.set_lifetime(flow, *edit.timeout);
    }
    return {};
}

} // namespace mcfwd::group_manager
