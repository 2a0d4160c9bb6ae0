// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Group manager specification 5.1: hit on the accept interface, hit elsewhere, or miss.
#include "accept.hh"

namespace mcfwd::dataplane {

Acceptance Accept::operator()(const Packet& packet, const Answer& answer, const Instance& table,
                              std::uint64_t now) noexcept {
    const std::uint16_t arrived_on = attachments_[packet.attachment].interface.value();
    if (answer.list == kNoList) {
        if (table.miss_policy(arrived_on) == MissPolicy::kSignal) {
            return Acceptance::kMiss;
        }
        tally_.drop(packet.mbuf, DropReason::kUnownedInterface);
        return Acceptance::kDropped;
    }
    const ListHeader& list = table.list(answer.list).header();
    ListCounters& counted = counters(list);
    if (answer.accept != arrived_on) {
        counted.wrong_interface.add(1);
        punt_.wrong_interface(packet, now);
        tally_.drop(packet.mbuf, DropReason::kWrongInterface);
        return Acceptance::kDropped;
    }
    counted.packets.add(1);
    counted.bytes.add(packet.length);
    if (list.egresses == 0) {
        tally_.drop(packet.mbuf, DropReason::kNegativeEntry);
        return Acceptance::kDropped;
    }
    return Acceptance::kForward;
}

} // namespace mcfwd::dataplane
