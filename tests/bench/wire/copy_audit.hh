// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What one receiver got of a trial: each number once, twice, or late. One bit per packet, set aside before
// the trial, because the generator's core has no time to grow a table while packets arrive (the functional
// tests' audit, which does, serves thousands of packets a second).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mcfwd::wire {

class CopyAudit {
  public:
    enum class Verdict : std::uint8_t { kInOrder, kLate, kDuplicate, kNeverSent };

    CopyAudit(std::size_t packets, std::size_t flows) : seen_(packets), next_(flows) {}

    /// `sequence` counts over all flows; order is asked of each flow by itself, as no router promises more.
    Verdict see(std::uint32_t sequence, std::uint32_t flow) {
        if (sequence >= seen_.size()) {
            return Verdict::kNeverSent;
        }
        if (seen_[sequence]) {
            ++duplicated_;
            return Verdict::kDuplicate;
        }
        seen_[sequence] = true;
        ++received_;
        if (sequence < next_[flow]) {
            ++reordered_;
            return Verdict::kLate;
        }
        next_[flow] = sequence + 1;
        return Verdict::kInOrder;
    }

    [[nodiscard]] std::uint64_t received() const { return received_; } ///< duplicates not included
    [[nodiscard]] std::uint64_t duplicated() const { return duplicated_; }
    [[nodiscard]] std::uint64_t reordered() const { return reordered_; }

  private:
    std::vector<bool> seen_;
    std::vector<std::uint32_t> next_; ///< per flow, the number after the highest one seen
    std::uint64_t received_ = 0;
    std::uint64_t duplicated_ = 0;
    std::uint64_t reordered_ = 0;
};

} // namespace mcfwd::wire
