// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The process's log: one asynchronous sink on stderr, so that a slow terminal or journal never holds up the
// control thread. Called by main before anything else starts.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <mcfwd/result.hh>

namespace mcfwd::daemon {

/// Valid arguments of `set_log_level`, most talkative first.
[[nodiscard]] std::span<const std::string_view> log_levels();

/// Installs the logger. If the queue of 8,192 lines overruns, the oldest are lost and the number is logged.
void start_log();

/// kInvalidParameter names the valid levels.
[[nodiscard]] Expected<void> set_log_level(std::string_view level);
[[nodiscard]] std::string log_level();

/// Flushes and ends the log's thread.
void stop_log();

} // namespace mcfwd::daemon
