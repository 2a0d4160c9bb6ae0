// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// `show igmp proxy` for people.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace mcfwd::ctl {

[[nodiscard]] std::string render_proxy(const nlohmann::json& result);

} // namespace mcfwd::ctl
