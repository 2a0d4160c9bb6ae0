// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Membership changes become calls on the group manager. Source filters follow decision N58 of the
// specification: INCLUDE is (S,G) joins, EXCLUDE is a (*,G) join, and an excluded source is a veto on its
// entry where IGMP decides about the interface's forwarding.
#include "igmp_interface.hh"

#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace mcfwd::protocols {

namespace {

/// Calls of a replay in one task: a few milliseconds, whatever the number of groups.
constexpr std::size_t kReplaySlice = 1024;

} // namespace

using group_manager::MembershipFlags;
using group_manager::SourceGroup;

IgmpInterface::IgmpInterface(IgmpAttachment attachment, igmp::RouterInterface router,
                             group_manager::GroupManager& groups)
    : attachment_(std::move(attachment)),
      router_(std::move(router)),
      groups_(groups),
      refusals_(fmt::format("interface={}", attachment_.name)) {}

void IgmpInterface::apply(std::span<const igmp::MembershipChange> changes) {
    if (changes.empty()) {
        return;
    }
    if (held_back_ || yields_) {
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
    settle(changes);
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
        if (!check(groups_.add_group_membership(client_, key, this->key(), MembershipFlags::kJoin), "add",
                   key)) {
            replayed_ = {};
        }
    } else if (change.event == igmp::MembershipEvent::kLeave) {
        if (!check(groups_.delete_group_membership(client_, key, this->key(), MembershipFlags::kJoin),
                   "delete", key)) {
            deletes_missing_ = true;
            deleted_ = {};
        }
    } else if (change.event == igmp::MembershipEvent::kBlock) {
        exceptions_.emplace(key, true);
    }
}

/// A change of one source concerns its flow only; one of any source all exceptions of the group, once.
void IgmpInterface::settle(std::span<const igmp::MembershipChange> changes) {
    if (exceptions_.empty() || !owns_forwarding()) {
        return;
    }
    std::set<Ipv4Address> groups;
    for (const igmp::MembershipChange& change : changes) {
        if (change.source == kAnySource) {
            groups.insert(change.group);
        } else if (const auto at = exceptions_.find({change.group, change.source});
                   at != exceptions_.end() && !settle_flow(at->first, at->second)) {
            exceptions_.erase(at);
        }
    }
    for (const Ipv4Address group : groups) {
        settle_group(group);
    }
}

void IgmpInterface::settle_group(Ipv4Address group) {
    for (auto at = exceptions_.lower_bound(SourceGroup{group, {}});
         at != exceptions_.end() && at->first.group == group;) {
        at = settle_flow(at->first, at->second) ? std::next(at) : exceptions_.erase(at);
    }
}

/// Makes the group manager's word about the flow fit what hosts want. False: there is nothing left to say.
bool IgmpInterface::settle_flow(SourceGroup flow, bool& forwarding) {
    if (!blocked_.contains(flow) && !groups_.mfe(flow)) {
        return false; // the entry is gone, and the veto with it
    }
    if (const bool wanted = wants(flow); wanted != forwarding) {
        const bool told =
            check(wanted ? groups_.add_group_membership(client_, flow, key(), MembershipFlags::kForward)
                         : groups_.delete_group_membership(client_, flow, key(), MembershipFlags::kForward),
                  wanted ? "forward" : "veto", flow);
        forwarding = told ? wanted : forwarding;
    }
    return true;
}

bool IgmpInterface::wants(SourceGroup flow) const {
    return joined_.contains(flow) ||
           (joined_.contains(SourceGroup{flow.group, kAnySource}) && !blocked_.contains(flow));
}

bool IgmpInterface::owns_forwarding() const {
    const auto owner = groups_.protocol_on_interface(key());
    return owner && group_manager::is_igmp(*owner);
}

std::optional<std::uint64_t> IgmpInterface::follow_election() {
    if (held_back_ || yields_ == has_to_yield()) {
        return std::nullopt;
    }
    yields_ = !yields_;
    spdlog::info("igmp {} interface={} querier={}", yields_ ? "leaves forwarding to the querier" : "forwards",
                 attachment_.name, router_.querier_address());
    deletes_missing_ = true; // all, or what hosts left since
    deleted_ = {};
    return begin_replay();
}

std::uint64_t IgmpInterface::begin_replay() {
    behind_ = false;
    replayed_ = {};
    settling_ = false;
    return ++ticket_;
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
    yields_ = has_to_yield();
    if (yields_) {
        deletes_missing_ = true;
        deleted_ = {};
    }
    return begin_replay();
}

std::uint64_t IgmpInterface::catch_up() {
    behind_ = false;
    settling_ = false;
    return ++ticket_;
}

bool IgmpInterface::replay(std::uint64_t ticket) {
    if (ticket != ticket_) {
        return false;
    }
    if (replay_some()) {
        return true;
    }
    if (behind_) {
        return false; // without the end of the replay what is stale stays in force
    }
    replayed_ = {};
    check(groups_.igmp_replay_complete(client_, key()), "replay_complete", {});
    return false;
}

bool IgmpInterface::replay_some() {
    using Batch = group_manager::GroupManager::Batch;
    const Batch batch(
        groups_, fmt::format("igmp {} {}", yields_ ? "leaves to the querier" : "replay on", attachment_.name),
        Batch::End::kHold);
    std::size_t calls = 0;
    for (auto at = joined_.upper_bound(replayed_); at != joined_.end() && !yields_; ++at) {
        if (calls++ == kReplaySlice) {
            return true;
        }
        if (!check(groups_.add_group_membership(client_, *at, key(), MembershipFlags::kJoin), "replay",
                   *at)) {
            return false;
        }
        replayed_ = *at;
    }
    while (deletes_missing_) {
        if (calls >= kReplaySlice) {
            return true;
        }
        if (!delete_what_is_left(calls)) {
            return false;
        }
    }
    if (yields_) {
        return false; // vetoes of what is not forwarded say nothing
    }
    if (!settling_) {
        settling_ = true;
        settled_ = {};
        for (const SourceGroup flow : blocked_) {
            exceptions_.insert_or_assign(flow, true); // the owner may have lifted the veto
        }
    }
    // Vetoes given before the handoff are still in force, also those whose reason went meanwhile.
    for (auto at = exceptions_.upper_bound(settled_); at != exceptions_.end() && owns_forwarding();) {
        if (calls++ >= kReplaySlice) {
            return true;
        }
        settled_ = at->first;
        at = settle_flow(at->first, at->second) ? std::next(at) : exceptions_.erase(at);
    }
    return false;
}

void IgmpInterface::clear_counters() {
    router_.clear_counters();
    refusals_.clear();
}

void IgmpInterface::log_refusals(Instant now) {
    refusals_.note(router_.counters(), router_.config().version, now);
}

bool IgmpInterface::delete_what_is_left(std::size_t& calls) {
    const std::size_t limit = kReplaySlice - calls;
    const std::vector<SourceGroup> keys = groups_.memberships_of(client_, key(), limit, deleted_);
    for (const SourceGroup left : keys) {
        ++calls;
        deleted_ = left; // seen again by the next slice, which costs nothing
        if ((yields_ || !joined_.contains(left)) &&
            !check(groups_.delete_group_membership(client_, left, key(), MembershipFlags::kJoin), "delete",
                   left)) {
            return false;
        }
    }
    if (keys.size() < limit) {
        deletes_missing_ = false;
        deleted_ = {};
    }
    return true;
}

bool IgmpInterface::check(const Expected<void>& result, std::string_view call, SourceGroup key) {
    if (result) {
        return true;
    }
    const bool no_memory = result.error().status == Status::kNotEnoughMemory;
    const bool nobody_is_there = result.error().status == Status::kNotFound;
    behind_ |= no_memory;
    ++refused_calls_;
    // Powers of two: hosts cause these calls, the log must not grow with them.
    if ((refused_calls_ & (refused_calls_ - 1)) == 0) {
        spdlog::warn("igmp call refused interface={} call={} key={} status={} reason=\"{}\" total={}",
                     attachment_.name, call, key, status_name(result.error().status), result.error().what,
                     refused_calls_);
    }
    return !no_memory && !nobody_is_there;
}

} // namespace mcfwd::protocols
