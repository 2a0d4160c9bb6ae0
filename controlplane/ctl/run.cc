// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Nothing but order: parse, call, print.
#include "run.hh"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "command_line.hh"
#include "events.hh"
#include "render.hh"

namespace mcfwd::ctl {

namespace {

void print(std::FILE* stream, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stream);
    std::fflush(stream);
}

Exit fail_with(const Failure& failure) {
    print(stderr, fmt::format("mcfwdctl: {}\n", failure.message));
    return failure.exit;
}

/// A file that is not valid is an answer, but not a success.
Exit verdict(const Request& request, const nlohmann::json& result) {
    return request.command->words == "config check" && !result.value("valid", false) ? Exit::kUsage
                                                                                     : Exit::kDone;
}

/// Usage and every parameter with its valid words.
std::string command_help(const rpc::Command& command) {
    std::string text = fmt::format("{}\n  {}\n", command.usage(), command.help);
    for (const rpc::Parameter& parameter : command.parameters) {
        if (parameter.audience != rpc::Audience::kPeople) {
            continue;
        }
        text +=
            fmt::format("  {:<12}{}{}", parameter.name, parameter.help, parameter.words.empty() ? "" : ":");
        for (const std::string_view word : parameter.words) {
            text += fmt::format(" {}", word);
        }
        text += '\n';
    }
    return text;
}

Exit help(std::span<const std::string> words) {
    if (words.empty()) {
        print(stdout, command_list());
        return Exit::kDone;
    }
    const std::string typed = fmt::format("{}", fmt::join(words, " "));
    const auto command = std::ranges::find(rpc::commands(), typed, &rpc::Command::words);
    if (command != rpc::commands().end() && command->audience == rpc::Audience::kPeople) {
        print(stdout, command_help(*command));
        return Exit::kDone;
    }
    const auto next = continuation(words);
    if (!next) {
        return fail_with(next.error());
    }
    print(stdout, help_after(words, ""));
    return Exit::kDone;
}

} // namespace

std::string command_list() {
    std::vector<const rpc::Command*> typed;
    for (const rpc::Command& command : rpc::commands()) {
        if (command.audience == rpc::Audience::kPeople) {
            typed.push_back(&command);
        }
    }
    std::size_t width = 0;
    for (const rpc::Command* command : typed) {
        width = std::max(width, command->usage().size());
    }
    std::string text;
    for (const rpc::Command* command : typed) {
        text += fmt::format("  {:<{}}  {}\n", command->usage(), width, command->help);
    }
    return text;
}

Exit run(std::span<const std::string> words, Client& client, Format format) {
    if (!words.empty() && words.back() == "?") {
        return help(words.first(words.size() - 1));
    }
    if (!words.empty() && words.front() == "help") {
        return help(words.subspan(1));
    }
    const auto request = parse(words);
    if (!request) {
        return fail_with(request.error());
    }
    if (request->command->words == "events") {
        const auto followed = follow_events(client, request->params, format);
        return followed ? Exit::kDone : fail_with(followed.error());
    }
    const auto result = client.call_for_all(request->command->method(), request->params);
    if (!result) {
        return fail_with(result.error());
    }
    const Exit exit = verdict(*request, *result);
    if (format == Format::kJson) {
        print(stdout, result->dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n');
    } else {
        print(exit == Exit::kDone ? stdout : stderr, render(*request->command, *result));
    }
    return exit;
}

} // namespace mcfwd::ctl
