// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Life of entries (specification section 5): creation, rebuild, wrong interfaces, time.
#include <algorithm>

#include "model.hh"

namespace mcfwd::group_manager::model {

std::set<SourceGroup> Model::entries_of(InterfaceKey iif) const {
    std::set<SourceGroup> flows;
    for (const auto& [flow, mfe] : state_.mfes) {
        if (mfe.iif == iif) {
            flows.insert(flow);
        }
    }
    return flows;
}

/// A packet arrives on an interface, not on one of its links.
bool Model::somebody_at(InterfaceKey arrival) const {
    return std::ranges::any_of(state_.records,
                               [&](const auto& item) { return accepts(item.first, arrival); });
}

void Model::new_packet(SourceGroup flow, InterfaceKey arrival, std::span<const std::byte> header) {
    std::vector kept(header.begin(),
                     header.begin() + std::min<std::ptrdiff_t>(128, std::ssize(header))); // 5.8
    if (inside_ > 0) {
        state_.env.tasks.post([this, flow, arrival, kept] { new_packet(flow, arrival, kept); });
        return;
    }
    const bool possible = flow.group.is_routable_group() && flow.source.is_valid_source();
    if (!started_ || !possible || !somebody_at(arrival)) { // 5.1, N42
        state_.env.sink.discard_parked(flow);
        return;
    }
    if (state_.mfes.contains(flow)) { // 5.2 step 1
        ++metrics_.duplicate_misses;
        return;
    }
    flush_batch();
    Mfe mfe = build(flow, arrival, kept);
    const InterfaceKey iif = mfe.iif;
    ++metrics_.mfe_created;
    metrics_.mfe_negative += state_.eff(mfe).empty();
    state_.mfes.emplace(flow, std::move(mfe));
    Call call;
    call.built.insert(flow);
    end_now(call);
    if (!accepts(iif, arrival)) {
        alert_wrong_interface(flow, arrival, kept);
    }
}

/// Steps 2 to 8 of 5.2.
Mfe Model::build(SourceGroup flow, InterfaceKey arrival, std::vector<std::byte> header) {
    Mfe mfe;
    mfe.flow = flow;
    mfe.iif = mfe.arrival = arrival;
    mfe.header = std::move(header);
    mfe.created = state_.env.clock.now();
    mfe.period = settings_.unreachable_timeout; // N43
    const auto answer = state_.env.view.lookup(flow);
    if (!answer) {
        mfe.blocked = NegativeReason::kNoRoute;
    } else {
        mfe.iif = answer->iif;
        mfe.rpf = answer->iif;
        mfe.upstream = answer->upstream;
        mfe.route = mfe.view_route = answer->route;
        mfe.iif_owner = state_.attr(answer->iif);
        if (mfe.iif_owner == kNoClient) {
            mfe.blocked = NegativeReason::kUnownedIif;
        } else {
            mfe.period = kDefaultMfeTimeout;
            ask_rpf(mfe);
            if (state_.env.boundary.blocks_input(mfe.iif, flow.group)) { // N44
                mfe.blocked = NegativeReason::kBoundary;
            }
            ask_creation(mfe);
        }
    }
    mfe.expires = mfe.created + mfe.period;
    return mfe;
}

void Model::ask_rpf(Mfe& mfe) {
    RpfQuery query{mfe.flow, mfe.header, mfe.iif, mfe.upstream, mfe.route};
    tell(mfe.iif_owner, &Callbacks::rpf, query);
    mfe.upstream_chosen = query.upstream != mfe.upstream;
    mfe.route_chosen = query.route != mfe.route;
    mfe.upstream = query.upstream;
    mfe.route = query.route;
    if (state_.attr(query.iif) == mfe.iif_owner) { // else N39
        mfe.iif = query.iif;
    }
}

void Model::ask_creation(Mfe& mfe) {
    std::map<ClientHandle, std::vector<CandidateOif>> candidates; // by component
    for (const InterfaceKey& on : state_.eff(mfe)) {
        candidates[state_.attr(on)].push_back({on, state_.records.at(on).igmp != kNoClient, true});
    }
    for (const auto& [component, offered] : candidates) {
        std::vector<CandidateOif> answered = offered;
        tell(component, &Callbacks::creation_alert, CreationAlert{mfe.flow, mfe.iif, answered});
        for (std::size_t k = 0; k < offered.size(); ++k) {
            if (!answered[k].enabled) {
                mfe.vetoes[offered[k].oif] = component;
            }
        }
    }
}

/// 5.8: to clients, delete and create.
void Model::rebuild(Call& call, const std::set<SourceGroup>& flows) {
    for (const SourceGroup& flow : flows) {
        Mfe& old = state_.mfes.at(flow);
        old = build(flow, old.arrival, old.header);
        call.built.insert(flow);
        ++metrics_.mfe_rebuilt;
    }
}

void Model::rebuild_later(const std::set<SourceGroup>& flows) {
    const bool posted =
        std::ranges::any_of(state_.mfes, [](const auto& item) { return item.second.awaits_rebuild; });
    for (const SourceGroup& flow : flows) {
        state_.mfes.at(flow).awaits_rebuild = true;
    }
    if (posted || flows.empty()) {
        return;
    }
    state_.env.tasks.post([this] {
        std::set<SourceGroup> waiting;
        for (const auto& [flow, mfe] : state_.mfes) {
            if (mfe.awaits_rebuild) {
                waiting.insert(flow);
            }
        }
        Call call;
        rebuild(call, waiting);
        end(call);
    });
}

Expected<void> Model::route_changed(Ipv4Prefix sources, Ipv4Address group) {
    if (const auto status = refused()) {
        return fail(*status, "");
    }
    std::set<SourceGroup> moved;
    for (auto& [flow, mfe] : state_.mfes) {
        const bool asked = sources.contains(flow.source) && (group.is_unspecified() || group == flow.group);
        const auto answer = state_.env.view.lookup(flow);
        const Route route = answer ? answer->route : Route{};
        const bool of_static_entry = // N26: the operator's word on the whole entry
            route != mfe.view_route &&
            (route.kind == RouteKind::kStaticEntry || mfe.view_route.kind == RouteKind::kStaticEntry);
        if (asked && (state_.rpf_interface(flow) != mfe.rpf || of_static_entry)) {
            moved.insert(flow);
        } else if (asked && answer) { // informational
            mfe.view_route = route;
            mfe.upstream = mfe.upstream_chosen ? mfe.upstream : answer->upstream;
            mfe.route = mfe.route_chosen ? mfe.route : answer->route;
        }
    }
    Call call;
    rebuild(call, moved);
    end(call); // also finds the (S,G) keys whose o(S) changed
    return {};
}

Expected<void> Model::boundary_changed(InterfaceKey on) {
    if (const auto status = refused()) {
        return fail(*status, "");
    }
    std::set<SourceGroup> crossed;
    for (const SourceGroup& flow : entries_of(on)) {
        const NegativeReason was = state_.mfes.at(flow).blocked;
        const bool reachable = was == NegativeReason::kNone || was == NegativeReason::kBoundary;
        const bool blocks = state_.env.boundary.blocks_input(on, flow.group);
        if (reachable && blocks != (was == NegativeReason::kBoundary)) {
            crossed.insert(flow);
        }
    }
    Call call;
    rebuild(call, crossed);
    end(call);
    return {};
}

void Model::wrong_interface(SourceGroup flow, InterfaceKey arrival, std::span<const std::byte> header) {
    const auto mfe = state_.mfes.find(flow);
    if (!refused() && mfe != state_.mfes.end() && !accepts(mfe->second.iif, arrival)) {
        alert_wrong_interface(flow, arrival, header);
    }
}

/// 5.4
void Model::alert_wrong_interface(SourceGroup flow, InterfaceKey arrival, std::span<const std::byte> header) {
    const ClientHandle owner = state_.attr(arrival);
    if (owner == kNoClient || !state_.clients.at(owner).callbacks.wrong_if) {
        return;
    }
    const Instant now = state_.env.clock.now();
    const auto last = last_wrong_if_.find({flow, arrival});
    if (last != last_wrong_if_.end() && now - last->second < settings_.wrong_if_interval) {
        ++metrics_.wrongif_suppressed;
        return;
    }
    last_wrong_if_[{flow, arrival}] = now;
    ++metrics_.wrongif_alerts;
    tell(owner, &Callbacks::wrong_if, WrongInterface{flow, arrival, header});
}

Expected<void> Model::set_mfe(ClientHandle client, SourceGroup flow, Ipv4Address upstream) {
    if (const auto status = refused(client)) {
        return fail(*status, "");
    }
    const auto mfe = state_.mfes.find(flow);
    if (mfe == state_.mfes.end()) {
        return fail(Status::kNotFound, "");
    }
    if (state_.attr(mfe->second.iif) != client) {
        return fail(Status::kInvalidParameter, ""); // N29
    }
    mfe->second.upstream = upstream;
    mfe->second.upstream_chosen = true;
    return {};
}

/// What the owner may answer to RPF and PRUNE, afterwards (4.1, 4.4).
Expected<void> Model::change_mfe(ClientHandle client, SourceGroup flow, const MfeEdit& edit) {
    if (const auto status = refused(client)) {
        return fail(*status, "");
    }
    const auto at = state_.mfes.find(flow);
    if (at == state_.mfes.end()) {
        return fail(Status::kNotFound, "");
    }
    Mfe& mfe = at->second;
    const bool nothing = !edit.upstream && !edit.iif && !edit.timeout;
    const bool past = edit.timeout && *edit.timeout < std::chrono::seconds{};
    const bool foreign_iif = edit.iif && (state_.attr(*edit.iif) != client || mfe.iif_owner != client);
    if (nothing || past || foreign_iif || state_.attr(mfe.iif) != client) {
        return fail(Status::kInvalidParameter, "");
    }
    mfe.upstream = edit.upstream.value_or(mfe.upstream);
    mfe.upstream_chosen |= edit.upstream.has_value();
    if (edit.iif && *edit.iif != mfe.iif) {
        mfe.iif = *edit.iif;
        const bool bounded = state_.env.boundary.blocks_input(mfe.iif, flow.group);
        mfe.blocked = bounded ? NegativeReason::kBoundary : NegativeReason::kNone;
    }
    Call call;
    end(call);
    if (edit.timeout) {
        mfe.expires = state_.env.clock.now() + *edit.timeout;
    }
    return {};
}

/// Timers (5.5, 3.6).
void Model::tick() {
    if (refused()) {
        return;
    }
    const Instant now = state_.env.clock.now();
    for (auto at = state_.mfes.begin(); at != state_.mfes.end();) {
        at = at->second.expires <= now && expired(at->second) ? state_.mfes.erase(at) : std::next(at);
    }
    Call call;
    std::set<std::pair<Instant, InterfaceKey>> due;
    for (const auto& [on, record] : state_.records) {
        if (record.sweep_at && *record.sweep_at <= now) {
            due.emplace(*record.sweep_at, on);
        }
    }
    for (const auto& [when, on] : due) {
        ++metrics_.sweep_timeouts;
        sweep(call, on);
    }
    end(call);
}

/// N46: an active entry that forwarded since the last check is re-armed.
bool Model::expired(Mfe& mfe) {
    if (settings_.mfe_expiry == MfeExpiry::kActivity && !state_.eff(mfe).empty()) {
        const std::uint64_t packets = state_.env.sink.counters(mfe.flow)->packets;
        if (packets != mfe.packets_at_check) {
            mfe.packets_at_check = packets;
            mfe.expires = state_.env.clock.now() + mfe.period;
            return false;
        }
    }
    ++metrics_.mfe_expired;
    return true;
}

} // namespace mcfwd::group_manager::model
