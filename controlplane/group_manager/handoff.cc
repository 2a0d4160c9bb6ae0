// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The handoff between IGMP and a routing protocol (specification 3.3 and 3.4): DISABLE, commit, publish,
// alerts, ENABLE. Forwarding goes on unchanged; what IGMP had stays in force as stale until it is replayed or
// swept.
#include <controlplane/group_manager/core.hh>

#include <algorithm>

#include <spdlog/spdlog.h>

namespace mcfwd::group_manager {

namespace {

/// The window: whatever happens between, DISABLE is followed by exactly one ENABLE in the stable phase.
class Window {
  public:
    Window(Core& core, InterfaceKey interface)
        : core_(core),
          interface_(interface),
          opened_(core.env.clock.now()) {
        // What a batch collected belongs to the time before.
        core_.flush_batch(Then::kPublish);
        ++core_.metrics.handoff_windows;
        set_phase(Phase::kHandoff);
        const Client& igmp = client();
        core_.dispatcher.call(igmp.callbacks.disable_igmp, fired(CallbackKind::kDisableIgmp), interface_);
    }
    ~Window() {
        set_phase(Phase::kStable);
        const Client& igmp = client();
        core_.dispatcher.call(igmp.callbacks.enable_igmp, fired(CallbackKind::kEnableIgmp), interface_);
        const Duration length = std::max(core_.env.clock.now() - opened_, Duration::zero());
        core_.metrics.handoff_window_ns += static_cast<std::uint64_t>(length.count());
        core_.handoffs[interface_].windows.note(length);
    }
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    /// Publishes the commit at once, even inside a batch, and fires its alerts. What is left to slices
    /// becomes one version with it.
    void commit(Change& change, const std::string& cause) {
        const std::vector<Emission> emissions = core_.settle(change);
        core_.refreshed = 0;
        const bool more = core_.take_goes_on();
        if (core_.publication.pending()) {
            core_.flush(cause, more ? Then::kGather : Then::kPublish);
        }
        core_.emit(emissions);
    }

  private:
    [[nodiscard]] const Client& client() const {
        return *core_.clients.find(core_.interest.find(interface_)->igmp);
    }
    [[nodiscard]] CallbackFired fired(CallbackKind kind) const {
        return {.kind = kind, .target = client().name, .interface = interface_};
    }
    void set_phase(Phase phase) {
        core_.interest.find(interface_)->phase = phase;
        core_.report_ownership(interface_);
    }

    Core& core_;
    InterfaceKey interface_;
    Instant opened_;
};

/// After the attribution of the interface changed: a new tenure, which makes all memberships of IGMP stale,
/// or none at all in strict mode. Its explicit oifs go with them; its vetoes stay (specification N26).
void suspend_memberships(Core& core, Change& change, InterfaceKey interface) {
    Record& record = *core.interest.find(interface);
    const bool strict = core.settings.handoff_memberships == HandoffMemberships::kStrict;
    if (strict) {
        core.depart(interface, record.igmp);
    }
    record.tenure = core.interest.stamp();
    if (strict) {
        record.forwards_from = record.tenure;
    }
    record.stale = record.of_igmp.size();
    core.await_replay(interface, record);
    core.settle_departed(change, interface);
}

} // namespace

void Core::take_from_igmp(Client& client, InterfaceKey interface) {
    {
        Window window(*this, interface);
        Change change;
        touch_keys_by_rpf(change, interface);
        Record& record = *interest.find(interface);
        record.owner = client.handle;
        record.owner_since = interest.stamp();
        client.interfaces.insert(interface);
        suspend_memberships(*this, change, interface);
        refresh_edited(change, interface);
        if (settings.handoff_mfe == HandoffMfe::kFlush) {
            erase_entries(interface);
        }
        if (may_log()) {
            spdlog::info("group_manager: handoff interface={} from={} to={} stale={}", name(interface),
                         name(record.igmp), client.name.name, record.stale);
        }
        window.commit(change,
                      fmt::format("handoff {} {}->{}", name(interface), name(record.igmp), client.name.name));
    }
    rebuild_later(interface);
}

void Core::release_to_igmp(Client& client, InterfaceKey interface) {
    {
        Window window(*this, interface);
        Change change;
        touch_keys_by_rpf(change, interface);
        Record& record = *interest.find(interface);
        depart(interface, client.handle);
        record.owner = kNoClient;
        client.interfaces.erase(interface);
        suspend_memberships(*this, change, interface);
        count_for_igmp_again(change, interface);
        refresh_edited(change, interface);
        adopt_entries(change, interface, client.handle, record.igmp);
        if (settings.handoff_mfe == HandoffMfe::kFlush) {
            erase_entries(interface);
        }
        if (may_log()) {
            spdlog::info("group_manager: handoff interface={} from={} to={} stale={}", name(interface),
                         client.name.name, name(record.igmp), record.stale);
        }
        window.commit(change,
                      fmt::format("handoff {} {}->{}", name(interface), client.name.name, name(record.igmp)));
    }
    rebuild_later(interface);
}

/// Only after a protocol owned the interface can live memberships count for somebody else than IGMP.
void Core::count_for_igmp_again(Change& change, InterfaceKey interface) {
    Record& record = *interest.find(interface);
    if (record.of_igmp.size() > settings.commit_limit) {
        goes_on = true;
        if (count_again_from.insert_or_assign(interface, SourceGroup{}).second) {
            in_slices([this, interface] { return count_again_some(interface); });
        }
        return;
    }
    for (auto& [key, membership] : record.of_igmp) {
        count_again(change, interface, key, membership);
    }
}

void Core::count_again(Change& change, InterfaceKey interface, SourceGroup key, Membership& membership) {
    const ClientHandle component = interest.find(interface)->counted_for(membership);
    if (membership.counts_for == component) {
        return;
    }
    touch_key(change, key).vanished = interface;
    interest.uncount(key, membership.counts_for);
    interest.count(key, component);
    membership.counts_for = component;
    refresh_covered(change, key, interface);
}

} // namespace mcfwd::group_manager
