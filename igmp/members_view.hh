// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Snapshots of a link's groups for people: `show igmp groups` and `show snooping`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/ipv4.hh>
#include <mcfwd/mac.hh>

#include "message.hh"

namespace mcfwd::igmp {

struct SourceView {
    Ipv4Address address;
    std::optional<Duration> expires; ///< none: static, or blocked
    bool forwarded = true;
    bool is_static = false;
};

/// A host in a group, from its own reports.
struct HostView {
    Ipv4Address address; ///< may be 0.0.0.0
    MacAddress mac;
    Version version = Version::kV3; ///< of its last report
    FilterMode mode = FilterMode::kInclude;
    std::vector<Ipv4Address> sources; ///< wanted, or in EXCLUDE mode refused; ascending
    Duration heard{};                 ///< since its last report
    Duration expires{};
};

enum class WithHosts : std::uint8_t { kNo, kYes };

struct GroupView {
    Ipv4Address group;
    FilterMode mode = FilterMode::kInclude;
    Version version = Version::kV3; ///< compatibility mode (RFC 9776 section 7.3.2)
    std::optional<Duration>
        expires; ///< group timer, EXCLUDE mode only; none for a static group without members
    Duration uptime{};
    Ipv4Address last_reporter; ///< may be 0.0.0.0, hosts without address report so
    MacAddress last_reporter_mac;
    bool is_static = false;                   ///< joined by configuration for any source
    bool leaving = false;                     ///< last-member queries are going on
    std::vector<SourceView> sources;          ///< ascending
    std::optional<Duration> version1_expires; ///< until the group is served again beyond version 1
    std::optional<Duration> version2_expires; ///< the same, version 2
    std::size_t host_count = 0;               ///< hosts tracked in it
    bool hosts_complete = true;               ///< no member lately that could not be tracked
    std::vector<HostView> hosts;              ///< if asked for
};

} // namespace mcfwd::igmp
