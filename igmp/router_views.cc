// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Read-only answers: the membership in force and the pictures for `show igmp`.
#include <algorithm>

#include "router_state.hh"

namespace mcfwd::igmp {
namespace {

bool contains(const std::vector<Ipv4Address>& ascending, Ipv4Address address) {
    return std::binary_search(ascending.begin(), ascending.end(), address);
}

/// Reported and static sources in one ascending list; a static one has no timer to show.
std::vector<SourceView> sources_of(const Group& group, Instant now) {
    std::vector<SourceView> views;
    const bool include = group.told.mode == FilterMode::kInclude;
    for (const Source& source : group.filter.sources()) {
        if (contains(group.configured.sources, source.address)) {
            continue;
        }
        SourceView view{.address = source.address,
                        .forwarded = contains(group.told.sources, source.address) == include};
        if (source.running()) {
            view.expires = source.expires - now;
        }
        views.push_back(view);
    }
    for (const Ipv4Address address : group.configured.sources) {
        views.push_back({.address = address, .is_static = true});
    }
    std::sort(views.begin(), views.end(),
              [](const SourceView& a, const SourceView& b) { return a.address < b.address; });
    return views;
}

GroupView view_of(const Group& group, const RouterConfig& config, Instant now) {
    GroupView view{.group = group.address,
                   .mode = group.told.mode,
                   .version = group.older_hosts.mode(config.version, now),
                   .uptime = now - group.since,
                   .last_reporter = group.last_reporter,
                   .last_reporter_mac = group.last_reporter_mac,
                   .is_static = group.configured.any_source,
                   .leaving = group.last_member.pending(),
                   .sources = sources_of(group, now)};
    if (group.filter.mode() == FilterMode::kExclude) {
        view.expires = group.filter.group_timer() - now;
    }
    return view;
}

} // namespace

void RouterInterface::for_each_membership(const std::function<void(const MembershipChange&)>& visit) const {
    std::vector<MembershipChange> steps;
    for (const auto& [address, group] : state_->groups) {
        steps.clear();
        append_steps(address, Membership{}, group.told, steps);
        std::for_each(steps.begin(), steps.end(), visit);
    }
}

const RouterConfig& RouterInterface::config() const {
    return state_->config;
}

const RouterCounters& RouterInterface::counters() const {
    return state_->counters;
}

void RouterInterface::clear_counters() {
    state_->counters = {};
}

InterfaceView RouterInterface::view(Instant now) const {
    const Querier& querier = state_->querier;
    InterfaceView view{.running = state_->running,
                       .querier = state_->running && querier.elected(),
                       .address = state_->config.address,
                       .querier_address = querier.address(),
                       .version = state_->config.version,
                       .startup_queries_left = querier.startup_queries_left(),
                       .intervals = querier.intervals(),
                       .groups = state_->groups.size()};
    if (state_->running) {
        (querier.elected() ? view.next_general_query : view.other_querier_expires) = querier.deadline() - now;
    }
    return view;
}

void RouterInterface::visit_groups(Instant now, Ipv4Address from,
                                   const std::function<bool(const GroupView&)>& visit) const {
    for (auto at = state_->groups.lower_bound(from); at != state_->groups.end(); ++at) {
        if (!visit(view_of(at->second, state_->config, now))) {
            return;
        }
    }
}

} // namespace mcfwd::igmp
