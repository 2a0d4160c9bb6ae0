// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Set arithmetic on ascending source lists, nothing else.
#include "membership.hh"

#include <algorithm>
#include <iterator>
#include <utility>

namespace mcfwd::igmp {
namespace {

/// Calls `visit` for every element of `a` that is not in `b`.
template <typename Visit>
void for_each_missing(std::span<const Ipv4Address> a, std::span<const Ipv4Address> b, Visit visit) {
    auto other = b.begin();
    for (const Ipv4Address address : a) {
        while (other != b.end() && *other < address) {
            ++other;
        }
        if (other == b.end() || *other != address) {
            visit(address);
        }
    }
}

} // namespace

void merge_membership(const FilterState& reported, const StaticMembership& configured, Membership& into) {
    into.sources.clear();
    if (configured.any_source) {
        into.mode = FilterMode::kExclude;
        return;
    }
    into.mode = reported.mode();
    const bool include = into.mode == FilterMode::kInclude;
    auto fixed = configured.sources.begin();
    const auto take_fixed = [&](auto until) {
        for (; include && fixed != configured.sources.end() && until(*fixed); ++fixed) {
            into.sources.push_back(*fixed);
        }
    };
    for (const Source& source : reported.sources()) {
        take_fixed([&](Ipv4Address address) { return address < source.address; });
        if (source.running() == include && !contains(configured.sources, source.address)) {
            into.sources.push_back(source.address);
        }
    }
    take_fixed([](Ipv4Address) { return true; });
}

void merge_membership(const Membership& other, Membership& into) {
    const bool excludes = into.mode == FilterMode::kExclude;
    const bool other_excludes = other.mode == FilterMode::kExclude;
    std::vector<Ipv4Address> sources;
    const auto end = std::back_inserter(sources);
    if (excludes && other_excludes) {
        std::ranges::set_intersection(into.sources, other.sources, end);
    } else if (excludes) {
        std::ranges::set_difference(into.sources, other.sources, end);
    } else if (other_excludes) {
        std::ranges::set_difference(other.sources, into.sources, end);
    } else {
        std::ranges::set_union(into.sources, other.sources, end);
    }
    into.mode = excludes || other_excludes ? FilterMode::kExclude : FilterMode::kInclude;
    into.sources = std::move(sources);
}

void append_steps(Ipv4Address group, const Membership& from, const Membership& to,
                  std::vector<MembershipChange>& out) {
    const auto step = [&](MembershipEvent event) {
        return [&out, event, group](Ipv4Address source) { out.push_back({event, source, group}); };
    };
    const std::span<const Ipv4Address> none;
    const bool was_include = from.mode == FilterMode::kInclude;
    const bool is_include = to.mode == FilterMode::kInclude;
    const auto joined_before = was_include ? std::span<const Ipv4Address>(from.sources) : none;
    const auto joined_after = is_include ? std::span<const Ipv4Address>(to.sources) : none;
    const auto blocked_before = was_include ? none : std::span<const Ipv4Address>(from.sources);
    const auto blocked_after = is_include ? none : std::span<const Ipv4Address>(to.sources);
    if (was_include && !is_include) {
        step(MembershipEvent::kJoin)(kAnySource);
    }
    for_each_missing(joined_after, joined_before, step(MembershipEvent::kJoin));
    for_each_missing(blocked_after, blocked_before, step(MembershipEvent::kBlock));
    if (!was_include && is_include) {
        step(MembershipEvent::kLeave)(kAnySource);
    }
    for_each_missing(joined_before, joined_after, step(MembershipEvent::kLeave));
    for_each_missing(blocked_before, blocked_after, step(MembershipEvent::kUnblock));
}

} // namespace mcfwd::igmp
