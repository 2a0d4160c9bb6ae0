// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Group manager specification 5.1: what is neither a hit on the accept interface nor has somewhere to go.
#include "accept.hh"

namespace mcfwd::dataplane {

Acceptance Accept::refuse(const Packet& packet, const Answer& answer, const Instance& table,
                          std::uint64_t now) noexcept {
    if (answer.list == kNoList) {
        if (table.miss_policy(arrived_on(packet)) == MissPolicy::kSignal) {
            return Acceptance::kMiss;
        }
        tally_.drop(packet.mbuf, DropReason::kUnownedInterface);
        return Acceptance::kDropped;
    }
    if (table.list(answer.list).header().accept != arrived_on(packet)) {
        counters_.exceptions[answer.counters].wrong_interface.add(1);
        punt_.wrong_interface(packet, now);
        tally_.drop(packet.mbuf, DropReason::kWrongInterface);
        return Acceptance::kDropped;
    }
    count(packet, answer);
    tally_.drop(packet.mbuf, DropReason::kNegativeEntry);
    return Acceptance::kDropped;
}

} // namespace mcfwd::dataplane
