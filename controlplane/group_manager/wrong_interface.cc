// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Packets from another interface than the iif (specification 5.4): reported to the owner of the interface of
// arrival, rate limited.
#include <controlplane/group_manager/core.hh>

namespace mcfwd::group_manager {

void GroupManager::wrong_interface(SourceGroup flow, InterfaceKey arrival,
                                   std::span<const std::byte> header) {
    Core& core = *core_;
    const Entry* entry = core.find_entry(flow);
    // The entry may have changed since the worker dropped the packet.
    if (!core.started || core.dispatcher.inside() || entry == nullptr || accepts(entry->iif, arrival)) {
        return;
    }
    core.alert_wrong_interface(flow, arrival, header);
}

void Core::alert_wrong_interface(SourceGroup flow, InterfaceKey arrival, std::span<const std::byte> header) {
    const Client* owner = clients.find(interest.attributed(arrival));
    if (owner == nullptr || !owner->callbacks.wrong_if) {
        return;
    }
    const Room room(*this, room_for_entry(0), Memory::Use::kGrow);
    if (!room || !wrong_interfaces.allow(flow, arrival, env.clock.now(), settings.wrong_if_interval)) {
        ++metrics.wrongif_suppressed;
        return;
    }
    ++metrics.wrongif_alerts;
    dispatcher.call(
        owner->callbacks.wrong_if,
        {.kind = CallbackKind::kWrongIf, .target = owner->name, .key = flow, .interface = arrival},
        WrongInterface{flow, arrival, header});
}

} // namespace mcfwd::group_manager
