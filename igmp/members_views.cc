// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Read-only answers of a link: the membership in force and the pictures for `show`.
#include <algorithm>

#include "members.hh"

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

GroupView view_of(const Group& group, Version configured, Instant now) {
    GroupView view{.group = group.address,
                   .mode = group.told.mode,
                   .version = group.older_hosts.mode(configured, now),
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

void Members::for_each_membership(const std::function<void(const MembershipChange&)>& visit) const {
    std::vector<MembershipChange> steps;
    for (const Ipv4Address address : ascending_) {
        if (const auto found = groups_.find(address); found != groups_.end()) {
            steps.clear();
            append_steps(address, Membership{}, found->second.told, steps);
            std::for_each(steps.begin(), steps.end(), visit);
        }
    }
}

const Membership* Members::membership(Ipv4Address group) const {
    const auto found = groups_.find(group);
    return found == groups_.end() ? nullptr : &found->second.told;
}

void Members::visit_groups(Instant now, Ipv4Address from,
                           const std::function<bool(const GroupView&)>& visit) const {
    for (auto at = ascending_.lower_bound(from); at != ascending_.end(); ++at) {
        if (const auto found = groups_.find(*at);
            found != groups_.end() && !visit(view_of(found->second, config_->version, now))) {
            return;
        }
    }
}

} // namespace mcfwd::igmp
