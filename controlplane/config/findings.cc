// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Diagnostics by position, and the help that goes into them: the nearest known word, the list of valid ones.
#include "findings.hh"

#include <algorithm>
#include <cstddef>
#include <ranges>
#include <utility>

#include <fmt/format.h>

namespace mcfwd::config {

namespace {

constexpr std::size_t kListedWords = 24;
constexpr std::size_t kLongestWord = 40;
constexpr std::size_t kTriedWords = 100;

std::vector<Diagnostic> values_of(std::multimap<Position, Diagnostic> diagnostics) {
    std::vector<Diagnostic> values;
    for (auto& [position, diagnostic] : diagnostics) {
        values.push_back(std::move(diagnostic));
    }
    return values;
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> older(to.size() + 1);
    std::vector<std::size_t> previous(to.size() + 1);
    std::vector<std::size_t> current(to.size() + 1);
    for (std::size_t column = 0; column <= to.size(); ++column) {
        previous[column] = column;
    }
    for (std::size_t row = 1; row <= from.size(); ++row) {
        current[0] = row;
        for (std::size_t column = 1; column <= to.size(); ++column) {
            const std::size_t replace = previous[column - 1] + (from[row - 1] == to[column - 1] ? 0 : 1);
            current[column] = std::min({replace, previous[column] + 1, current[column - 1] + 1});
            if (row > 1 && column > 1 && from[row - 1] == to[column - 2] && from[row - 2] == to[column - 1]) {
                current[column] = std::min(current[column], older[column - 2] + 1);
            }
        }
        std::swap(older, previous);
        std::swap(previous, current);
    }
    return previous[to.size()];
}

} // namespace

void Findings::error(Position position, std::string message, std::string got, std::string valid) {
    unsound_.insert(position);
    errors_.emplace(position,
                    Diagnostic{file_, position, std::move(message), std::move(got), std::move(valid)});
}

void Findings::warning(Position position, std::string message, std::string got, std::string valid) {
    warnings_.emplace(position,
                      Diagnostic{file_, position, std::move(message), std::move(got), std::move(valid)});
}

void Findings::error(const Node& node, std::string message, std::string valid) {
    error(node.position, std::move(message), describe(node), std::move(valid));
}

void Findings::warning(const Node& node, std::string message, std::string valid) {
    warning(node.position, std::move(message), describe(node), std::move(valid));
}

std::vector<Diagnostic> Findings::take_errors() {
    return values_of(std::exchange(errors_, {}));
}
std::vector<Diagnostic> Findings::take_warnings() {
    return values_of(std::exchange(warnings_, {}));
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates) {
    if (word.empty() || word.size() > kLongestWord) {
        return {};
    }
    std::string_view nearest;
    std::size_t distance = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const std::string_view candidate : candidates | std::views::take(kTriedWords)) {
        const std::size_t edits = candidate.size() > kLongestWord ? distance : edit_distance(word, candidate);
        if (edits < distance) {
            nearest = candidate;
            distance = edits;
        }
    }
    return nearest.empty() ? std::string() : fmt::format(" (did you mean \"{}\"?)", nearest);
}

std::string listed(std::span<const std::string_view> words) {
    if (words.empty()) {
        return "none is defined";
    }
    std::string list;
    for (const std::string_view word : words | std::views::take(kListedWords)) {
        list += list.empty() ? "" : ", ";
        list += word;
    }
    return words.size() <= kListedWords ? list
                                        : fmt::format("{} and {} more", list, words.size() - kListedWords);
}

} // namespace mcfwd::config
