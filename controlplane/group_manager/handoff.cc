// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The handoff between IGMP and a routing protocol (specification 3.3 and 3.4): DISABLE, commit, publish,
// alerts, ENABLE. Forwarding goes on unchanged; what IGMP had stays in force as stale until it is replayed or
// swept.
#include <controlplane/group_manager/core.hh>

#include <algorithm>
#include <bit>

#include <spdlog/spdlog.h>

namespace mcfwd::group_manager {

namespace {

void note_window(HandoffStats& stats, Duration length) {
    ++stats.windows;
    stats.last = length;
    stats.longest = std::max(stats.longest, length);
    const auto bits = static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(length.count())));
    ++stats.by_length[std::min(bits == 0 ? 0 : bits - 1, stats.by_length.size() - 1)];
}

/// The window: whatever happens between, DISABLE is followed by exactly one ENABLE in the stable phase.
class Window {
  public:
    Window(Core& core, InterfaceKey interface)
        : core_(core),
          interface_(interface),
          opened_(core.env.clock.now()) {
        // What a batch collected belongs to the time before.
        core_.flush_batch();
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
        note_window(core_.handoffs[interface_], length);
    }
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    /// Publishes the commit at once, even inside a batch, and fires its alerts.
    void commit(Change& change, const std::string& cause) {
        const std::vector<Emission> emissions = core_.settle(change);
        if (core_.publication.pending()) {
            core_.flush(cause);
        }
        core_.deliver(emissions);
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

/// IGMP's explicit oifs go with its memberships; its vetoes stay (specification N26).
void drop_forwards_of_igmp(Core& core, InterfaceKey interface, ClientHandle igmp) {
    for (const SourceGroup& flow : core.entries.edited(interface)) {
        Oif& oif = core.entries.find(flow)->oifs.at(interface);
        if (oif.forwarded_by == igmp) {
            oif.forwarded_by = kNoClient;
        }
    }
}

/// A new tenure makes all memberships of IGMP stale: they forward by themselves, whoever owns the interface
/// from now on.
void make_stale(Record& record) {
    ++record.tenure;
    record.stale = record.igmp_count;
}

/// After the attribution of the interface changed: the stale memberships count for IGMP itself, or go at once
/// in strict mode.
void suspend_memberships(Core& core, Change& change, InterfaceKey interface) {
    Record& record = *core.interest.find(interface);
    if (core.settings.handoff_memberships == HandoffMemberships::kStrict) {
        core.erase_memberships_of_igmp(change, interface);
        drop_forwards_of_igmp(core, interface, record.igmp);
    }
    core.await_replay(interface, record);
    core.refresh_edited(change, interface);
}

/// Only after a protocol owned the interface can live memberships count for somebody else than IGMP. Above
/// the limit each moves when it is replayed or swept: until then it counts for a client that is gone from the
/// interface, which the other clients cannot tell from IGMP.
void count_for_igmp_again(Core& core, Change& change, InterfaceKey interface) {
    Record& record = *core.interest.find(interface);
    if (record.igmp_count > kCommitLimit) {
        return;
    }
    for (auto& [key, members] : record.members) {
        if (!members.igmp || members.igmp->counts_for == record.igmp) {
            continue;
        }
        core.touch_key(change, key).vanished = interface;
        core.interest.uncount(key, members.igmp->counts_for);
        core.interest.count(key, record.igmp);
        members.igmp->counts_for = record.igmp;
        core.refresh_covered(change, key, interface);
    }
}

} // namespace

void Core::take_from_igmp(Client& client, InterfaceKey interface) {
    {
        Window window(*this, interface);
        Change change;
        touch_keys_by_rpf(change, interface);
        Record& record = *interest.find(interface);
        make_stale(record);
        record.owner = client.handle;
        client.interfaces.insert(interface);
        suspend_memberships(*this, change, interface);
        flush_entries(interface);
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
        make_stale(record);
        erase_memberships_of_owner(change, interface);
        drop_explicit(change, interface, client.handle);
        record.owner = kNoClient;
        client.interfaces.erase(interface);
        suspend_memberships(*this, change, interface);
        count_for_igmp_again(*this, change, interface);
        if (entries.count_by_iif(interface) <= kCommitLimit) {
            adopt_entries(interface, client.handle, record.igmp);
        }
        flush_entries(interface);
        if (may_log()) {
            spdlog::info("group_manager: handoff interface={} from={} to={} stale={}", name(interface),
                         client.name.name, name(record.igmp), record.stale);
        }
        window.commit(change,
                      fmt::format("handoff {} {}->{}", name(interface), client.name.name, name(record.igmp)));
    }
    rebuild_later(interface);
}

} // namespace mcfwd::group_manager
