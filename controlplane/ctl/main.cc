// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// mcfwdctl: options first, then one command or the shell.
#include <cmath>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "client.hh"
#include "run.hh"
#include "shell.hh"

namespace {

struct Options {
    std::string socket = "/run/mcfwd/mcfwd.sock";
    bool json = false;
    double timeout = 10;
    std::string protocol;
    bool hosts = false;
    std::vector<std::string> words;
};

void declare(CLI::App& app, Options& options) {
    app.add_option("-s,--socket", options.socket, "control socket of the daemon")
        ->envname("MCFWD_SOCKET")
        ->capture_default_str();
    app.add_flag("--json", options.json, "print the result as one JSON document");
    app.add_option("--timeout", options.timeout, "seconds to wait for an answer")
        ->check(CLI::Range(0.001, 86400.0))
        ->capture_default_str();
    app.add_option("--protocol", options.protocol, "for ownership take and release: which built-in protocol");
    app.add_flag("--hosts", options.hosts, "for show igmp groups: every host and what it wants");
    app.add_option("COMMAND", options.words, "words of a command; without any, a shell");
    app.set_version_flag("--version", "mcfwdctl " MCFWD_VERSION);
    app.footer([] {
        return "Commands (unique prefixes will do, e.g. \"sh mfib\"):\n" + mcfwd::ctl::command_list() +
               "\nExit codes: 0 done, 1 the daemon refused, 2 wrong usage or configuration, 3 no daemon at "
               "the socket.";
    });
}

} // namespace

int main(int argc, char** argv) {
    using namespace mcfwd::ctl;
    CLI::App app("Shows and changes what a running mcfwd does.", "mcfwdctl");
    Options options;
    declare(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::kUsage);
    }
    if (!options.protocol.empty()) {
        options.words.insert(options.words.end(), {"--protocol", options.protocol}); // keywords go anywhere
    }
    if (options.hosts) {
        options.words.emplace_back("--hosts");
    }
    Client client(options.socket, std::chrono::milliseconds(std::llround(options.timeout * 1000)));
    const Format format = options.json ? Format::kJson : Format::kTables;
    const Exit exit = options.words.empty() ? run_shell(client, format) : run(options.words, client, format);
    return static_cast<int>(exit);
}
