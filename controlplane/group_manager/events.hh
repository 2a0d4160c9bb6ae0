// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The group manager's part of the event stream: what changed and every callback fired, in the order it
// happened.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include <controlplane/group_manager/callbacks.hh>
#include <controlplane/group_manager/types.hh>

namespace mcfwd::group_manager {

/// A client as people know it.
struct ClientName {
    ComponentId id;
    std::string name; ///< as registered, e.g. "igmp"; empty: nobody
};

/// An interface record appeared, changed or went (no owner, no IGMP). Topic "ownership".
struct OwnershipChanged {
    InterfaceKey interface;
    ClientName owner;    ///< routing protocol; empty name: none
    ClientName previous; ///< who it belonged to for all purposes at the last such event; empty name: nobody
    bool igmp = false;
    Phase phase = Phase::kStable;
    std::size_t stale = 0; ///< memberships of IGMP kept over the handoff until replayed or swept
};

/// Topic "membership".
struct MembershipChanged {
    enum class What : std::uint8_t {
        kAdded,   ///< new, or live again
        kDeleted, ///< by its component, or because that left the interface
        kSwept,   ///< stale and not replayed
    };
    What what = What::kAdded;
    SourceGroup key;
    InterfaceKey interface;
    ClientName component;
};

/// Topic "mfe".
struct MfeChanged {
    enum class What : std::uint8_t {
        kCreated,
        kUpdated, ///< oif list changed
        kRebuilt,
        kExpired,
        kDeleted,
        kEvicted, ///< it was negative and made room for a new entry
        kRefused, ///< not created, or not updated yet: the forwarding table has no room
    };
    What what = What::kCreated;
    SourceGroup flow;
    InterfaceKey iif;
    std::vector<InterfaceKey> oifs;
    MfeState state = MfeState::kNegative;
    NegativeReason reason = NegativeReason::kNone;
};

/// A callback that is being called now (null ones are not reported). Topic "ownership" for DISABLE and
/// ENABLE, "mfe" for RPF, CREATION, WRONG_IF and the alerts with cause kEntry, "membership" for the others.
struct CallbackFired {
    CallbackKind kind = CallbackKind::kRpf;
    ClientName target;
    SourceGroup key;                            ///< of all but DISABLE and ENABLE
    InterfaceKey interface;                     ///< where the callback has one; the iif for RPF and CREATION
    AlertCause cause = AlertCause::kMembership; ///< of the alerts
    std::vector<InterfaceKey> oifs;             ///< of CREATION: the candidates
    Ipv4Address upstream;                       ///< of RPF, as the multicast view has it
    Route route;                                ///< of RPF
};

using Event = std::variant<OwnershipChanged, MembershipChanged, MfeChanged, CallbackFired>;

/// Must not call the group manager's mutating operations (they are refused).
using Observer = std::function<void(const Event&)>;

} // namespace mcfwd::group_manager
