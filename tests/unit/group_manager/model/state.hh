// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The model's tables (specification section 1): plain sets, and every derived notion as a function that
// computes it from them from scratch. Slow on purpose; nothing here is kept in step with anything else.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <mcfwd/clock.hh>

#include <controlplane/group_manager/group_manager.hh>

namespace mcfwd::group_manager::model {

/// 1.1
struct Client {
    ComponentId id;
    std::string name;
    Callbacks callbacks;
    Instant since{};
};

/// 1.4
struct Record {
    ClientHandle owner; ///< routing protocol or none
    ClientHandle igmp;
    Phase phase = Phase::kStable;
    std::optional<Instant> sweep_at; ///< while the end of a replay is awaited (3.6)
};

/// 1.5: who wants what where. Ordered as listings are.
struct MembershipKey {
    InterfaceKey on;
    SourceGroup key;
    ClientHandle component;
    auto operator<=>(const MembershipKey&) const = default;
};
struct Membership {
    bool stale = false;
    bool announced = false;
    Instant since{};
};

/// FWD contribution. IGMP's become stale in a handoff as its memberships do.
struct Forward {
    ClientHandle by;
    bool stale = false;
};

/// 1.6
struct Mfe {
    SourceGroup flow;
    InterfaceKey iif;                               ///< without a route: where the packet came from
    std::optional<InterfaceKey> rpf;                ///< what the multicast view said
    ClientHandle iif_owner;                         ///< none if `blocked` says that there is none
    NegativeReason blocked = NegativeReason::kNone; ///< negative whatever members there are
    std::map<InterfaceKey, Forward> forwards;
    std::map<InterfaceKey, ClientHandle> vetoes; ///< by whom
    Ipv4Address upstream;
    bool upstream_chosen = false; ///< by the owner of the iif (2.9, 4.1)
    Route route;
    bool route_chosen = false;
    Route view_route;              ///< what the multicast view said
    InterfaceKey arrival;          ///< of the packet that created it
    std::vector<std::byte> header; ///< of that packet
    Instant created{}, expires{};
    Duration period{}; ///< lifetime from creation or re-arming on
    std::uint64_t packets_at_check = 0;
    std::map<InterfaceKey, Instant> forwarding_since;
    bool awaits_rebuild = false;
    bool restart_counters = true; ///< until published
};

struct State {
    State(const Environment& environment, const Settings& settings)
        : env(environment),
          confirm(settings.igmp_on_owned == IgmpOnOwned::kConfirm) {}

    [[nodiscard]] ClientHandle attr(InterfaceKey on) const;                                       // 1.4
    [[nodiscard]] bool is_igmp_of(ClientHandle client, InterfaceKey on) const;                    // 1.2
    [[nodiscard]] ClientHandle cnt(const MembershipKey& key, const Membership& membership) const; // 1.5
    [[nodiscard]] std::set<ClientHandle> wanting(SourceGroup key) const; // 1.8: W(k), V(S,G)
    [[nodiscard]] std::optional<InterfaceKey> rpf_interface(SourceGroup key) const;
    /// 1.8: A(c,k) of a wildcard key; of an (S,G) key B(S,G), if c is o(S).
    [[nodiscard]] bool others_want(ClientHandle client, SourceGroup key) const;
    /// N55: no contribution until the owner of X has one that covers the flow.
    [[nodiscard]] bool awaits_owner(const MembershipKey& key, const Membership& membership) const;
    /// 1.6: contrib(X) of every X that has one, as the components that the contributions count for.
    [[nodiscard]] std::map<InterfaceKey, std::set<ClientHandle>> contributions(const Mfe& mfe) const;
    [[nodiscard]] std::set<InterfaceKey> eff(const Mfe& mfe) const; // 1.6
    [[nodiscard]] bool foreign(const Mfe& mfe) const;               // 1.8: M(mfe)
    [[nodiscard]] std::set<SourceGroup> joined_keys() const;

    Environment env;
    bool confirm;                           ///< N55
    std::map<ClientHandle, Client> clients; ///< handles ascend in the order of registration
    std::map<InterfaceKey, Record> records;
    std::map<MembershipKey, Membership> memberships;
    std::map<SourceGroup, Mfe> mfes;
};

/// A membership with this key covers the flow.
[[nodiscard]] bool covers(SourceGroup key, SourceGroup flow);

} // namespace mcfwd::group_manager::model
