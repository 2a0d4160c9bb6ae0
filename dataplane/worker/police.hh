// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Token buckets counted in cycles of the time stamp counter: no division per packet.
#pragma once

#include <algorithm>
#include <cstdint>

#include <dataplane/dataplane.hh>

namespace mcfwd::dataplane {

/// Starts full.
class TokenBucket {
  public:
    TokenBucket() = default;
    TokenBucket(const Rate& rate, std::uint64_t hz)
        : cost_(rate.per_second == 0 ? 0 : hz / rate.per_second),
          depth_(cost_ * rate.burst),
          credit_(depth_) {}

    /// `now` never goes backwards.
    [[nodiscard]] bool take(std::uint64_t now) noexcept {
        credit_ = std::min(depth_, credit_ + (now - last_));
        last_ = now;
        if (credit_ < cost_ || depth_ == 0) {
            return false;
        }
        credit_ -= cost_;
        return true;
    }

  private:
    std::uint64_t cost_ = 0;
    std::uint64_t depth_ = 0;
    std::uint64_t credit_ = 0;
    std::uint64_t last_ = 0;
};

} // namespace mcfwd::dataplane
