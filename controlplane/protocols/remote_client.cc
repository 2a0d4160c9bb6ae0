// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// See remote_client.hh.
#include "remote_client.hh"

#include <fmt/format.h>

namespace mcfwd::protocols {

using namespace group_manager;

namespace {

/// Memberships that one task goes through; deleted, they are one version.
constexpr std::size_t kAtOnce = 1000;

} // namespace

Expected<void> RemoteClient::enter(ComponentId id, std::string name) {
    const auto handle = groups_.register_protocol({.id = id, .name = name, .callbacks = callbacks()});
    if (!handle) {
        return std::unexpected(handle.error());
    }
    handle_ = *handle;
    id_ = id;
    name_ = std::move(name);
    return {};
}

void RemoteClient::connect(rpc::Session& session) {
    outbox_ = std::make_shared<Outbox>(directory_, handle_);
    session_ = &session;
    pid_ = session.peer().pid;
    uid_ = session.peer().uid;
}

void RemoteClient::disconnect() {
    session_ = nullptr; // first: it is about to go
    sent_before_ = sent();
    outbox_.reset();
    awaiting_ = Awaiting::kNothing;
    for (const EnumerationHandle enumeration : std::exchange(enumerations_, {})) {
        std::ignore = groups_.group_enumeration_end(enumeration);
    }
}

void RemoteClient::tell(Notification notification) {
    if (session_ != nullptr) {
        const std::size_t octets = outbox_->add(std::move(notification));
        session_->push(outbox_, octets);
    }
}

Callbacks RemoteClient::callbacks() {
    Callbacks callbacks;
    callbacks.rpf = [this](RpfQuery& query) {
        tell({.kind = CallbackKind::kRpf,
              .interface = query.iif,
              .key = query.flow,
              .detail = std::make_unique<NotificationDetail>(NotificationDetail{
                  query.upstream, query.route, {query.header.begin(), query.header.end()}, {}})});
        memory_.answer(query);
    };
    callbacks.creation_alert = [this](const CreationAlert& alert) {
        memory_.answer(alert);
        tell({.kind = CallbackKind::kCreationAlert,
              .interface = alert.iif,
              .key = alert.flow,
              .detail = std::make_unique<NotificationDetail>(
                  NotificationDetail{{}, {}, {}, {alert.candidates.begin(), alert.candidates.end()}})});
    };
    callbacks.join_alert = [this](const JoinAlert& alert) {
        tell({.kind = CallbackKind::kJoinAlert, .cause = alert.cause, .key = alert.key});
    };
    callbacks.prune_alert = [this](const PruneAlert& alert) {
        tell({.kind = CallbackKind::kPruneAlert,
              .cause = alert.cause,
              .interface = alert.interface,
              .key = alert.key});
    };
    callbacks.wrong_if = [this](const WrongInterface& wrong) {
        tell({.kind = CallbackKind::kWrongIf,
              .interface = wrong.arrival,
              .key = wrong.flow,
              .detail = std::make_unique<NotificationDetail>(
                  NotificationDetail{{}, {}, {wrong.header.begin(), wrong.header.end()}, {}})});
    };
    callbacks.local_join = [this](const LocalMembership& local) {
        tell({.kind = CallbackKind::kLocalJoin, .interface = local.interface, .key = local.key});
    };
    callbacks.local_leave = [this](const LocalMembership& local) {
        tell({.kind = CallbackKind::kLocalLeave, .interface = local.interface, .key = local.key});
    };
    callbacks.disable_igmp = [this](InterfaceKey interface) {
        tell({.kind = CallbackKind::kDisableIgmp, .interface = interface});
    };
    callbacks.enable_igmp = [this](InterfaceKey interface) {
        tell({.kind = CallbackKind::kEnableIgmp, .interface = interface});
    };
    return callbacks;
}

Expected<void> RemoteClient::take(InterfaceKey interface) {
    return is_igmp(id_) ? groups_.take_interface_ownership(handle_, interface)
                        : statics_.give(handle_, interface);
}

Expected<void> RemoteClient::release(InterfaceKey interface) {
    auto released = statics_.take_back(handle_, interface);
    if (released) {
        memory_.forget(interface);
    }
    return released;
}

Expected<void> RemoteClient::add(SourceGroup key, InterfaceKey interface, MembershipFlags flags) {
    auto added = groups_.add_group_membership(handle_, key, interface, flags);
    if (added && has_flag(flags, MembershipFlags::kJoin)) {
        unclaimed_.erase({interface, key});
    }
    if (added && has_flag(flags, MembershipFlags::kForward)) {
        memory_.allow(key, interface);
    }
    return added;
}

Expected<void> RemoteClient::remove(SourceGroup key, InterfaceKey interface, MembershipFlags flags) {
    auto removed = groups_.delete_group_membership(handle_, key, interface, flags);
    if (removed && has_flag(flags, MembershipFlags::kJoin)) {
        unclaimed_.erase({interface, key});
    }
    if (removed && has_flag(flags, MembershipFlags::kForward)) {
        memory_.veto(key, interface);
    }
    return removed;
}

Expected<void> RemoteClient::replay_complete(InterfaceKey interface) {
    return groups_.igmp_replay_complete(handle_, interface);
}

Expected<void> RemoteClient::change_mfe(SourceGroup flow, const MfeEdit& edit) {
    auto changed = groups_.change_mfe(handle_, flow, edit);
    if (changed) {
        memory_.choose(flow, edit);
    }
    return changed;
}

Expected<EnumerationHandle> RemoteClient::enumerate(EnumerationKind kind) {
    if (enumerations_.size() >= kMostEnumerations) {
        return fail(Status::kNotEnoughMemory,
                    fmt::format("{} enumerations are open, which is the limit", enumerations_.size()));
    }
    const auto enumeration = groups_.group_enumeration_start(handle_, kind);
    if (enumeration) {
        enumerations_.insert(*enumeration);
    }
    return enumeration;
}

Expected<Page<SourceGroup>> RemoteClient::next_groups(EnumerationHandle enumeration, std::size_t limit) {
    return groups_.group_enumeration_next(enumeration, limit);
}

Expected<void> RemoteClient::end_enumeration(EnumerationHandle enumeration) {
    enumerations_.erase(enumeration);
    return groups_.group_enumeration_end(enumeration);
}

std::vector<InterfaceKey> RemoteClient::interfaces() const {
    for (const ClientView& client : groups_.clients()) {
        if (client.handle == handle_) {
            return client.interfaces;
        }
    }
    return {};
}

bool RemoteClient::await_some_claims() {
    if (awaiting_ == Awaiting::kNothing) {
        if (forget_some_claims()) {
            return true;
        }
        awaiting_ = Awaiting::kSome;
        awaited_ = {};
    }
    if (awaiting_ == Awaiting::kAll) {
        return false;
    }
    std::size_t left = kAtOnce;
    for (const InterfaceKey interface : interfaces()) {
        if (interface < awaited_.first) {
            continue;
        }
        const SourceGroup from = interface == awaited_.first ? awaited_.second : SourceGroup{};
        const std::vector<SourceGroup> keys = groups_.memberships_of(handle_, interface, left, from);
        for (const SourceGroup key : keys) {
            awaited_ = {interface, key};
            unclaimed_.insert(unclaimed_.end(), awaited_);
        }
        left -= keys.size();
        if (left == 0) {
            return true;
        }
    }
    awaiting_ = Awaiting::kAll;
    return false;
}

bool RemoteClient::forget_some_claims() {
    for (std::size_t i = 0; i < kAtOnce && !unclaimed_.empty(); ++i) {
        unclaimed_.erase(unclaimed_.begin());
    }
    return !unclaimed_.empty();
}

bool RemoteClient::forget_some() {
    return forget_some_claims() || memory_.forget_some(kAtOnce);
}

Expected<void> RemoteClient::drop_unclaimed() {
    const GroupManager::Batch batch(groups_, fmt::format("{} restarted without them", name_));
    for (std::size_t i = 0; i < kAtOnce && !unclaimed_.empty(); ++i) {
        const auto [interface, key] = *unclaimed_.begin();
        auto deleted = groups_.delete_group_membership(handle_, key, interface, MembershipFlags::kJoin);
        if (!deleted && deleted.error().status == Status::kNotEnoughMemory) {
            return deleted;
        }
        // Any other refusal: an interface that went meanwhile took its memberships along.
        unclaimed_.erase(unclaimed_.begin());
    }
    return {};
}

} // namespace mcfwd::protocols
