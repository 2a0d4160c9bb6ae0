// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// First stage: from a frame to a packet to route, a frame to bridge, an IGMP packet, or a named drop.
#pragma once

#include <span>

#include <rte_mbuf.h>

#include <mcfwd/ids.hh>

#include "attachments.hh"
#include "packet.hh"
#include "tally.hh"

namespace mcfwd::dataplane {

/// The packets of a burst by what becomes of them.
struct Sorted {
    PacketBurst routed;
    PacketBurst bridged;
    PacketBurst igmp;

    void clear() {
        routed.clear();
        bridged.clear();
        igmp.clear();
    }
};

/// Sorts `frames`, at most kBurst, that arrived on `port`; drops and counts what has no place. The checks are
/// in the order of DropReason. IGMP (whatever its destination and source, RFC 9776 section 4.2.14 allows
/// source 0.0.0.0) leaves after the IP header is known to be sound. A bridge takes every group-addressed
/// frame but those that never pass one and IPv4 with a bad header (RFC 4541 section 2.1.1); what it is looked
/// up by is kFloodGroup or its group and source.
void classify(PortId port, std::span<rte_mbuf* const> frames, const Attachments& attachments, Tally& tally,
              Sorted& sorted) noexcept;

} // namespace mcfwd::dataplane
