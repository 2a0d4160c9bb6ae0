// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What an operator has to read in the log about the hosts and routers of one link, a routed interface or a
// port of a bridge, however often they cause it.
#pragma once

#include <string>
#include <utility>

#include <mcfwd/clock.hh>

#include <controlplane/group_manager/log_limit.hh>
#include <igmp/router_counters.hh>

namespace mcfwd::protocols {

class RefusalLog {
  public:
    /// `where` is "interface=lan1".
    explicit RefusalLog(std::string where) : where_(std::move(where)) {}

    /// Writes, once a second at most, what was refused since the last time, and that routers on the link
    /// query in an older version than ours (RFC 9776 section 7.3.1).
    void note(const igmp::RouterCounters& counters, igmp::Version ours, Instant now);
    /// The counters begin at zero again.
    void clear() { logged_ = {}; }

  private:
    std::string where_;
    igmp::RouterCounters logged_; ///< as of the last line
    group_manager::LogLimit refusal_limit_;
    group_manager::LogLimit older_limit_;
};

} // namespace mcfwd::protocols
