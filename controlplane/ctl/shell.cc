// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The glue between readline, which calls back without context, and the command table.
#include "shell.hh"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

#include <readline/history.h>
#include <readline/readline.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "command_line.hh"
#include "completion.hh"
#include "format.hh"

namespace mcfwd::ctl {

namespace {

constexpr int kHistoryLines = 1000;

/// For readline's callbacks; set while the prompt of run_terminal is open.
Client* terminal_client = nullptr;

std::vector<std::string> interface_names(const rpc::Parameter& parameter) {
    std::vector<std::string> names;
    const bool wanted = parameter.kind == rpc::ParameterKind::kInterface ||
                        parameter.kind == rpc::ParameterKind::kInterfaceList ||
                        parameter.kind == rpc::ParameterKind::kPlace;
    if (!wanted || terminal_client == nullptr) {
        return names;
    }
    if (const auto result = terminal_client->call("show.interfaces", nlohmann::json::object())) {
        for (const nlohmann::json& entry : member(*result, "entries")) {
            names.push_back(text_at(entry, "interface"));
        }
    }
    return names;
}

/// readline frees what it gets with free().
char* offer(const char* /*partial*/, int state) {
    static std::vector<std::string> found;
    if (state == 0) {
        const std::string_view line(rl_line_buffer, static_cast<std::size_t>(rl_point));
        const std::size_t start = line.find_last_of(" \t,") + 1; // npos + 1 is 0
        found = completions(line.substr(0, start), line.substr(start), interface_names);
        std::ranges::reverse(found);
    }
    if (found.empty()) {
        return nullptr;
    }
    char* word = ::strdup(found.back().c_str());
    found.pop_back();
    return word;
}

char** complete(const char* partial, int start, int /*end*/) {
    const bool path = wants_path(std::string_view(rl_line_buffer, static_cast<std::size_t>(start)));
    rl_attempted_completion_over = path ? 0 : 1;
    return path ? nullptr : rl_completion_matches(partial, offer);
}

int show_help(int /*count*/, int /*key*/) {
    const std::string_view line(rl_line_buffer, static_cast<std::size_t>(rl_point));
    const std::size_t start = line.find_last_of(" \t") + 1;
    std::fputs("?\n", rl_outstream);
    std::fputs(help_after(split(line.substr(0, start)), line.substr(start), interface_names).c_str(),
               rl_outstream);
    rl_on_new_line();
    rl_redisplay();
    return 0;
}

/// Ctrl-C: a fresh line.
int drop_line() {
    std::fputs("^C\n", rl_outstream);
    rl_replace_line("", 0);
    rl_on_new_line();
    rl_redisplay();
    return 0;
}

std::string history_file() {
    const char* home = std::getenv("HOME");
    return home == nullptr ? std::string() : std::string(home) + "/.mcfwdctl_history";
}

void prepare_readline() {
    rl_readline_name = "mcfwdctl";
    rl_attempted_completion_function = complete;
    rl_completer_word_break_characters = " \t,";
    rl_bind_key('?', show_help);
    rl_catch_signals = 0;
    rl_signal_event_hook = drop_line;
    struct sigaction interrupt{};
    interrupt.sa_handler = [](int) {}; // no SA_RESTART: readline's read returns and calls drop_line
    ::sigaction(SIGINT, &interrupt, nullptr);
    ::using_history();
    ::stifle_history(kHistoryLines);
    ::read_history(history_file().c_str());
}

enum class Then : std::uint8_t { kGoOn, kQuit };

Then run_line(const std::string& line, Client& client, Format format, Exit& result) {
    const std::vector<std::string> words = split(line);
    if (words.empty() || words.front().starts_with('#')) {
        return Then::kGoOn;
    }
    if (words.size() == 1 && (words.front() == "quit" || words.front() == "exit")) {
        return Then::kQuit;
    }
    if (const Exit exit = run(words, client, format); exit != Exit::kDone) {
        result = exit;
    }
    return Then::kGoOn;
}

Exit run_terminal(Client& client, Format format) {
    prepare_readline();
    terminal_client = &client;
    std::puts("mcfwdctl " MCFWD_VERSION "; ? for help, Tab completes, quit leaves");
    Exit ignored = Exit::kDone;
    while (char* typed = ::readline("mcfwd> ")) {
        const std::string line(typed);
        std::free(typed); // readline allocates with malloc
        if (!split(line).empty()) {
            ::add_history(line.c_str());
        }
        if (run_line(line, client, format, ignored) == Then::kQuit) {
            break;
        }
    }
    terminal_client = nullptr;
    ::write_history(history_file().c_str());
    return Exit::kDone;
}

Exit run_pipe(Client& client, Format format) {
    Exit result = Exit::kDone;
    std::string line;
    while (std::getline(std::cin, line) && run_line(line, client, format, result) == Then::kGoOn) {
    }
    return result;
}

} // namespace

Exit run_shell(Client& client, Format format) {
    return ::isatty(STDIN_FILENO) == 1 ? run_terminal(client, format) : run_pipe(client, format);
}

} // namespace mcfwd::ctl
