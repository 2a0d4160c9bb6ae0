// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// From the words of a person to a request, along the command table shared with the daemon. Also answers what
// could come next, for completion and "?".
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <controlplane/rpc/commands.hh>

#include "outcome.hh"

namespace mcfwd::ctl {

/// A command with its checked parameters.
struct Request {
    const rpc::Command* command = nullptr;
    nlohmann::json params;
};

/// Unique prefixes of command words and keywords are accepted. Failures are kUsage and name the word, and
/// what would be right.
[[nodiscard]] Outcome<Request> parse(std::span<const std::string> words);

struct Choice {
    std::string word;
    std::string help;
};

/// What may follow some complete words.
struct Continuation {
    std::vector<Choice> words;              ///< command words or keywords, in the table's order
    const rpc::Parameter* value = nullptr;  ///< a value may come here
    const rpc::Command* complete = nullptr; ///< the words are a whole command
};

[[nodiscard]] Outcome<Continuation> continuation(std::span<const std::string> words);

/// Splits a line at blanks; "double quotes" hold words together.
[[nodiscard]] std::vector<std::string> split(std::string_view line);

/// Values that exist for a parameter, e.g. the daemon's interface names; empty when unknown.
using KnownValues = std::function<std::vector<std::string>(const rpc::Parameter&)>;

/// All values that `parameter` can have: those of the command table, or else what `known` says.
[[nodiscard]] std::vector<std::string> values_of(const rpc::Parameter& parameter, const KnownValues& known);

/// What "?" prints after `words`: every choice that begins with `partial`, with its help.
[[nodiscard]] std::string help_after(std::span<const std::string> words, std::string_view partial,
                                     const KnownValues& known = {});

} // namespace mcfwd::ctl
