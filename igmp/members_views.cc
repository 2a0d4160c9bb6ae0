// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Read-only answers of a link: the membership in force and the pictures for `show`.
#include <algorithm>
#include <utility>

#include "members.hh"

namespace mcfwd::igmp {
namespace {

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

std::optional<Duration> remaining(Instant until, Instant now) {
    return until > now ? std::optional(until - now) : std::nullopt;
}

std::vector<HostView> hosts_of(const Group& group, Instant now) {
    std::vector<HostView> views;
    for (const HostMember& member : group.hosts.members()) {
        HostView view{.address = member.host->id.address,
                      .mac = member.host->id.mac,
                      .version = member.version,
                      .mode = member.mode,
                      .sources = {},
                      .heard = now - member.heard,
                      .expires = member.expires - now};
        for (const HostSource& source : member.sources) {
            if (member.mode == FilterMode::kExclude || source.expires > now) {
                view.sources.push_back(source.address);
            }
        }
        views.push_back(std::move(view));
    }
    std::ranges::sort(views, {}, [](const HostView& view) { return std::pair(view.address, view.mac); });
    return views;
}

GroupView view_of(const Group& group, Version configured, Instant now) {
    GroupView view{.group = group.address,
                   .mode = group.told.mode,
                   .version = group.older_hosts.mode(configured, now),
                   .uptime = now - group.since,
                   .last_reporter = group.last_reporter.address,
                   .last_reporter_mac = group.last_reporter.mac,
                   .is_static = group.configured.any_source,
                   .leaving = group.last_member.pending(),
                   .sources = sources_of(group, now),
                   .version1_expires = remaining(group.older_hosts.v1_until, now),
                   .version2_expires = remaining(group.older_hosts.v2_until, now),
                   .host_count = group.hosts.members().size(),
                   .hosts_complete = group.hosts.complete(now),
                   .hosts = {}};
    if (group.filter.mode() == FilterMode::kExclude) {
        view.expires = group.filter.group_timer() - now;
    }
    return view;
}

} // namespace

void Members::for_each_membership(const std::function<void(const MembershipChange&)>& visit) const {
    std::vector<MembershipChange> steps;
    for (const Ipv4Address address : ascending_) {
        steps.clear();
        append_steps(address, Membership{}, groups_.find(address)->told, steps);
        std::for_each(steps.begin(), steps.end(), visit);
    }
}

const Membership* Members::membership(Ipv4Address group) const {
    const Group* const found = groups_.find(group);
    return found == nullptr ? nullptr : &found->told;
}

std::size_t Members::version1_groups(Instant now) const {
    return static_cast<std::size_t>(std::ranges::count_if(version1_, [&](Ipv4Address address) {
        const Group* const found = groups_.find(address);
        return found != nullptr && found->older_hosts.v1_until > now;
    }));
}

void Members::visit_groups(Instant now, Ipv4Address from, const std::function<bool(const GroupView&)>& visit,
                           WithHosts hosts) const {
    for (auto at = ascending_.lower_bound(from); at != ascending_.end(); ++at) {
        const Group* group = groups_.find(*at);
        std::optional<Group> followed; // as it is, though it has not been changed yet
        if (group->retimed != retimed_) {
            follow(followed.emplace(*group));
            group = &*followed;
        }
        GroupView view = view_of(*group, config_->version, now);
        if (hosts == WithHosts::kYes) {
            view.hosts = hosts_of(*group, now);
        }
        if (!visit(view)) {
            return;
        }
    }
}

} // namespace mcfwd::igmp
