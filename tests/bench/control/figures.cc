// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A quantile is a value that occurred: the least that its share of all did not exceed.
#include "figures.hh"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>
#include <rte_cycles.h>

namespace mcfwd::bench::control {

Quantiles quantiles(std::vector<double> values) {
    if (values.empty()) {
        return {};
    }
    std::ranges::sort(values);
    const auto at = [&](double share) {
        const double rank = std::ceil(share * static_cast<double>(values.size()));
        return values[static_cast<std::size_t>(std::max(1.0, rank)) - 1];
    };
    return {.p50 = at(0.5), .p99 = at(0.99), .p999 = at(0.999), .most = values.back()};
}

nlohmann::json to_json(const Quantiles& quantiles) {
    return {
        {"p50", quantiles.p50}, {"p99", quantiles.p99}, {"p99.9", quantiles.p999}, {"max", quantiles.most}};
}

nlohmann::json to_json(const Spread& spread) {
    return {{"median", spread.median}, {"min", spread.least}, {"max", spread.most}};
}

double microseconds(std::uint64_t cycles) {
    return static_cast<double>(cycles) * 1e6 / static_cast<double>(rte_get_tsc_hz());
}

} // namespace mcfwd::bench::control
