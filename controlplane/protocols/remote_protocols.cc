// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A small state machine per client: connected -> waiting (restart time) -> leaving -> gone, and back from
// waiting to connected. Whatever takes long is a task per step, so that others get their turn in between.
#include "remote_protocols.hh"

#include <algorithm>
#include <array>
#include <new>
#include <string_view>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace mcfwd::protocols {

using group_manager::ClientHandle;
using group_manager::ComponentId;
using group_manager::EnumerationHandle;
using group_manager::InterfaceKey;

namespace {

constexpr std::array<std::string_view, 3> kOwnNames{"none", "igmp", "static"};

/// After a step that was refused, or found no memory.
constexpr std::chrono::seconds kRetry{1};

double in_seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

} // namespace

bool RemoteProtocols::may_log() {
    const auto held_back = log_limit_.allow(environment_.clock.now());
    if (held_back.value_or(0) > 0) {
        spdlog::info("remote protocols: not logged lines={}", *held_back);
    }
    return held_back.has_value();
}

RemoteProtocols::Entry* RemoteProtocols::find(ComponentId id) {
    const auto at =
        std::ranges::find(clients_, id, [](const auto& item) { return item.second->client.id(); });
    return at == clients_.end() ? nullptr : at->second.get();
}

bool RemoteProtocols::make_way(ComponentId id) {
    Entry* known = find(id);
    if (known != nullptr && known->state == State::kConnected && known->client.session()->peer_gone()) {
        lost(known->client.handle(), known->session); // word of its end is on the way; the new one came first
        known = find(id);
    }
    if (known != nullptr && known->state == State::kWaiting) {
        return known->client.await_some_claims();
    }
    return known != nullptr && known->state == State::kLeaving && depart_step(known->client.handle());
}

Expected<RemoteProtocols::Registered> RemoteProtocols::enter(rpc::Session& session,
                                                             RemoteRegistration registration) {
    if (std::ranges::count(kOwnNames, registration.name) > 0) {
        return fail(Status::kInvalidParameter,
                    fmt::format("the name {} is the router's own; take another one", registration.name));
    }
    const auto namesake = std::ranges::find_if(clients_, [&](const auto& item) {
        return item.second->client.name() == registration.name && item.second->client.id() != registration.id;
    });
    if (namesake != clients_.end()) {
        const ComponentId id = namesake->second->client.id();
        return fail(Status::kAlreadyExists,
                    fmt::format("the name {} belongs to protocol {} component {}; take another one",
                                registration.name, id.protocol, id.component));
    }
    if (Entry* known = find(registration.id); known != nullptr && known->state == State::kWaiting) {
        if (const uid_t uid = session.peer().uid; uid != 0 && uid != known->client.uid()) {
            return fail(Status::kAlreadyExists, fmt::format("{} waits for a restart by user {}",
                                                            known->client.name(), known->client.uid()));
        }
        return restart(*known, session, registration.restart_time);
    }
    if (clients_.size() >= kMostClients) {
        return fail(Status::kNotEnoughMemory,
                    fmt::format("{} remote protocols are registered, which is the limit", clients_.size()));
    }
    decltype(clients_) fresh; // its place is made before the group manager knows it
    fresh.emplace(ClientHandle{}, std::make_unique<Entry>(environment_));
    auto node = fresh.extract(fresh.begin());
    if (auto entered = node.mapped()->client.enter(registration.id, registration.name); !entered) {
        return std::unexpected(entered.error());
    }
    const ClientHandle handle = node.key() = node.mapped()->client.handle();
    Entry& stored = *clients_.insert(std::move(node)).position->second;
    stored.deadline = environment_.clock.now(); // it leaves again unless it is connected
    connect(stored, session, registration.restart_time);
    if (may_log()) {
        spdlog::info("remote protocol connected client={} pid={} uid={} restart_time={:g}s",
                     registration.name, session.peer().pid, session.peer().uid,
                     in_seconds(registration.restart_time));
    }
    return Registered{.handle = handle};
}

Expected<RemoteProtocols::Registered> RemoteProtocols::restart(Entry& entry, rpc::Session& session,
                                                               Duration restart_time) {
    const Duration grace = std::max(restart_time, entry.restart_time);
    while (entry.client.await_some_claims()) { // make_way has done it
    }
    connect(entry, session, restart_time);
    entry.deadline = environment_.clock.now() + grace;
    if (may_log()) {
        spdlog::info("remote protocol restarted client={} pid={} uid={} interfaces={} memberships={}",
                     entry.client.name(), session.peer().pid, session.peer().uid,
                     entry.client.interfaces().size(), entry.client.unclaimed());
    }
    return Registered{.handle = entry.client.handle(), .restarted = true};
}

/// In an order that leaves nothing behind when memory ends: a session that a client knows will tell its end.
void RemoteProtocols::connect(Entry& entry, rpc::Session& session, Duration restart_time) {
    const std::uint64_t number = ++sessions_;
    const auto hook =
        session.on_close([this, handle = entry.client.handle(), number] { lost(handle, number); });
    entry.client.connect(session);
    entry.state = State::kConnected;
    entry.restart_time = restart_time;
    entry.deadline.reset();
    entry.session = number;
    entry.hook = hook;
}

Expected<void> RemoteProtocols::leave(RemoteClient& client) {
    auto left = client.deregister();
    if (left) {
        client.session()->forget(clients_.at(client.handle())->hook);
        if (may_log()) {
            spdlog::info("remote protocol left client={} pid={}", client.name(), client.pid());
        }
        remove(client.handle()); // what waits for it is still delivered
    }
    return left;
}

void RemoteProtocols::restart_complete(RemoteClient& client) {
    clients_.at(client.handle())->deadline.reset();
    drop_unclaimed(client.handle());
}

Expected<RemoteClient*> RemoteProtocols::client(const rpc::Session& session, ClientHandle handle) {
    const auto at = clients_.find(handle);
    if (at == clients_.end() || at->second->client.session() != &session) {
        return fail(Status::kInvalidParameter,
                    fmt::format("no client of this connection has handle {} (event 50019)", handle));
    }
    return &at->second->client;
}

Expected<RemoteClient*> RemoteProtocols::client_of(const rpc::Session& session,
                                                   EnumerationHandle enumeration) {
    const auto at = std::ranges::find_if(clients_, [&](const auto& item) {
        const RemoteClient& client = item.second->client;
        return client.session() == &session && client.enumerates(enumeration);
    });
    if (at == clients_.end()) {
        return fail(Status::kInvalidParameter,
                    fmt::format("no enumeration of this connection has handle {}", enumeration));
    }
    return &at->second->client;
}

void RemoteProtocols::lost(ClientHandle handle, std::uint64_t session) {
    const auto at = clients_.find(handle);
    if (at == clients_.end() || at->second->session != session || at->second->state != State::kConnected) {
        return;
    }
    // What becomes of it stands before anything is allocated: `advance` goes on with it in any case.
    Entry& entry = *at->second;
    const bool restarts = entry.restart_time > Duration::zero();
    entry.state = restarts ? State::kWaiting : State::kLeaving;
    entry.deadline = environment_.clock.now() + (restarts ? entry.restart_time : Duration(kRetry));
    entry.client.disconnect();
    if (may_log()) {
        spdlog::warn("remote protocol lost client={} pid={} interfaces={} restart_time={:g}s",
                     entry.client.name(), entry.client.pid(), entry.client.interfaces().size(),
                     in_seconds(entry.restart_time));
    }
    if (!restarts) {
        depart(handle);
    }
}

void RemoteProtocols::depart(ClientHandle handle) {
    if (depart_step(handle)) {
        environment_.tasks.post([this, handle] { depart(handle); });
        clients_.at(handle)->deadline.reset();
    }
}

bool RemoteProtocols::depart_step(ClientHandle handle) {
    const auto at = clients_.find(handle);
    if (at == clients_.end() || at->second->state != State::kLeaving) {
        return false;
    }
    at->second->deadline = environment_.clock.now() + kRetry; // unless there is a next step
    RemoteClient& client = at->second->client;
    const std::vector<InterfaceKey> interfaces = client.interfaces();
    if (const auto done = interfaces.empty() ? client.deregister() : client.release(interfaces.front());
        !done) {
        if (may_log()) {
            spdlog::error("remote protocol not released client={} reason=\"{}\"", client.name(),
                          done.error().what);
        }
        return false;
    }
    if (!interfaces.empty()) {
        return true;
    }
    if (may_log()) {
        spdlog::info("remote protocol gone client={}", client.name());
    }
    remove(handle);
    return false;
}

void RemoteProtocols::remove(ClientHandle handle) {
    removed_.insert(clients_.extract(handle));
    if (!forgetting_) {
        forget_removed();
    }
}

void RemoteProtocols::forget_removed() {
    forgetting_ = false;
    if (!removed_.begin()->second->client.forget_some()) {
        removed_.erase(removed_.begin());
    }
    if (removed_.empty()) {
        return;
    }
    try {
        environment_.tasks.post([this] { forget_removed(); });
        forgetting_ = true;
    } catch (const std::bad_alloc&) { // `advance` goes on with it
    }
}

void RemoteProtocols::drop_unclaimed(ClientHandle handle) {
    const auto at = clients_.find(handle);
    if (at == clients_.end() || at->second->state != State::kConnected || at->second->deadline) {
        return;
    }
    Entry& entry = *at->second;
    entry.deadline = environment_.clock.now() + kRetry; // unless all goes well
    if (entry.client.drop_unclaimed()) {
        if (entry.client.unclaimed() > 0) {
            environment_.tasks.post([this, handle] { drop_unclaimed(handle); });
        }
        entry.deadline.reset();
    }
}

void RemoteProtocols::advance() {
    if (!removed_.empty() && !forgetting_) {
        forget_removed();
    }
    if (clients_.empty()) {
        return;
    }
    const Instant now = environment_.clock.now();
    std::vector<ClientHandle> due;
    for (const auto& [handle, entry] : clients_) {
        if (entry->deadline && *entry->deadline <= now) {
            due.push_back(handle);
        }
    }
    for (const ClientHandle handle : due) {
        overdue(handle, *clients_.at(handle));
    }
}

void RemoteProtocols::overdue(ClientHandle handle, Entry& entry) {
    switch (entry.state) {
    case State::kConnected:
        if (may_log()) {
            spdlog::info("remote protocol restart time over client={} not_added_again={}",
                         entry.client.name(), entry.client.unclaimed());
        }
        entry.deadline.reset();
        drop_unclaimed(handle);
        return;
    case State::kWaiting:
        if (may_log()) {
            spdlog::warn("remote protocol did not come back client={}", entry.client.name());
        }
        entry.state = State::kLeaving;
        [[fallthrough]];
    case State::kLeaving:
        depart(handle);
    }
}

std::optional<RemoteView> RemoteProtocols::view(ClientHandle handle) const {
    const auto at = clients_.find(handle);
    if (at == clients_.end()) {
        return std::nullopt;
    }
    const Entry& entry = *at->second;
    RemoteView view{.handle = handle,
                    .pid = entry.client.pid(),
                    .uid = entry.client.uid(),
                    .restart_time = entry.restart_time,
                    .state = entry.state,
                    .expires_in = std::nullopt,
                    .unclaimed = entry.client.unclaimed(),
                    .sent = entry.client.sent(),
                    .queued = entry.client.queued()};
    if (entry.deadline) {
        view.expires_in = std::max(*entry.deadline - environment_.clock.now(), Duration::zero());
    }
    return view;
}

} // namespace mcfwd::protocols
