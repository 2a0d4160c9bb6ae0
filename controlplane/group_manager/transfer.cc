// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One protocol leaves an interface to another. Done as release and take, the interface would be without an
// owner in between: its entries would go, and packets be dropped until new ones are there.
#include <controlplane/group_manager/core.hh>

#include <spdlog/spdlog.h>

namespace mcfwd::group_manager {

Expected<void> GroupManager::transfer_interface_ownership(ClientHandle from, ClientHandle to,
                                                          InterfaceKey interface) {
    Core& core = *core_;
    const auto leaving = core.caller(from);
    if (!leaving) {
        return std::unexpected(leaving.error());
    }
    const auto coming = core.caller(to);
    if (!coming) {
        return std::unexpected(coming.error());
    }
    const Record* record = core.interest.find(interface);
    if (record == nullptr || record->owner != from) {
        return fail(Status::kInvalidParameter,
                    fmt::format("{} does not own {}", core.name(from), core.name(interface)));
    }
    if ((*coming)->is_igmp()) {
        return fail(Status::kInvalidParameter, fmt::format("{} is no routing protocol", core.name(to)));
    }
    if (from == to) {
        return fail(Status::kAlreadyExists,
                    fmt::format("{} is on {} already (event 50014)", core.name(to), core.name(interface)));
    }
    const Room room(core, 2 * core.room_for_last(interface), Memory::Use::kGrow);
    if (!room) {
        return room.refusal();
    }
    core.transfer(**leaving, **coming, interface);
    return {};
}

void Core::transfer(Client& from, Client& to, InterfaceKey interface) {
    if (interest.find(interface)->igmp != kNoClient) {
        release(from, interface); // IGMP is told of both (3.5), and the interface is never without anybody
        take(to, interface);
        return;
    }
    Change change;
    touch_keys_by_rpf(change, interface);
    Record& record = *interest.find(interface);
    depart(interface, from.handle);
    record.owner = to.handle;
    record.owner_since = record.tenure = interest.stamp();
    from.interfaces.erase(interface);
    to.interfaces.insert(interface);
    settle_departed(change, interface);
    refresh_edited(change, interface);
    adopt_entries(change, interface, from.handle, to.handle);
    if (settings.handoff_mfe == HandoffMfe::kFlush) {
        erase_entries(interface);
    }
    if (may_log()) {
        spdlog::info("group_manager: ownership transferred interface={} from={} to={}", name(interface),
                     from.name.name, to.name.name);
    }
    report_ownership(interface);
    finish(change,
           [&] { return fmt::format("{} leaves {} to {}", from.name.name, name(interface), to.name.name); });
    rebuild_later(interface);
}

} // namespace mcfwd::group_manager
