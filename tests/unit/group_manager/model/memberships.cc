// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Adding and deleting memberships (specification 2.6 and 2.7) and the sweep that ends a replay (3.6).
#include "model.hh"

namespace mcfwd::group_manager::model {

namespace {

/// N15, N16
bool malformed(SourceGroup key, MembershipFlags flags) {
    const unsigned bits = static_cast<unsigned>(flags);
    const unsigned group = key.group.host(), source = key.source.host();
    const bool source_without_group = group == 0 && source != 0;
    const bool bad_group = group != 0 && (group < 0xE0000100U || group > 0xEFFFFFFFU);
    const unsigned first = source >> 24U;
    const bool bad_source = source != 0 && (first == 0 || first == 127 || first >= 224);
    const bool forward_of_range = (bits & 2U) != 0 && (group == 0 || source == 0);
    return bits < 1 || bits > 3 || source_without_group || bad_group || bad_source || forward_of_range;
}

} // namespace

std::optional<Status> Model::may_edit(ClientHandle client, SourceGroup key, InterfaceKey on,
                                      MembershipFlags flags) {
    const auto record = state_.records.find(on);
    if (const auto status = refused(client)) {
        const bool in_window = record != state_.records.end() && record->second.phase == Phase::kHandoff;
        metrics_.igmp_calls_rejected_in_window += in_window && record->second.igmp == client; // N23
        return status;
    }
    if (malformed(key, flags)) {
        return Status::kInvalidParameter;
    }
    if (record == state_.records.end()) {
        return Status::kNotFound; // N17
    }
    const bool igmp = record->second.igmp == client;
    if (!igmp && record->second.owner != client) {
        return Status::kInvalidParameter; // N17
    }
    if (igmp && record->second.owner != kNoClient && has_flag(flags, MembershipFlags::kForward)) {
        return Status::kInvalidParameter; // N18
    }
    return std::nullopt;
}

Expected<void> Model::add_group_membership(ClientHandle client, SourceGroup key, InterfaceKey on,
                                           MembershipFlags flags) {
    if (const auto status = may_edit(client, key, on, flags)) {
        return fail(*status, "");
    }
    Call call;
    if (has_flag(flags, MembershipFlags::kJoin)) {
        const auto [at, fresh] = state_.memberships.try_emplace({on, key, client});
        Membership& membership = at->second;
        if (fresh) {
            membership.since = state_.env.clock.now();
        }
        if (membership.stale) {
            membership.stale = false;
            call.vanished[key] = on; // of the component that it counted for (B.6)
        }
        const ClientHandle owner = state_.records.at(on).owner;
        if (state_.is_igmp_of(client, on) && owner != kNoClient && !membership.announced) {
            membership.announced = true;
            call.local.push_back({CallbackKind::kLocalJoin, owner, key, on});
        }
    }
    if (const auto mfe = state_.mfes.find(key);
        has_flag(flags, MembershipFlags::kForward) && mfe != state_.mfes.end()) { // else N24
        mfe->second.vetoes.erase(on);
        mfe->second.forwards[on] = {client, false};
    }
    end(call);
    return {};
}

Expected<void> Model::delete_group_membership(ClientHandle client, SourceGroup key, InterfaceKey on,
                                              MembershipFlags flags) {
    if (const auto status = may_edit(client, key, on, flags)) {
        return fail(*status, "");
    }
    Call call;
    const auto at = state_.memberships.find({on, key, client});
    if (has_flag(flags, MembershipFlags::kJoin) && at != state_.memberships.end()) { // else N25
        if (at->second.announced) {
            call.local.push_back({CallbackKind::kLocalLeave, state_.records.at(on).owner, key, on});
        }
        state_.memberships.erase(at);
        call.vanished[key] = on;
    }
    if (const auto mfe = state_.mfes.find(key);
        has_flag(flags, MembershipFlags::kForward) && mfe != state_.mfes.end()) {
        mfe->second.forwards.erase(on);
        mfe->second.vetoes[on] = client;
    }
    end(call);
    return {};
}

Expected<void> Model::igmp_replay_complete(ClientHandle client, InterfaceKey on) {
    if (const auto status = refused(client)) {
        return fail(*status, "");
    }
    if (!state_.records.contains(on)) {
        return fail(Status::kNotFound, "");
    }
    if (!state_.is_igmp_of(client, on)) {
        return fail(Status::kInvalidParameter, "");
    }
    Call call;
    sweep(call, on);
    end(call);
    return {};
}

/// No LOCAL_LEAVE: what is stale was never announced.
void Model::sweep(Call& call, InterfaceKey on) {
    state_.records.at(on).sweep_at.reset();
    std::erase_if(state_.memberships, [&](const auto& item) {
        const bool swept = item.first.on == on && item.second.stale;
        if (swept) {
            call.vanished[item.first.key] = on;
            ++metrics_.stale_swept;
        }
        return swept;
    });
    for (auto& [flow, mfe] : state_.mfes) {
        std::erase_if(mfe.forwards, [&](const auto& item) { return item.first == on && item.second.stale; });
    }
}

} // namespace mcfwd::group_manager::model
