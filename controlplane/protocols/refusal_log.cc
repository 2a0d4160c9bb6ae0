// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// See refusal_log.hh.
#include "refusal_log.hh"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace mcfwd::protocols {

void RefusalLog::note(const igmp::RouterCounters& counters, igmp::Version ours, Instant now) {
    bool refused = false;
    for (std::size_t i = 0; i < igmp::kIgnoreReasons; ++i) {
        refused |= is_refusal(static_cast<igmp::IgnoreReason>(i)) && counters.ignored[i] > logged_.ignored[i];
    }
    if (refused && refusal_limit_.allow(now)) {
        std::string facts;
        for (std::size_t i = 0; i < igmp::kIgnoreReasons; ++i) {
            const auto reason = static_cast<igmp::IgnoreReason>(i);
            if (is_refusal(reason) && counters.ignored[i] > logged_.ignored[i]) {
                facts += fmt::format(" {}={}", igmp::ignore_reason_name(reason),
                                     counters.ignored[i] - logged_.ignored[i]);
            }
        }
        spdlog::warn("igmp refused what hosts ask for {}{}", where_, facts);
        logged_.ignored = counters.ignored;
    }
    if (counters.older_queries > logged_.older_queries && older_limit_.allow(now)) {
        spdlog::warn("igmp querier of an older version heard {} version={} queries={}", where_,
                     static_cast<int>(ours), counters.older_queries - logged_.older_queries);
        logged_.older_queries = counters.older_queries;
    }
}

} // namespace mcfwd::protocols
