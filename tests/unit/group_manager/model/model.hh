// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// An executable reading of the group manager specification, sections 1, 2, 3 and 5: slow, plain, and written
// from the text alone. It has the operations of `GroupManager` and calls clients and table in the same way,
// so that random calls can be made on both and everything compared.
#pragma once

#include <span>

#include "state.hh"

namespace mcfwd::group_manager::model {

class Model {
  public:
    Model(Environment environment, Settings settings) : state_(environment, settings), settings_(settings) {}

    Expected<void> start();
    void stop();

    // ownership.cc
    Expected<ClientHandle> register_protocol(Registration registration);
    Expected<void> deregister_protocol(ClientHandle client);
    Expected<void> take_interface_ownership(ClientHandle client, InterfaceKey on);
    Expected<void> release_interface_ownership(ClientHandle client, InterfaceKey on);
    Expected<void> transfer_interface_ownership(ClientHandle from, ClientHandle to, InterfaceKey on);
    Expected<ComponentId> protocol_on_interface(InterfaceKey on) const;
    Expected<void> interface_down(InterfaceKey on);

    // memberships.cc
    Expected<void> add_group_membership(ClientHandle client, SourceGroup key, InterfaceKey on,
                                        MembershipFlags flags);
    Expected<void> delete_group_membership(ClientHandle client, SourceGroup key, InterfaceKey on,
                                           MembershipFlags flags);
    Expected<void> igmp_replay_complete(ClientHandle client, InterfaceKey on);

    // entries.cc
    void new_packet(SourceGroup flow, InterfaceKey arrival, std::span<const std::byte> header);
    void wrong_interface(SourceGroup flow, InterfaceKey arrival, std::span<const std::byte> header);
    Expected<void> route_changed(Ipv4Prefix sources, Ipv4Address group = {});
    Expected<void> boundary_changed(InterfaceKey on);
    Expected<void> set_mfe(ClientHandle client, SourceGroup flow, Ipv4Address upstream);
    Expected<void> change_mfe(ClientHandle client, SourceGroup flow, const MfeEdit& edit);
    void tick();

    // queries.cc
    Expected<MfeView> mfe(SourceGroup flow) const;
    Expected<Page<MfeView>> first_mfe(std::size_t limit) const;
    Expected<Page<MfeView>> next_mfe(SourceGroup after, std::size_t limit) const;
    Expected<MfeStatsView> mfe_stats(SourceGroup flow, StatsLevel level) const;
    Expected<Page<MfeStatsView>> first_mfe_stats(std::size_t limit, StatsLevel level) const;
    Expected<Page<MfeStatsView>> next_mfe_stats(SourceGroup after, std::size_t limit, StatsLevel level) const;
    Expected<EnumerationHandle> group_enumeration_start(ClientHandle client, EnumerationKind kind);
    Expected<Page<SourceGroup>> group_enumeration_next(EnumerationHandle enumeration, std::size_t limit);
    Expected<void> group_enumeration_end(EnumerationHandle enumeration);
    std::optional<Instant> next_deadline() const;
    std::vector<OwnershipView> ownership() const;
    std::vector<MembershipView> memberships() const;
    std::vector<ClientView> clients() const;
    std::size_t mfe_count() const { return state_.mfes.size(); }
    const Metrics& metrics() const { return metrics_; }

    class Batch {
      public:
        Batch(Model& model, std::string) : model_(model) { ++model_.batch_depth_; }
        ~Batch() {
            if (--model_.batch_depth_ == 0 && model_.inside_ == 0) {
                model_.flush_batch();
            }
        }
        Batch(const Batch&) = delete;
        Batch& operator=(const Batch&) = delete;

      private:
        Model& model_;
    };

  private:
    /// A callback that is due.
    struct Emission {
        CallbackKind kind = CallbackKind::kJoinAlert;
        ClientHandle target;
        SourceGroup key;
        InterfaceKey interface;
        AlertCause cause = AlertCause::kMembership;
    };
    /// What one mutating call notes while it edits the state; everything else is derived at its end.
    struct Call {
        std::vector<Emission> local; ///< LOCAL_JOIN and LOCAL_LEAVE
        std::map<SourceGroup, InterfaceKey>
            vanished;                  ///< where a membership ended or moved to another component
        std::set<SourceGroup> built;   ///< entries created or rebuilt
        std::set<SourceGroup> adopted; ///< entries whose iif owner left
    };

    // calls.cc: 2.0
    std::optional<Status> refused() const;
    std::optional<Status> refused(ClientHandle client) const;
    std::vector<Emission> settle(Call& call);
    void publish();
    void deliver(const std::vector<Emission>& emissions);
    void end(Call& call);
    void end_now(Call& call);
    void flush_batch();
    /// Calls one client, unless the callback is null.
    template <typename Argument>
    void tell(ClientHandle target, std::function<void(Argument)> Callbacks::* which,
              std::type_identity_t<Argument> argument) {
        const auto& callback = state_.clients.at(target).callbacks.*which;
        if (!callback) {
            return;
        }
        ++inside_;
        try {
            callback(argument);
        } catch (...) {
            ++metrics_.callback_failures;
        }
        --inside_;
    }

    // ownership.cc: 3
    void take(ClientHandle client, InterfaceKey on);
    void release(ClientHandle client, InterfaceKey on);
    void hand_over(InterfaceKey on, ClientHandle from, ClientHandle to);
    void erase_memberships(Call& call, ClientHandle component, InterfaceKey on);
    void erase_edits(ClientHandle component, InterfaceKey on);
    void suspend_igmp(Call& call, InterfaceKey on);
    void adopt(Call& call, InterfaceKey on, ClientHandle from, ClientHandle to);

    // memberships.cc
    std::optional<Status> may_edit(ClientHandle client, SourceGroup key, InterfaceKey on,
                                   MembershipFlags flags);
    void sweep(Call& call, InterfaceKey on);

    // entries.cc: 5
    std::set<SourceGroup> entries_of(InterfaceKey iif) const;
    bool somebody_at(InterfaceKey arrival) const;
    Mfe build(SourceGroup flow, InterfaceKey arrival, std::vector<std::byte> header);
    void ask_rpf(Mfe& mfe);
    void ask_creation(Mfe& mfe);
    void rebuild(Call& call, const std::set<SourceGroup>& flows);
    void rebuild_later(const std::set<SourceGroup>& flows);
    void alert_wrong_interface(SourceGroup flow, InterfaceKey arrival, std::span<const std::byte> header);
    bool expired(Mfe& mfe);

    // queries.cc
    ClientName name_of(ClientHandle client) const;
    MfeView view(const Mfe& mfe) const;
    MfeStatsView stats(const Mfe& mfe, StatsLevel level) const;
    std::vector<const Mfe*> entries_after(std::optional<SourceGroup> after) const;

    struct Enumeration {
        ClientHandle client;
        std::vector<SourceGroup> left;
    };

    State state_;
    Settings settings_;
    bool started_ = false;
    unsigned inside_ = 0; ///< callbacks that run now
    unsigned batch_depth_ = 0;
    std::vector<Emission> batched_;
    /// (client, key) with "somebody else wants it", as alerts have told (1.8); the RPF interface of an (S,G)
    /// key then.
    std::map<std::pair<ClientHandle, SourceGroup>, InterfaceKey> told_;
    std::set<SourceGroup> told_foreign_; ///< entries with M true, as alerts have told
    std::map<SourceGroup, std::pair<InterfaceKey, std::set<InterfaceKey>>> published_;
    std::set<InterfaceKey> published_signals_;
    std::map<std::pair<SourceGroup, InterfaceKey>, Instant> last_wrong_if_;
    std::map<EnumerationHandle, Enumeration> enumerations_;
    std::uint64_t last_client_ = 0, last_enumeration_ = 0;
    Metrics metrics_;
};

} // namespace mcfwd::group_manager::model
