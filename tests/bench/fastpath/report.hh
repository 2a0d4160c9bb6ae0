// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Results for people and for programs.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "row.hh"

namespace mcfwd::bench {

/// Two lines that say what the columns are.
[[nodiscard]] std::string heading();
/// Medians over the rounds; shares with least and most.
[[nodiscard]] std::string line(const Result& result);
[[nodiscard]] nlohmann::json to_json(const Result& result);

} // namespace mcfwd::bench
