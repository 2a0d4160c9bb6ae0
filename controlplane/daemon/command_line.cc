// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The daemon's arguments, read with CLI11. What follows "--" is cut off before, so that EAL's own options
// reach EAL unread.
#include "command_line.hh"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <CLI/CLI.hpp>

#include <controlplane/daemon/log.hh>

namespace mcfwd::daemon {

ParsedCommandLine parse_command_line(int argc, const char* const* argv) {
    const char* const* const end = argv + argc;
    const char* const* const separator =
        std::find_if(argv, end, [](std::string_view word) { return word == "--"; });

    ParsedCommandLine parsed;
    CommandLine& line = parsed.command_line;
    if (separator != end) {
        line.eal.assign(separator + 1, end);
    }

    CLI::App app{"mcfwd - multicast router in user space", "mcfwd"};
    app.footer("Exit codes: 0 done, 1 could not start, 2 wrong arguments or configuration.\n"
               "Arguments after -- go to DPDK's EAL. Control it with mcfwdctl.");
    app.set_version_flag("-V,--version", MCFWD_VERSION);
    bool check = false;
    std::string level;
    app.add_option("-c,--config", line.config, "configuration file (TOML)")->required()->type_name("FILE");
    app.add_flag("--check", check, "validate the configuration, print what is wrong, start nothing");
    app.add_option("-l,--log-level", level, "log level, wins over the configuration")
        ->type_name("L")
        ->check(CLI::IsMember(std::vector<std::string>(log_levels().begin(), log_levels().end())));
    try {
        app.parse(static_cast<int>(std::distance(argv, separator)), argv);
    } catch (const CLI::ParseError& error) {
        parsed.exit_code = app.exit(error) == 0 ? kExitDone : kExitUsage;
        return parsed;
    }
    line.mode = check ? Mode::kCheck : Mode::kRun;
    if (!level.empty()) {
        line.log_level = level;
    }
    return parsed;
}

} // namespace mcfwd::daemon
