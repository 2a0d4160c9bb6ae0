// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Typed access to the keys of one table: takes a value if it is of the right type and range, reports it
// otherwise, and knows afterwards which keys nobody asked for.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config.hh"
#include "findings.hh"
#include "syntax.hh"
#include "words.hh"

namespace mcfwd::config {

/// Parses a string value; the second half says what would be valid.
template <typename T>
struct TextRule {
    std::optional<T> (*parse)(std::string_view);
    std::string_view valid;
};

template <typename Number>
struct Range {
    Number least;
    Number most;
};

class TableReader {
  public:
    /// `heading` is how the table is written, e.g. "[[port]]". `node`, of any kind, and `findings` must
    /// outlive this.
    TableReader(const Node& node, std::string_view heading, Findings& findings);

    /// Reports the keys that none of the calls below asked for.
    void refuse_unknown() const;

    /// The value of the key, or nullptr.
    const Node* optional(std::string_view key);
    /// The same, and a missing key is an error.
    const Node* required(std::string_view key, std::string_view valid);
    /// The table under the key, or nullptr.
    const Node* table(std::string_view key, std::string_view heading);
    /// The tables under the key; empty when there is no such key. Each is reported if it is no table.
    std::span<const Node> tables(std::string_view key, std::string_view heading);
    /// The elements under the key, or nothing when there is no such key or no array.
    std::optional<std::span<const Node>> array(std::string_view key, std::string_view valid);

    // Each of these leaves `into` alone when there is no such key or its value is refused.
    void boolean(std::string_view key, bool& into);
    void seconds(std::string_view key, Milliseconds& into, Range<Milliseconds> range);
    template <std::unsigned_integral T>
    void integer(std::string_view key, T& into, Range<std::int64_t> range) {
        if (const auto value = integer_in(optional(key), key, range)) {
            into = static_cast<T>(*value);
        }
    }
    template <typename Enum>
    void choice(std::string_view key, Enum& into) {
        if (const auto index = choice_of(optional(key), key, kWords<Enum>)) {
            into = static_cast<Enum>(*index);
        }
    }
    template <typename T>
    void text(std::string_view key, T& into, const TextRule<T>& rule) {
        text(optional(key), key, into, rule);
    }
    template <typename T>
    void required_text(std::string_view key, T& into, const TextRule<T>& rule) {
        text(required(key, rule.valid), key, into, rule);
    }

    /// One value for each element; a refused element leaves a default-made one, so that indices stay the
    /// same.
    template <typename T>
    void texts(std::string_view key, std::vector<T>& into, const TextRule<T>& rule) {
        if (const auto elements = array(key, "an array of strings")) {
            into.clear();
            for (const Node& element : *elements) {
                text(&element, key, into.emplace_back(), rule);
            }
        }
    }
    void integers(std::string_view key, std::vector<unsigned>& into, Range<std::int64_t> range);

  private:
    template <typename T>
    void text(const Node* node, std::string_view key, T& into, const TextRule<T>& rule) {
        if (node == nullptr) {
            return;
        }
        auto value = node->kind == Node::Kind::kString ? rule.parse(node->string) : std::nullopt;
        if (value) {
            into = std::move(*value);
        } else {
            refuse(*node, key, rule.valid);
        }
    }
    std::optional<std::int64_t> integer_in(const Node* node, std::string_view key, Range<std::int64_t> range);
    std::optional<std::size_t> choice_of(const Node* node, std::string_view key,
                                         std::span<const std::string_view> words);
    void refuse(const Node& node, std::string_view key, std::string_view valid);

    const Node& node_;
    std::string_view heading_;
    Findings& findings_;
    std::vector<std::string_view> known_;
};

} // namespace mcfwd::config
