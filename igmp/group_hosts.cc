// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A list that is split over several records looks like several lists: sources that a host named stay wanted
// until it takes them back by name, or leaves, or lets them time out.
#include "group_hosts.hh"

#include <algorithm>
#include <functional>

namespace mcfwd::igmp {
namespace {

constexpr auto kByName = [](const HostSource& a, const HostSource& b) { return a.address < b.address; };

/// Adds the listed sources, or confirms them.
void add(std::vector<HostSource>& sources, std::span<const Ipv4Address> listed, Instant expires) {
    const std::size_t known = sources.size();
    auto from = std::size_t{0};
    for (const Ipv4Address address : listed) {
        const auto begin = sources.begin();
        const auto end = begin + static_cast<std::ptrdiff_t>(known);
        const auto at = std::lower_bound(begin + static_cast<std::ptrdiff_t>(from), end,
                                         HostSource{address, {}}, kByName);
        from = static_cast<std::size_t>(at - begin);
        if (at != end && at->address == address) {
            at->expires = expires;
        } else {
            sources.push_back({address, expires});
        }
    }
    std::inplace_merge(sources.begin(), sources.begin() + static_cast<std::ptrdiff_t>(known), sources.end(),
                       kByName);
}

void take_away(std::vector<HostSource>& sources, std::span<const Ipv4Address> listed) {
    std::erase_if(sources, [&](const HostSource& source) {
        return std::binary_search(listed.begin(), listed.end(), source.address);
    });
}

/// Of an INCLUDE member: it ends with its last source.
Instant last_end(std::span<const HostSource> sources) {
    Instant last = Instant::min();
    for (const HostSource& source : sources) {
        last = std::max(last, source.expires);
    }
    return last;
}

void in_include(HostMember& member, const HostRecord& record, Instant expires) {
    switch (record.type) {
    case RecordType::kToInclude:
        if (record.sources.empty()) {
            member.sources.clear();
            return;
        }
        [[fallthrough]];
    case RecordType::kIsInclude:
    case RecordType::kAllow:
        add(member.sources, record.sources, expires);
        if (!record.sources.empty()) {
            member.expires = expires;
        }
        return;
    case RecordType::kBlock:
        take_away(member.sources, record.sources);
        member.expires = last_end(member.sources);
        return;
    case RecordType::kIsExclude:
    case RecordType::kToExclude:
        member.mode = FilterMode::kExclude;
        member.expires = expires;
        member.sources.clear();
        add(member.sources, record.sources, expires);
        return;
    }
}

void in_exclude(HostMember& member, const HostRecord& record, Instant expires) {
    switch (record.type) {
    case RecordType::kToInclude:
        member.mode = FilterMode::kInclude;
        member.expires = expires;
        member.sources.clear();
        add(member.sources, record.sources, expires);
        return;
    case RecordType::kIsInclude:
        // It answers a query about these sources, so the mode may be what it was; or it spoke an older
        // version until now and wants only these. Either way it is still there.
        member.expires = expires;
        [[fallthrough]];
    case RecordType::kAllow:
        take_away(member.sources, record.sources);
        return;
    case RecordType::kBlock:
        add(member.sources, record.sources, expires);
        return;
    case RecordType::kIsExclude:
    case RecordType::kToExclude:
        member.expires = expires;
        member.sources.clear();
        add(member.sources, record.sources, expires);
        return;
    }
}

bool gone(const HostMember& member, Instant now) {
    return member.expires <= now || (member.mode == FilterMode::kInclude && member.sources.empty());
}

} // namespace

bool HostMember::wants(Ipv4Address source, Instant now) const {
    if (expires <= now) {
        return false;
    }
    const auto at = std::lower_bound(sources.begin(), sources.end(), HostSource{source, {}}, kByName);
    const bool listed = at != sources.end() && at->address == source;
    return mode == FilterMode::kExclude ? !listed : listed && at->expires > now;
}

std::vector<HostMember>::const_iterator GroupHosts::find(const Host& host) const {
    const auto at = std::lower_bound(members_.begin(), members_.end(), &host,
                                     [](const HostMember& member, const Host* other) {
                                         return std::less<const Host*>()(member.host, other);
                                     });
    return at != members_.end() && at->host == &host ? at : members_.end();
}

HostMember& GroupHosts::member_for(Host& host, HostTable& table, Instant now) {
    const auto at = std::lower_bound(members_.begin(), members_.end(), &host,
                                     [](const HostMember& member, const Host* other) {
                                         return std::less<const Host*>()(member.host, other);
                                     });
    if (at != members_.end() && at->host == &host) {
        if (gone(*at, now)) {
            units_ -= at->sources.size();
            at->sources.clear();
            at->mode = FilterMode::kInclude;
        }
        return *at;
    }
    HostMember& added = *members_.insert(at, {.host = &host, .heard = now, .expires = now, .sources = {}});
    table.join(host);
    ++units_;
    return added;
}

void GroupHosts::apply(const HostRecord& record, Host& host, HostTable& table) {
    HostMember& member = member_for(host, table, record.now);
    const Instant expires = record.now + record.membership_interval;
    units_ -= member.sources.size();
    if (member.mode == FilterMode::kInclude) {
        in_include(member, record, expires);
    } else {
        in_exclude(member, record, expires);
    }
    units_ += member.sources.size();
    member.heard = record.now;
    member.version = record.version;
    if (gone(member, record.now)) {
        erase(members_.begin() + (&member - members_.data()), table, record.now);
        return;
    }
    deadline_ = std::min(deadline_, member.expires);
}

void GroupHosts::erase(std::vector<HostMember>::iterator at, HostTable& table, Instant now) {
    units_ -= 1 + at->sources.size();
    table.part(*at->host, now);
    members_.erase(at);
}

void GroupHosts::remove(const Host& host, HostTable& table, Instant now) {
    if (const auto at = find(host); at != members_.end()) {
        erase(members_.begin() + (at - members_.cbegin()), table, now);
    }
}

void GroupHosts::expire(Instant now, HostTable& table) {
    if (deadline_ > now) {
        return;
    }
    deadline_ = Instant::max();
    std::erase_if(members_, [&](HostMember& member) {
        units_ -= member.sources.size();
        if (member.mode == FilterMode::kInclude) {
            std::erase_if(member.sources, [&](const HostSource& source) { return source.expires <= now; });
        }
        if (gone(member, now)) {
            --units_;
            table.part(*member.host, now);
            return true;
        }
        units_ += member.sources.size();
        deadline_ = std::min(deadline_, member.expires);
        return false;
    });
}

void GroupHosts::clear(HostTable& table, Instant now) {
    for (const HostMember& member : members_) {
        table.part(*member.host, now);
    }
    members_.clear();
    units_ = 0;
    deadline_ = Instant::max();
}

void GroupHosts::retime(Instant past, Instant end) {
    const auto move = [&](Instant& at) { at = at > past ? end : at; };
    move(incomplete_until_);
    deadline_ = Instant::max();
    for (HostMember& member : members_) {
        move(member.expires);
        deadline_ = std::min(deadline_, member.expires);
        std::ranges::for_each(member.sources, move, &HostSource::expires);
    }
}

bool GroupHosts::any_wants(Ipv4Address source, Instant now) const {
    return std::ranges::any_of(members_, [&](const HostMember& member) { return member.wants(source, now); });
}

bool GroupHosts::any_excludes(Instant now) const {
    return std::ranges::any_of(members_, [&](const HostMember& member) {
        return member.mode == FilterMode::kExclude && member.expires > now;
    });
}

bool GroupHosts::any_beside(const Host* host, Instant now) const {
    return std::ranges::any_of(
        members_, [&](const HostMember& member) { return member.host != host && member.expires > now; });
}

} // namespace mcfwd::igmp
