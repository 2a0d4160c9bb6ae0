// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Walks over the bytes twice: as UTF-8, then with just enough of TOML's lexical grammar (strings, comments)
// to see how many parts a dotted key has.
#include "text_check.hh"

#include <cstddef>
#include <cstdint>
#include <string>

#include <fmt/format.h>

namespace mcfwd::config {

namespace {

/// Octets of the UTF-8 sequence at the front of `text`, 0 if there is none (RFC 3629 section 4).
std::size_t sequence_length(std::string_view text) {
    const auto octet = [&](std::size_t at) {
        return at < text.size() ? static_cast<std::uint8_t>(text[at]) : 0U;
    };
    const auto follows = [&](std::size_t at) { return (octet(at) & 0xc0U) == 0x80U; };
    const unsigned first = octet(0);
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        return follows(1) ? 2 : 0;
    }
    if ((first & 0xf0U) == 0xe0U) {
        const bool shortest = first != 0xe0 || octet(1) >= 0xa0;
        const bool no_surrogate = first != 0xed || octet(1) < 0xa0;
        return shortest && no_surrogate && follows(1) && follows(2) ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool shortest = first != 0xf0 || octet(1) >= 0x90;
        const bool in_range = first != 0xf4 || octet(1) < 0x90;
        return shortest && in_range && follows(1) && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

/// Where a walk over the text has come to.
struct Cursor {
    std::string_view rest;
    Position position;

    [[nodiscard]] bool at(std::string_view text) const { return rest.starts_with(text); }
    /// Steps over one character.
    void step() {
        const std::size_t octets = sequence_length(rest);
        if (rest.front() == '\n') {
            position = {position.line + 1, 1};
        } else {
            ++position.column;
        }
        rest.remove_prefix(octets == 0 ? 1 : octets);
    }
    void step(std::size_t characters) {
        for (; characters > 0 && !rest.empty(); --characters) {
            step();
        }
    }
};

std::optional<Diagnostic> check_encoding(std::string_view text, std::string_view file) {
    for (Cursor cursor{text, {}}; !cursor.rest.empty(); cursor.step()) {
        const auto octet = static_cast<std::uint8_t>(cursor.rest.front());
        if (octet == 0 || sequence_length(cursor.rest) == 0) {
            return Diagnostic{std::string(file), cursor.position,
                              octet == 0 ? "the file contains a NUL octet" : "the file is not UTF-8",
                              fmt::format("0x{:02x}", octet), "UTF-8 text without NUL"};
        }
    }
    return std::nullopt;
}

/// Steps over a string that starts at the cursor, to its end or to where it breaks off.
void skip_string(Cursor& cursor) {
    const char quote = cursor.rest.front();
    const bool escapes = quote == '"';
    const std::string triple(3, quote);
    const bool multi_line = cursor.at(triple);
    cursor.step(multi_line ? 3 : 1);
    while (!cursor.rest.empty()) {
        if (escapes && cursor.rest.front() == '\\') {
            cursor.step(2);
        } else if (multi_line && cursor.at(triple)) {
            cursor.step(3);
            for (int extra = 0; extra < 2 && cursor.at({&quote, 1}); ++extra) {
                cursor.step(); // up to two quotes may stand before the closing three
            }
            return;
        } else if (!multi_line && (cursor.rest.front() == quote || cursor.rest.front() == '\n')) {
            cursor.step();
            return;
        } else {
            cursor.step();
        }
    }
}

std::optional<Diagnostic> check_keys(std::string_view text, std::string_view file) {
    constexpr std::string_view kSeparators = "\n=,[]{}";
    unsigned parts = 1;
    for (Cursor cursor{text, {}}; !cursor.rest.empty();) {
        const char character = cursor.rest.front();
        if (character == '"' || character == '\'') {
            skip_string(cursor);
            continue;
        }
        if (character == '#') {
            const std::size_t end = cursor.rest.find('\n');
            cursor.rest = end == std::string_view::npos ? std::string_view() : cursor.rest.substr(end);
            continue;
        }
        if (character == '.' && ++parts > kMaxKeyParts) {
            return Diagnostic{std::string(file), cursor.position, "key has too many parts",
                              fmt::format("more than {}", kMaxKeyParts),
                              "keys such as interface.igmp.version"};
        }
        if (kSeparators.find(character) != std::string_view::npos) {
            parts = 1;
        }
        cursor.step();
    }
    return std::nullopt;
}

} // namespace

std::optional<Diagnostic> check_text(std::string_view text, std::string_view file) {
    if (auto wrong = check_encoding(text, file)) {
        return wrong;
    }
    return check_keys(text, file);
}

} // namespace mcfwd::config
