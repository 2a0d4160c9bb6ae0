// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Counters of one port of a snooping bridge: everything received or sent, and everything refused.
#pragma once

#include <array>
#include <cstdint>

#include "discovery.hh"
#include "router_counters.hh"

namespace mcfwd::igmp {

struct SnoopingCounters {
    RouterCounters igmp; ///< IGMP of hosts and routers on this port; `sent` are queries of our own
    std::array<std::uint64_t, kDiscoveryTypes> discovery_received{}; ///< per DiscoveryType, well-formed
    std::uint64_t discovery_refused = 0; ///< of those, advertisements and terminations against the rules
    std::uint64_t solicitations = 0;     ///< sent
    std::uint64_t unknown_types = 0;     ///< IGMP messages of other types, flooded
    std::uint64_t pim_hellos = 0;        ///< that count
    std::uint64_t pim_refused = 0;       ///< PIM messages that do not
    std::uint64_t relayed = 0;           ///< packets of others sent out of this port
    std::uint64_t link_down = 0;         ///< packets that came from this port without a link
};

} // namespace mcfwd::igmp
