// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Membership changes become calls on the group manager. Source filters follow decision N58 of the
// specification: INCLUDE is (S,G) joins, EXCLUDE is a (*,G) join, and an excluded source is a veto on its
// entry where IGMP decides about the interface's forwarding.
#include "igmp_interface.hh"

#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace mcfwd::protocols {

using group_manager::MembershipFlags;
using group_manager::SourceGroup;

IgmpInterface::IgmpInterface(IgmpAttachment attachment, igmp::RouterInterface router,
                             group_manager::GroupManager& groups)
    : attachment_(std::move(attachment)),
      router_(std::move(router)),
      groups_(groups) {}

void IgmpInterface::apply(std::span<const igmp::MembershipChange> changes) {
    if (changes.empty()) {
        return;
    }
    if (held_back_) {
        for (const igmp::MembershipChange& change : changes) {
            note(change);
        }
        return;
    }
    const igmp::MembershipChange& first = changes.front();
    const std::string more = changes.size() > 1 ? fmt::format(" and {} more", changes.size() - 1) : "";
    const group_manager::GroupManager::Batch batch(
        groups_, fmt::format("igmp {} {} on {}{}", igmp::membership_event_name(first.event), first.group,
                             attachment_.name, more));
    for (const igmp::MembershipChange& change : changes) {
        note(change);
        pass_on(change);
    }
}

void IgmpInterface::note(const igmp::MembershipChange& change) {
    const SourceGroup key{change.group, change.source};
    switch (change.event) {
    case igmp::MembershipEvent::kJoin:
        joined_.insert(key);
        break;
    case igmp::MembershipEvent::kLeave:
        joined_.erase(key);
        break;
    case igmp::MembershipEvent::kBlock:
        blocked_.insert(key);
        break;
    case igmp::MembershipEvent::kUnblock:
        blocked_.erase(key);
        break;
    }
}

void IgmpInterface::pass_on(const igmp::MembershipChange& change) {
    const SourceGroup key{change.group, change.source};
    if (change.event == igmp::MembershipEvent::kJoin) {
        check(groups_.add_group_membership(client_, key, this->key(), MembershipFlags::kJoin), "add", key);
    } else if (change.event == igmp::MembershipEvent::kLeave) {
        check(groups_.delete_group_membership(client_, key, this->key(), MembershipFlags::kJoin), "delete",
              key);
    } else if (change.event == igmp::MembershipEvent::kBlock) {
        exceptions_.emplace(key, true);
    }
    settle_exceptions(change.group);
}

void IgmpInterface::settle_exceptions(Ipv4Address group) {
    if (exceptions_.empty() || !owns_forwarding()) {
        return;
    }
    for (auto at = exceptions_.lower_bound(SourceGroup{group, {}});
         at != exceptions_.end() && at->first.group == group;) {
        const SourceGroup flow = at->first;
        if (!blocked_.contains(flow) && !groups_.mfe(flow)) {
            at = exceptions_.erase(at); // the entry is gone, and the veto with it
            continue;
        }
        if (const bool wanted = wants(flow); wanted != at->second) {
            check(wanted ? groups_.add_group_membership(client_, flow, key(), MembershipFlags::kForward)
                         : groups_.delete_group_membership(client_, flow, key(), MembershipFlags::kForward),
                  wanted ? "forward" : "veto", flow);
            at->second = wanted;
        }
        ++at;
    }
}

bool IgmpInterface::wants(SourceGroup flow) const {
    return joined_.contains(flow) ||
           (joined_.contains(SourceGroup{flow.group, kAnySource}) && !blocked_.contains(flow));
}

bool IgmpInterface::owns_forwarding() const {
    const auto owner = groups_.protocol_on_interface(key());
    return owner && group_manager::is_igmp(*owner);
}

bool IgmpInterface::refuses_new(SourceGroup flow) {
    if (!blocked_.contains(flow)) {
        return false;
    }
    exceptions_.insert_or_assign(flow, false);
    return true;
}

void IgmpInterface::hold_back() {
    held_back_ = true;
    ++ticket_;
}

std::uint64_t IgmpInterface::resume() {
    held_back_ = false;
    return ++ticket_;
}

void IgmpInterface::replay(std::uint64_t ticket) {
    if (ticket != ticket_) {
        return;
    }
    const group_manager::GroupManager::Batch batch(groups_,
                                                   fmt::format("igmp replay on {}", attachment_.name));
    for (const SourceGroup key : joined_) {
        check(groups_.add_group_membership(client_, key, this->key(), MembershipFlags::kJoin), "replay", key);
    }
    exceptions_.clear();
    for (const SourceGroup flow : blocked_) {
        exceptions_.emplace(flow, true);
        settle_exceptions(flow.group);
    }
    check(groups_.igmp_replay_complete(client_, key()), "replay_complete", {});
}

void IgmpInterface::check(const Expected<void>& result, std::string_view call, SourceGroup key) {
    if (result) {
        return;
    }
    ++refused_calls_;
    // Powers of two: hosts cause these calls, the log must not grow with them.
    if ((refused_calls_ & (refused_calls_ - 1)) == 0) {
        spdlog::warn("igmp call refused interface={} call={} key={} status={} reason=\"{}\" total={}",
                     attachment_.name, call, key, status_name(result.error().status), result.error().what,
                     refused_calls_);
    }
}

} // namespace mcfwd::protocols
