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

void Core::flush_entries(InterfaceKey interface) {
    if (settings.handoff_mfe == HandoffMfe::kFlush) {
        for (const SourceGroup& flow : entries.by_iif(interface)) {
            erase_entry(flow, MfeChanged::What::kDeleted);
        }
    }
}

void Core::rebuild(Change& change, const std::vector<SourceGroup>& flows) {
    for (const SourceGroup& flow : flows) {
        const Entry* old = entries.find(flow);
        if (old == nullptr) {
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
    if (rebuild_queue.empty() && rebuild_interfaces.empty()) {
        in_slices([this] { return rebuild_some(); });
    }
    rebuild_queue.insert(flows.begin(), flows.end());
}

void Core::rebuild_later(InterfaceKey interface) {
    if (entries.count_by_iif(interface) == 0) {
        return;
    }
    if (rebuild_queue.empty() && rebuild_interfaces.empty()) {
        in_slices([this] { return rebuild_some(); });
    }
    rebuild_interfaces.insert_or_assign(interface, SourceGroup{});
}

bool Core::rebuild_some() {
    std::set<SourceGroup> flows;
    while (!rebuild_queue.empty() && flows.size() < kSlice) {
        flows.insert(rebuild_queue.extract(rebuild_queue.begin()));
    }
    while (!rebuild_interfaces.empty() && flows.size() < kSlice) {
        auto& [interface, after] = *rebuild_interfaces.begin();
        const Record* record = interest.find(interface);
        const std::size_t room = kSlice - flows.size();
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

Expected<void> GroupManager::route_changed(Ipv4Prefix sources, Ipv4Address group) {
    Core& core = *core_;
    if (auto result = core.ready(); !result) {
        return result;
    }
    Change change;
    for (const SourceGroup& key : core.interest.keys_from(sources, group)) {
        const auto rpf = core.env.view.lookup(key);
        const auto interface = rpf ? std::optional(rpf->iif) : std::nullopt;
        if (core.interest.find(key)->rpf_interface != interface) {
            core.touch_key(change, key);
            core.interest.set_rpf_interface(key, interface);
        }
    }
    std::vector<SourceGroup> moved = core.entries.from(sources, group);
    std::ranges::sort(moved); // they come by source
    std::erase_if(moved, [&](const SourceGroup& flow) {
        const Entry& entry = *core.entries.find(flow);
        const auto rpf = core.env.view.lookup(flow);
        const bool had_route = entry.blocked != NegativeReason::kNoRoute;
        const bool stays = rpf ? had_route && rpf->iif == entry.rpf_interface &&
                                     !of_another_static_entry(entry.view_route, rpf->route)
                               : !had_route;
        if (stays && rpf) {
            follow_route(*core.entries.find(flow), *rpf);
        }
        return stays;
    });
    core.rebuild(change, moved);
    core.finish(change, [&] { return fmt::format("route change for {}", sources); });
    return {};
}

Expected<void> GroupManager::boundary_changed(InterfaceKey interface) {
    Core& core = *core_;
    if (auto result = core.ready(); !result) {
        return result;
    }
    Change change;
    if (const Record* record = core.interest.find(interface)) {
        for (const auto& [key, members] : record->members) {
            core.refresh_covered(change, key, interface);
        }
    }
    core.refresh_edited(change, interface);
    std::vector<SourceGroup> crossed = core.entries.by_iif(interface);
    std::erase_if(crossed, [&](const SourceGroup& flow) {
        const NegativeReason blocked = core.entries.find(flow)->blocked;
        if (blocked == NegativeReason::kNoRoute || blocked == NegativeReason::kUnownedIif) {
            return true; // no boundary matters
        }
        const bool was_blocked = blocked == NegativeReason::kBoundary;
        return was_blocked == core.env.boundary.blocks_input(interface, flow.group);
    });
    core.rebuild(change, crossed);
    core.finish(change, [&] { return fmt::format("boundary change on {}", core.name(interface)); });
    return {};
}

} // namespace mcfwd::group_manager
