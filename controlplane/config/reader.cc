// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The rules of types and ranges, once for all sections.
#include "reader.hh"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace mcfwd::config {

namespace {

double in_seconds(Milliseconds duration) {
    return std::chrono::duration<double>(duration).count();
}

/// Nothing when the number is no whole count of milliseconds.
std::optional<Milliseconds> whole_milliseconds(double seconds) {
    const double exact = seconds * 1000;
    const double whole = std::round(exact);
    if (!std::isfinite(exact) || std::abs(exact) > 1e15 || std::abs(exact - whole) > 1e-6) {
        return std::nullopt;
    }
    return Milliseconds(static_cast<std::int64_t>(whole));
}

} // namespace

TableReader::TableReader(const Node& node, std::string_view heading, Findings& findings)
    : node_(node),
      heading_(heading),
      findings_(findings) {}

void TableReader::refuse_unknown() const {
    for (const Member& member : node_.members) {
        if (std::ranges::find(known_, member.key) == known_.end()) {
            findings_.error(member.position,
                            fmt::format("unknown key in {}{}", heading_, suggestion(member.key, known_)),
                            quoted_text(member.key), listed(known_));
        }
    }
}

const Node* TableReader::optional(std::string_view key) {
    known_.push_back(key);
    return node_.find(key);
}

const Node* TableReader::required(std::string_view key, std::string_view valid) {
    const Node* value = optional(key);
    if (value == nullptr && node_.kind == Node::Kind::kTable) {
        findings_.error(node_.position, fmt::format("{} has no {}", heading_, key), "nothing",
                        std::string(valid));
    }
    return value;
}

const Node* TableReader::table(std::string_view key, std::string_view heading) {
    const Node* value = optional(key);
    if (value != nullptr && value->kind != Node::Kind::kTable) {
        const bool repeated = value->kind == Node::Kind::kArray && !value->items.empty() &&
                              value->items.front().kind == Node::Kind::kTable;
        findings_.error(value->position, fmt::format("{} is one table", key),
                        repeated ? fmt::format("[[{}]]", key) : describe(*value), std::string(heading));
        return nullptr;
    }
    return value;
}

std::span<const Node> TableReader::tables(std::string_view key, std::string_view heading) {
    const Node* value = optional(key);
    if (value == nullptr) {
        return {};
    }
    if (value->kind != Node::Kind::kArray) {
        const bool single = value->kind == Node::Kind::kTable;
        findings_.error(value->position, fmt::format("{} is an array of tables", key),
                        single ? fmt::format("[{}]", key) : describe(*value), std::string(heading));
        return {};
    }
    for (const Node& item : value->items) {
        if (item.kind != Node::Kind::kTable) {
            findings_.error(item, fmt::format("{} is an array of tables", key), std::string(heading));
        }
    }
    return value->items;
}

std::optional<std::span<const Node>> TableReader::array(std::string_view key, std::string_view valid) {
    const Node* value = optional(key);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (value->kind != Node::Kind::kArray) {
        refuse(*value, key, valid);
        return std::nullopt;
    }
    return value->items;
}

void TableReader::boolean(std::string_view key, bool& into) {
    const Node* value = optional(key);
    if (value == nullptr) {
        return;
    }
    if (value->kind == Node::Kind::kBoolean) {
        into = value->boolean;
    } else {
        refuse(*value, key, "true, false");
    }
}

void TableReader::seconds(std::string_view key, Milliseconds& into, Range<Milliseconds> range) {
    const Node* value = optional(key);
    if (value == nullptr) {
        return;
    }
    std::optional<Milliseconds> duration;
    if (value->kind == Node::Kind::kFloat) {
        duration = whole_milliseconds(value->number);
    } else if (value->kind == Node::Kind::kInteger) {
        duration = whole_milliseconds(static_cast<double>(value->integer));
    }
    if (duration && *duration >= range.least && *duration <= range.most) {
        into = *duration;
    } else {
        refuse(*value, key,
               fmt::format("{} to {} seconds in steps of 0.001", in_seconds(range.least),
                           in_seconds(range.most)));
    }
}

void TableReader::integers(std::string_view key, std::vector<unsigned>& into, Range<std::int64_t> range) {
    if (const auto elements = array(key, "an array of integers")) {
        into.clear();
        for (const Node& element : *elements) {
            into.push_back(static_cast<unsigned>(integer_in(&element, key, range).value_or(0)));
        }
    }
}

std::optional<std::int64_t> TableReader::integer_in(const Node* node, std::string_view key,
                                                    Range<std::int64_t> range) {
    if (node == nullptr) {
        return std::nullopt;
    }
    if (node->kind == Node::Kind::kInteger && node->integer >= range.least && node->integer <= range.most) {
        return node->integer;
    }
    refuse(*node, key, fmt::format("an integer from {} to {}", range.least, range.most));
    return std::nullopt;
}

std::optional<std::size_t> TableReader::choice_of(const Node* node, std::string_view key,
                                                  std::span<const std::string_view> words) {
    if (node == nullptr) {
        return std::nullopt;
    }
    const auto found = std::ranges::find(words, node->string);
    if (node->kind == Node::Kind::kString && found != words.end()) {
        return static_cast<std::size_t>(found - words.begin());
    }
    refuse(*node, key, listed(words));
    return std::nullopt;
}

void TableReader::refuse(const Node& node, std::string_view key, std::string_view valid) {
    findings_.error(node, fmt::format("{} is not valid", key), std::string(valid));
}

} // namespace mcfwd::config
