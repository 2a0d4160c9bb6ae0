// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The group manager: decides who owns an interface, who wants which group where, and what is forwarded. IGMP,
// static routes and remote protocols are its clients. Normative text: the group manager specification;
// section numbers below refer to it. Control thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/result.hh>

#include <controlplane/group_manager/callbacks.hh>
#include <controlplane/group_manager/events.hh>
#include <controlplane/group_manager/seams.hh>
#include <controlplane/group_manager/types.hh>
#include <controlplane/group_manager/views.hh>

namespace mcfwd::group_manager {

/// All outlive the group manager.
struct Environment {
    Clock& clock;
    TaskQueue& tasks;
    const InterfaceDirectory& interfaces;
    const MulticastView& view;
    const Boundary& boundary;
    ForwardingSink& sink;
    Memory* memory = nullptr; ///< null: no call is refused for lack of memory
};

/// What becomes of IGMP's memberships at the commit of a handoff (3.7, N36).
enum class HandoffMemberships : std::uint8_t {
    kGraceful, ///< they stay in force until replayed or swept
    kStrict,   ///< erased; a forwarding gap until the replay
};

/// What becomes of entries whose iif changes its owner (3.7, N37).
enum class HandoffMfe : std::uint8_t {
    kRebuild, ///< make before break
    kFlush,   ///< deleted; the next packet creates a new one
};

/// How busy entries age (5.5, N46).
enum class MfeExpiry : std::uint8_t {
    kActivity, ///< an active entry that forwarded since the last check lives on
    kAbsolute, ///< every entry ends after its timeout
};

/// What a membership of IGMP does on an interface that a routing protocol owns (N55).
enum class IgmpOnOwned : std::uint8_t {
    kImmediate, ///< it forwards; the owner may veto
    /// It forwards nothing until the owner has a membership of its own that covers the flow, or added it with
    /// kForward: a gap between a host's join and that. Stale ones (3.3) forward until replayed or swept.
    kConfirm,
};

struct Settings {
    HandoffMemberships handoff_memberships = HandoffMemberships::kGraceful;
    HandoffMfe handoff_mfe = HandoffMfe::kRebuild;
    MfeExpiry mfe_expiry = MfeExpiry::kActivity;
    IgmpOnOwned igmp_on_owned = IgmpOnOwned::kImmediate;
    std::chrono::milliseconds sweep_timeout{10'000}; ///< T_sweep (3.6)
    std::chrono::seconds unreachable_timeout{60};    ///< lifetime of kNoRoute and kUnownedIif entries (N43)
    std::chrono::seconds wrong_if_interval{3}; ///< between two WRONG_IF for one flow and interface (5.4)

    /// No task of the control thread may take long. Not for people to choose: the time of a task follows from
    /// these, and tests choose small ones.
    /// Memberships, entries or callbacks that one task goes through: a few milliseconds.
    std::size_t slice = 1024;
    /// Up to so many memberships, entries and callbacks a call settles all that follows from it before it
    /// returns. What is above follows in tasks of its own, and is visible as one version when it is done.
    std::size_t commit_limit = 2048;
};

struct Registration {
    ComponentId id;
    std::string name; ///< for people: "igmp", "static", "pim"
    Callbacks callbacks;
};

/// What the owner of an entry's iif may change; what is left out stays.
struct MfeEdit {
    std::optional<Ipv4Address> upstream; ///< 0: none, or not known
    std::optional<InterfaceKey> iif;     ///< another interface of the same owner
    std::optional<std::chrono::seconds>
        timeout; ///< how long the entry stays from now on; 0: until the next tick
};

struct Core;

/// Results are in the order of checks of 2.0: not started, called from inside a callback (both
/// kCanNotComplete), bad handle (kInvalidParameter), malformed arguments (kInvalidParameter), interface,
/// ownership, handoff phase (kCanNotComplete), memory (kNotEnoughMemory, of every call that needs some). A
/// failed call changes nothing, fires nothing, publishes nothing; one that has passed its checks finishes. A
/// call that succeeds publishes at most one version and fires its callbacks in the order of 2.0 before it
/// returns (see Batch and `Settings::commit_limit` for exceptions). When the forwarding table has no room for
/// all of it, what fits is published; the rest waits for room and is tried again by `tick`.
class GroupManager {
  public:
    GroupManager(Environment environment, Settings settings, Observer observer = {});
    ~GroupManager();
    GroupManager(const GroupManager&) = delete;
    GroupManager& operator=(const GroupManager&) = delete;

    /// kCanNotComplete when it runs already.
    [[nodiscard]] Expected<void> start();
    /// Ends all service: clients, memberships and entries go, without callbacks, and misses are dropped
    /// again.
    void stop();

    /// 2.1. kAlreadyExists: the id is registered. kInvalidParameter: IGMP with only one of its two callbacks.
    [[nodiscard]] Expected<ClientHandle> register_protocol(Registration registration);
    /// 2.2. kCanNotComplete: it still holds an interface.
    [[nodiscard]] Expected<void> deregister_protocol(ClientHandle client);

    /// 2.3. kAlreadyExists: another routing protocol, or the caller, is there. kInvalidParameter: unknown
    /// interface. If IGMP is alone there: the handoff of 3.3.
    [[nodiscard]] Expected<void> take_interface_ownership(ClientHandle client, InterfaceKey interface);
    /// 2.4. kInvalidParameter: no record, or the caller is not on it. If IGMP stays there: the handoff
    /// of 3.4.
    [[nodiscard]] Expected<void> release_interface_ownership(ClientHandle client, InterfaceKey interface);
    /// For protocols of this router that make way for one another: what release by `from` and take by `to` do
    /// together, with their callbacks, but the interface has an owner all the time and its entries are
    /// rebuilt instead of deleted (HandoffMfe::kRebuild). kInvalidParameter: `from` is not its routing
    /// protocol, or `to` is IGMP; kAlreadyExists: `to` is there.
    [[nodiscard]] Expected<void> transfer_interface_ownership(ClientHandle from, ClientHandle to,
                                                              InterfaceKey interface);
    /// 2.5. kNotFound: nobody is on the interface. Allowed inside callbacks.
    [[nodiscard]] Expected<ComponentId> protocol_on_interface(InterfaceKey interface) const;

    /// 2.6. kInvalidParameter: flags, key, or the caller's right; kNotFound: no record of the interface.
    [[nodiscard]] Expected<void> add_group_membership(ClientHandle client, SourceGroup key,
                                                      InterfaceKey interface, MembershipFlags flags);
    /// 2.7. As above; deleting what is absent succeeds.
    [[nodiscard]] Expected<void> delete_group_membership(ClientHandle client, SourceGroup key,
                                                         InterfaceKey interface, MembershipFlags flags);

    /// 2.8. No registration needed. kNotFound: no entry.
    [[nodiscard]] Expected<MfeView> mfe(SourceGroup flow) const;
    /// Whether there is an entry.
    [[nodiscard]] bool has_mfe(SourceGroup flow) const;
    /// At most `limit` entries from the first on, by (group, source). kInsufficientBuffer: `limit` is 0 and
    /// there is an entry.
    [[nodiscard]] Expected<Page<MfeView>> first_mfe(std::size_t limit) const;
    /// As `first_mfe`, strictly after `after`, which need not exist any more.
    [[nodiscard]] Expected<Page<MfeView>> next_mfe(SourceGroup after, std::size_t limit) const;
    /// The same with statistics. kInvalidParameter: not a level.
    [[nodiscard]] Expected<MfeStatsView> mfe_stats(SourceGroup flow, StatsLevel level) const;
    [[nodiscard]] Expected<Page<MfeStatsView>> first_mfe_stats(std::size_t limit, StatsLevel level) const;
    [[nodiscard]] Expected<Page<MfeStatsView>> next_mfe_stats(SourceGroup after, std::size_t limit,
                                                              StatsLevel level) const;
    /// 2.9. Changes the upstream neighbour, nothing else. kNotFound: no entry; kInvalidParameter: not the
    /// iif's owner.
    [[nodiscard]] Expected<void> set_mfe(ClientHandle client, SourceGroup flow, Ipv4Address upstream);
    /// For a client that could not answer RPF or PRUNE in time: what they may choose (4.1, 4.4), afterwards.
    /// A new iif is visible to the workers at once, vetoes and counters stay. kNotFound: no entry;
    /// kInvalidParameter: not the iif's owner, not the new iif's owner, or nothing to change.
    [[nodiscard]] Expected<void> change_mfe(ClientHandle client, SourceGroup flow, const MfeEdit& edit);

    /// 2.10. The groups as they are now; the handle ends with `group_enumeration_end` or the client.
    [[nodiscard]] Expected<EnumerationHandle> group_enumeration_start(ClientHandle client,
                                                                      EnumerationKind kind);
    /// At most `limit`, ascending; kMoreData also with fewer, perhaps none, if very many keys came since the
    /// begin. kInsufficientBuffer: `limit` is 0 and there is more; kInvalidParameter: bad handle.
    [[nodiscard]] Expected<Page<SourceGroup>> group_enumeration_next(EnumerationHandle enumeration,
                                                                     std::size_t limit);
    [[nodiscard]] Expected<void> group_enumeration_end(EnumerationHandle enumeration);

    /// 5.2. A worker missed and parked. Ends with a published entry for the flow or with `discard_parked`.
    /// `header` is the start of the packet (only the first 128 octets are kept). From inside a callback it is
    /// posted.
    void new_packet(SourceGroup flow, InterfaceKey arrival, std::span<const std::byte> header);
    /// 5.4. A worker dropped a packet that came from another interface than the iif.
    void wrong_interface(SourceGroup flow, InterfaceKey arrival, std::span<const std::byte> header);
    /// 5.7. The view answers differently for these sources; `group` narrows it to one group (0: all).
    [[nodiscard]] Expected<void> route_changed(Ipv4Prefix sources, Ipv4Address group = {});
    /// 5.3. The boundaries of an interface changed.
    [[nodiscard]] Expected<void> boundary_changed(InterfaceKey interface);
    /// 2.11. Releases the owner, then IGMP, on their behalf. kNotFound: no record.
    [[nodiscard]] Expected<void> interface_down(InterfaceKey interface);
    /// 3.6. IGMP has added everything it has: what is still stale goes. kNotFound: no record;
    /// kInvalidParameter: the caller is not the IGMP of the interface.
    [[nodiscard]] Expected<void> igmp_replay_complete(ClientHandle client, InterfaceKey interface);

    /// Does what is due: expiry, sweep, retries. Cost is proportional to what is due.
    void tick();
    /// When `tick` has something to do next; nullopt: nothing is waiting.
    [[nodiscard]] std::optional<Instant> next_deadline() const;

    /// Nothing that follows from a call is still to come: no slice, no publication held back, no replay or
    /// sweep. What a full table refused may wait.
    [[nodiscard]] bool settled() const;

    /// For `mcfwdctl show`. Ascending by interface, key, registration.
    [[nodiscard]] std::vector<OwnershipView> ownership() const;
    /// The same of one interface; nullopt: nobody is on it.
    [[nodiscard]] std::optional<OwnershipView> ownership_of(InterfaceKey interface) const;
    /// Of every interface that ever had one, and of links that somebody is on. Valid until the next call.
    [[nodiscard]] const std::map<InterfaceKey, HandoffStats>& handoffs() const;
    [[nodiscard]] std::vector<MembershipView> memberships() const;
    /// At most `limit` (not 0) of them, strictly behind a place that need not exist any more. Fewer, or none,
    /// also where `next` says that there may be more: one call looks at a bounded number.
    [[nodiscard]] MembershipPage memberships_behind(const MembershipPlace& place, std::size_t limit,
                                                    const MembershipFilter& filter = {}) const;
    [[nodiscard]] std::vector<ClientView> clients() const;
    /// All that is joined of one group, by key and interface; of one interface its routing protocol first.
    [[nodiscard]] std::vector<JoinedKey> joined_in(Ipv4Address group) const;
    /// Keys that the client has joined on one interface, ascending from `from` on, at most `limit`.
    [[nodiscard]] std::vector<SourceGroup> memberships_of(ClientHandle client, InterfaceKey interface,
                                                          std::size_t limit = SIZE_MAX,
                                                          SourceGroup from = {}) const;
    [[nodiscard]] std::size_t mfe_count() const;
    [[nodiscard]] const Metrics& metrics() const;

    /// While one is alive, calls count as one (1.10): their changes become visible together when the
    /// outermost batch ends, and their callbacks follow then, in the order of the calls. A handoff and the
    /// creation of an entry publish what has come together before them and go on by themselves.
    class Batch {
      public:
        enum class End : std::uint8_t {
            kPublish,
            /// For work in several tasks that shall become one version: what there is to publish waits for
            /// the next call of anybody, and up to `commit_limit` entries or callbacks these with it. Without
            /// anything to publish the callbacks are made as usual.
            kHold,
        };
        /// `cause` is for the table history, e.g. "igmp replay on lan1". `end` counts if it is the outermost.
        Batch(GroupManager& group_manager, std::string cause, End end = End::kPublish);
        ~Batch();
        Batch(const Batch&) = delete;
        Batch& operator=(const Batch&) = delete;

      private:
        Core& core_;
        End end_;
    };

  private:
    std::unique_ptr<Core> core_;
};

} // namespace mcfwd::group_manager
