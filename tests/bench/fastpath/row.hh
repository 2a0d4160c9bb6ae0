// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The rows of the comparison: which there are, and what was measured for one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "egress_plan.hh"
#include "flows.hh"

namespace mcfwd::bench {

struct Row {
    std::size_t egresses = 1;
    std::uint16_t frame_octets = 64;
    std::uint32_t entries = 1;
    Order order = Order::kInTurn;
    Headers headers = Headers::kEqual;
    std::size_t held = 0; ///< buffers that each sink keeps

    auto operator<=>(const Row&) const = default;
};

enum class Who : std::uint8_t { kProduct, kCeiling, kTextbook };
inline constexpr std::array kAll{Who::kProduct, Who::kCeiling, Who::kTextbook};
[[nodiscard]] std::string_view name(Who who);

/// Nanoseconds per input packet, one value per round; the n-th ones were measured one after the other.
struct Result {
    Row row;
    std::array<std::vector<double>, kAll.size()> ns;

    [[nodiscard]] std::vector<double>& of(Who who) { return ns[static_cast<std::size_t>(who)]; }
    [[nodiscard]] const std::vector<double>& of(Who who) const { return ns[static_cast<std::size_t>(who)]; }
};

/// Median, least and most.
struct Spread {
    double median = 0;
    double least = 0;
    double most = 0;
};
[[nodiscard]] Spread spread(std::vector<double> values);
/// Of the quotients within each round.
[[nodiscard]] Spread ratio(const std::vector<double>& over, const std::vector<double>& under);

/// What to leave out of a sweep: a row is in it if every list is empty or names its value.
struct Choice {
    std::vector<std::size_t> egresses;
    std::vector<std::uint16_t> frame_octets;
    std::vector<std::uint32_t> entries;
    std::vector<Order> orders;
    std::vector<Headers> headers;
    std::vector<std::size_t> held;
};
/// All rows, those that share a table next to each other. Lists of a million entries end at 4 egresses: more
/// would be a table of several GiB.
[[nodiscard]] std::vector<Row> sweep(const Choice& choice);
/// The rows that say most, for a minute's time.
[[nodiscard]] std::vector<Row> quick_rows();

} // namespace mcfwd::bench
