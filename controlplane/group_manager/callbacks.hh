// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What the group manager tells its clients (specification section 4). A client sets the callbacks it cares
// about; a null one is skipped.
//
// General rules: callbacks run on the control thread inside the call that caused them. Queries may be made
// from inside; a mutating call is refused with kCanNotComplete (a client posts it instead). Arguments are
// copies that live during the call. Exceptions are caught, counted and logged.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

#include <controlplane/group_manager/types.hh>

namespace mcfwd::group_manager {

/// RPF (4.1). When: an entry is created or rebuilt. To: the owner of the interface towards the source, which
/// need not be the arrival interface.
struct RpfQuery {
    SourceGroup flow;
    std::span<const std::byte>
        header; ///< start of the packet from the IP header on; empty when it was not kept
    InterfaceKey
        iif; ///< in: as the multicast view says; out: the receiver's choice, honoured only if it owns it
    Ipv4Address upstream; ///< in/out: upstream neighbour, 0 when the source is attached; stored in the entry
    Route route;          ///< in/out: stored in the entry
};

/// One candidate of a creation alert.
struct CandidateOif {
    InterfaceKey oif;
    bool igmp = false; ///< IGMP is enabled on it
    bool enabled =
        true; ///< out: false vetoes forwarding of this flow on the interface; other fields are not read back
};

/// CREATION_ALERT (4.2). When: as RPF, after it and before the first packet is forwarded. To: every component
/// with a candidate oif, once, with its own interfaces only.
struct CreationAlert {
    SourceGroup flow;
    InterfaceKey iif;
    std::span<CandidateOif> candidates;
};

/// What made an alert: members came or went (TRUE in the specification), or the oif list of one entry changed
/// (FALSE).
enum class AlertCause : bool { kEntry = false, kMembership = true };

/// JOIN_ALERT (4.3). kMembership: somebody else began to want `key`; kEntry: the entry `key` got its first
/// oif of another component. The receiver starts pulling the data.
struct JoinAlert {
    SourceGroup key;
    AlertCause cause = AlertCause::kMembership;
};

inline constexpr std::chrono::seconds kDefaultMfeTimeout{900};

/// PRUNE_ALERT (4.4). kMembership: nobody else wants `key` any more, `interface` is where the last one
/// vanished; kEntry: the entry lost its last foreign oif or was created negative, `interface` is its iif.
struct PruneAlert {
    SourceGroup key;
    InterfaceKey interface;
    AlertCause cause = AlertCause::kMembership;
    /// kEntry only, out: how long the entry stays from now on; untouched it keeps the time it has (900 s for
    /// a new one). 0: gone at the next tick.
    std::chrono::seconds timeout = kDefaultMfeTimeout;
};

/// LOCAL_JOIN and LOCAL_LEAVE (4.5). When: IGMP adds or deletes a membership, or leaves the interface. To:
/// the routing protocol that owns the interface, if there is one. Alternate strictly per key, starting with a
/// join.
struct LocalMembership {
    SourceGroup key;
    InterfaceKey interface;
};

/// WRONG_IF (4.6). When: a packet of the flow arrived on another interface than its iif; at most one per flow
/// and interface in 3 s. To: the owner of the interface of arrival.
struct WrongInterface {
    SourceGroup flow;
    InterfaceKey arrival;
    std::span<const std::byte> header;
};

struct Callbacks {
    std::function<void(RpfQuery&)> rpf;
    std::function<void(const CreationAlert&)> creation_alert;
    std::function<void(const JoinAlert&)> join_alert;
    std::function<void(PruneAlert&)> prune_alert;
    std::function<void(const WrongInterface&)> wrong_if;
    std::function<void(const LocalMembership&)> local_join;
    std::function<void(const LocalMembership&)> local_leave;
    /// IGMP only, both or none (4.7). DISABLE: a routing protocol is taking or releasing the interface; make
    /// no add or delete on it until ENABLE. The protocol goes on (reports, timers, queries), only calls are
    /// held back.
    std::function<void(InterfaceKey)> disable_igmp;
    /// The change is complete. Post one replay: add all memberships of the interface as they are then, and
    /// end it with `igmp_replay_complete`. A later DISABLE cancels a replay that has not run.
    std::function<void(InterfaceKey)> enable_igmp;
};

/// For events and logs.
enum class CallbackKind : std::uint8_t {
    kRpf,
    kCreationAlert,
    kJoinAlert,
    kPruneAlert,
    kWrongIf,
    kLocalJoin,
    kLocalLeave,
    kDisableIgmp,
    kEnableIgmp,
};

/// As in events and, after "mgm.", as notification of the control socket.
[[nodiscard]] constexpr std::string_view callback_name(CallbackKind kind) {
    constexpr std::array<std::string_view, 9> kNames{"rpf",         "creation_alert", "join_alert",
                                                     "prune_alert", "wrong_if",       "local_join",
                                                     "local_leave", "disable_igmp",   "enable_igmp"};
    return kNames[static_cast<std::size_t>(kind)];
}

} // namespace mcfwd::group_manager
