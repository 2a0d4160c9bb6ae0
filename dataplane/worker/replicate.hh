// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Stage "replicate": from one accepted packet to its copies, each with the Ethernet header of its egress.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <dataplane/dataplane.hh>
#include <dataplane/table/layout.hh>

#include "buffers.hh"
#include "losses.hh"
#include "packet.hh"
#include "rewrite.hh"
#include "tally.hh"
#include "transmit.hh"

namespace mcfwd::dataplane {

/// One per worker.
class Replicate {
  public:
    /// `buffers` is where copies come from. Packets with different headers on their egresses, and at least
    /// `chain_from` octets of IP, are not copied but shared behind buffers with a header each, where every
    /// driver takes that.
    Replicate(Buffers& buffers, std::uint32_t chain_from, Transmit& transmit, Losses& losses, Tally& tally)
        : buffers_(buffers),
          chain_from_(chain_from),
          transmit_(transmit),
          losses_(losses),
          tally_(tally) {}

    /// Sends the packet to every egress of the list, which has at least one, and takes its mbuf over. TTL and
    /// checksum are those of a router (RFC 1812 section 5.3.1); egresses with a higher TTL threshold or a
    /// smaller MTU are left out and counted. Copies carry `note`. Returns how many copies were queued for
    /// ports. Here is the way of nearly all packets to egresses with equal headers: nothing is copied.
    std::size_t operator()(const Packet& packet, const EgressList& list, const FlowNote& note) noexcept {
        const ListHeader header = list.header(); // copies: what is written to the packet changes neither
        const Rewrite rewrite = list.first_rewrite();
        rte_mbuf* mbuf = packet.mbuf;
        const auto ttl = static_cast<std::uint8_t>(packet.ttl - 1);
        const bool usual = header.rewrites == 1 && packet.ttl > 1 && ttl >= header.largest_ttl_threshold &&
                           packet.length <= header.smallest_mtu && is_ours_alone(mbuf) &&
                           mbuf->data_off >= ethernet_length(rewrite);
        if (!usual) [[unlikely]] {
            return send_any(packet, list, note);
        }
        lower_ttl(*packet.ip());
        make_frame(mbuf, packet, rewrite);
        mbuf->ol_flags = 0; // what the receiving driver noted
        set_note(mbuf, note);
        rte_mbuf_refcnt_set(mbuf, header.egresses);
        tally_.copies.add(header.egresses);
        tally_.forwarded.add(1);
        transmit_.copies(list.replicas_after(1, header.egresses), mbuf);
        return header.egresses;
    }

  private:
    /// Egresses with equal bytes on the wire, and how many of them get this packet.
    struct Share {
        const Rewrite* rewrite = nullptr;
        std::span<const Replica> replicas;
        std::uint16_t wanted = 0;
    };
    /// What one packet has in common for all shares.
    struct Job {
        const Packet& packet;
        const EgressList& list;
        const FlowNote& note;
        std::uint8_t ttl; ///< after the decrement
        bool all;         ///< every egress of the list gets the packet
        UseOfList losses;

        [[nodiscard]] std::size_t position_of(const Replica& replica) const {
            return static_cast<std::size_t>(&replica - list.replicas().data());
        }
        [[nodiscard]] bool ttl_suffices(const Replica& replica) const { return ttl >= replica.ttl_threshold; }
        [[nodiscard]] bool fits(const Replica& replica) const {
            return ttl_suffices(replica) && packet.length <= replica.mtu;
        }
    };

    /// The same for every packet: with different headers, of which some egresses are left out, or whose
    /// buffer is not to be written to.
    [[nodiscard]] std::size_t send_any(Packet packet, const EgressList& list, const FlowNote& note) noexcept;
    /// Nobody gets the packet: it has used up its TTL, or there is no buffer to write to.
    std::size_t expire(Job& job) noexcept;
    std::size_t refuse_all(Job& job) noexcept;
    [[nodiscard]] std::uint16_t count_fitting(std::span<const Replica> replicas, Job& job) noexcept;
    /// Whether to share the packet behind headers. Not if there is no buffer for any: then one share can have
    /// the packet's own.
    [[nodiscard]] bool chains(const Packet& packet, const EgressList& list) noexcept;
    /// Calls `send(share)` for every share that anybody wants.
    template <typename Send>
    void for_each_share(Job& job, Send send) noexcept;
    /// The last share gets the packet's own buffer, the others copies. Both return how many copies were
    /// queued.
    [[nodiscard]] std::size_t send_copies(Job& job) noexcept;
    [[nodiscard]] std::size_t send_chained(Job& job) noexcept;
    [[nodiscard]] std::size_t send_copy(Job& job, const Share& share) noexcept;
    [[nodiscard]] std::size_t send_original(Job& job, const Share& share) noexcept;
    void send(rte_mbuf* mbuf, const Share& share, const Job& job) noexcept;
    [[nodiscard]] std::size_t no_buffer(const Share& share, Job& job) noexcept;
    /// Nobody got the packet, which `wanted` egresses were to get: says why.
    void drop(Job& job, std::uint16_t wanted) noexcept;

    Buffers& buffers_;
    std::uint32_t chain_from_;
    Transmit& transmit_;
    Losses& losses_;
    Tally& tally_;
};

} // namespace mcfwd::dataplane
