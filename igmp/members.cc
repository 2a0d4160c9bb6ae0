// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The life of a group on a link: made, told, re-armed, ended. What a report does is in members_records.cc.
#include "members.hh"

#include <algorithm>
#include <utility>

namespace mcfwd::igmp {

void Members::advance(const LinkInput& in) {
    hosts_.advance(in.now);
    while (!deadlines_.empty() && deadlines_.earliest() <= in.now) {
        run_due(deadlines_.first(), in);
    }
}

std::optional<Instant> Members::next_deadline() const {
    const auto host = hosts_.next_deadline();
    if (deadlines_.empty()) {
        return host;
    }
    return std::min(deadlines_.earliest(), host.value_or(Instant::max()));
}

void Members::run_due(Group& group, const LinkInput& in) {
    if (!group.departures.empty()) {
        group.departures.forget_stayed(group.filter);
    }
    const bool changed = group.filter.expire(in.now);
    if (!version1_.empty() && group.older_hosts.v1_until <= in.now) {
        version1_.erase(group.address);
    }
    const std::size_t before = group.hosts.units();
    group.hosts.expire(in.now, hosts_);
    tracked_ = tracked_ + group.hosts.units() - before;
    if (group.filter.empty()) {
        group.last_member = {};
    } else {
        group.last_member.repeat(group.address, group.filter, in.queries, in.now);
    }
    if (changed) {
        settle(group, in);
    } else {
        rearm(group); // a refreshed timer leaves its old deadline behind, that is how we get here for nothing
    }
}

Group& Members::group_for(Ipv4Address address, Instant now) {
    ascending_.insert(address);
    return groups_.try_emplace(address, address, now).first->second;
}

void Members::settle(Group& group, const LinkInput& in) {
    merge_membership(group.filter, group.configured, wanted_);
    if (wanted_ != group.told) {
        const auto first = static_cast<std::ptrdiff_t>(in.out.changes.size());
        append_steps(group.address, group.told, wanted_, in.out.changes);
        std::swap(group.told, wanted_);
        for (auto change = in.out.changes.begin() + first; change != in.out.changes.end(); ++change) {
            change->reported = reported_by(group, *change, in);
        }
    }
    const bool reported = !group.filter.empty();
    if (reported != group.reported) {
        group.reported = reported;
        reported ? ++reported_groups_ : --reported_groups_;
    }
    if (!reported) {
        forget_hosts(group, in.now);
    }
    if (!reported && group.configured.empty()) {
        deadlines_.disarm(group);
        const Ipv4Address address = group.address;
        groups_.erase(address);
        ascending_.erase(address);
        version1_.erase(address);
        return;
    }
    rearm(group);
}

std::optional<Instant> Members::reported_by(Group& group, const MembershipChange& change,
                                            const LinkInput& in) {
    const bool ends = change.event == MembershipEvent::kLeave || change.event == MembershipEvent::kBlock;
    const auto began = ends && !group.departures.empty() ? group.departures.end(change.source) : std::nullopt;
    return in.reported ? in.reported : began;
}

void Members::rearm(Group& group) {
    const Instant at =
        std::min({group.filter.deadline().value_or(Instant::max()),
                  group.last_member.deadline().value_or(Instant::max()), group.hosts.deadline()});
    if (at == Instant::max()) {
        deadlines_.disarm(group);
    } else {
        deadlines_.arm(group, at);
    }
}

/// The querier gives hosts the query's maximum response time, as often as it repeats the query. Version 1
/// hosts know no such time and answer later.
void Members::obey(const Query& query, const LinkInput& in) {
    const auto found = groups_.find(query.group);
    if (query.suppress || found == groups_.end() ||
        found->second.older_hosts.mode(config_->version, in.now) == Version::kV1) {
        return;
    }
    const Intervals& intervals = in.queries.intervals();
    const Duration time = query.max_response == Duration::zero()
                              ? intervals.last_member_query_time()
                              : intervals.last_member_query_count * query.max_response;
    Group& group = found->second;
    if (query.sources.empty()) {
        group.filter.lower_group_timer(in.now + time);
    } else {
        group.filter.lower_source_timers(in_order(query.sources, in), in.now + time);
    }
    rearm(group);
}

void Members::retime(Instant past, Instant end) {
    for (auto& [address, group] : groups_) {
        group.filter.retime(past, end);
        group.hosts.retime(past, end);
        for (Instant* until : {&group.older_hosts.v1_until, &group.older_hosts.v2_until}) {
            *until = *until > past ? end : *until;
        }
        rearm(group);
    }
}

void Members::add_static(const StaticGroup& entry, const LinkInput& in) {
    Group& group = group_for(entry.group, in.now);
    if (entry.source == kAnySource) {
        group.configured.any_source = true;
    } else {
        auto& sources = group.configured.sources;
        sources.insert(std::lower_bound(sources.begin(), sources.end(), entry.source), entry.source);
    }
    settle(group, in);
}

void Members::remove_static(const StaticGroup& entry, const LinkInput& in) {
    Group& group = groups_.at(entry.group);
    if (entry.source == kAnySource) {
        group.configured.any_source = false;
    } else {
        std::erase(group.configured.sources, entry.source);
    }
    settle(group, in);
}

void Members::clear(Output& out) {
    for (const auto& [address, group] : groups_) {
        append_steps(address, group.told, Membership{}, out.changes);
    }
    deadlines_ = {};
    groups_.clear();
    ascending_.clear();
    version1_.clear();
    hosts_.clear();
    tracked_ = 0;
    reported_groups_ = 0;
}

} // namespace mcfwd::igmp
