// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What is done once, after a trial.
#include "histogram.hh"

#include <cmath>
#include <functional>

namespace mcfwd::wire {

void Histogram::merge(const Histogram& other) {
    std::ranges::transform(counts_, other.counts_, counts_.begin(), std::plus());
    count_ += other.count_;
    sum_ += other.sum_;
    smallest_ = std::min(smallest_, other.smallest_);
    largest_ = std::max(largest_, other.largest_);
}

double Histogram::mean() const {
    return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
}

std::uint64_t Histogram::quantile(double share) const {
    const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
    std::uint64_t below = 0;
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
        below += counts_[bucket];
        if (below != 0 && below >= rank) {
            const std::size_t shift = std::max(bucket / kStep, std::size_t{1}) - 1;
            const std::uint64_t last = ((bucket - shift * kStep + 1) << shift) - 1;
            return std::clamp(last, smallest_, largest_);
        }
    }
    return 0;
}

} // namespace mcfwd::wire
