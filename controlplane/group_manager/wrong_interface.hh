// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Rate limit of WRONG_IF (specification 5.4). Survives the entry: a flow that is created again is still
// limited. Private to the group manager.
#pragma once

#include <deque>
#include <set>
#include <utility>

#include <mcfwd/clock.hh>

#include <controlplane/group_manager/types.hh>

namespace mcfwd::group_manager {

class WrongInterfaceLimit {
  public:
    /// True at most once per `interval` for a flow and interface of arrival.
    [[nodiscard]] bool allow(SourceGroup flow, InterfaceKey arrival, Instant now, Duration interval) {
        while (!recent_.empty() && now - recent_.front().first >= interval) {
            alerted_.erase(recent_.front().second);
            recent_.pop_front();
        }
        if (!alerted_.emplace(flow, arrival).second) {
            return false;
        }
        recent_.emplace_back(now, std::pair{flow, arrival});
        return true;
    }

  private:
    using Arrival = std::pair<SourceGroup, InterfaceKey>;
    std::set<Arrival> alerted_;
    std::deque<std::pair<Instant, Arrival>> recent_; ///< oldest first
};

} // namespace mcfwd::group_manager
