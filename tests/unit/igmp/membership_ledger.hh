// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Keeps the books of membership changes as the group manager would, and objects to a change that can not be.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <igmp/output.hh>
#include <igmp/router_interface.hh>

namespace mcfwd::igmp::test {

/// May a group that had and has a join have been without one in between?
enum class Gaps : std::uint8_t {
    kFaults,
    kAllowed, ///< several causes are booked at once, and one of them may have ended what the next began anew
};

class MembershipLedger {
  public:
    /// Books the changes of one input. The first that breaks the promises of output.hh, in words.
    std::optional<std::string> book(std::span<const MembershipChange> changes, Gaps gaps = Gaps::kFaults) {
        const auto before = groups_;
        std::map<Ipv4Address, bool> gap; // groups that were without any join in between
        for (const MembershipChange& change : changes) {
            Entry& entry = groups_[change.group];
            auto& set = is_block(change.event) ? entry.blocked : entry.joined;
            const bool adds =
                change.event == MembershipEvent::kJoin || change.event == MembershipEvent::kBlock;
            if (adds ? !set.insert(change.source).second : set.erase(change.source) == 0) {
                return text(change) + (adds ? " twice" : " of nothing");
            }
            gap[change.group] |= entry.joined.empty();
        }
        for (const auto& [group, was_empty] : gap) {
            const Entry& entry = groups_[group];
            const bool any = entry.joined.contains(kAnySource);
            if (any && entry.joined.size() > 1) {
                return fmt::format("{} has (*,G) and (S,G) joins", group);
            }
            if (!any && !entry.blocked.empty()) {
                return fmt::format("{} has blocks without (*,G)", group);
            }
            const auto old = before.find(group);
            if (gaps == Gaps::kFaults && was_empty && old != before.end() && !old->second.joined.empty() &&
                !entry.joined.empty()) {
                return fmt::format("{} was without a join in between", group);
            }
            if (entry.joined.empty()) {
                groups_.erase(group);
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] bool forwards(Ipv4Address group, Ipv4Address source) const {
        const auto found = groups_.find(group);
        if (found == groups_.end()) {
            return false;
        }
        const Entry& entry = found->second;
        return entry.joined.contains(source) ||
               (entry.joined.contains(kAnySource) && !entry.blocked.contains(source));
    }

    /// True if the router, asked for everything, names exactly what is booked.
    [[nodiscard]] bool agrees_with(const RouterInterface& router) const {
        MembershipLedger other;
        std::vector<MembershipChange> all;
        router.for_each_membership([&](const MembershipChange& change) { all.push_back(change); });
        return !other.book(all) && other.groups_ == groups_;
    }

    [[nodiscard]] bool empty() const { return groups_.empty(); }

  private:
    struct Entry {
        std::set<Ipv4Address> joined;
        std::set<Ipv4Address> blocked;
        bool operator==(const Entry&) const = default;
    };

    static bool is_block(MembershipEvent event) {
        return event == MembershipEvent::kBlock || event == MembershipEvent::kUnblock;
    }
    static std::string text(const MembershipChange& change) {
        return fmt::format("{} {} {}", membership_event_name(change.event), change.source, change.group);
    }

    std::map<Ipv4Address, Entry> groups_;
};

} // namespace mcfwd::igmp::test
