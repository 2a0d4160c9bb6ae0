// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Judges the numbers of one flow as they arrive: lost, duplicated, out of order. Exact: every number seen is
// remembered (one bit each), so a late packet is never taken for a duplicate.
#pragma once

#include <cstdint>
#include <vector>

namespace mcfwd::lab {

class SequenceAudit {
  public:
    enum class Verdict : std::uint8_t { kInOrder, kAfterGap, kLate, kDuplicate, kAbsurd };

    /// A number more than kLargestGap beyond the last one is damage, not loss, and changes nothing.
    static constexpr std::uint64_t kLargestGap = 10'000'000;

    Verdict see(std::uint64_t sequence);

    [[nodiscard]] std::uint64_t received() const { return received_; } ///< duplicates not included
    [[nodiscard]] std::uint64_t duplicated() const { return duplicated_; }
    [[nodiscard]] std::uint64_t reordered() const { return reordered_; }
    [[nodiscard]] std::uint64_t first() const { return first_; }                    ///< lowest number seen
    [[nodiscard]] std::uint64_t last() const { return next_ == 0 ? 0 : next_ - 1; } ///< highest number seen
    /// Numbers missing between the lowest and the highest one seen.
    [[nodiscard]] std::uint64_t lost() const { return received_ == 0 ? 0 : next_ - first_ - received_; }

  private:
    std::vector<bool> seen_; ///< index: number - base_
    std::uint64_t base_ = 0;
    std::uint64_t first_ = 0;
    std::uint64_t next_ = 0; ///< highest number seen, plus one
    std::uint64_t received_ = 0;
    std::uint64_t duplicated_ = 0;
    std::uint64_t reordered_ = 0;
};

} // namespace mcfwd::lab
