// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Everything a link keeps about one group.
#pragma once

#include <cstdint>

#include <mcfwd/clock.hh>
#include <mcfwd/ipv4.hh>

#include "deadline_heap.hh"
#include "departures.hh"
#include "filter_state.hh"
#include "group_hosts.hh"
#include "last_member.hh"
#include "membership.hh"

namespace mcfwd::igmp {

/// Presence of hosts that speak older versions (RFC 9776 section 7.3.2).
struct OlderHosts {
    Instant v1_until{};
    Instant v2_until{};

    /// The group's compatibility mode, at most `configured`.
    [[nodiscard]] Version mode(Version configured, Instant now) const {
        const Version heard = v1_until > now ? Version::kV1 : v2_until > now ? Version::kV2 : Version::kV3;
        return heard < configured ? heard : configured;
    }
};

/// What a refresh touches stands together at the beginning: with very many groups its cost is cache misses.
struct Group {
    Group(Ipv4Address group_address, Instant now, std::uint32_t retimings)
        : address(group_address),
          retimed(retimings),
          since(now) {}

    Ipv4Address address;
    Reporter last_reporter;
    bool reported = false; ///< counts towards `max_groups`
    std::uint32_t retimed; ///< how many of the link's retimings it has followed
    FilterState filter;
    OlderHosts older_hosts;
    GroupHosts hosts;
    DeadlineSlot slot;

    Instant since;
    LastMember last_member;
    Departures departures;
    StaticMembership configured;
    Membership told; ///< what the caller knows
};

} // namespace mcfwd::igmp
