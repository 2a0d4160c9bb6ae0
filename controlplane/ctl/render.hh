// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Results as people read them.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include <controlplane/rpc/commands.hh>

namespace mcfwd::ctl {

/// Text for a result of `command` in the shape of controlplane/rpc/README.md. Missing members show as "-".
/// Empty for commands that only do something.
[[nodiscard]] std::string render(const rpc::Command& command, const nlohmann::json& result);

} // namespace mcfwd::ctl
