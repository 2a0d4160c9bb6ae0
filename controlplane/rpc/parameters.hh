// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Checks values against the command table, and reads them afterwards. The registry checks before it calls a
// handler, so a handler only reads; mcfwdctl checks before it sends, so a typo is told without a daemon.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <controlplane/rpc/commands.hh>
#include <mcfwd/clock.hh>
#include <mcfwd/ipv4.hh>
#include <mcfwd/result.hh>

namespace mcfwd::rpc {

/// kInvalidParameter with a text that names parameter, value and valid form.
[[nodiscard]] Expected<void> check_value(const Parameter& parameter, const nlohmann::json& value);

/// Takes `params` by name (object), by position (array, in the table's order) or absent (null) and returns
/// the object form. kInvalidParameter for anything missing, unknown or malformed.
[[nodiscard]] Expected<nlohmann::json> check_parameters(const Command& command, const nlohmann::json& params);

/// Turns a word of the command line into the JSON form that `check_value` expects. A word that does not fit
/// stays a string, for `check_value` to refuse. Relative paths become absolute.
[[nodiscard]] nlohmann::json value_from_word(const Parameter& parameter, std::string_view word);

/// Readers for handlers, on checked parameters; nothing when an optional parameter was left out.
[[nodiscard]] std::optional<Ipv4Address> address_in(const nlohmann::json& params, std::string_view name);
[[nodiscard]] std::optional<Ipv4Prefix> prefix_in(const nlohmann::json& params, std::string_view name);
[[nodiscard]] std::optional<std::string> text_in(const nlohmann::json& params, std::string_view name);
/// False when it was left out.
[[nodiscard]] bool flag_in(const nlohmann::json& params, std::string_view name);
[[nodiscard]] std::optional<std::int64_t> integer_in(const nlohmann::json& params, std::string_view name);
[[nodiscard]] std::optional<Duration> seconds_in(const nlohmann::json& params, std::string_view name);
[[nodiscard]] std::vector<std::string> list_in(const nlohmann::json& params, std::string_view name);

} // namespace mcfwd::rpc
