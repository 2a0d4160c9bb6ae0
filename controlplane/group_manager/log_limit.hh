// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Lets one log line a second through for what a remote sender can trigger, and some more at once after a
// silence.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include <mcfwd/clock.hh>

namespace mcfwd::group_manager {

class LogLimit {
  public:
    /// `burst` lines may come at once.
    explicit LogLimit(unsigned burst = 1) : burst_(burst), left_(burst) {}

    /// The number of lines held back since the last one, or nullopt to stay silent.
    [[nodiscard]] std::optional<std::uint64_t> allow(Instant now) {
        const auto passed = now - since_;
        if (passed >= std::chrono::seconds(burst_)) {
            left_ = burst_;
            since_ = now;
        } else if (passed >= std::chrono::seconds(1)) {
            const auto whole = std::chrono::floor<std::chrono::seconds>(passed);
            left_ = std::min(burst_, left_ + static_cast<unsigned>(whole.count()));
            since_ += whole;
        }
        if (left_ == 0) {
            ++held_back_;
            return std::nullopt;
        }
        --left_;
        return std::exchange(held_back_, 0);
    }

  private:
    const unsigned burst_;
    unsigned left_;
    Instant since_{}; ///< up to here time has been turned into lines
    std::uint64_t held_back_ = 0;
};

} // namespace mcfwd::group_manager
