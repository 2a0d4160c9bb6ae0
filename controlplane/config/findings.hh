// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Collects what is wrong or surprising in one file, in any order, while its parts are read and checked.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostic.hh"
#include "syntax.hh"

namespace mcfwd::config {

class Findings {
  public:
    explicit Findings(std::string_view file) : file_(file) {}

    void error(Position position, std::string message, std::string got, std::string valid);
    void warning(Position position, std::string message, std::string got, std::string valid);
    /// About a value: it stands at the node and is what was got.
    void error(const Node& node, std::string message, std::string valid);
    void warning(const Node& node, std::string message, std::string valid);

    [[nodiscard]] bool any_errors() const { return !errors_.empty(); }
    /// No error stands at the node: what was read from it means something, and further checks may use it.
    [[nodiscard]] bool sound(const Node& node) const { return !unsound_.contains(node.position); }

    /// By position.
    [[nodiscard]] std::vector<Diagnostic> take_errors();
    [[nodiscard]] std::vector<Diagnostic> take_warnings();

  private:
    std::string file_;
    std::multimap<Position, Diagnostic> errors_; // equal positions stay in the order of finding
    std::multimap<Position, Diagnostic> warnings_;
    std::set<Position> unsound_;
};

/// ` (did you mean "X"?)` with the candidate that is few edits away from `word`, or nothing.
[[nodiscard]] std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates);

/// "a, b, c", cut short when long; "none is defined" when there is nothing.
[[nodiscard]] std::string listed(std::span<const std::string_view> words);

} // namespace mcfwd::config
