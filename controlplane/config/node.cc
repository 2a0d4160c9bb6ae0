// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Finding one's way in the tree of a file, and showing a value of it to a person.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "syntax.hh"

namespace mcfwd::config {

namespace {

constexpr std::size_t kShownOctets = 60;

/// Cuts at a character border, so that what is left is UTF-8.
std::string shortened(std::string text) {
    if (text.size() <= kShownOctets) {
        return text;
    }
    std::size_t end = kShownOctets;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) {
        --end;
    }
    return text.substr(0, end) + "...";
}

std::string escaped(std::string_view text) {
    std::string out = "\"";
    for (const char character : text.substr(0, kShownOctets * 2)) {
        const auto octet = static_cast<unsigned char>(character);
        if (character == '"' || character == '\\') {
            out += '\\';
            out += character;
        } else if (octet < 0x20 || octet == 0x7f) {
            out += fmt::format("\\u{:04x}", octet);
        } else {
            out += character;
        }
    }
    return out + "\"";
}

/// Bare where TOML allows that.
std::string key_text(std::string_view key) {
    const bool bare = !key.empty() && std::ranges::all_of(key, [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-';
    });
    return bare ? std::string(key.substr(0, kShownOctets * 2)) : escaped(key);
}

std::string float_text(double number) {
    std::string text = fmt::format("{}", number);
    const bool integral = std::isfinite(number) && text.find_first_of(".e") == std::string::npos;
    return integral ? text + ".0" : text;
}

void append(std::string& out, const Node& node);

void append_items(std::string& out, const Node& array) {
    out += '[';
    for (const Node& item : array.items) {
        out += &item == array.items.data() ? "" : ", ";
        append(out, item);
        if (out.size() > kShownOctets) {
            return;
        }
    }
    out += ']';
}

void append_members(std::string& out, const Node& table) {
    out += '{';
    for (const Member& member : table.members) {
        out += &member == table.members.data() ? " " : ", ";
        out += key_text(member.key) + " = ";
        append(out, member.value);
        if (out.size() > kShownOctets) {
            return;
        }
    }
    out += table.members.empty() ? "}" : " }";
}

void append(std::string& out, const Node& node) {
    switch (node.kind) {
    case Node::Kind::kString:
        out += escaped(node.string);
        break;
    case Node::Kind::kInteger:
        out += fmt::format("{}", node.integer);
        break;
    case Node::Kind::kFloat:
        out += float_text(node.number);
        break;
    case Node::Kind::kBoolean:
        out += node.boolean ? "true" : "false";
        break;
    case Node::Kind::kDateTime:
        out += "a date or time";
        break;
    case Node::Kind::kArray:
        append_items(out, node);
        break;
    case Node::Kind::kTable:
        append_members(out, node);
        break;
    }
}

} // namespace

const Node* Node::find(std::string_view key) const {
    const auto found = std::ranges::find(members, key, &Member::key);
    return found == members.end() ? nullptr : &found->value;
}

const Node& Node::at(std::initializer_list<Step> path) const {
    const Node* node = this;
    for (const Step& step : path) {
        const Node* next = nullptr;
        if (const auto* key = std::get_if<std::string_view>(&step)) {
            next = node->find(*key);
        } else if (const std::size_t index = std::get<std::size_t>(step); index < node->items.size()) {
            next = &node->items[index];
        }
        if (next == nullptr) {
            break;
        }
        node = next;
    }
    return *node;
}

std::string describe(const Node& node) {
    std::string text;
    append(text, node);
    return shortened(std::move(text));
}

std::string quoted_text(std::string_view text) {
    return shortened(escaped(text));
}

} // namespace mcfwd::config
