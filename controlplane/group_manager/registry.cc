// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Registration of clients (specification 2.1 and 2.2).
#include <controlplane/group_manager/core.hh>

#include <spdlog/spdlog.h>

namespace mcfwd::group_manager {

namespace {

/// A client with its callbacks, beyond its name.
constexpr std::size_t kClientOctets = 4096;

} // namespace

Expected<ClientHandle> GroupManager::register_protocol(Registration registration) {
    Core& core = *core_;
    if (auto result = core.ready(); !result) {
        return std::unexpected(result.error());
    }
    const Callbacks& callbacks = registration.callbacks;
    if (is_igmp(registration.id) && bool(callbacks.disable_igmp) != bool(callbacks.enable_igmp)) {
        return fail(Status::kInvalidParameter, "IGMP sets both of its callbacks or none (event 50012)");
    }
    if (core.clients.knows(registration.id)) {
        return fail(Status::kAlreadyExists,
                    fmt::format("protocol {} component {} is registered already (event 50011)",
                                registration.id.protocol, registration.id.component));
    }
    const Room room(core, kClientOctets + registration.name.size(), Memory::Use::kGrow);
    if (!room) {
        return room.refusal();
    }
    const Client& client = core.clients.add(registration.id, std::move(registration.name),
                                            std::move(registration.callbacks), core.env.clock.now());
    if (core.may_log()) {
        spdlog::info("group_manager: registered client={} protocol={} component={}", client.name.name,
                     client.name.id.protocol, client.name.id.component);
    }
    return client.handle;
}

Expected<void> GroupManager::deregister_protocol(ClientHandle handle) {
    Core& core = *core_;
    const auto client = core.caller(handle);
    if (!client) {
        return std::unexpected(client.error());
    }
    if (!(*client)->interfaces.empty()) {
        return fail(Status::kCanNotComplete,
                    fmt::format("{} still holds {} (event 50013)", (*client)->name.name,
                                core.name(*(*client)->interfaces.begin())));
    }
    const Room room(core, 0, Memory::Use::kShrink);
    if (!room) {
        return room.refusal();
    }
    if (core.may_log()) {
        spdlog::info("group_manager: deregistered client={}", (*client)->name.name);
    }
    core.enumerations.end_all(handle);
    core.clients.remove(handle);
    return {};
}

} // namespace mcfwd::group_manager
