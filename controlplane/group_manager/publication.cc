// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Latest state wins: however often an entry changed since the last version, it is published once. A table
// without room refuses an update as a whole; it is then cut until only what really finds no room is left, and
// what did is one version all the same.
#include <controlplane/group_manager/publication.hh>

#include <algorithm>
#include <tuple>

namespace mcfwd::group_manager {

namespace {

/// A flush that meets that many refusals leaves the rest for later: a full table with many entries waiting
/// must not hold up the control thread.
constexpr std::size_t kMostRefusals = 64;

DesiredEntry desired(const Entry& entry, bool restart_counters) {
    return {entry.flow, entry.iif, entry.forwarding(), restart_counters};
}

bool same(const DesiredEntry& a, const DesiredEntry& b) {
    return a.iif == b.iif && a.oifs == b.oifs;
}

} // namespace

Publication::Outcome Publication::flush(std::string cause, Then then) {
    Attempt attempt{.cause = std::move(cause), .then = then, .outcome = {}};
    const std::set<SourceGroup> flows = std::exchange(flows_, {});
    publish({flows.begin(), flows.end()}, attempt);
    return std::move(attempt.outcome);
}

std::vector<SourceGroup> Publication::waiting_flows(std::size_t limit) const {
    std::vector<SourceGroup> flows;
    const auto first = waiting_.upper_bound(last_refused_);
    for (auto at = first; at != waiting_.end() && flows.size() < limit; ++at) {
        flows.push_back(*at);
    }
    for (auto at = waiting_.begin(); at != first && flows.size() < limit; ++at) {
        flows.push_back(*at);
    }
    return flows;
}

Publication::Outcome Publication::retry(const std::vector<SourceGroup>& flows, std::string cause, Then then) {
    Attempt attempt{.cause = std::move(cause), .then = then, .outcome = {}};
    publish(flows, attempt);
    return std::move(attempt.outcome);
}

void Publication::publish(const std::vector<SourceGroup>& flows, Attempt& attempt) {
    ForwardingUpdate update;
    update.cause = attempt.cause;
    for (const SourceGroup& flow : flows) {
        const Entry* entry = entries_.find(flow);
        if (entry == nullptr) {
            update.erase.push_back(flow);
            continue;
        }
        const bool restart = restarted_.contains(flow);
        DesiredEntry next = desired(*entry, restart);
        if (restart || !same(next, entry->published)) {
            update.put.push_back(std::move(next));
        } else {
            waiting_.erase(flow);
        }
    }
    miss_.merge(std::exchange(waiting_miss_, {}));
    for (const auto& [interface, signal] : std::exchange(miss_, {})) {
        if (signal != signalled_.contains(interface)) {
            update.miss.push_back({interface, signal});
        }
    }
    if (!update.empty() && !send(update, attempt.then, attempt)) {
        publish_in_steps(std::move(update), attempt);
    }
}

void Publication::publish_gathered(const std::string& cause) {
    if (gathered_) {
        Attempt attempt{.cause = cause, .outcome = {}};
        ForwardingUpdate nothing;
        nothing.cause = cause;
        std::ignore = send(nothing, Then::kPublish, attempt);
    }
}

void Publication::publish_in_steps(ForwardingUpdate update, Attempt& attempt) {
    const auto middle = std::ranges::stable_partition(update.put, [this](const DesiredEntry& put) {
                            return grows(put);
                        }).begin();
    std::vector<DesiredEntry> rest(update.put.begin(), middle);
    update.put.erase(update.put.begin(), middle);
    const bool split = !rest.empty() && !update.empty();
    if (split && send(update, Then::kGather, attempt)) {
        publish_in_parts(rest, false, attempt);
        return;
    }
    // Not even that: an entry that only changes may still need room for its new list.
    rest.insert(rest.end(), std::make_move_iterator(update.put.begin()),
                std::make_move_iterator(update.put.end()));
    const bool puts_only = update.erase.empty() && update.miss.empty();
    update.put.clear();
    if (!puts_only && (rest.empty() || !send(update, Then::kGather, attempt))) {
        for (const SourceGroup& flow : update.erase) {
            wait(flow, attempt);
        }
        for (const auto& [interface, signal] : update.miss) {
            waiting_miss_.emplace(interface, signal);
        }
    }
    publish_in_parts(rest, puts_only, attempt);
}

void Publication::publish_in_parts(std::span<const DesiredEntry> puts, bool refused, Attempt& attempt) {
    if (puts.empty()) {
        return;
    }
    if (attempt.refusals >= kMostRefusals) {
        for (const DesiredEntry& put : puts) {
            wait(put.flow, attempt);
        }
        return;
    }
    if (!refused) {
        ForwardingUpdate update{
            .put = {puts.begin(), puts.end()}, .erase = {}, .miss = {}, .cause = attempt.cause};
        if (send(update, Then::kGather, attempt)) {
            return;
        }
    }
    if (puts.size() == 1) {
        wait(puts.front().flow, attempt);
        last_refused_ = puts.front().flow;
        return;
    }
    publish_in_parts(puts.first(puts.size() / 2), false, attempt);
    publish_in_parts(puts.subspan(puts.size() / 2), false, attempt);
}

bool Publication::send(ForwardingUpdate& update, Then then, Attempt& attempt) {
    update.more = then == Then::kGather;
    if (auto result = sink_.publish(update); !result) {
        attempt.outcome.why = std::move(result.error());
        ++attempt.refusals;
        return false;
    }
    gathered_ = update.more;
    published_ += !update.more;
    for (const auto& [interface, signal] : update.miss) {
        signal ? void(signalled_.insert(interface)) : void(signalled_.erase(interface));
    }
    for (const SourceGroup& flow : update.erase) {
        settle(flow, attempt);
    }
    for (const DesiredEntry& put : update.put) {
        DesiredEntry& before = entries_.find(put.flow)->published;
        freed_ |= put.oifs.size() < before.oifs.size();
        before = put;
        settle(put.flow, attempt);
    }
    return true;
}

void Publication::settle(SourceGroup flow, Attempt& attempt) {
    restarted_.erase(flow);
    if (waiting_.erase(flow) != 0) {
        attempt.outcome.caught_up.push_back(flow);
    }
}

void Publication::wait(SourceGroup flow, Attempt& attempt) {
    if (waiting_.insert(flow).second) {
        attempt.outcome.refused.push_back(flow);
    }
}

void Publication::forget(SourceGroup flow) {
    flows_.erase(flow);
    restarted_.erase(flow);
    waiting_.erase(flow);
}

bool Publication::grows(const DesiredEntry& put) const {
    return put.oifs.size() > entries_.find(put.flow)->published.oifs.size();
}

Expected<void> Publication::publish_new(Entry& entry, std::string cause,
                                        std::optional<SourceGroup> in_place_of) {
    ForwardingUpdate update;
    update.cause = std::move(cause);
    update.put.push_back(desired(entry, true));
    if (in_place_of) {
        update.erase.push_back(*in_place_of);
    }
    if (auto result = sink_.publish(update); !result) {
        return result;
    }
    gathered_ = false;
    ++published_;
    entry.published = std::move(update.put.front());
    // An older entry of the flow whose removal is still pending has been replaced by this one.
    forget(entry.flow);
    if (in_place_of) {
        forget(*in_place_of);
    }
    return {};
}

} // namespace mcfwd::group_manager
