// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Cycles per burst, fine enough to compare tails: the worker's own histogram has one bucket per power of two,
// this one 128, which is a resolution of 0.8 %.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>

namespace mcfwd::pipeline {

class BurstHistogram {
  public:
    void add(std::uint64_t cycles) noexcept { ++counts_[bucket_of(std::min(cycles, kMost))]; }
    void add(const BurstHistogram& other) {
        std::ranges::transform(counts_, other.counts_, counts_.begin(), std::plus{});
    }
    [[nodiscard]] std::uint64_t bursts() const {
        return std::reduce(counts_.begin(), counts_.end(), std::uint64_t{0});
    }
    /// Cycles that a share of `quantile` (0 to 1) of all bursts did not exceed; 0 if there was none.
    [[nodiscard]] std::uint64_t cycles_at(double quantile) const {
        const auto rank = static_cast<std::uint64_t>(quantile * static_cast<double>(bursts()));
        std::uint64_t seen = 0;
        for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
            seen += counts_[bucket];
            if (seen > rank) {
                return least_of(bucket);
            }
        }
        return 0;
    }

  private:
    static constexpr std::size_t kPerOctave = 128;
    static constexpr std::uint64_t kMost = (std::uint64_t{1} << 40U) - 1; ///< in the last bucket

    static constexpr std::size_t bucket_of(std::uint64_t cycles) noexcept {
        const auto width = static_cast<std::size_t>(std::bit_width(cycles | kPerOctave));
        const std::size_t shift = width - static_cast<std::size_t>(std::bit_width(kPerOctave));
        return shift * kPerOctave + static_cast<std::size_t>(cycles >> shift);
    }
    static constexpr std::uint64_t least_of(std::size_t bucket) {
        const std::size_t shift = bucket < 2 * kPerOctave ? 0 : bucket / kPerOctave - 1;
        return std::uint64_t{bucket - shift * kPerOctave} << shift;
    }
    static constexpr std::size_t kBuckets = (40 - 8) * kPerOctave + 2 * kPerOctave;

    std::array<std::uint64_t, kBuckets> counts_{};
};

} // namespace mcfwd::pipeline
