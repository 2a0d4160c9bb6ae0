// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The way out: the configuration in force, every default made explicit, for `config show`.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include <controlplane/config/config.hh>

namespace mcfwd::config {

/// A configuration file; `parse(to_toml(config), ...)` gives the same `Config` for every accepted one.
[[nodiscard]] std::string to_toml(const Config& config);

/// The same as one object: keys are the tables of the file, durations are seconds.
[[nodiscard]] nlohmann::json to_json(const Config& config);

} // namespace mcfwd::config
