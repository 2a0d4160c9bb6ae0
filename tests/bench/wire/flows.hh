// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The flows of a trial: every source sends to every group. Packet n of the trial belongs to flow n modulo
// their number, so a packet's number alone tells its flow, and all flows get the same share of the rate.
#pragma once

#include <cstdint>

#include <mcfwd/ipv4.hh>

namespace mcfwd::wire {

struct Flows {
    Ipv4Address first_source;
    std::uint32_t sources = 1; ///< consecutive addresses
    Ipv4Address first_group;
    std::uint32_t groups = 1; ///< consecutive addresses

    [[nodiscard]] constexpr std::uint32_t count() const { return sources * groups; }
    [[nodiscard]] constexpr std::uint32_t flow_of(std::uint32_t sequence) const { return sequence % count(); }
    [[nodiscard]] constexpr std::uint32_t group_index(std::uint32_t flow) const { return flow % groups; }
    [[nodiscard]] constexpr Ipv4Address group(std::uint32_t flow) const {
        return Ipv4Address(first_group.host() + group_index(flow));
    }
    [[nodiscard]] constexpr Ipv4Address source(std::uint32_t flow) const {
        return Ipv4Address(first_source.host() + flow / groups);
    }
};

} // namespace mcfwd::wire
