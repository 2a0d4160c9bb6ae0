// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What a snooping bridge wants done: packets to send and forwarding lists to look at again.
#pragma once

#include <compare>
#include <cstddef>
#include <vector>

#include <mcfwd/ids.hh>
#include <mcfwd/ipv4.hh>
#include <mcfwd/mac.hh>

#include "output.hh"

namespace mcfwd::igmp {

/// A key of the forwarding table of a bridge.
struct SourceGroupKey {
    Ipv4Address group;
    Ipv4Address source; ///< `kAnySource`: all sources without a key of their own
    constexpr auto operator<=>(const SourceGroupKey&) const = default;
};

/// An IGMP packet to send out of some ports. The Ethernet addresses are those of the frame.
struct Relay {
    std::vector<BridgePort> ports; ///< ascending, at least one
    MacAddress source;             ///< all zero: the port's own
    MacAddress destination;
    std::vector<std::byte> packet; ///< from the IP header on
    bool operator==(const Relay&) const = default;
};

/// A change of what the hosts behind a port want.
struct PortChange {
    BridgePort port;
    MembershipChange change;
};

/// Appended to by every input of a bridge; emptied by the caller. Lists are to be put in the table before
/// packets are sent, so that who answers them finds its traffic.
struct SnoopingOutput {
    std::vector<Relay> packets;
    /// Keys whose list may be another one now, or that came or went: ask `ports_for`. Every such key is here,
    /// so that a table which follows these alone is always right; but for:
    std::vector<SourceGroupKey> changed;
    /// Ports get everything, or do no more, or a link went with very many groups: all keys are to be gone
    /// through (`keys_from`), and those that the table has beside them are to go.
    bool all_changed = false;
    std::vector<PortChange> reported; ///< what hosts caused by a report or leave, for latencies
    bool floods_changed = false;      ///< the list for groups without a key may be another one
};

} // namespace mcfwd::igmp
