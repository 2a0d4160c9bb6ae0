// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Deadlines ordered by time, so that a tick costs what is due and not what exists.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <mcfwd/clock.hh>

namespace mcfwd::group_manager {

/// The owner of a key remembers when it is armed: that is how it is disarmed.
template <typename Key>
class Deadlines {
  public:
    void arm(Instant when, const Key& key) { due_.emplace(when, key); }
    void disarm(Instant when, const Key& key) { due_.erase({when, key}); }
    [[nodiscard]] std::optional<Instant> next() const {
        return due_.empty() ? std::nullopt : std::optional(due_.begin()->first);
    }
    [[nodiscard]] std::optional<Key> first_due(Instant now) const {
        return due_.empty() || due_.begin()->first > now ? std::nullopt : std::optional(due_.begin()->second);
    }
    /// At most `limit` keys due at `now`, earliest first; they stay armed until disarmed.
    [[nodiscard]] std::vector<Key> due(Instant now, std::size_t limit) const {
        std::vector<Key> keys;
        for (auto at = due_.begin(); at != due_.end() && at->first <= now && keys.size() < limit; ++at) {
            keys.push_back(at->second);
        }
        return keys;
    }

  private:
    std::set<std::pair<Instant, Key>> due_;
};

} // namespace mcfwd::group_manager
