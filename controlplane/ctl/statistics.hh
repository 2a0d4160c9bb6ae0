// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// show statistics for people: what came in for each entry, then what went out per oif.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace mcfwd::ctl {

/// Result of show.statistics.
[[nodiscard]] std::string render_statistics(const nlohmann::json& result);

} // namespace mcfwd::ctl
