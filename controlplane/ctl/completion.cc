// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A list "lan2,la" is completed after its last comma: the items before it are no words of their own.
#include "completion.hh"

#include <algorithm>

namespace mcfwd::ctl {

namespace {

Outcome<Continuation> continuation_after(std::string_view before) {
    if (before.ends_with(',')) {
        const std::size_t blank = before.find_last_of(" \t");
        before = before.substr(0, blank == std::string_view::npos ? 0 : blank + 1);
    }
    return continuation(split(before));
}

} // namespace

std::vector<std::string> completions(std::string_view before, std::string_view partial,
                                     const KnownValues& known) {
    std::vector<std::string> found;
    const auto next = continuation_after(before);
    if (!next) {
        return found;
    }
    for (const Choice& choice : next->words) {
        found.push_back(choice.word);
    }
    if (next->value != nullptr) {
        std::ranges::move(values_of(*next->value, known), std::back_inserter(found));
    }
    std::erase_if(found, [&](const std::string& word) { return !word.starts_with(partial); });
    return found;
}

bool wants_path(std::string_view before) {
    const auto next = continuation_after(before);
    return next && next->value != nullptr && next->value->kind == rpc::ParameterKind::kPath;
}

} // namespace mcfwd::ctl
