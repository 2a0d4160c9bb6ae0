// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A ratio is taken within a round, the median over the rounds.
#include "burst_comparison.hh"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace mcfwd::pipeline {
namespace {

constexpr std::array<double, 3> kQuantiles{0.5, 0.99, 0.999};

/// The value below which a share of the values lies.
double share(std::vector<double> values, double share) {
    if (values.empty()) {
        return 0;
    }
    std::ranges::sort(values);
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5)];
}

} // namespace

std::vector<BurstComparison::Quantile> BurstComparison::quantiles() const {
    std::vector<Quantile> made;
    for (const double quantile : kQuantiles) {
        std::vector<double> quiet;
        std::vector<double> busy;
        std::vector<double> ratios;
        for (const Round& round : rounds_) {
            quiet.push_back(static_cast<double>(round.quiet.cycles_at(quantile)));
            busy.push_back(static_cast<double>(round.busy.cycles_at(quantile)));
            ratios.push_back(busy.back() / std::max(1.0, quiet.back()));
        }
        made.push_back({.quantile = quantile,
                        .quiet = share(quiet, 0.5),
                        .busy = share(busy, 0.5),
                        .ratio = share(ratios, 0.5),
                        .first_quartile = share(ratios, 0.25),
                        .third_quartile = share(ratios, 0.75)});
    }
    return made;
}

std::string BurstComparison::summary(std::string_view busy_name) const {
    std::string text = "cycles per burst";
    std::uint64_t bursts = 0;
    std::uint64_t busy_bursts = 0;
    for (const Round& round : rounds_) {
        bursts += round.quiet.bursts();
        busy_bursts += round.busy.bursts();
    }
    for (const Quantile& at : quantiles()) {
        text +=
            fmt::format("{} p{} {:.0f} -> {:.0f} ratio {:.3f} ({:.3f}..{:.3f})", at.quantile > 0.5 ? "," : "",
                        at.quantile * 100, at.quiet, at.busy, at.ratio, at.first_quartile, at.third_quartile);
    }
    return text + fmt::format("; quiet -> {}, medians and quartiles of {} rounds, {} and {} bursts",
                              busy_name, rounds_.size(), bursts, busy_bursts);
}

} // namespace mcfwd::pipeline
