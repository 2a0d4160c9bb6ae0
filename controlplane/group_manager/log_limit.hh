// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Lets one log line a second through for what a remote sender can trigger.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include <mcfwd/clock.hh>

namespace mcfwd::group_manager {

class LogLimit {
  public:
    /// The number of lines held back since the last one, or nullopt to stay silent.
    [[nodiscard]] std::optional<std::uint64_t> allow(Instant now) {
        if (last_ && now - *last_ < std::chrono::seconds(1)) {
            ++held_back_;
            return std::nullopt;
        }
        last_ = now;
        return std::exchange(held_back_, 0);
    }

  private:
    std::optional<Instant> last_;
    std::uint64_t held_back_ = 0;
};

} // namespace mcfwd::group_manager
