// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The life of a group on a link: made, told, re-armed, ended. What a report does is in members_records.cc.
#include "members.hh"

#include <algorithm>
#include <utility>

namespace mcfwd::igmp {

std::size_t Members::advance(const LinkInput& in, std::size_t most) {
    return retime_some(run_overdue(in, hosts_.advance(in.now, most)));
}

std::optional<Instant> Members::next_deadline() const {
    const Instant next = std::min({deadlines_.empty() ? Instant::max() : deadlines_.earliest(),
                                   hosts_.next_deadline().value_or(Instant::max()),
                                   retiming_from_ ? retimed_at_ : Instant::max()});
    return next == Instant::max() ? std::nullopt : std::optional(next);
}

Group* Members::at(Ipv4Address address, const LinkInput& in) {
    Group* const group = groups_.find(address);
    if (group == nullptr) {
        return nullptr;
    }
    if (group->retimed != retimed_) {
        follow(*group);
        rearm(*group);
    }
    if (overdue(in.now) && group->slot.armed() && deadlines_.deadline(*group) <= in.now) {
        run_due(*group, in);
        return groups_.find(address);
    }
    return group;
}

std::size_t Members::run_overdue(const LinkInput& in, std::size_t most) {
    for (; most > 0 && overdue(in.now); --most) {
        run_due(deadlines_.first(), in);
    }
    return most;
}

void Members::run_due(Group& group, const LinkInput& in) {
    follow(group);
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

Group& Members::make_group(Ipv4Address address, Instant now) {
    const auto listed = ascending_.insert(address).first;
    try {
        return groups_.make(address, address, now, retimed_);
    } catch (...) { // what is listed is there
        ascending_.erase(listed);
        throw;
    }
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
    Group* const group = query.suppress ? nullptr : at(query.group, in);
    if (group == nullptr || group->older_hosts.mode(config_->version, in.now) == Version::kV1) {
        return;
    }
    const Intervals& intervals = in.queries.intervals();
    const Duration time = query.max_response == Duration::zero()
                              ? intervals.last_member_query_time()
                              : intervals.last_member_query_count * query.max_response;
    if (query.sources.empty()) {
        group->filter.lower_group_timer(in.now + time);
    } else {
        group->filter.lower_source_timers(in_order(query.sources, in), in.now + time);
    }
    rearm(*group);
}

void Members::retime(Instant past, Instant end, Instant now) {
    if (groups_.size() == 0) {
        return;
    }
    retimings_.push_back({past, end});
    ++retimed_;
    retimed_at_ = now;
    if (!retiming_from_) {
        retiming_from_ = Ipv4Address();
        round_ = retimed_;
    }
}

void Members::follow(Group& group) const {
    for (; group.retimed != retimed_; ++group.retimed) {
        const auto [past, end] = retimings_[retimings_.size() - (retimed_ - group.retimed)];
        group.filter.retime(past, end);
        group.hosts.retime(past, end);
        for (Instant* until : {&group.older_hosts.v1_until, &group.older_hosts.v2_until}) {
            *until = *until > past ? end : *until;
        }
    }
}

/// One slice. What comes while a walk is under way is followed by the groups it still gets to, and by all with
/// the next walk: so each comes to its end however often there is something new.
std::size_t Members::retime_some(std::size_t most) {
    for (; retiming_from_ && most > 0; --most) {
        if (const auto at = ascending_.lower_bound(*retiming_from_); at != ascending_.end()) {
            Group& group = *groups_.find(*at);
            if (group.retimed != retimed_) {
                follow(group);
                rearm(group);
            }
            retiming_from_ = Ipv4Address(at->host() + 1);
            continue;
        }
        retimings_.erase(retimings_.begin(), retimings_.end() - static_cast<std::ptrdiff_t>(retimed_ - round_));
        retiming_from_ = round_ != retimed_ ? std::optional(Ipv4Address()) : std::nullopt;
        round_ = retimed_;
    }
    return most;
}

void Members::add_static(const StaticGroup& entry, const LinkInput& in) {
    Group* const known = at(entry.group, in);
    Group& group = known != nullptr ? *known : make_group(entry.group, in.now);
    if (entry.source == kAnySource) {
        group.configured.any_source = true;
    } else {
        auto& sources = group.configured.sources;
        sources.insert(std::lower_bound(sources.begin(), sources.end(), entry.source), entry.source);
    }
    settle(group, in);
}

void Members::remove_static(const StaticGroup& entry, const LinkInput& in) {
    Group& group = *at(entry.group, in);
    if (entry.source == kAnySource) {
        group.configured.any_source = false;
    } else {
        std::erase(group.configured.sources, entry.source);
    }
    settle(group, in);
}

void Members::clear(Output& out) {
    for (const Ipv4Address address : ascending_) {
        append_steps(address, groups_.find(address)->told, Membership{}, out.changes);
    }
    *this = Members(*config_);
}

std::size_t Members::dissolve(std::size_t most) {
    deadlines_ = {};
    for (std::set<Ipv4Address>* addresses : {&ascending_, &version1_}) {
        for (; most > 0 && !addresses->empty(); --most) {
            addresses->erase(addresses->begin());
        }
    }
    most -= groups_.erase_some(most);
    return hosts_.dissolve(most);
}

} // namespace mcfwd::igmp
