// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What a user types: `mcfwd -c FILE [--check] [--log-level L] [-- EAL ARGS]`.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mcfwd::daemon {

/// Exit codes of the daemon.
inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1; ///< the configuration is right, but something could not start
inline constexpr int kExitUsage = 2;  ///< wrong arguments or configuration; nothing was started

enum class Mode : bool { kRun, kCheck };

struct CommandLine {
    std::string config;
    Mode mode = Mode::kRun;
    std::optional<std::string> log_level; ///< wins over the configuration
    std::vector<std::string> eal;         ///< everything after "--"
};

/// Either a command line to act on, or the code to exit with (help, version, errors; already printed).
struct ParsedCommandLine {
    CommandLine command_line;
    std::optional<int> exit_code;
};

[[nodiscard]] ParsedCommandLine parse_command_line(int argc, const char* const* argv);

} // namespace mcfwd::daemon
