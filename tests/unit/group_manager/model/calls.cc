// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What all calls share (specification 2.0): the first checks, and the end, which compares what everybody
// should know with what was told, publishes, and calls the clients in order.
#include <algorithm>

#include "model.hh"

namespace mcfwd::group_manager::model {

std::optional<Status> Model::refused() const {
    return !started_ || inside_ > 0 ? std::optional(Status::kCanNotComplete) : std::nullopt;
}

std::optional<Status> Model::refused(ClientHandle client) const {
    if (const auto status = refused()) {
        return status;
    }
    return state_.clients.contains(client) ? std::nullopt : std::optional(Status::kInvalidParameter);
}

Expected<void> Model::start() {
    if (started_) {
        return fail(Status::kCanNotComplete, "");
    }
    started_ = true;
    return {};
}

void Model::stop() {
    if (refused()) {
        return;
    }
    state_.clients.clear();
    state_.records.clear();
    state_.memberships.clear();
    state_.mfes.clear();
    enumerations_.clear();
    told_.clear();
    told_foreign_.clear();
    publish();
    started_ = false;
}

/// Alerts: receivers by registration, per receiver keys ascending; entries ascending; JOINs before PRUNEs.
std::vector<Model::Emission> Model::settle(Call& call) {
    std::set<SourceGroup> keys = state_.joined_keys();
    for (const auto& [who, rpf] : told_) {
        keys.insert(who.second);
    }
    std::vector<Emission> joins, prunes;
    for (const auto& [client, what] : state_.clients) {
        for (const SourceGroup& key : keys) {
            const std::pair who{client, key};
            const auto told = told_.find(who);
            const bool wanted = state_.others_want(client, key);
            if (wanted && told == told_.end()) {
                joins.push_back({CallbackKind::kJoinAlert, client, key, {}, AlertCause::kMembership});
            } else if (!wanted && told != told_.end()) {
                // N40. Nothing vanished if o(S) moved: the interface that led to the source.
                const auto vanished = call.vanished.find(key);
                prunes.push_back({CallbackKind::kPruneAlert, client, key,
                                  vanished != call.vanished.end() ? vanished->second : told->second,
                                  AlertCause::kMembership});
                told_.erase(told);
            }
            if (wanted) {
                told_[who] = state_.rpf_interface(key).value_or(InterfaceKey{});
            }
        }
    }

    std::vector<Emission> entry_joins, entry_prunes;
    std::erase_if(told_foreign_, [&](const SourceGroup& flow) { return !state_.mfes.contains(flow); });
    for (auto& [flow, mfe] : state_.mfes) {
        const std::set<InterfaceKey> eff = state_.eff(mfe);
        std::erase_if(mfe.forwarding_since, [&](const auto& item) { return !eff.contains(item.first); });
        for (const InterfaceKey& on : eff) {
            mfe.forwarding_since.emplace(on, state_.env.clock.now());
        }
        const bool foreign = state_.foreign(mfe);
        const bool told = told_foreign_.contains(flow);
        const bool built = call.built.contains(flow);
        const bool join = foreign && (built || !told);
        const bool prune = built ? eff.empty() : !foreign && told;
        const Emission alert{CallbackKind::kJoinAlert, mfe.iif_owner, flow, mfe.iif, AlertCause::kEntry};
        if (mfe.iif_owner != kNoClient && !call.adopted.contains(flow) && (join || prune)) {
            (join ? entry_joins : entry_prunes).push_back(alert);
        }
        foreign ? void(told_foreign_.insert(flow)) : void(told_foreign_.erase(flow));
    }
    for (Emission& prune : entry_prunes) {
        prune.kind = CallbackKind::kPruneAlert;
    }

    std::vector<Emission> emissions = call.local;
    for (const auto& list : {joins, prunes, entry_joins, entry_prunes}) {
        emissions.insert(emissions.end(), list.begin(), list.end());
    }
    return emissions;
}

/// 1.10: one version with everything that differs from what was published; none if nothing does.
void Model::publish() {
    ForwardingUpdate update;
    for (const auto& [flow, what] : std::map(published_)) {
        if (!state_.mfes.contains(flow)) {
            update.erase.push_back(flow);
            published_.erase(flow);
        }
    }
    for (auto& [flow, mfe] : state_.mfes) {
        const std::pair next{mfe.iif, state_.eff(mfe)};
        const auto before = published_.find(flow);
        if (mfe.restart_counters || before == published_.end() || before->second != next) {
            update.put.push_back(
                {flow, mfe.iif, {next.second.begin(), next.second.end()}, mfe.restart_counters});
            published_[flow] = next;
            mfe.restart_counters = false;
        }
    }
    for (const InterfaceKey& on : std::set(published_signals_)) {
        if (!state_.records.contains(on)) {
            update.miss.push_back({on, false});
            published_signals_.erase(on);
        }
    }
    for (const auto& [on, record] : state_.records) {
        if (published_signals_.insert(on).second) {
            update.miss.push_back({on, true});
        }
    }
    if (!update.empty()) {
        (void)state_.env.sink.publish(update);
        ++metrics_.publish_count;
    }
}

void Model::deliver(const std::vector<Emission>& emissions) {
    for (const Emission& due : emissions) {
        if (!state_.clients.contains(due.target)) {
            continue; // left while its batch was open
        }
        if (due.kind == CallbackKind::kLocalJoin) {
            tell(due.target, &Callbacks::local_join, LocalMembership{due.key, due.interface});
        } else if (due.kind == CallbackKind::kLocalLeave) {
            tell(due.target, &Callbacks::local_leave, LocalMembership{due.key, due.interface});
        } else if (due.kind == CallbackKind::kJoinAlert) {
            tell(due.target, &Callbacks::join_alert, JoinAlert{due.key, due.cause});
        } else {
            PruneAlert alert{due.key, due.interface, due.cause, kDefaultMfeTimeout};
            tell(due.target, &Callbacks::prune_alert, alert);
            const auto mfe = state_.mfes.find(due.key);
            const bool chosen = alert.cause == AlertCause::kEntry && alert.timeout != kDefaultMfeTimeout;
            if (chosen && mfe != state_.mfes.end()) {
                mfe->second.expires =
                    state_.env.clock.now() + std::max(alert.timeout, std::chrono::seconds{});
            }
        }
    }
}

void Model::end(Call& call) {
    const std::vector<Emission> emissions = settle(call);
    batched_.insert(batched_.end(), emissions.begin(), emissions.end());
    if (batch_depth_ == 0) {
        flush_batch();
    }
}

/// A handoff and the creation of an entry do not wait for the end of a batch.
void Model::end_now(Call& call) {
    const std::vector<Emission> emissions = settle(call);
    publish();
    deliver(emissions);
}

void Model::flush_batch() {
    publish();
    deliver(std::exchange(batched_, {}));
}

} // namespace mcfwd::group_manager::model
