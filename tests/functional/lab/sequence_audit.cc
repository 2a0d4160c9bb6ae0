// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The bookkeeping behind SequenceAudit.
#include "sequence_audit.hh"

#include <algorithm>

namespace mcfwd::lab {
namespace {

/// Numbers below the first one seen that may still arrive late.
constexpr std::uint64_t kRoomBelow = 65'536;

} // namespace

SequenceAudit::Verdict SequenceAudit::see(std::uint64_t sequence) {
    if (received_ == 0) {
        base_ = sequence - std::min(sequence, kRoomBelow);
        first_ = sequence;
        next_ = sequence;
    }
    if (sequence < base_ || (sequence > next_ && sequence - next_ > kLargestGap)) {
        return Verdict::kAbsurd;
    }
    const std::uint64_t index = sequence - base_;
    if (index >= seen_.size()) {
        seen_.resize(std::max<std::uint64_t>(index + 1, seen_.size() * 2));
    }
    if (seen_[index]) {
        ++duplicated_;
        return Verdict::kDuplicate;
    }
    seen_[index] = true;
    ++received_;
    if (sequence < next_) {
        first_ = std::min(first_, sequence);
        ++reordered_;
        return Verdict::kLate;
    }
    const bool gap = sequence > next_;
    next_ = sequence + 1;
    return gap ? Verdict::kAfterGap : Verdict::kInOrder;
}

} // namespace mcfwd::lab
