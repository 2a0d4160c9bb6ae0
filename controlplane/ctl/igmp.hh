// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// show igmp interfaces and show igmp groups; and what show snooping has in common with them.
#pragma once

#include <span>
#include <string>
#include <utility>

#include <nlohmann/json_fwd.hpp>

namespace mcfwd::ctl {

[[nodiscard]] std::string render_igmp_interfaces(const nlohmann::json& result);
/// The groups, and after them their hosts if the answer has them.
[[nodiscard]] std::string render_igmp_groups(const nlohmann::json& result);

/// What an interface or port has counted, and its latencies; each in a line that begins with its name.
[[nodiscard]] std::string counted_text(const std::string& name, const nlohmann::json& counters,
                                       const nlohmann::json& latency);

/// A column that says where a host is: its title and the member of the entry.
using PlaceColumn = std::pair<const char*, const char*>;

/// The table of all hosts of the entries behind an empty line; empty if there are none.
[[nodiscard]] std::string hosts_text(const nlohmann::json& result, std::span<const PlaceColumn> places);

} // namespace mcfwd::ctl
