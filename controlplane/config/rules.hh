// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Text values that more than one section uses, each with the words for what is valid.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <mcfwd/ipv4.hh>

#include "reader.hh"

namespace mcfwd::config {

/// Names of ports, bridges and interfaces. No ':', which `members` uses.
[[nodiscard]] std::optional<std::string> parse_name(std::string_view text);
inline constexpr TextRule<std::string> kName{
    parse_name, "1 to 31 letters, digits, '_', '-' or '.', the first one a letter or digit"};

/// Anything a person can see, at least one character.
[[nodiscard]] std::optional<std::string> parse_printable(std::string_view text);

/// A group that a router may forward.
[[nodiscard]] std::optional<Ipv4Address> parse_group(std::string_view text);
inline constexpr TextRule<Ipv4Address> kGroup{parse_group, "224.0.1.0 to 239.255.255.255"};

/// A unicast address, or "*" for kAnySource.
[[nodiscard]] std::optional<Ipv4Address> parse_source(std::string_view text);
inline constexpr TextRule<Ipv4Address> kSource{parse_source,
                                               "a unicast address such as \"10.0.0.5\", or \"*\""};

/// A prefix inside 224.0.0.0/4, or a single group.
[[nodiscard]] std::optional<Ipv4Prefix> parse_groups(std::string_view text);
inline constexpr TextRule<Ipv4Prefix> kGroups{parse_groups,
                                              "groups such as \"239.1.0.0/16\" or \"239.1.1.1\""};

/// A prefix without host bits, a single source, or "*" for all of them (/0).
[[nodiscard]] std::optional<Ipv4Prefix> parse_sources(std::string_view text);
inline constexpr TextRule<Ipv4Prefix> kSources{parse_sources,
                                               "sources such as \"10.9.0.0/16\" or \"10.0.0.5\", or \"*\""};

/// True for a prefix without bits behind its length.
[[nodiscard]] constexpr bool is_network(Ipv4Prefix prefix) {
    return prefix.network() == prefix.address;
}

} // namespace mcfwd::config
