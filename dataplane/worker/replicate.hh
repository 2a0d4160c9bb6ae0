// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Stage "replicate": from one accepted packet to its copies, each with the Ethernet header of its egress.
#pragma once

#include <cstdint>

#include <rte_mempool.h>

#include <dataplane/table/layout.hh>

#include "packet.hh"
#include "tally.hh"
#include "transmit.hh"

namespace mcfwd::dataplane {

/// One per worker.
class Replicate {
  public:
    /// `pool` is where copies come from.
    Replicate(rte_mempool* pool, Transmit& transmit, Tally& tally)
        : pool_(pool),
          transmit_(transmit),
          tally_(tally) {}

    /// Sends the packet to every egress of the list, which has at least one, and takes its mbuf over. TTL and
    /// checksum are those of a router (RFC 1812 section 5.3.1); egresses with a higher TTL threshold or a
    /// smaller MTU are left out and counted. Returns how many copies were queued for ports.
    std::size_t operator()(Packet packet, const EgressList& list) noexcept;

  private:
    /// Egresses with equal bytes on the wire, and how many of them get this packet.
    struct Share {
        const Rewrite* rewrite = nullptr;
        std::span<const Replica> replicas;
        std::uint16_t wanted = 0;
    };
    struct Fit {
        std::uint8_t ttl; ///< after the decrement
        std::uint16_t length;
        [[nodiscard]] bool ttl_suffices(const Replica& replica) const { return ttl >= replica.ttl_threshold; }
        [[nodiscard]] bool operator()(const Replica& replica) const {
            return ttl_suffices(replica) && length <= replica.mtu;
        }
    };

    [[nodiscard]] std::uint16_t count_fitting(std::span<const Replica> replicas, const Fit& fit) noexcept;
    /// Duplicates unless it is the last share and the packet's own buffer will do.
    [[nodiscard]] std::size_t send_copy(const Packet& packet, const Share& share, const Fit& fit) noexcept;
    [[nodiscard]] std::size_t send_original(const Packet& packet, const Share& share,
                                            const Fit& fit) noexcept;
    void send(rte_mbuf* mbuf, const Share& share, const Fit& fit) noexcept;
    [[nodiscard]] std::size_t no_buffer(const Share& share) noexcept;

    rte_mempool* pool_;
    Transmit& transmit_;
    Tally& tally_;
};

} // namespace mcfwd::dataplane
