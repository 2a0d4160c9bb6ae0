// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Cycles per burst while something goes on beside those while nothing does, in rounds that take turns: what
// the machine does to both drops out, and the median of the rounds leaves out what it does to one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "burst_histogram.hh"

namespace mcfwd::pipeline {

class BurstComparison {
  public:
    /// Medians over the rounds, and quartiles of the ratio.
    struct Quantile {
        double quantile = 0;
        double quiet = 0; ///< cycles
        double busy = 0;
        double ratio = 0;
        double first_quartile = 0;
        double third_quartile = 0;
    };

    explicit BurstComparison(std::size_t rounds) : rounds_(rounds) {}

    [[nodiscard]] BurstHistogram& quiet(std::size_t round) { return rounds_[round].quiet; }
    [[nodiscard]] BurstHistogram& busy(std::size_t round) { return rounds_[round].busy; }
    /// p50, p99 and p99.9.
    [[nodiscard]] std::vector<Quantile> quantiles() const;
    /// The same for people.
    [[nodiscard]] std::string summary(std::string_view busy_name) const;

  private:
    struct Round {
        BurstHistogram quiet;
        BurstHistogram busy;
    };
    std::vector<Round> rounds_;
};

} // namespace mcfwd::pipeline
