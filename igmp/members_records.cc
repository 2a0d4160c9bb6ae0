// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What hosts say: a report of any version ends as group records, and a record as limits, compatibility mode,
// transition, queries, and what is told upward.
#include <algorithm>
#include <utility>

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
    const Sender sender = hear(reporter, in);
    if (!serves_older(report.group, sender, in)) {
        return;
    }
    if (Group* group = apply({RecordType::kIsExclude, report.group, {}, Version::kV1}, sender, in)) {
        version1_.insert(group->address);
        group->older_hosts.v1_until = in.now + in.queries.intervals().older_host_present_interval();
    }
}

void Members::receive(const ReportV2& report, const Reporter& reporter, const LinkInput& in) {
    const Sender sender = hear(reporter, in);
    if (!serves_older(report.group, sender, in)) {
        return;
    }
    if (Group* group = apply({RecordType::kIsExclude, report.group, {}, Version::kV2}, sender, in)) {
        group->older_hosts.v2_until = in.now + in.queries.intervals().older_host_present_interval();
    }
}

void Members::receive(const Leave& leave, const Reporter& reporter, const LinkInput& in) {
    const Sender sender = hear(reporter, in);
    if (!serves_older(leave.group, sender, in)) {
        return;
    }
    if (config_->ssm_range.contains(leave.group)) {
        in.counters.ignore(IgnoreReason::kSsmRange);
        return;
    }
    apply({RecordType::kToInclude, leave.group, {}, Version::kV2}, sender, in);
}

void Members::receive(const ReportV3& report, const Reporter& reporter, const LinkInput& in) {
    const Sender sender = hear(reporter, in);
    in.counters.records += report.records.size();
    in.counters.ignore(IgnoreReason::kUnknownRecord, report.unknown_records);
    if (report.truncated) {
        in.counters.ignore(IgnoreReason::kTruncatedReport);
    }
    const std::size_t allowed = hosts_.allow(sender.host, report.records.size(), config_->host_rate, in.now);
    in.counters.ignore(IgnoreReason::kHostRate, report.records.size() - allowed);
    for (const GroupRecord& record : std::span(report.records).first(allowed)) {
        apply({record.type, record.group, in_order(record.sources, in)}, sender, in);
    }
    for (const GroupRecord& record : std::span(report.records).subspan(allowed)) {
        doubt(record.group, in);
    }
}

std::span<const Ipv4Address> Members::in_order(const std::vector<Ipv4Address>& sources, const LinkInput& in) {
    listed_.clear();
    for (const Ipv4Address source : sources) {
        if (source.is_valid_source()) {
            listed_.push_back(source);
        } else {
            in.counters.ignore(IgnoreReason::kNotSource);
        }
    }
    std::sort(listed_.begin(), listed_.end());
    listed_.erase(std::unique(listed_.begin(), listed_.end()), listed_.end());
    return listed_;
}

bool Members::admissible(const OrderedRecord& record, const LinkInput& in) const {
    if (!record.group.is_multicast()) {
        in.counters.ignore(IgnoreReason::kNotGroup);
    } else if (record.group.is_link_local_multicast()) {
        in.counters.ignore(IgnoreReason::kLinkLocalGroup);
    } else if (is_exclusive(record.type) && config_->ssm_range.contains(record.group)) {
        in.counters.ignore(IgnoreReason::kSsmRange);
    } else {
        return true;
    }
    return false;
}

bool Members::permit(OrderedRecord& record, const LinkInput& in) {
    const AccessList& rules = config_->access_list;
    if (rules.empty() || record.type == RecordType::kBlock) {
        return true;
    }
    if (is_exclusive(record.type)) {
        const bool permitted = permits(rules, record.group, kAnySource);
        in.counters.ignore(IgnoreReason::kAccessList, permitted ? 0 : 1);
        return permitted;
    }
    if (record.sources.empty()) {
        return true;
    }
    const std::size_t denied =
        std::erase_if(listed_, [&](Ipv4Address source) { return !permits(rules, record.group, source); });
    in.counters.ignore(IgnoreReason::kAccessList, denied);
    record.sources = std::span(record.sources).first(record.sources.size() - denied);
    return record.type == RecordType::kToInclude || !record.sources.empty() || denied == 0;
}

bool Members::is_full(const Sender& sender) const {
    return (config_->max_groups != 0 && reported_groups_ >= config_->max_groups) ||
           (config_->max_groups_per_host != 0 && sender.host != nullptr &&
            sender.host->memberships >= config_->max_groups_per_host);
}

bool Members::has_room(const OrderedRecord& record, const Group* known, const Sender& sender,
                       const LinkInput& in) const {
    if ((known == nullptr || !known->reported) && config_->max_groups != 0 &&
        reported_groups_ >= config_->max_groups) {
        in.counters.ignore(IgnoreReason::kGroupLimit);
        return false;
    }
    if (config_->max_groups_per_host != 0 && sender.host != nullptr &&
        sender.host->memberships >= config_->max_groups_per_host &&
        creates_group(record.type, record.sources) &&
        (known == nullptr || !known->hosts.contains(*sender.host))) {
        in.counters.ignore(IgnoreReason::kHostGroupLimit);
        return false;
    }
    return true;
}

Group* Members::apply(OrderedRecord record, const Sender& sender, const LinkInput& in) {
    if (!admissible(record, in) || !permit(record, in)) {
        return nullptr;
    }
    if (overdue(in.now) && is_full(sender)) {
        run_overdue(in, config_->slice); // what has ended makes room
    }
    Group* const known = at(record.group, in);
    const OrderedRecord said = record;
    const Version mode = known ? known->older_hosts.mode(config_->version, in.now) : config_->version;
    if (!translate(record.type, record.sources, mode)) {
        in.counters.ignore(IgnoreReason::kCompatibility);
        if (known != nullptr && known->reported) {
            track(*known, said, sender, in);
        }
        return nullptr;
    }
    const bool reported = known != nullptr && known->reported;
    if (!reported && !creates_group(record.type, record.sources)) {
        return nullptr;
    }
    if (!has_room(record, known, sender, in)) {
        return nullptr;
    }
    Group& group = known != nullptr ? *known : make_group(record.group, in.now);
    group.last_reporter = sender.id;
    const Duration interval = in.queries.intervals().group_membership_interval();
    RecordEffect effect = group.filter.apply(
        record.type, record.sources,
        {.now = in.now, .membership_interval = interval, .max_sources = config_->max_sources});
    in.counters.ignore(IgnoreReason::kSourceLimit, effect.refused);
    track(group, said, sender, in);
    if (effect.query_group || effect.query_sources) {
        leave_fast(group, record, sender, effect, in);
        question(group, effect, in);
    } else if (!effect.changed) {
        deadlines_.arm_no_later(group, in.now + interval);
        return &group;
    }
    if (!effect.changed) {
        rearm(group);
        return &group;
    }
    const Ipv4Address address = group.address;
    settle(group, in);
    return groups_.find(address);
}

void Members::question(Group& group, const RecordEffect& effect, const LinkInput& in) {
    if (in.asking == Asking::kNo) {
        return;
    }
    if (effect.query_sources && in.queries.version() == Version::kV3) {
        group.last_member.ask_sources(group.address, group.filter, in.queries, in.now);
        for (const Source& source : std::as_const(group.filter).sources()) {
            if (source.asked) {
                group.departures.begin(source.address, in.reported.value_or(in.now), group.filter);
            }
        }
    }
    if (effect.query_group) {
        group.last_member.ask_group(group.address, group.filter, in.queries, in.now);
        group.departures.begin(kAnySource, in.reported.value_or(in.now), group.filter);
    }
}

} // namespace mcfwd::igmp
