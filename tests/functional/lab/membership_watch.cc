// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Both lists are short or empty most of the time, so every packet may look through them.
#include "membership_watch.hh"

#include <algorithm>

namespace mcfwd::lab {
namespace {

template <typename Watch>
[[nodiscard]] bool concerns(const Watch& watch, Ipv4Address group, Ipv4Address source) {
    return watch.group == group && (watch.source == kAnySource || watch.source == source);
}

} // namespace

void MembershipWatch::joining(Ipv4Address group, Ipv4Address source) {
    std::erase_if(leaves_,
                  [&](const Quiet& leave) { return leave.group == group && leave.source == source; });
    joins_.push_back({.group = group, .source = source});
}

void MembershipWatch::leaving(Ipv4Address group, Ipv4Address source) {
    std::erase_if(joins_,
                  [&](const FirstData& join) { return join.group == group && join.source == source; });
    leaves_.push_back({.group = group, .source = source});
}

void MembershipWatch::see_report(const std::vector<Ipv4Address>& groups, std::int64_t time_ns) {
    const auto named = [&](Ipv4Address group) { return std::ranges::find(groups, group) != groups.end(); };
    for (FirstData& join : joins_) {
        if (join.report_ns == 0 && named(join.group)) {
            join.report_ns = time_ns;
        }
    }
    for (Quiet& leave : leaves_) {
        if (leave.leave_ns == 0 && named(leave.group)) {
            leave.leave_ns = time_ns;
        }
    }
}

std::optional<MembershipWatch::FirstData> MembershipWatch::see_data(Ipv4Address group, Ipv4Address source,
                                                                    std::int64_t time_ns) {
    for (Quiet& leave : leaves_) {
        if (leave.leave_ns != 0 && time_ns >= leave.leave_ns && concerns(leave, group, source)) {
            leave.last_data_ns = time_ns;
            ++leave.packets;
        }
    }
    const auto found = std::ranges::find_if(joins_, [&](const FirstData& join) {
        return join.report_ns != 0 && time_ns >= join.report_ns && concerns(join, group, source);
    });
    if (found == joins_.end()) {
        return std::nullopt;
    }
    FirstData event = *found;
    event.data_ns = time_ns;
    joins_.erase(found);
    return event;
}

std::vector<MembershipWatch::Quiet> MembershipWatch::gone_quiet(std::int64_t now_ns) {
    std::vector<Quiet> quiet;
    std::erase_if(leaves_, [&](const Quiet& leave) {
        const bool over =
            leave.leave_ns != 0 && now_ns - std::max(leave.leave_ns, leave.last_data_ns) > quiet_ns_;
        if (over) {
            quiet.push_back(leave);
        }
        return over;
    });
    return quiet;
}

} // namespace mcfwd::lab
