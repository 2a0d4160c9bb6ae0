// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Membership changes that hosts asked for, in the terms of the latency meter: for routed interfaces and
// bridge ports alike.
#pragma once

#include <span>

#include <controlplane/forwarding/latency_meter.hh>
#include <igmp/output.hh>

namespace mcfwd::protocols {

/// Awaits those of the changes that follow from a report or leave. A source that nobody wants any more
/// leaves, one that is wanted again joins.
inline void await_reported(forwarding::LatencyMeter& meter, forwarding::HostPlace place,
                           std::span<const igmp::MembershipChange> changes) {
    using Effect = forwarding::AwaitedChange::Effect;
    for (const igmp::MembershipChange& change : changes) {
        if (change.reported) {
            const bool joins = change.event == igmp::MembershipEvent::kJoin ||
                               change.event == igmp::MembershipEvent::kUnblock;
            meter.await({.place = place,
                         .group = change.group,
                         .source = change.source,
                         .effect = joins ? Effect::kJoin : Effect::kLeave,
                         .reported = *change.reported});
        }
    }
}

} // namespace mcfwd::protocols
