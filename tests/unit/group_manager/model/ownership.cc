// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Registration and ownership (specification 2.1 to 2.5) and the handoff (section 3).
#include "model.hh"

namespace mcfwd::group_manager::model {

Expected<ClientHandle> Model::register_protocol(Registration registration) {
    if (const auto status = refused()) {
        return fail(*status, "");
    }
    const bool disable = registration.callbacks.disable_igmp != nullptr;
    const bool enable = registration.callbacks.enable_igmp != nullptr;
    if (is_igmp(registration.id) && disable != enable) {
        return fail(Status::kInvalidParameter, ""); // N04
    }
    for (const auto& [handle, client] : state_.clients) {
        if (client.id == registration.id) {
            return fail(Status::kAlreadyExists, "");
        }
    }
    const ClientHandle handle{++last_client_};
    state_.clients.emplace(
        handle, Client{registration.id, registration.name, registration.callbacks, state_.env.clock.now()});
    // Existing interest is not replayed (N56): it is taken as known.
    for (const SourceGroup& key : state_.joined_keys()) {
        if (state_.others_want(handle, key)) {
            told_.emplace(std::pair{handle, key}, InterfaceKey{});
        }
    }
    return handle;
}

Expected<void> Model::deregister_protocol(ClientHandle client) {
    if (const auto status = refused(client)) {
        return fail(*status, "");
    }
    for (const auto& [on, record] : state_.records) {
        if (record.owner == client || record.igmp == client) {
            return fail(Status::kCanNotComplete, "");
        }
    }
    state_.clients.erase(client);
    std::erase_if(told_, [&](const auto& item) { return item.first.first == client; });
    std::erase_if(enumerations_, [&](const auto& item) { return item.second.client == client; }); // N05
    return {};
}

Expected<void> Model::take_interface_ownership(ClientHandle client, InterfaceKey on) {
    if (const auto status = refused(client)) {
        return fail(*status, "");
    }
    if (!state_.env.interfaces.interface_name(on.interface)) {
        return fail(Status::kInvalidParameter, ""); // N07
    }
    if (const auto record = state_.records.find(on); record != state_.records.end()) {
        const auto& [owner, igmp] = std::pair{record->second.owner, record->second.igmp};
        const bool place_taken = (is_igmp(state_.clients.at(client).id) ? igmp : owner) != kNoClient;
        if (owner == client || igmp == client || place_taken) {
            return fail(Status::kAlreadyExists, "");
        }
    }
    take(client, on);
    return {};
}

/// The table of 2.3.
void Model::take(ClientHandle client, InterfaceKey on) {
    const bool igmp = is_igmp(state_.clients.at(client).id);
    const bool no_record = !state_.records.contains(on);
    if (!igmp && !no_record) {
        hand_over(on, kNoClient, client);
        return;
    }
    Call call;
    Record& record = state_.records[on];
    (igmp ? record.igmp : record.owner) = client;
    end(call);
    if (no_record) { // N43
        std::set<SourceGroup> waiting = entries_of(on);
        std::erase_if(waiting, [&](const SourceGroup& flow) {
            return state_.mfes.at(flow).blocked != NegativeReason::kUnownedIif;
        });
        rebuild_later(waiting);
    }
}

Expected<void> Model::release_interface_ownership(ClientHandle client, InterfaceKey on) {
    if (const auto status = refused(client)) {
        return fail(*status, "");
    }
    const auto record = state_.records.find(on);
    if (record == state_.records.end() || (record->second.owner != client && record->second.igmp != client)) {
        return fail(Status::kInvalidParameter, "");
    }
    release(client, on);
    return {};
}

/// Release and take, but what has the interface as its iif is rebuilt as after a handoff.
Expected<void> Model::transfer_interface_ownership(ClientHandle from, ClientHandle to, InterfaceKey on) {
    for (const ClientHandle client : {from, to}) {
        if (const auto status = refused(client)) {
            return fail(*status, "");
        }
    }
    const auto record = state_.records.find(on);
    if (record == state_.records.end() || record->second.owner != from || is_igmp(state_.clients.at(to).id)) {
        return fail(Status::kInvalidParameter, "");
    }
    if (from == to) {
        return fail(Status::kAlreadyExists, "");
    }
    if (record->second.igmp != kNoClient) {
        release(from, on);
        take(to, on);
        return {};
    }
    const std::set<SourceGroup> flows = entries_of(on);
    Call call;
    erase_memberships(call, from, on);
    erase_edits(from, on);
    record->second.owner = to;
    if (settings_.handoff_mfe == HandoffMfe::kFlush) {
        for (const SourceGroup& flow : flows) {
            state_.mfes.erase(flow);
        }
        end(call);
        return {};
    }
    adopt(call, on, from, to);
    end(call);
    rebuild_later(flows);
    return {};
}

Expected<void> Model::interface_down(InterfaceKey on) {
    if (const auto status = refused()) {
        return fail(*status, "");
    }
    const auto found = state_.records.find(on);
    if (found == state_.records.end()) {
        return fail(Status::kNotFound, "");
    }
    const Record record = found->second;
    for (const ClientHandle client : {record.owner, record.igmp}) {
        if (client != kNoClient) {
            release(client, on);
        }
    }
    return {};
}

void Model::release(ClientHandle client, InterfaceKey on) {
    Record& record = state_.records.at(on);
    if (record.owner == client && record.igmp != kNoClient) {
        hand_over(on, client, kNoClient);
        return;
    }
    Call call;
    if (record.igmp == client && record.owner != kNoClient) { // S7
        for (const auto& [who, membership] : state_.memberships) {
            if (who.on == on && who.component == client && membership.announced) {
                call.local.push_back({CallbackKind::kLocalLeave, record.owner, who.key, on});
            }
        }
    }
    erase_memberships(call, client, on);
    erase_edits(client, on);
    if (record.igmp == client && record.owner != kNoClient) {
        record.igmp = kNoClient;
        record.sweep_at.reset();
        adopt(call, on, client, record.owner);
    } else { // S5, or IGMP alone
        for (const SourceGroup& flow : entries_of(on)) {
            state_.mfes.erase(flow);
        }
        state_.records.erase(on);
    }
    end(call);
}

/// 3.3 (`from` is none: `to` takes the interface from IGMP) and 3.4 (`to` is none: `from` leaves it to IGMP).
void Model::hand_over(InterfaceKey on, ClientHandle from, ClientHandle to) {
    flush_batch();
    Record& record = state_.records.at(on);
    record.phase = Phase::kHandoff;
    ++metrics_.handoff_windows;
    tell(record.igmp, &Callbacks::disable_igmp, on);
    const std::set<SourceGroup> flows = entries_of(on);
    Call call;
    if (from != kNoClient) {
        erase_memberships(call, from, on);
        erase_edits(from, on);
    }
    record.owner = to;
    suspend_igmp(call, on);
    if (settings_.handoff_mfe == HandoffMfe::kFlush) {
        for (const SourceGroup& flow : flows) {
            state_.mfes.erase(flow);
        }
    } else if (from != kNoClient) {
        adopt(call, on, from, record.igmp);
    }
    end_now(call);
    record.phase = Phase::kStable;
    tell(record.igmp, &Callbacks::enable_igmp, on);
    if (settings_.handoff_mfe == HandoffMfe::kRebuild) {
        rebuild_later(flows);
    }
}

/// Step 4 of 3.3 and 3.4 for what IGMP has there. Its vetoes stay (N26).
void Model::suspend_igmp(Call& call, InterfaceKey on) {
    Record& record = state_.records.at(on);
    record.sweep_at = state_.env.clock.now() + settings_.sweep_timeout;
    if (settings_.handoff_memberships == HandoffMemberships::kStrict) {
        erase_memberships(call, record.igmp, on);
        for (auto& [flow, mfe] : state_.mfes) {
            std::erase_if(mfe.forwards, [&](const auto& item) {
                return item.first == on && item.second.by == record.igmp;
            });
        }
        return;
    }
    for (auto& [who, membership] : state_.memberships) {
        if (who.on == on && who.component == record.igmp) {
            membership.stale = true;
            membership.announced = false;
            call.vanished[who.key] = on;
        }
    }
    for (auto& [flow, mfe] : state_.mfes) {
        if (const auto at = mfe.forwards.find(on); at != mfe.forwards.end() && at->second.by == record.igmp) {
            at->second.stale = true;
        }
    }
}

void Model::erase_memberships(Call& call, ClientHandle component, InterfaceKey on) {
    std::erase_if(state_.memberships, [&](const auto& item) {
        const bool gone = item.first.on == on && item.first.component == component;
        if (gone) {
            call.vanished[item.first.key] = on;
        }
        return gone;
    });
}

/// What a component did to entries explicitly goes with it (N26).
void Model::erase_edits(ClientHandle component, InterfaceKey on) {
    for (auto& [flow, mfe] : state_.mfes) {
        std::erase_if(mfe.forwards,
                      [&](const auto& item) { return item.first == on && item.second.by == component; });
        std::erase_if(mfe.vetoes,
                      [&](const auto& item) { return item.first == on && item.second == component; });
    }
}

/// 3.4 step 4: another iif owner at once; the rebuild that follows tells it.
void Model::adopt(Call& call, InterfaceKey on, ClientHandle from, ClientHandle to) {
    for (const SourceGroup& flow : entries_of(on)) {
        Mfe& mfe = state_.mfes.at(flow);
        if (mfe.iif_owner == from) {
            mfe.iif_owner = to;
            call.adopted.insert(flow);
        }
    }
}

Expected<ComponentId> Model::protocol_on_interface(InterfaceKey on) const {
    if (!started_) {
        return fail(Status::kCanNotComplete, "");
    }
    if (!state_.records.contains(on)) {
        return fail(Status::kNotFound, "");
    }
    return state_.clients.at(state_.attr(on)).id;
}

} // namespace mcfwd::group_manager::model
