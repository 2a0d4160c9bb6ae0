// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What a link grants its hosts: the settings of the group state, whether a router or a snooping bridge keeps
// it.
#pragma once

#include <cstddef>
#include <cstdint>

#include <mcfwd/ipv4.hh>

#include "access_list.hh"
#include "message.hh"

namespace mcfwd::igmp {

/// What a leave does. `kTracked`: it takes effect at once where no other host on the link can want what is
/// left, and asks the others as ever where one might. `kAlways`, for links with one host: at once, without a
/// question.
enum class FastLeave : std::uint8_t { kOff, kTracked, kAlways };

/// What reports of versions 1 and 2 count for. `kIgnored` is for links with source-specific multicast only
/// (RFC 9776 sections 7.2.1 and 7.3.1): neither their members nor their queriers are heard.
enum class OlderVersions : std::uint8_t { kServed, kIgnored };

/// A membership that needs no host and never expires.
struct StaticGroup {
    Ipv4Address group;
    Ipv4Address source = kAnySource;
    bool operator==(const StaticGroup&) const = default;
};

struct MembersConfig {
    Version version = Version::kV3; ///< of the queries sent; hosts of higher versions are treated as this one
    std::size_t max_groups = 0;     ///< groups with reported members; 0: no limit
    std::size_t max_sources = 0;    ///< sources kept per group; 0: no limit
    Ipv4Prefix ssm_range{Ipv4Address(232, 0, 0, 0), 8};
    FastLeave fast_leave = FastLeave::kOff;
    OlderVersions older_versions = OlderVersions::kServed;
    AccessList access_list;
    std::size_t max_groups_per_host = 0; ///< groups in which one host is a member; 0: no limit
    std::size_t host_rate = 20'000; ///< records per second of one host, a second's worth at once; 0: no limit
    /// Hosts, and as many memberships of hosts and sources in them, that are remembered. Beyond it hosts are
    /// served as ever, but none of their leaves is fast.
    std::size_t max_tracked = 200'000;
    /// Groups and hosts that one call looks at because of the time, at least 1. What is left has its turn with
    /// the next call, which is due at once.
    std::size_t slice = 1'000;
};

} // namespace mcfwd::igmp
