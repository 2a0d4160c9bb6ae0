// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// First stage: from a frame to an IPv4 multicast packet with a flow key, an IGMP packet, or a named drop.
#pragma once

#include <span>

#include <rte_mbuf.h>

#include <mcfwd/ids.hh>

#include "attachments.hh"
#include "packet.hh"
#include "tally.hh"

namespace mcfwd::dataplane {

/// Sorts `frames`, at most kBurst, that arrived on `port`: packets to forward into `routed`, IGMP packets
/// into `igmp`; drops and counts the rest. The checks are in the order of DropReason; IGMP (whatever its
/// destination and source, RFC 3376 section 4 allows source 0.0.0.0) leaves after the IP header is known to
/// be sound.
void classify(PortId port, std::span<rte_mbuf* const> frames, const Attachments& attachments, Tally& tally,
              PacketBurst& routed, PacketBurst& igmp) noexcept;

} // namespace mcfwd::dataplane
