// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The words of the file for each enumeration, in the order of the enumerators: the reader lists them as the
// valid choices, the writer looks them up.
#pragma once

#include <array>
#include <string_view>

#include <controlplane/config/config.hh>

namespace mcfwd::config {

template <typename Enum>
inline constexpr std::array<std::string_view, 0> kWords{};
template <>
inline constexpr std::array<std::string_view, 7> kWords<LogLevel>{"trace", "debug",    "info", "warn",
                                                                  "error", "critical", "off"};
template <>
inline constexpr std::array<std::string_view, 2> kWords<Poll>{"busy", "adaptive"};
template <>
inline constexpr std::array<std::string_view, 3> kWords<Memory>{"auto", "hugepages", "no-huge"};
template <>
inline constexpr std::array<std::string_view, 2> kWords<MacMode>{"port", "shared"};
template <>
inline constexpr std::array<std::string_view, 3> kWords<FastLeave>{"off", "tracked", "always"};
template <>
inline constexpr std::array<std::string_view, 2> kWords<OlderVersions>{"served", "ignored"};
template <>
inline constexpr std::array<std::string_view, 2> kWords<AccessAction>{"permit", "deny"};
template <>
inline constexpr std::array<std::string_view, 2> kWords<Unregistered>{"router_ports", "flood"};
template <>
inline constexpr std::array<std::string_view, 2> kWords<HandoffMemberships>{"graceful", "strict"};
template <>
inline constexpr std::array<std::string_view, 2> kWords<HandoffMfe>{"rebuild", "flush"};
template <>
inline constexpr std::array<std::string_view, 2> kWords<MfeExpiry>{"activity", "absolute"};
template <>
inline constexpr std::array<std::string_view, 2> kWords<OnOwned>{"immediate", "confirm"};

} // namespace mcfwd::config
