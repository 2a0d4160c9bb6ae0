// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Which groups and sources the hosts of a link may ask for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <mcfwd/ipv4.hh>

namespace mcfwd::igmp {

enum class AccessAction : std::uint8_t { kPermit, kDeny };

struct AccessRule {
    AccessAction action = AccessAction::kPermit;
    Ipv4Prefix group;
    Ipv4Prefix source; ///< /0: any
    bool operator==(const AccessRule&) const = default;
};

/// In order; the first rule that fits decides. Empty: everything is permitted; otherwise what no rule fits is
/// denied.
using AccessList = std::vector<AccessRule>;

/// `source` is one that was asked for, or `kAnySource` where a group is asked for as a whole: that fits only
/// rules for any source.
[[nodiscard]] inline bool permits(std::span<const AccessRule> rules, Ipv4Address group, Ipv4Address source) {
    const auto fits = [&](const AccessRule& rule) {
        const bool source_fits =
            rule.source.length == 0 || (source != kAnySource && rule.source.contains(source));
        return source_fits && rule.group.contains(group);
    };
    const auto rule = std::find_if(rules.begin(), rules.end(), fits);
    return rule == rules.end() ? rules.empty() : rule->action == AccessAction::kPermit;
}

} // namespace mcfwd::igmp
