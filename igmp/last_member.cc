// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The S flag is decided by the timer at the time of sending: a report between two repeats raises it.
#include "last_member.hh"

#include <algorithm>
#include <utility>
#include <vector>

namespace mcfwd::igmp {

void LastMember::ask_group(Ipv4Address group, FilterState& filter, QuerySender& queries, Instant now) {
    const Intervals& intervals = queries.intervals();
    const Instant end = now + intervals.last_member_query_time();
    if (group_left_ > 0 && filter.group_timer() <= end) {
        return;
    }
    filter.lower_group_timer(end);
    queries.group(group, Suppress::kNo);
    group_left_ = intervals.last_member_query_count - 1;
    group_next_ = now + intervals.last_member_query_interval;
}

void LastMember::ask_sources(Ipv4Address group, FilterState& filter, QuerySender& queries, Instant now) {
    const Intervals& intervals = queries.intervals();
    const Instant end = now + intervals.last_member_query_time();
    bool any = false;
    for (Source& source : filter.sources()) {
        if (source.asked && source.expires > end) {
            source.expires = end;
            source.queries_left = static_cast<std::uint8_t>(intervals.last_member_query_count);
            any = true;
        }
    }
    if (any) {
        send_sources(group, filter, queries, now, WithSuppressed::kYes);
    }
}

void LastMember::repeat(Ipv4Address group, FilterState& filter, QuerySender& queries, Instant now) {
    if (filter.mode() == FilterMode::kInclude) {
        group_left_ = 0; // the group timer ended, nobody is left to ask for
    }
    const bool group_due = group_left_ > 0 && group_next_ <= now;
    if (sources_next_ && *sources_next_ <= now) {
        send_sources(group, filter, queries, now, group_due ? WithSuppressed::kNo : WithSuppressed::kYes);
    }
    if (group_due) {
        const bool raised = filter.group_timer() > now + queries.intervals().last_member_query_time();
        queries.group(group, raised ? Suppress::kYes : Suppress::kNo);
        --group_left_;
        group_next_ = now + queries.intervals().last_member_query_interval;
    }
}

void LastMember::send_sources(Ipv4Address group, FilterState& filter, QuerySender& queries, Instant now,
                              WithSuppressed with_suppressed) {
    const Instant end = now + queries.intervals().last_member_query_time();
    std::vector<Ipv4Address> suppressed;
    std::vector<Ipv4Address> plain;
    bool more = false;
    for (Source& source : filter.sources()) {
        if (source.queries_left == 0) {
            continue;
        }
        (source.expires > end ? suppressed : plain).push_back(source.address);
        --source.queries_left;
        more |= source.queries_left > 0;
    }
    if (with_suppressed == WithSuppressed::kYes) {
        queries.group_and_sources(group, std::move(suppressed), Suppress::kYes);
    }
    queries.group_and_sources(group, std::move(plain), Suppress::kNo);
    sources_next_.reset();
    if (more) {
        sources_next_ = now + queries.intervals().last_member_query_interval;
    }
}

std::optional<Instant> LastMember::deadline() const {
    if (group_left_ == 0) {
        return sources_next_;
    }
    return sources_next_ ? std::min(group_next_, *sources_next_) : group_next_;
}

} // namespace mcfwd::igmp
