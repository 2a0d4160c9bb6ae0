// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Numbers as people read them. An unknown value is a dash.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace mcfwd::ctl {

/// 1,234,567
[[nodiscard]] std::string thousands(std::uint64_t value);
/// 12us, 350ms, 12.3s, 4m05s, 3h04m, 2d03h
[[nodiscard]] std::string duration(double seconds);
/// 950 pps, 20.0 kpps, 1.2 Mpps
[[nodiscard]] std::string packet_rate(double packets_per_second);
/// 800 bit/s, 160.0 Mbit/s
[[nodiscard]] std::string bit_rate(double bits_per_second);
/// 512 B, 40.0 MiB
[[nodiscard]] std::string octets(double value);

/// The same for a member of a JSON object; "-" when it is missing, null or of another type.
[[nodiscard]] std::string text_at(const nlohmann::json& object, const char* key);
[[nodiscard]] std::string count_at(const nlohmann::json& object, const char* key);
[[nodiscard]] std::string duration_at(const nlohmann::json& object, const char* key);
[[nodiscard]] std::string list_at(const nlohmann::json& object, const char* key);
/// `format` of a number.
[[nodiscard]] std::string number_at(const nlohmann::json& object, const char* key,
                                    std::string (*format)(double));
/// "joins 12 (p50 33us, p99 65us, max 65us), leaves 3 (...)" of a `latency` member; empty when nothing was
/// counted.
[[nodiscard]] std::string latency_text(const nlohmann::json& latency);
/// "received_leave 2, sent_group_query 4": the counters that are not 0.
[[nodiscard]] std::string counters_text(const nlohmann::json& counters);
/// Null when there is no such member.
[[nodiscard]] const nlohmann::json& member(const nlohmann::json& object, const char* key);

} // namespace mcfwd::ctl
