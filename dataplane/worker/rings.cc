// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Names of DPDK rings are global to the process and short.
#include "rings.hh"

#include <fmt/format.h>

namespace mcfwd::dataplane {

Expected<WorkerRings> WorkerRings::create(WorkerId worker, std::size_t ports, const Limits& limits) {
    const auto headers = [worker](const char* kind, unsigned slots) {
        return Ring<PuntedHeader>::create(fmt::format("{}_{}", kind, worker), slots, Producers::kOne);
    };
    auto no_entry = headers("no_entry", limits.punt_ring);
    auto wrong = headers("wrong_if", limits.punt_ring);
    auto hello = headers("pim_hello", kHellos);
    auto injections = Ring<Injection>::create(fmt::format("inject_{}", worker), kInjections, Producers::kOne);
    for (const Error* error :
         {no_entry ? nullptr : &no_entry.error(), wrong ? nullptr : &wrong.error(),
          hello ? nullptr : &hello.error(), injections ? nullptr : &injections.error()}) {
        if (error != nullptr) {
            return std::unexpected(*error);
        }
    }
    WorkerRings made{.punt = {{}, std::move(*no_entry), std::move(*wrong), std::move(*hello)},
                     .injections = std::move(*injections)};
    for (std::size_t port = 0; port < ports; ++port) {
        auto igmp = Ring<PuntedPacket>::create(fmt::format("igmp_{}_{}", worker, port), limits.igmp_ring,
                                               Producers::kOne);
        if (!igmp) {
            return std::unexpected(igmp.error());
        }
        made.punt.igmp.push_back(std::move(*igmp));
    }
    return made;
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
