// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The only file that sees toml++ and its exceptions: bytes in, our own tree or one diagnostic out.
#include "syntax.hh"

#include <algorithm>

#include <toml++/toml.h>

#include "text_check.hh"

namespace mcfwd::config {

namespace {

Position position_of(const toml::source_region& region) {
    return {std::max(region.begin.line, 1U), std::max(region.begin.column, 1U)};
}

Node convert(const toml::node& from) {
    Node to;
    to.position = position_of(from.source());
    switch (from.type()) {
    case toml::node_type::string:
        to.kind = Node::Kind::kString;
        to.string = from.as_string()->get();
        break;
    case toml::node_type::integer:
        to.kind = Node::Kind::kInteger;
        to.integer = from.as_integer()->get();
        break;
    case toml::node_type::floating_point:
        to.kind = Node::Kind::kFloat;
        to.number = from.as_floating_point()->get();
        break;
    case toml::node_type::boolean:
        to.kind = Node::Kind::kBoolean;
        to.boolean = from.as_boolean()->get();
        break;
    case toml::node_type::array:
        to.kind = Node::Kind::kArray;
        for (const toml::node& item : *from.as_array()) {
            to.items.push_back(convert(item));
        }
        break;
    case toml::node_type::table:
        for (const auto& [key, value] : *from.as_table()) {
            to.members.push_back({std::string(key.str()), position_of(key.source()), convert(value)});
        }
        break;
    default:
        to.kind = Node::Kind::kDateTime;
        break;
    }
    return to;
}

/// The line at `position`, without the space around it.
std::string_view line_at(std::string_view text, Position position) {
    for (std::uint32_t line = 1; line < position.line; ++line) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) {
            break;
        }
        text.remove_prefix(end + 1);
    }
    text = text.substr(0, text.find('\n'));
    const std::size_t first = text.find_first_not_of(" \t\r");
    const std::size_t last = text.find_last_not_of(" \t\r");
    return first == std::string_view::npos ? std::string_view() : text.substr(first, last - first + 1);
}

} // namespace

std::expected<Node, Diagnostic> parse_syntax(std::string_view text, std::string_view file) {
    if (auto wrong = check_text(text, file)) {
        return std::unexpected(std::move(*wrong));
    }
    try {
        return convert(toml::parse(text, file));
    } catch (const toml::parse_error& error) {
        const Position position = position_of(error.source());
        std::string message(error.description());
        std::ranges::replace(message, '\n', ' ');
        return std::unexpected(Diagnostic{std::string(file), position, std::move(message),
                                          quoted_text(line_at(text, position)), "TOML 1.0"});
    }
}

} // namespace mcfwd::config
