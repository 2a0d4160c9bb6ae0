// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What travels through the rings between a worker and the control thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <rte_mbuf.h>

#include <mcfwd/ids.hh>
#include <mcfwd/mac.hh>
#include <mcfwd/signals.hh>

#include <dataplane/relaxed_counter.hh>
#include <dataplane/ring.hh>
#include <dataplane/table/layout.hh>

namespace mcfwd::dataplane {

/// A whole packet handed over; the receiver frees the mbuf, which starts at the IP header.
struct PuntedPacket {
    rte_mbuf* mbuf = nullptr;
    std::uint16_t attachment = 0;
    MacAddress source_mac;
    MacAddress destination_mac;
    std::uint64_t received = 0; ///< cycle counter
};

/// The first octets of a packet that stays with the worker.
struct PuntedHeader {
    std::uint16_t attachment = 0;
    std::uint16_t length = 0;
    MacAddress source_mac;
    MacAddress destination_mac;
    std::array<std::byte, kSignalHeaderOctets> octets;
};

/// Control thread to worker: a frame to send, or without a frame a flow whose parked packets are unwanted.
struct Injection {
    rte_mbuf* frame = nullptr;
    FlowKey flow;
    PortId port;
    std::uint16_t reserved = 0;
};

/// IGMP packets of one attachment that found no way to the control thread.
struct PuntDrops {
    RelaxedCounter policed;
    RelaxedCounter ring_full;
};

/// One ring per class, and for IGMP per port, so that a storm of one kind or on one port leaves the room of
/// the others alone.
struct PuntRings {
    std::vector<Ring<PuntedPacket>> igmp; ///< index: PortId
    Ring<PuntedHeader> no_entry;
    Ring<PuntedHeader> wrong_interface;
    Ring<PuntedHeader> pim_hello;
    std::vector<PuntDrops> igmp_drops = {}; ///< index: attachment; made by Punt, written by its worker
};

} // namespace mcfwd::dataplane
