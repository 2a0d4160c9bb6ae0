// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One group record: limits, compatibility modes, transition, queries, and what is told upward. Every report
// of any version ends here.
#include <algorithm>

#include "router_state.hh"

namespace mcfwd::igmp {
namespace {

bool is_exclusive(RecordType type) {
    return type == RecordType::kIsExclude || type == RecordType::kToExclude;
}

/// A group that does not exist is INCLUDE({}): only these records make more of it.
bool creates_group(const OrderedRecord& record) {
    return is_exclusive(record.type) || (record.type != RecordType::kBlock && !record.sources.empty());
}

} // namespace

std::span<const Ipv4Address> RouterInterface::State::in_order(const std::vector<Ipv4Address>& sources) {
    listed.clear();
    for (const Ipv4Address source : sources) {
        if (source.is_valid_source()) {
            listed.push_back(source);
        } else {
            ignore(IgnoreReason::kNotSource);
        }
    }
    std::sort(listed.begin(), listed.end());
    listed.erase(std::unique(listed.begin(), listed.end()), listed.end());
    return listed;
}

bool RouterInterface::State::admissible(const OrderedRecord& record) {
    if (!record.group.is_multicast()) {
        ignore(IgnoreReason::kNotGroup);
    } else if (record.group.is_link_local_multicast()) {
        ignore(IgnoreReason::kLinkLocalGroup);
    } else if (is_exclusive(record.type) && config.ssm_range.contains(record.group)) {
        ignore(IgnoreReason::kSsmRange);
    } else {
        return true;
    }
    return false;
}

/// RFC 9776 section 7.3.2: what a record means to a group with older members. False: nothing.
bool RouterInterface::State::translate(OrderedRecord& record, Version mode) {
    if (mode == Version::kV3) {
        return true;
    }
    if (record.type == RecordType::kToExclude) {
        record.sources = {};
    }
    return record.type != RecordType::kBlock &&
           (mode == Version::kV2 || record.type != RecordType::kToInclude);
}

Group* RouterInterface::State::apply(OrderedRecord record, const Reporter& reporter, Input in) {
    if (!admissible(record)) {
        return nullptr;
    }
    const auto found = groups.find(record.group);
    const bool known = found != groups.end();
    const Version mode = known ? found->second.older_hosts.mode(config.version, in.now) : config.version;
    if (!translate(record, mode)) {
        ignore(IgnoreReason::kCompatibility);
        return nullptr;
    }
    if ((!known || !found->second.reported)) {
        if (!creates_group(record)) {
            return nullptr;
        }
        if (config.max_groups != 0 && reported_groups >= config.max_groups) {
            ignore(IgnoreReason::kGroupLimit);
            return nullptr;
        }
    }
    Group& group = known ? found->second : group_for(record.group, in.now);
    group.last_reporter = reporter.address;
    group.last_reporter_mac = reporter.mac;
    const Duration interval = querier.intervals().group_membership_interval();
    RecordEffect effect = group.filter.apply(
        record.type, record.sources,
        {.now = in.now, .membership_interval = interval, .max_sources = config.max_sources});
    ignore(IgnoreReason::kSourceLimit, effect.refused);
    question(group, effect, in);
    if (effect.changed) {
        const Ipv4Address address = group.address;
        settle(group, in);
        const auto still = groups.find(address);
        return still == groups.end() ? nullptr : &still->second;
    }
    if (effect.query_group || effect.query_sources) {
        rearm(group);
    } else {
        deadlines.arm_no_later(group, in.now + interval);
    }
    return &group;
}

void RouterInterface::State::question(Group& group, RecordEffect& effect, Input in) {
    if (!effect.query_group && !effect.query_sources) {
        return;
    }
    if (config.fast_leave == FastLeave::kAlways) {
        for (Source& source : group.filter.sources()) {
            source.expires = source.asked ? in.now : source.expires;
        }
        if (effect.query_group) {
            group.filter.lower_group_timer(in.now);
        }
        effect.changed |= group.filter.expire(in.now);
        return;
    }
    if (!querier.elected()) {
        return;
    }
    QuerySender sender = queries(in.out);
    if (effect.query_sources && config.version == Version::kV3) {
        group.last_member.ask_sources(group.address, group.filter, sender, in.now);
    }
    if (effect.query_group) {
        group.last_member.ask_group(group.address, group.filter, sender, in.now);
    }
}

} // namespace mcfwd::igmp
