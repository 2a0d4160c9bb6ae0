// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Snapshots of a link's groups for people: `show igmp groups` and `show snooping`.
#pragma once

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

struct GroupView {
    Ipv4Address group;
    FilterMode mode = FilterMode::kInclude;
    Version version = Version::kV3; ///< compatibility mode (RFC 9776 section 7.3.2)
    std::optional<Duration>
        expires; ///< group timer, EXCLUDE mode only; none for a static group without members
    Duration uptime{};
    Ipv4Address last_reporter; ///< may be 0.0.0.0, hosts without address report so
    MacAddress last_reporter_mac;
    bool is_static = false;          ///< joined by configuration for any source
    bool leaving = false;            ///< last-member queries are going on
    std::vector<SourceView> sources; ///< ascending
};

} // namespace mcfwd::igmp
