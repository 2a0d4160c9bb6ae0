// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The file as a tree of values with positions, free of the TOML library's types.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "diagnostic.hh"

namespace mcfwd::config {

struct Member;

struct Node {
    enum class Kind : std::uint8_t { kString, kInteger, kFloat, kBoolean, kDateTime, kArray, kTable };
    /// A key of a table or an index of an array.
    using Step = std::variant<std::string_view, std::size_t>;

    Kind kind = Kind::kTable;
    Position position; ///< of the value; of a table with a header, the header
    std::string string;
    std::int64_t integer = 0;
    double number = 0;
    bool boolean = false;
    std::vector<Node> items;     ///< of an array
    std::vector<Member> members; ///< of a table

    /// Nullptr if this is no table or has no such key.
    [[nodiscard]] const Node* find(std::string_view key) const;
    /// The value at the end of the path, or the deepest one before it that exists.
    [[nodiscard]] const Node& at(std::initializer_list<Step> path) const;
};

struct Member {
    std::string key;
    Position position; ///< of the key
    Node value;
};

/// The value as TOML on one line, shortened when it is long.
[[nodiscard]] std::string describe(const Node& node);

/// The same for a string.
[[nodiscard]] std::string quoted_text(std::string_view text);

/// Any bytes are allowed. The first syntax error ends the walk.
[[nodiscard]] std::expected<Node, Diagnostic> parse_syntax(std::string_view text, std::string_view file);

} // namespace mcfwd::config
