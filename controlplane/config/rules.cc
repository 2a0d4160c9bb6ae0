// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What counts as a name, a group, a source.
#include "rules.hh"

#include <algorithm>

namespace mcfwd::config {

namespace {

constexpr std::size_t kLongestName = 31;

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_printable(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet >= 0x20 && octet != 0x7f;
}

} // namespace

std::optional<std::string> parse_name(std::string_view text) {
    const auto allowed = [](char c) { return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.'; };
    if (text.empty() || text.size() > kLongestName || !is_letter_or_digit(text.front()) ||
        !std::ranges::all_of(text, allowed)) {
        return std::nullopt;
    }
    return std::string(text);
}

std::optional<std::string> parse_printable(std::string_view text) {
    if (text.empty() || !std::ranges::all_of(text, is_printable)) {
        return std::nullopt;
    }
    return std::string(text);
}

std::optional<Ipv4Address> parse_group(std::string_view text) {
    const auto group = Ipv4Address::parse(text);
    return group && group->is_routable_group() ? group : std::nullopt;
}

std::optional<Ipv4Address> parse_source(std::string_view text) {
    if (text == "*") {
        return kAnySource;
    }
    const auto source = Ipv4Address::parse(text);
    return source && source->is_valid_source() ? source : std::nullopt;
}

std::optional<Ipv4Prefix> parse_groups(std::string_view text) {
    if (const auto group = Ipv4Address::parse(text)) {
        return group->is_multicast() ? std::optional(Ipv4Prefix{*group, 32}) : std::nullopt;
    }
    const auto prefix = Ipv4Prefix::parse(text);
    const bool groups =
        prefix && prefix->length >= 4 && prefix->address.is_multicast() && is_network(*prefix);
    return groups ? prefix : std::nullopt;
}

std::optional<Ipv4Prefix> parse_sources(std::string_view text) {
    if (text == "*") {
        return Ipv4Prefix{};
    }
    if (const auto source = Ipv4Address::parse(text)) {
        return source->is_valid_source() ? std::optional(Ipv4Prefix{*source, 32}) : std::nullopt;
    }
    const auto prefix = Ipv4Prefix::parse(text);
    const bool sources =
        prefix && is_network(*prefix) && (prefix->length == 0 || prefix->address.is_valid_source());
    return sources ? prefix : std::nullopt;
}

} // namespace mcfwd::config
