// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The tables of commands whose result is a list of entries: which columns, from which members, printed how.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace mcfwd::ctl {

/// Nothing when `words` is not a command with entries.
[[nodiscard]] std::optional<std::string> render_entries(std::string_view words, const nlohmann::json& result);

} // namespace mcfwd::ctl
