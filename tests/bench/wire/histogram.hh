// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Counts of values by size, for percentiles of millions of latencies without keeping them. Buckets are 1/128
// of their value wide, so a percentile is at most 0.8 % too high; smallest, largest and mean are exact.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mcfwd::wire {

class Histogram {
  public:
    void add(std::uint64_t value) noexcept {
        ++counts_[bucket_of(value)];
        ++count_;
        sum_ += value;
        smallest_ = std::min(smallest_, value);
        largest_ = std::max(largest_, value);
    }
    void merge(const Histogram& other);

    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] std::uint64_t smallest() const { return count_ == 0 ? 0 : smallest_; }
    [[nodiscard]] std::uint64_t largest() const { return largest_; }
    [[nodiscard]] double mean() const;
    /// The value that `share` (0 to 1) of all values do not exceed, by nearest rank; 0 of nothing.
    [[nodiscard]] std::uint64_t quantile(double share) const;

  private:
    static constexpr unsigned kBits = 7;
    static constexpr std::size_t kStep = std::size_t{1} << kBits;

    [[nodiscard]] static std::size_t bucket_of(std::uint64_t value) {
        const unsigned width = static_cast<unsigned>(std::bit_width(value));
        const unsigned shift = width > kBits + 1 ? width - (kBits + 1) : 0;
        return shift * kStep + static_cast<std::size_t>(value >> shift);
    }

    std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>((64 - kBits + 1) * kStep);
    std::uint64_t count_ = 0;
    std::uint64_t sum_ = 0;
    std::uint64_t smallest_ = ~std::uint64_t{0};
    std::uint64_t largest_ = 0;
};

} // namespace mcfwd::wire
