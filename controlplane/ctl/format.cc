// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The client shows what another version of the daemon sends as well as it can, so nothing here may throw.
#include "format.hh"

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace mcfwd::ctl {

namespace {

using nlohmann::json;

/// Value with one decimal and the largest unit that leaves at least 1; no decimal for the smallest unit.
std::string scaled(double value, double step, std::span<const std::string_view> units) {
    std::size_t unit = 0;
    // 999.95 would print as 1000.0
    while (unit + 1 < units.size() && value >= step - (unit == 0 ? 0.5 : 0.05)) {
        value /= step;
        ++unit;
    }
    return unit == 0 ? fmt::format("{:.0f} {}", value, units[0])
                     : fmt::format("{:.1f} {}", value, units[unit]);
}

} // namespace

std::string thousands(std::uint64_t value) {
    std::string text = std::to_string(value);
    for (std::size_t digits = 3; digits < text.size(); digits += 4) {
        text.insert(text.size() - digits, 1, ',');
    }
    return text;
}

std::string duration(double seconds) {
    if (seconds < 0) {
        return fmt::format("-{}", duration(-seconds));
    }
    if (seconds == 0) {
        return "0s";
    }
    if (seconds < 0.0009995) {
        return fmt::format("{:.0f}us", seconds * 1e6);
    }
    if (seconds < 0.9995) {
        return fmt::format("{:.0f}ms", seconds * 1e3);
    }
    if (seconds < 59.95) {
        return fmt::format("{:.1f}s", seconds);
    }
    const auto whole = static_cast<std::uint64_t>(std::llround(std::min(seconds, 1e15)));
    if (whole < 3600) {
        return fmt::format("{}m{:02}s", whole / 60, whole % 60);
    }
    if (whole < 86400) {
        return fmt::format("{}h{:02}m", whole / 3600, whole / 60 % 60);
    }
    return fmt::format("{}d{:02}h", whole / 86400, whole / 3600 % 24);
}

std::string packet_rate(double packets_per_second) {
    return scaled(packets_per_second, 1000, std::array<std::string_view, 4>{"pps", "kpps", "Mpps", "Gpps"});
}

std::string bit_rate(double bits_per_second) {
    return scaled(bits_per_second, 1000,
                  std::array<std::string_view, 5>{"bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"});
}

std::string octets(double value) {
    return scaled(value, 1024, std::array<std::string_view, 5>{"B", "KiB", "MiB", "GiB", "TiB"});
}

std::string counters_text(const json& counters) {
    std::string text;
    for (const auto& [name, count] : counters.items()) {
        if (count.is_number() && count != 0) {
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, count_at(counters, name.c_str()));
        }
    }
    return text;
}

const json& member(const json& object, const char* key) {
    static const json kNull;
    if (!object.is_object()) {
        return kNull;
    }
    const auto found = object.find(key);
    return found == object.end() ? kNull : *found;
}

std::string text_at(const json& object, const char* key) {
    const json& value = member(object, key);
    if (value.is_string()) {
        return value.get<std::string>();
    }
    if (value.is_boolean()) {
        return value.get<bool>() ? "yes" : "no";
    }
    return value.is_number_integer() ? value.dump() : "-";
}

std::string count_at(const json& object, const char* key) {
    const json& value = member(object, key);
    const bool countable =
        value.is_number_integer() && (value.is_number_unsigned() || value.get<std::int64_t>() >= 0);
    return countable ? thousands(value.get<std::uint64_t>()) : "-";
}

std::string duration_at(const json& object, const char* key) {
    return number_at(object, key, duration);
}

std::string list_at(const json& object, const char* key) {
    std::string text;
    for (const json& item : member(object, key)) {
        if (!text.empty()) {
            text += ',';
        }
        text += item.is_string() ? item.get<std::string>() : item.dump();
    }
    return text.empty() ? "-" : text;
}

std::string number_at(const json& object, const char* key, std::string (*format)(double)) {
    const json& value = member(object, key);
    return value.is_number() ? format(value.get<double>()) : "-";
}

std::string latency_text(const json& latency) {
    constexpr std::array<std::pair<const char*, const char*>, 2> kKinds{
        {{"join", "joins"}, {"leave", "leaves"}}};
    std::string text;
    for (const auto& [key, title] : kKinds) {
        const json& one = member(latency, key);
        const auto seconds = [&one](const char* which) {
            const json& value = member(one, which);
            return value.is_number() ? duration(value.get<double>() / 1e9) : std::string("-");
        };
        if (member(one, "count").is_number() && member(one, "count") != 0) {
            text +=
                fmt::format("{}{} {} (p50 {}, p99 {}, max {})", text.empty() ? "" : ", ", title,
                            count_at(one, "count"), seconds("p50_ns"), seconds("p99_ns"), seconds("max_ns"));
        }
    }
    return text;
}

} // namespace mcfwd::ctl
