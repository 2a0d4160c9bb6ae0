// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Explicit host tracking on a link: rates and limits per host, and the leave that needs no question.
#include <algorithm>

#include "members.hh"

namespace mcfwd::igmp {
namespace {

/// Whether the sources that hosts list in INCLUDE mode would stay joined without EXCLUDE mode, in which
/// sources are forwarded unnamed.
bool names_all(const FilterState& filter, const GroupHosts& hosts, Instant now) {
    const auto is_joined = [&](Ipv4Address address) {
        return std::ranges::any_of(filter.sources(), [address](const Source& source) {
            return source.address == address && source.running();
        });
    };
    return std::ranges::all_of(hosts.members(), [&](const HostMember& member) {
        return member.mode == FilterMode::kExclude ||
               std::ranges::all_of(member.sources, [&](const HostSource& source) {
                   return !member.wants(source.address, now) || is_joined(source.address);
               });
    });
}

} // namespace

Members::Sender Members::hear(const Reporter& reporter, const LinkInput& in) {
    return {reporter, hosts_.hear(reporter, in.now, config_->max_tracked)};
}

void Members::doubt(Ipv4Address group, const LinkInput& in) {
    if (Group* const known = at(group, in)) {
        known->hosts.incomplete(in.now + in.queries.intervals().group_membership_interval());
    }
}

bool Members::serves_older(Ipv4Address group, const Sender& sender, const LinkInput& in) {
    if (config_->older_versions == OlderVersions::kIgnored) {
        in.counters.ignore(IgnoreReason::kOlderVersion);
        return false;
    }
    if (hosts_.allow(sender.host, 1, config_->host_rate, in.now) == 0) {
        in.counters.ignore(IgnoreReason::kHostRate);
        doubt(group, in);
        return false;
    }
    return true;
}

void Members::track(Group& group, const OrderedRecord& said, const Sender& sender, const LinkInput& in) {
    const Duration interval = in.queries.intervals().group_membership_interval();
    const std::size_t before = group.hosts.units();
    if (sender.id.address.is_unspecified()) { // it may be several behind one MAC
        group.hosts.incomplete(in.now + interval);
    }
    if (sender.host == nullptr) {
        group.hosts.incomplete(in.now + interval);
    } else if (tracked_ + 1 + said.sources.size() > config_->max_tracked) {
        group.hosts.remove(*sender.host, hosts_, in.now);
        group.hosts.incomplete(in.now + interval);
    } else {
        group.hosts.apply({.type = said.type,
                           .sources = said.sources,
                           .version = said.version,
                           .now = in.now,
                           .membership_interval = interval},
                          *sender.host, hosts_);
    }
    tracked_ = tracked_ + group.hosts.units() - before;
}

void Members::forget_hosts(Group& group, Instant now) {
    tracked_ -= group.hosts.units();
    group.hosts.clear(hosts_, now);
}

void Members::leave_fast(Group& group, const OrderedRecord& record, const Sender& sender,
                         RecordEffect& effect, const LinkInput& in) {
    const bool always = config_->fast_leave == FastLeave::kAlways;
    bool by_source = always;
    bool whole_group = always;
    // The list of what a host changes to may go on in another record: what it lacks is not left yet.
    const bool whole_record = record.type != RecordType::kToInclude || record.sources.empty();
    if (config_->fast_leave == FastLeave::kTracked && whole_record && group.hosts.complete(in.now)) {
        if (group.older_hosts.mode(config_->version, in.now) != Version::kV3) {
            // Hosts that heard another one's report stay silent, so a list of members proves nothing.
            whole_group = hosts_.only_one(sender.id) && !group.hosts.any_beside(sender.host, in.now);
            by_source = whole_group;
        } else {
            by_source = true;
            whole_group = !group.hosts.any_excludes(in.now) && names_all(group.filter, group.hosts, in.now);
        }
    }
    bool left = false;
    for (Source& source : group.filter.sources()) {
        if (by_source && source.asked && (always || !group.hosts.any_wants(source.address, in.now))) {
            source.expires = in.now;
            left = true;
        }
    }
    if (effect.query_group && whole_group) {
        group.filter.lower_group_timer(in.now);
        effect.query_group = false;
        left = true;
    }
    if (left) {
        ++in.counters.fast_leaves;
        effect.changed |= group.filter.expire(in.now);
        effect.query_sources = std::ranges::any_of(group.filter.sources(), &Source::asked);
    }
}

} // namespace mcfwd::igmp
