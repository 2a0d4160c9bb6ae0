// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Many values of one thing in a few.
#pragma once

#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "row.hh"

namespace mcfwd::bench::control {

struct Quantiles {
    double p50 = 0;
    double p99 = 0;
    double p999 = 0;
    double most = 0;
};
[[nodiscard]] Quantiles quantiles(std::vector<double> values);

[[nodiscard]] nlohmann::json to_json(const Quantiles& quantiles);
[[nodiscard]] nlohmann::json to_json(const Spread& spread);

[[nodiscard]] double microseconds(std::uint64_t cycles);

} // namespace mcfwd::bench::control
