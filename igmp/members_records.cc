// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What hosts say: a report of any version ends as group records, and a record as limits, compatibility mode,
// transition, queries, and what is told upward.
#include <algorithm>

#include "members.hh"

namespace mcfwd::igmp {
namespace {

bool is_exclusive(RecordType type) {
    return type == RecordType::kIsExclude || type == RecordType::kToExclude;
}

/// A group that does not exist is INCLUDE({}): only these records make more of it.
bool creates_group(RecordType type, std::span<const Ipv4Address> sources) {
    return is_exclusive(type) || (type != RecordType::kBlock && !sources.empty());
}

void ignore(const LinkInput& in, IgnoreReason reason, std::uint64_t count = 1) {
    in.counters.ignored[static_cast<std::size_t>(reason)] += count;
}

/// RFC 9776 section 7.3.2: what a record means to a group with older members. False: nothing.
bool translate(RecordType type, std::span<const Ipv4Address>& sources, Version mode) {
    if (mode == Version::kV3) {
        return true;
    }
    if (type == RecordType::kToExclude) {
        sources = {};
    }
    return type != RecordType::kBlock && (mode == Version::kV2 || type != RecordType::kToInclude);
}

} // namespace

void Members::receive(const ReportV1& report, const Reporter& reporter, const LinkInput& in) {
    if (Group* group = apply({RecordType::kIsExclude, report.group, {}}, reporter, in)) {
        group->older_hosts.v1_until = in.now + in.queries.intervals().older_host_present_interval();
    }
}

void Members::receive(const ReportV2& report, const Reporter& reporter, const LinkInput& in) {
    if (Group* group = apply({RecordType::kIsExclude, report.group, {}}, reporter, in)) {
        group->older_hosts.v2_until = in.now + in.queries.intervals().older_host_present_interval();
    }
}

void Members::receive(const Leave& leave, const Reporter& reporter, const LinkInput& in) {
    if (config_->ssm_range.contains(leave.group)) {
        ignore(in, IgnoreReason::kSsmRange);
        return;
    }
    apply({RecordType::kToInclude, leave.group, {}}, reporter, in);
}

void Members::receive(const ReportV3& report, const Reporter& reporter, const LinkInput& in) {
    in.counters.records += report.records.size();
    ignore(in, IgnoreReason::kUnknownRecord, report.unknown_records);
    if (report.truncated) {
        ignore(in, IgnoreReason::kTruncatedReport);
    }
    for (const GroupRecord& record : report.records) {
        apply({record.type, record.group, in_order(record.sources, in)}, reporter, in);
    }
}

std::span<const Ipv4Address> Members::in_order(const std::vector<Ipv4Address>& sources, const LinkInput& in) {
    listed_.clear();
    for (const Ipv4Address source : sources) {
        if (source.is_valid_source()) {
            listed_.push_back(source);
        } else {
            ignore(in, IgnoreReason::kNotSource);
        }
    }
    std::sort(listed_.begin(), listed_.end());
    listed_.erase(std::unique(listed_.begin(), listed_.end()), listed_.end());
    return listed_;
}

bool Members::admissible(const OrderedRecord& record, const LinkInput& in) const {
    if (!record.group.is_multicast()) {
        ignore(in, IgnoreReason::kNotGroup);
    } else if (record.group.is_link_local_multicast()) {
        ignore(in, IgnoreReason::kLinkLocalGroup);
    } else if (is_exclusive(record.type) && config_->ssm_range.contains(record.group)) {
        ignore(in, IgnoreReason::kSsmRange);
    } else {
        return true;
    }
    return false;
}

Group* Members::apply(OrderedRecord record, const Reporter& reporter, const LinkInput& in) {
    if (!admissible(record, in)) {
        return nullptr;
    }
    const auto found = groups_.find(record.group);
    const bool known = found != groups_.end();
    const Version mode = known ? found->second.older_hosts.mode(config_->version, in.now) : config_->version;
    if (!translate(record.type, record.sources, mode)) {
        ignore(in, IgnoreReason::kCompatibility);
        return nullptr;
    }
    if ((!known || !found->second.reported)) {
        if (!creates_group(record.type, record.sources)) {
            return nullptr;
        }
        if (config_->max_groups != 0 && reported_groups_ >= config_->max_groups) {
            ignore(in, IgnoreReason::kGroupLimit);
            return nullptr;
        }
    }
    Group& group = known ? found->second : group_for(record.group, in.now);
    group.last_reporter = reporter.address;
    group.last_reporter_mac = reporter.mac;
    const Duration interval = in.queries.intervals().group_membership_interval();
    RecordEffect effect = group.filter.apply(
        record.type, record.sources,
        {.now = in.now, .membership_interval = interval, .max_sources = config_->max_sources});
    ignore(in, IgnoreReason::kSourceLimit, effect.refused);
    question(group, effect, in);
    if (effect.changed) {
        const Ipv4Address address = group.address;
        settle(group, in);
        const auto still = groups_.find(address);
        return still == groups_.end() ? nullptr : &still->second;
    }
    if (effect.query_group || effect.query_sources) {
        rearm(group);
    } else {
        deadlines_.arm_no_later(group, in.now + interval);
    }
    return &group;
}

void Members::question(Group& group, RecordEffect& effect, const LinkInput& in) {
    if (!effect.query_group && !effect.query_sources) {
        return;
    }
    if (config_->fast_leave == FastLeave::kAlways) {
        for (Source& source : group.filter.sources()) {
            source.expires = source.asked ? in.now : source.expires;
        }
        if (effect.query_group) {
            group.filter.lower_group_timer(in.now);
        }
        effect.changed |= group.filter.expire(in.now);
        return;
    }
    if (in.asking == Asking::kNo) {
        return;
    }
    if (effect.query_sources && in.queries.version() == Version::kV3) {
        group.last_member.ask_sources(group.address, group.filter, in.queries, in.now);
    }
    if (effect.query_group) {
        group.last_member.ask_group(group.address, group.filter, in.queries, in.now);
    }
}

} // namespace mcfwd::igmp
