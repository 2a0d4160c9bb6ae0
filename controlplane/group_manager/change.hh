// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One mutating call in the making: what it touched, so that publication and alerts can be derived once at its
// end. Private to the group manager.
#pragma once

#include <map>
#include <set>
#include <vector>

#include <controlplane/group_manager/callbacks.hh>

namespace mcfwd::group_manager {

/// A callback that is due to one client.
struct Emission {
    CallbackKind kind = CallbackKind::kJoinAlert; ///< kJoinAlert, kPruneAlert, kLocalJoin or kLocalLeave
    ClientHandle target;
    SourceGroup key;
    InterfaceKey interface;
    AlertCause cause = AlertCause::kMembership;
    std::uint64_t tenure = 0; ///< kLocalJoin and kLocalLeave: of the interface's record
    std::uint64_t built = 0;  ///< AlertCause::kEntry: Entry::built
};

struct Change {
    /// A key as it was before the call first touched it.
    struct KeyBefore {
        std::vector<ClientHandle> wanted;
        ClientHandle rpf_owner; ///< o(S) of an (S,G) key, as alerts have told
        InterfaceKey vanished;  ///< where its last membership vanished, for the PRUNE alert
    };

    std::map<SourceGroup, KeyBefore> keys;
    std::set<SourceGroup> flows;   ///< entries whose oifs may have changed
    std::set<SourceGroup> rebuilt; ///< entries built anew: they are announced as new ones
    std::vector<Emission> local;   ///< LOCAL_JOIN and LOCAL_LEAVE
};

} // namespace mcfwd::group_manager
