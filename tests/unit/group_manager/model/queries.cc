// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Reading (specification 2.8 and 2.10), and the listings for people.
#include <algorithm>

#include "model.hh"

namespace mcfwd::group_manager::model {

namespace {

std::chrono::seconds seconds(Duration duration) {
    return std::chrono::duration_cast<std::chrono::seconds>(duration);
}

/// The first `limit` of what there is (2.8, 2.10).
template <typename Item>
Expected<Page<Item>> page_of(std::vector<Item> all, std::size_t limit) {
    if (all.size() <= limit) {
        return Page<Item>{std::move(all), Status::kNoMoreItems};
    }
    if (limit == 0) {
        return fail(Status::kInsufficientBuffer, "");
    }
    all.resize(limit);
    return Page<Item>{std::move(all), Status::kMoreData};
}

bool known(StatsLevel level) {
    return level == StatsLevel::kBasic || level == StatsLevel::kExtended;
}

} // namespace

ClientName Model::name_of(ClientHandle client) const {
    const auto at = state_.clients.find(client);
    return at == state_.clients.end() ? ClientName{} : ClientName{at->second.id, at->second.name};
}

MfeView Model::view(const Mfe& mfe) const {
    const Instant now = state_.env.clock.now();
    const std::set<InterfaceKey> eff = state_.eff(mfe);
    MfeView view{.flow = mfe.flow, .iif = mfe.iif, .iif_owner = name_of(mfe.iif_owner)};
    view.upstream = mfe.upstream;
    view.upstream_chosen = mfe.upstream_chosen;
    view.route = mfe.route;
    view.state = eff.empty() ? MfeState::kNegative : MfeState::kActive;
    view.reason = !eff.empty()                           ? NegativeReason::kNone
                  : mfe.blocked != NegativeReason::kNone ? mfe.blocked
                                                         : NegativeReason::kNoReceivers;
    const bool literal = settings_.mfe_expiry == MfeExpiry::kAbsolute || eff.empty(); // 5.5, N46
    view.up_time = seconds(now - mfe.created);
    view.timeout = seconds(literal ? mfe.expires - mfe.created : mfe.period);
    view.expires_in = literal ? std::max(view.timeout - view.up_time, std::chrono::seconds{}) // I26
                              : seconds(std::max(mfe.expires - now, Duration{}));
    std::set<InterfaceKey> mentioned;
    const auto contributions = state_.contributions(mfe);
    for (const auto& [on, components] : contributions) {
        mentioned.insert(on);
    }
    std::set<InterfaceKey> unconfirmed;
    for (const auto& [who, membership] : state_.memberships) {
        if (covers(who.key, mfe.flow) && state_.awaits_owner(who, membership) &&
            !contributions.contains(who.on)) {
            unconfirmed.insert(who.on);
            mentioned.insert(who.on);
        }
    }
    for (const auto& [on, by] : mfe.vetoes) {
        mentioned.insert(on);
    }
    for (const InterfaceKey& on : mentioned) {
        const auto joined = [&](SourceGroup key) {
            return std::ranges::any_of(state_.memberships, [&](const auto& item) {
                return item.first.on == on && item.first.key == key &&
                       !state_.awaits_owner(item.first, item.second);
            });
        };
        const auto since = mfe.forwarding_since.find(on);
        view.oifs.push_back({.interface = on,
                             .source_group = joined(mfe.flow),
                             .any_source = joined({mfe.flow.group, kAnySource}),
                             .any_group = joined({}),
                             .forward = mfe.forwards.contains(on),
                             .vetoed = mfe.vetoes.contains(on),
                             .unconfirmed = unconfirmed.contains(on),
                             .boundary = state_.env.boundary.blocks_output(on, mfe.flow.group),
                             .forwarding = eff.contains(on),
                             .up_time = since == mfe.forwarding_since.end() ? std::chrono::seconds{}
                                                                            : seconds(now - since->second)});
    }
    return view;
}

MfeStatsView Model::stats(const Mfe& mfe, StatsLevel level) const {
    MfeStatsView result{.mfe = view(mfe), .counters = *state_.env.sink.counters(mfe.flow)};
    if (level == StatsLevel::kExtended) {
        result.oifs = state_.env.sink.oif_counters(mfe.flow);
    }
    const auto nanoseconds = state_.env.clock.now() - mfe.created;
    result.up_time = std::chrono::duration_cast<decltype(result.up_time)>(nanoseconds);
    return result;
}

std::vector<const Mfe*> Model::entries_after(std::optional<SourceGroup> after) const {
    std::vector<const Mfe*> entries;
    for (const auto& [flow, mfe] : state_.mfes) { // by group, then source
        if (!after || flow > *after) {
            entries.push_back(&mfe);
        }
    }
    return entries;
}

Expected<MfeView> Model::mfe(SourceGroup flow) const {
    const auto at = state_.mfes.find(flow);
    if (!started_ || at == state_.mfes.end()) {
        return fail(started_ ? Status::kNotFound : Status::kCanNotComplete, "");
    }
    return view(at->second);
}

Expected<MfeStatsView> Model::mfe_stats(SourceGroup flow, StatsLevel level) const {
    const auto at = state_.mfes.find(flow);
    if (!started_) {
        return fail(Status::kCanNotComplete, "");
    }
    if (!known(level)) {
        return fail(Status::kInvalidParameter, "");
    }
    if (at == state_.mfes.end()) {
        return fail(Status::kNotFound, "");
    }
    return stats(at->second, level);
}

Expected<Page<MfeView>> Model::first_mfe(std::size_t limit) const {
    if (!started_) {
        return fail(Status::kCanNotComplete, "");
    }
    std::vector<MfeView> all;
    for (const Mfe* mfe : entries_after(std::nullopt)) {
        all.push_back(view(*mfe));
    }
    return page_of(std::move(all), limit);
}

Expected<Page<MfeView>> Model::next_mfe(SourceGroup after, std::size_t limit) const {
    if (!started_) {
        return fail(Status::kCanNotComplete, "");
    }
    std::vector<MfeView> all;
    for (const Mfe* mfe : entries_after(after)) {
        all.push_back(view(*mfe));
    }
    return page_of(std::move(all), limit);
}

Expected<Page<MfeStatsView>> Model::first_mfe_stats(std::size_t limit, StatsLevel level) const {
    return next_mfe_stats({}, limit, level); // no flow has the key (*,*)
}

Expected<Page<MfeStatsView>> Model::next_mfe_stats(SourceGroup after, std::size_t limit,
                                                   StatsLevel level) const {
    if (!started_ || !known(level)) {
        return fail(started_ ? Status::kInvalidParameter : Status::kCanNotComplete, "");
    }
    std::vector<MfeStatsView> all;
    for (const Mfe* mfe : entries_after(after)) {
        all.push_back(stats(*mfe, level));
    }
    return page_of(std::move(all), limit);
}

Expected<EnumerationHandle> Model::group_enumeration_start(ClientHandle client, EnumerationKind kind) {
    if (!started_) {
        return fail(Status::kCanNotComplete, "");
    }
    const bool any = kind == EnumerationKind::kAnySource, all = kind == EnumerationKind::kAllSources;
    if (!state_.clients.contains(client) || (!any && !all)) {
        return fail(Status::kInvalidParameter, "");
    }
    std::set<SourceGroup> keys;
    for (const SourceGroup& key : state_.joined_keys()) {
        if (all) {
            keys.insert(key);
        } else if (!key.group.is_unspecified()) { // N31
            keys.insert({key.group, kAnySource});
        }
    }
    const EnumerationHandle handle{++last_enumeration_};
    enumerations_.emplace(handle, Enumeration{client, {keys.begin(), keys.end()}});
    return handle;
}

Expected<Page<SourceGroup>> Model::group_enumeration_next(EnumerationHandle enumeration, std::size_t limit) {
    const auto at = enumerations_.find(enumeration);
    if (!started_ || at == enumerations_.end()) {
        return fail(started_ ? Status::kInvalidParameter : Status::kCanNotComplete, "");
    }
    std::vector<SourceGroup>& left = at->second.left;
    auto page = page_of(left, limit);
    if (page) {
        left.erase(left.begin(), left.begin() + std::ssize(page->items));
    }
    return page;
}

Expected<void> Model::group_enumeration_end(EnumerationHandle enumeration) {
    if (!started_ || enumerations_.erase(enumeration) == 0) {
        return fail(started_ ? Status::kInvalidParameter : Status::kCanNotComplete, "");
    }
    return {};
}

std::optional<Instant> Model::next_deadline() const {
    std::set<Instant> deadlines;
    for (const auto& [flow, mfe] : state_.mfes) {
        deadlines.insert(mfe.expires);
    }
    for (const auto& [on, record] : state_.records) {
        if (record.sweep_at) {
            deadlines.insert(*record.sweep_at);
        }
    }
    return deadlines.empty() ? std::nullopt : std::optional(*deadlines.begin());
}

std::vector<OwnershipView> Model::ownership() const {
    std::vector<OwnershipView> views;
    for (const auto& [on, record] : state_.records) {
        OwnershipView view{.interface = on, .owner = name_of(record.owner), .igmp = name_of(record.igmp)};
        view.phase = record.phase;
        view.awaiting_replay = record.sweep_at.has_value();
        for (const auto& [who, membership] : state_.memberships) {
            view.memberships += who.on == on;
            view.stale += who.on == on && membership.stale;
        }
        views.push_back(view);
    }
    return views;
}

std::vector<MembershipView> Model::memberships() const {
    std::vector<MembershipView> views;
    for (const auto& [who, membership] : state_.memberships) {
        bool unconfirmed = state_.awaits_owner(who, membership);
        for (const auto& [other, of_other] : state_.memberships) {
            const bool of_owner = other.on == who.on && other.component == state_.records.at(who.on).owner;
            unconfirmed &= !(of_owner && covers(other.key, who.key));
        }
        const auto mfe = state_.mfes.find(who.key);
        unconfirmed &= mfe == state_.mfes.end() || !mfe->second.forwards.contains(who.on);
        views.push_back({.key = who.key,
                         .interface = who.on,
                         .component = name_of(who.component),
                         .counts_for = name_of(state_.cnt(who, membership)),
                         .stale = membership.stale,
                         .announced = membership.announced,
                         .unconfirmed = unconfirmed,
                         .age = seconds(state_.env.clock.now() - membership.since)});
    }
    return views;
}

std::vector<ClientView> Model::clients() const {
    std::vector<ClientView> views;
    for (const auto& [handle, client] : state_.clients) {
        ClientView view{.handle = handle, .name = {client.id, client.name}, .igmp = is_igmp(client.id)};
        view.age = seconds(state_.env.clock.now() - client.since);
        for (const auto& [on, record] : state_.records) {
            if (record.owner == handle || record.igmp == handle) {
                view.interfaces.push_back(on);
            }
        }
        for (const auto& [who, membership] : state_.memberships) {
            view.memberships += who.component == handle;
        }
        views.push_back(view);
    }
    return views;
}

} // namespace mcfwd::group_manager::model
