// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The sweep is the product of all values, but for what needs more memory than it says.
#include "row.hh"

#include <algorithm>

namespace mcfwd::bench {
namespace {

constexpr std::array<std::size_t, 8> kEgresses{1, 2, 4, 8, 16, 64, 256, 1024};
constexpr std::array<std::uint16_t, 3> kFrames{64, 512, 1514};
constexpr std::array<std::uint32_t, 3> kEntries{1, 10'000, 1'000'000};
constexpr std::array kOrders{Order::kInTurn, Order::kUniform, Order::kZipf};
constexpr std::array kHeaders{Headers::kEqual, Headers::kDifferent};
constexpr std::array<std::size_t, 2> kHeld{0, 1024};

constexpr std::size_t kMostListed = 10'000'000; ///< entries times egresses
constexpr std::size_t kMostSinks = 256;
constexpr std::size_t kMostHolding = 64; ///< sinks that hold buffers

template <typename T>
bool chosen(const std::vector<T>& values, T value) {
    return values.empty() || std::ranges::find(values, value) != values.end();
}

bool possible(const Row& row) {
    const std::size_t sinks = plan_egresses(row.egresses, row.headers).sinks;
    return row.entries * row.egresses <= kMostListed && sinks <= kMostSinks &&
           (row.held == 0 || sinks <= kMostHolding) && (row.entries > 1 || row.order == Order::kInTurn);
}

} // namespace

std::string_view name(Who who) {
    switch (who) {
    case Who::kProduct:
        return "mcfwd";
    case Who::kCeiling:
        return "ceiling";
    case Who::kTextbook:
        return "textbook";
    }
    return "";
}

Spread spread(std::vector<double> values) {
    if (values.empty()) {
        return {};
    }
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    const double median = values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    return {.median = median, .least = values.front(), .most = values.back()};
}

Spread ratio(const std::vector<double>& over, const std::vector<double>& under) {
    std::vector<double> ratios;
    std::ranges::transform(over, under, std::back_inserter(ratios), std::divides{});
    return spread(std::move(ratios));
}

std::vector<Row> sweep(const Choice& choice) {
    std::vector<Row> rows;
    const auto add = [&](const Row& row) {
        if (possible(row) && chosen(choice.egresses, row.egresses) &&
            chosen(choice.frame_octets, row.frame_octets) && chosen(choice.entries, row.entries) &&
            chosen(choice.orders, row.order) && chosen(choice.headers, row.headers) &&
            chosen(choice.held, row.held)) {
            rows.push_back(row);
        }
    };
    for (const std::uint32_t entries : kEntries) {
        for (const Headers headers : kHeaders) {
            for (const std::size_t egresses : kEgresses) {
                for (const std::uint16_t frame : kFrames) {
                    for (const Order order : kOrders) {
                        for (const std::size_t held : kHeld) {
                            add({egresses, frame, entries, order, headers, held});
                        }
                    }
                }
            }
        }
    }
    return rows;
}

std::vector<Row> quick_rows() {
    std::vector<Row> rows;
    for (const Headers headers : kHeaders) {
        for (const std::size_t egresses : {1U, 4U, 16U}) {
            rows.push_back(
                {.egresses = egresses, .entries = 10'000, .order = Order::kUniform, .headers = headers});
        }
        rows.push_back({.egresses = 4,
                        .frame_octets = 1514,
                        .entries = 10'000,
                        .order = Order::kUniform,
                        .headers = headers});
    }
    rows.push_back(
        {.egresses = 256, .entries = 10'000, .order = Order::kUniform, .headers = Headers::kDifferent});
    rows.push_back({.egresses = 4, .entries = 1'000'000, .order = Order::kUniform});
    return rows;
}

} // namespace mcfwd::bench
