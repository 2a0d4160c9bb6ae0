// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Names of DPDK rings are global to the process and short.
#include "rings.hh"

#include <fmt/format.h>

namespace mcfwd::dataplane {

Expected<WorkerRings> WorkerRings::create(WorkerId worker, unsigned punt_slots) {
    auto igmp = Ring<PuntedPacket>::create(fmt::format("igmp_{}", worker), punt_slots, Producers::kOne);
    auto no_entry =
        Ring<PuntedHeader>::create(fmt::format("no_entry_{}", worker), punt_slots, Producers::kOne);
    auto wrong = Ring<PuntedHeader>::create(fmt::format("wrong_if_{}", worker), punt_slots, Producers::kOne);
    auto injections = Ring<Injection>::create(fmt::format("inject_{}", worker), kInjections, Producers::kOne);
    for (const Error* error :
         {igmp ? nullptr : &igmp.error(), no_entry ? nullptr : &no_entry.error(),
          wrong ? nullptr : &wrong.error(), injections ? nullptr : &injections.error()}) {
        if (error != nullptr) {
            return std::unexpected(*error);
        }
    }
    return WorkerRings{.punt = {std::move(*igmp), std::move(*no_entry), std::move(*wrong)},
                       .injections = std::move(*injections)};
}

Expected<void> RelayRings::add(PortId port, WorkerId owner) {
    auto ring = Ring<rte_mbuf*>::create(fmt::format("relay_{}_{}", port, owner), kSlots, Producers::kMany);
    if (!ring) {
        return std::unexpected(ring.error());
    }
    rings_.emplace(std::pair(port, owner), std::move(*ring));
    return {};
}

Ring<rte_mbuf*>* RelayRings::find(PortId port, WorkerId owner) {
    const auto found = rings_.find({port, owner});
    return found == rings_.end() ? nullptr : &found->second;
}

} // namespace mcfwd::dataplane
