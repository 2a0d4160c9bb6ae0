// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The event stream for people.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "client.hh"
#include "run.hh"

namespace mcfwd::ctl {

/// One line without a newline, e.g. "14:20:33.123456  ownership   callback disable_igmp -> igmp on lan1".
[[nodiscard]] std::string event_line(const nlohmann::json& event);

/// Prints events as they come until SIGINT or SIGTERM: lines, or one JSON object per line.
[[nodiscard]] Outcome<void> follow_events(Client& client, const nlohmann::json& params, Format format);

} // namespace mcfwd::ctl
