// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// From a report to its effect, group by group: the first packet after a join, the last one after a leave
// (RFC 3918 sections 6.1 and 6.2).
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "histogram.hh"
#include "membership.hh"

namespace mcfwd::wire {

class MembershipDelay {
  public:
    MembershipDelay(Change change, std::uint32_t groups) : change_(change), groups_(groups) {}

    /// The report about these groups is on its way.
    void reported(const ReportFrame& report, std::uint64_t cycles) {
        for (std::uint32_t i = 0; i < report.groups; ++i) {
            groups_[report.first + i].reported = cycles;
        }
    }
    /// A packet for this group arrived. Groups beyond those reported do not matter.
    void arrived(std::uint32_t group, std::uint64_t cycles) {
        if (group >= groups_.size() || groups_[group].reported == 0) {
            return;
        }
        Group& seen = groups_[group];
        if (change_ == Change::kLeave || seen.effect == 0) {
            seen.effect = cycles;
        }
        ++packets_after_;
    }

    /// One delay per group; of a leave after which nothing arrived, 0. Joins without a packet have none.
    [[nodiscard]] Histogram delays() const {
        Histogram delays;
        for (const Group& group : groups_) {
            if (group.effect != 0) {
                delays.add(group.effect - std::min(group.effect, group.reported));
            } else if (change_ == Change::kLeave && group.reported != 0) {
                delays.add(0);
            }
        }
        return delays;
    }
    /// Packets that arrived behind the reports, of all these groups.
    [[nodiscard]] std::uint64_t packets_after() const { return packets_after_; }

  private:
    struct Group {
        std::uint64_t reported = 0;
        std::uint64_t effect = 0;
    };

    Change change_;
    std::vector<Group> groups_;
    std::uint64_t packets_after_ = 0;
};

} // namespace mcfwd::wire
