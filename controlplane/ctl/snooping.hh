// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// show snooping for people: bridges, their ports, their groups.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace mcfwd::ctl {

/// Result of show.snooping.
[[nodiscard]] std::string render_snooping(const nlohmann::json& result);

} // namespace mcfwd::ctl
