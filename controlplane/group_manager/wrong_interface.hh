// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Rate limit of WRONG_IF (specification 5.4). Survives the entry: a flow that is created again is still
// limited. Private to the group manager.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <utility>

#include <mcfwd/clock.hh>

#include <controlplane/group_manager/types.hh>

namespace mcfwd::group_manager {

class WrongInterfaceLimit {
  public:
    /// True at most once per `interval` for a flow and interface of arrival.
    [[nodiscard]] bool allow(SourceGroup flow, InterfaceKey arrival, Instant now, Duration interval) {
        for (std::size_t n = 0; n < kForgotten && !recent_.empty() && now - recent_.front().first >= interval;
             ++n) {
            const auto& [when, oldest] = recent_.front();
            const auto at = alerted_.find(oldest);
            if (at != alerted_.end() && at->second == when) { // else alerted again since
                alerted_.erase(at);
            }
            recent_.pop_front();
        }
        const Arrival key{flow, arrival};
        const auto [at, fresh] = alerted_.try_emplace(key, now);
        if (!fresh && now - at->second < interval) {
            return false;
        }
        at->second = now;
        recent_.emplace_back(now, key);
        return true;
    }

  private:
    using Arrival = std::pair<SourceGroup, InterfaceKey>;
    /// With everything new, so many of those whose time is over: all flows of a moment would be too much.
    static constexpr std::size_t kForgotten = 4;

    std::map<Arrival, Instant> alerted_;             ///< and when
    std::deque<std::pair<Instant, Arrival>> recent_; ///< oldest first
};

} // namespace mcfwd::group_manager
