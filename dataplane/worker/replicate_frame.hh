// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Replication on a bridge: the frame as it came, but for its 802.1Q tag, to every egress but the one it came
// from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <dataplane/table/layout.hh>

#include "attachments.hh"
#include "buffers.hh"
#include "packet.hh"
#include "tally.hh"
#include "transmit.hh"

namespace mcfwd::dataplane {

/// One per worker.
class ReplicateFrame {
  public:
    /// `buffers` is where copies come from.
    ReplicateFrame(Buffers& buffers, Transmit& transmit, Tally& tally)
        : buffers_(buffers),
          transmit_(transmit),
          tally_(tally) {}

    /// Sends the frame, which arrived at `from`, to the egresses of the list and takes its mbuf over. All
    /// egresses with the tag that the frame has share its buffer; for each other tag one copy is made.
    /// Egresses with a smaller MTU are left out and counted. Returns how many copies were queued for ports.
    std::size_t operator()(const Packet& frame, const EgressList& list, const Arrival& from) noexcept;

  private:
    /// Egresses with equal tags, and how many of them get this frame.
    struct Share {
        const Rewrite* rewrite = nullptr;
        std::span<const Replica> replicas;
        std::uint16_t vlan = 0;
        std::uint16_t wanted = 0;
    };
    /// Where a frame must not go: to where it came from, or where it does not fit.
    struct Fit {
        const Arrival& from;
        std::uint16_t length;
        [[nodiscard]] bool is_origin(const Replica& replica, std::uint16_t vlan) const {
            return replica.port == from.port.value() && vlan == from.vlan.value();
        }
        [[nodiscard]] bool operator()(const Replica& replica, std::uint16_t vlan) const {
            return !is_origin(replica, vlan) && length <= replica.mtu;
        }
    };

    /// Counts who gets the frame, and those who do not for their MTU. Returns how many there are but its
    /// origin.
    [[nodiscard]] std::size_t measure(Share& share, const Fit& fit) noexcept;
    [[nodiscard]] std::size_t send_copy(const Packet& frame, const Share& share, const Fit& fit) noexcept;
    [[nodiscard]] std::size_t send_original(const Packet& frame, const Share& share, const Fit& fit) noexcept;
    void send(rte_mbuf* mbuf, const Share& share, const Fit& fit) noexcept;

    Buffers& buffers_;
    Transmit& transmit_;
    Tally& tally_;
};

} // namespace mcfwd::dataplane
