// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What an interface wants of one group, in the terms that are told upward, and the steps from one want to the
// next.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include <mcfwd/ipv4.hh>

#include "filter_state.hh"
#include "output.hh"

namespace mcfwd::igmp {

/// Whether a list of sources, sorted ascending as all of them are, names the address.
[[nodiscard]] inline bool contains(std::span<const Ipv4Address> ascending, Ipv4Address address) {
    return std::ranges::binary_search(ascending, address);
}

/// INCLUDE: joined sources. EXCLUDE: (*,G) is joined and `sources` are blocked. Ascending.
struct Membership {
    FilterMode mode = FilterMode::kInclude;
    std::vector<Ipv4Address> sources;
    [[nodiscard]] bool empty() const { return mode == FilterMode::kInclude && sources.empty(); }
    bool operator==(const Membership&) const = default;
};

/// Memberships of one group that need no host.
struct StaticMembership {
    bool any_source = false;
    std::vector<Ipv4Address> sources; ///< ascending
    [[nodiscard]] bool empty() const { return !any_source && sources.empty(); }
};

/// The merge of reported and static members by the rule of RFC 9776 section 3.2: a source that anyone wants
/// is wanted. Sources in EXCLUDE mode are blocked when their timer ended, and only then (section 6.3).
void merge_membership(const FilterState& reported, const StaticMembership& configured, Membership& into);

/// Adds what another interface, or host, wants to what is wanted so far (RFC 9776 section 3.2).
void merge_membership(const Membership& other, Membership& into);

/// Appends the steps that lead from `from` to `to`: joins, blocks, leaves, unblocks.
void append_steps(Ipv4Address group, const Membership& from, const Membership& to,
                  std::vector<MembershipChange>& out);

} // namespace mcfwd::igmp
