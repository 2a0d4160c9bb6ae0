// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Entries whose route or owner changed are built anew beside the old ones, which forward until the swap
// (specification 5.7 and 5.8).
#include <controlplane/group_manager/core.hh>

#include <algorithm>

namespace mcfwd::group_manager {

namespace {

/// The same interface, but through another neighbour or by another route: that is only told about, so the
/// entry stays, and so does what the owner of its iif chose.
void follow_route(Entry& entry, const RpfInterface& rpf) {
    if (!entry.upstream_chosen) {
        entry.upstream = rpf.upstream;
    }
    if (!entry.route_chosen) {
        entry.route = rpf.route;
    }
    entry.view_route = rpf.route;
}

/// A static entry comes, goes, or gives way to another: it is the operator's word on the whole entry, so that
/// also vetoes from before it end (N26).
bool of_another_static_entry(const Route& before, const Route& after) {
    const auto is_static = [](const Route& route) { return route.kind == RouteKind::kStaticEntry; };
    return before != after && (is_static(before) || is_static(after));
}

} // namespace

void Core::erase_entry(SourceGroup flow, MfeChanged::What why) {
    const Entry& entry = *entries.find(flow);
    report_mfe(why, entry);
    publication.withdraw(entry);
    rebuild_queue.erase(flow);
    entries.erase(flow);
}

void Core::erase_entries(InterfaceKey iif) {
    if (entries.count_by_iif(iif) > settings.commit_limit || !route_walks.empty()) {
        const bool first = !condemned.contains(iif);
        const Record* record = interest.find(iif);
        goes_on = true;
        condemned[iif] = {.before = record != nullptr ? record->tenure : interest.stamp(), .after = {}};
        if (first) {
            in_slices([this, iif] { return erase_condemned(iif); });
        }
        return;
    }
    for (const SourceGroup& flow : entries.by_iif(iif, {}, settings.commit_limit)) {
        erase_entry(flow, MfeChanged::What::kDeleted);
    }
}

bool Core::is_condemned(const Entry& entry) const {
    if (condemned.empty()) {
        return false;
    }
    const auto at = condemned.find(entry.iif);
    return at != condemned.end() && entry.iif_tenure < at->second.before;
}

Entry* Core::find_entry(SourceGroup flow) {
    Entry* entry = entries.find(flow);
    return entry == nullptr || is_condemned(*entry) ? nullptr : entry;
}

const Entry* Core::find_entry(SourceGroup flow) const {
    const Entry* entry = entries.find(flow);
    return entry == nullptr || is_condemned(*entry) ? nullptr : entry;
}

bool Core::is_rerouted(const Entry& entry, const std::optional<RpfInterface>& rpf) const {
    const bool had_route = entry.blocked != NegativeReason::kNoRoute;
    return rpf ? !had_route || rpf->iif != entry.rpf_interface : had_route;
}

void Core::rebuild(Change& change, const std::vector<SourceGroup>& flows) {
    for (const SourceGroup& flow : flows) {
        const Entry* old = entries.find(flow);
        if (old == nullptr) {
            continue;
        }
        if (is_condemned(*old) && !is_rerouted(*old, env.view.lookup(flow))) {
            erase_entry(flow, MfeChanged::What::kDeleted);
            continue;
        }
        Entry fresh = build(flow, old->arrival, old->header);
        fresh.published = old->published;
        entries.put(std::move(fresh));
        publication.restart(flow);
        rebuild_queue.erase(flow);
        change.rebuilt.insert(flow);
        ++metrics.mfe_rebuilt;
    }
}

void Core::rebuild_later(std::vector<SourceGroup> flows) {
    std::erase_if(flows, [this](const SourceGroup& flow) { return entries.find(flow) == nullptr; });
    if (flows.empty()) {
        return;
    }
    if (!std::exchange(rebuilding, true)) {
        in_slices([this] { return rebuilding = rebuild_some(); });
    }
    rebuild_queue.insert(flows.begin(), flows.end());
}

void Core::rebuild_later(InterfaceKey interface) {
    if (entries.count_by_iif(interface) == 0) {
        return;
    }
    if (!std::exchange(rebuilding, true)) {
        in_slices([this] { return rebuilding = rebuild_some(); });
    }
    rebuild_interfaces.insert_or_assign(interface, SourceGroup{});
}

bool Core::rebuild_some() {
    std::set<SourceGroup> flows;
    while (!rebuild_queue.empty() && flows.size() < slice) {
        flows.insert(rebuild_queue.extract(rebuild_queue.begin()));
    }
    while (!rebuild_interfaces.empty() && flows.size() < slice) {
        auto& [interface, after] = *rebuild_interfaces.begin();
        const Record* record = interest.find(interface);
        const std::size_t room = slice - flows.size();
        const std::vector<SourceGroup> some = entries.by_iif(interface, after, room);
        for (const SourceGroup& flow : some) {
            if (record != nullptr && entries.find(flow)->iif_tenure != record->tenure) {
                flows.insert(flow);
            }
            after = flow;
        }
        if (some.size() < room) {
            rebuild_interfaces.erase(rebuild_interfaces.begin());
        } else {
            break; // enough looked at, whether or not it has to be rebuilt
        }
    }
    if (!flows.empty()) {
        Change change;
        rebuild(change, {flows.begin(), flows.end()});
        finish(change, [&] { return fmt::format("rebuild of {} entries", flows.size()); });
    }
    return !rebuild_queue.empty() || !rebuild_interfaces.empty();
}

/// What answers differently now of these sources.
void Core::move_keys(Change& change, const std::vector<SourceGroup>& keys) {
    for (const SourceGroup& key : keys) {
        const auto rpf = env.view.lookup(key);
        const auto interface = rpf ? std::optional(rpf->iif) : std::nullopt;
        if (interest.find(key)->rpf_interface != interface) {
            touch_key(change, key);
            interest.set_rpf_interface(key, interface);
        }
    }
}

void Core::move_entries(Change& change, std::vector<SourceGroup> flows) {
    std::ranges::sort(flows); // they come by source
    std::erase_if(flows, [this](const SourceGroup& flow) {
        const Entry& entry = *entries.find(flow);
        const auto rpf = env.view.lookup(flow);
        const bool stays =
            !is_rerouted(entry, rpf) && !(rpf && of_another_static_entry(entry.view_route, rpf->route));
        if (stays && rpf) {
            follow_route(*entries.find(flow), *rpf);
        }
        return stays;
    });
    rebuild(change, flows);
}

bool Core::look_up_routes() {
    RouteWalk& walk = route_walks.front();
    Change change;
    const Ipv4Prefix sources = walk.sources;
    if (!walk.keys_done) {
        const auto keys = interest.keys_from(sources, walk.group, walk.key, slice);
        move_keys(change, keys);
        walk.keys_done = keys.size() < slice;
        walk.key = keys.empty() ? walk.key : std::optional(keys.back());
    } else {
        const auto flows = entries.from(sources, walk.group, walk.flow, slice);
        walk.flow = flows.empty() ? walk.flow : std::optional(flows.back());
        move_entries(change, flows);
        if (flows.size() < slice) {
            route_walks.pop_front();
        }
    }
    finish(change, [&] { return fmt::format("route change for {}", sources); });
    return !route_walks.empty();
}

Expected<void> GroupManager::route_changed(Ipv4Prefix sources, Ipv4Address group) {
    Core& core = *core_;
    if (auto result = core.ready(); !result) {
        return result;
    }
    const std::size_t limit = core.settings.commit_limit;
    const auto keys = core.interest.keys_from(sources, group, {}, limit + 1);
    auto flows = core.entries.from(sources, group, {}, limit + 1);
    // Not refused: what finds no memory is looked up later, like what is too much.
    const Room room(core, core.room_for_routes(keys.size(), flows.size()), Memory::Use::kShrink);
    if (!room || keys.size() > limit || flows.size() > limit) {
        // One under way for the same begins again.
        std::erase_if(core.route_walks,
                      [&](const RouteWalk& walk) { return walk.sources == sources && walk.group == group; });
        core.route_walks.push_back({.sources = sources, .group = group, .key = {}, .flow = {}});
        if (!std::exchange(core.looking_up_routes, true)) {
            core.in_slices([&core] { return core.looking_up_routes = core.look_up_routes(); });
        }
        return {};
    }
    Change change;
    core.move_keys(change, keys);
    core.move_entries(change, std::move(flows));
    core.finish(change, [&] { return fmt::format("route change for {}", sources); });
    return {};
}

/// Those that a scope boundary begins or ceases to block at their iif.
void Core::rebuild_crossed(Change& change, std::vector<SourceGroup> flows) {
    std::erase_if(flows, [this](const SourceGroup& flow) {
        const Entry& entry = *entries.find(flow);
        if (entry.blocked == NegativeReason::kNoRoute || entry.blocked == NegativeReason::kUnownedIif) {
            return true; // no boundary matters
        }
        const bool was_blocked = entry.blocked == NegativeReason::kBoundary;
        return was_blocked == env.boundary.blocks_input(entry.iif, flow.group);
    });
    rebuild(change, flows);
}

bool Core::rebuild_crossed_some(InterfaceKey iif) {
    SourceGroup& after = crossed_after.at(iif);
    const std::vector<SourceGroup> flows = entries.by_iif(iif, after, slice);
    const bool more = flows.size() == slice;
    if (more) {
        after = flows.back();
    } else {
        crossed_after.erase(iif);
    }
    Change change;
    rebuild_crossed(change, flows);
    finish(change, [&] { return fmt::format("boundary change on {}", name(iif)); });
    return more;
}

Expected<void> GroupManager::boundary_changed(InterfaceKey interface) {
    Core& core = *core_;
    if (auto result = core.ready(); !result) {
        return result;
    }
    const Room room(core, core.room_for_slice(core.settings.commit_limit), Memory::Use::kShrink);
    if (!room) {
        return room.refusal();
    }
    const std::size_t limit = core.settings.commit_limit;
    Change change;
    if (const Record* record = core.interest.find(interface)) {
        if (record->of_owner.size() + record->of_igmp.size() > limit) {
            core.refresh_covered(change, {}, interface);
        } else {
            for (const Memberships* members : {&record->of_owner, &record->of_igmp}) {
                for (const auto& [key, membership] : *members) {
                    core.refresh_covered(change, key, interface);
                }
            }
        }
    }
    core.refresh_edited(change, interface);
    if (core.entries.count_by_iif(interface) <= limit) {
        core.rebuild_crossed(change, core.entries.by_iif(interface, {}, limit));
    } else {
        core.goes_on = true;
        if (core.crossed_after.insert_or_assign(interface, SourceGroup{}).second) {
            core.in_slices([&core, interface] { return core.rebuild_crossed_some(interface); });
        }
    }
    core.finish(change, [&] { return fmt::format("boundary change on {}", core.name(interface)); });
    return {};
}

} // namespace mcfwd::group_manager
