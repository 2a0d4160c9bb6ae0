// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What a link grants its hosts: the settings of the group state, whether a router or a snooping bridge keeps
// it.
#pragma once

#include <cstddef>
#include <cstdint>

#include <mcfwd/ipv4.hh>

#include "message.hh"

namespace mcfwd::igmp {

/// What a leave does. `kAlways` is for links with one host: it takes effect at once, without last-member
/// queries.
enum class FastLeave : std::uint8_t { kOff, kAlways };

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
};

} // namespace mcfwd::igmp
