// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Stage "replicate": from one accepted packet to its copies, each with the Ethernet header of its egress.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

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
    /// Copies and headers come from `small`, if they find room there, else from `buffers`. Packets with
    /// different headers on their egresses, and at least `chain_from` octets of IP, are not copied but shared
    /// behind buffers with a header each, where every driver takes that.
    Replicate(Buffers& buffers, Buffers& small, std::uint32_t chain_from, Transmit& transmit, Losses& losses,
              Tally& tally)
        : buffers_(buffers),
          small_(small),
          chain_from_(chain_from),
          transmit_(transmit),
          losses_(losses),
          tally_(tally) {}

    /// Sends the packet to every egress of the list, which has at least one, and takes its mbuf over. TTL and
    /// checksum are those of a router (RFC 1812 section 5.3.1); egresses with a higher TTL threshold or a
    /// smaller MTU are left out and counted. Copies carry `note`. Returns how many copies were queued for
    /// ports; many copies are offered to them on the way, at the time `now`. Here is the way of nearly all
    /// packets to egresses with equal headers: nothing is copied.
    std::size_t operator()(const Packet& packet, const EgressList& list, const FlowNote& note,
                           std::uint64_t now) noexcept {
        const ListHeader header = list.header(); // copies: what is written to the packet changes neither
        const Rewrite rewrite = list.first_rewrite();
        rte_mbuf* mbuf = packet.mbuf;
        const auto ttl = static_cast<std::uint8_t>(packet.ttl - 1);
        const bool usual = packet.ttl > 1 && ttl >= header.largest_ttl_threshold &&
                           packet.length <= header.smallest_mtu && is_ours_alone(mbuf) &&
                           mbuf->data_off >= kLongestHeader;
        if (!usual) [[unlikely]] {
            return send_any(packet, list, note, now);
        }
        tally_.copies.add(header.egresses);
        lower_ttl(*packet.ip());
        if (header.rewrites > 1) {
            return send_different(packet, list, note, now);
        }
        make_frame(mbuf, packet.length, GroupMac(packet.key.group), rewrite);
        mbuf->ol_flags = 0; // what the receiving driver noted
        set_note(mbuf, note);
        rte_mbuf_refcnt_set(mbuf, header.egresses);
        tally_.forwarded.add(1);
        transmit_.copies(list.replicas_after(1, header.egresses), mbuf);
        return header.egresses;
    }

  private:
    /// Whom a packet does not fit is left out.
    struct Fitting {
        std::uint8_t ttl; ///< after the decrement
        std::uint16_t length;
        [[nodiscard]] bool ttl_suffices(const Replica& replica) const { return ttl >= replica.ttl_threshold; }
        [[nodiscard]] bool fits(const Replica& replica) const {
            return ttl_suffices(replica) && length <= replica.mtu;
        }
    };
    /// Nobody is: the way of nearly all packets.
    struct Everybody {};
    [[nodiscard]] static bool gets_it(const Replica& replica, const Fitting& who) {
        return who.fits(replica);
    }
    [[nodiscard]] static bool gets_it(const Replica& /*replica*/, const Everybody& /*who*/) { return true; }
    /// What is needed to say who lost a packet.
    struct Loss {
        const Packet& packet;
        const EgressList& list;
        UseOfList losses;
        [[nodiscard]] std::size_t position_of(const Replica& replica) const {
            return static_cast<std::size_t>(&replica - list.replicas().data());
        }
    };

    /// To egresses with different headers, all of whom get the packet.
    [[nodiscard]] std::size_t send_different(const Packet& packet, const EgressList& list,
                                             const FlowNote& note, std::uint64_t now) noexcept;
    /// The same for every packet: of which some egresses are left out, or whose buffer is not to be written
    /// to.
    [[nodiscard]] std::size_t send_any(Packet packet, const EgressList& list, const FlowNote& note,
                                       std::uint64_t now) noexcept;
    /// Nobody gets the packet: it has used up its TTL, or there is no buffer to write to.
    std::size_t expire(Loss& loss) noexcept;
    std::size_t refuse_all(Loss& loss) noexcept;
    /// Sends the packet, whose TTL is right by now, to each egress for which `who` (one of the two above) has
    /// it.
    template <typename Who>
    [[nodiscard]] std::size_t send_to(Loss& loss, Who who, FlowNote note, std::uint64_t now) noexcept;
    /// Nothing if there is none. Where the worker has used many, ports are offered their copies first.
    [[nodiscard]] rte_mbuf* take(Buffers& from, std::uint64_t now) noexcept;
    /// Whether to share the packet behind headers. Not if there is no buffer for any: then one share can have
    /// the packet's own.
    [[nodiscard]] bool chains(const Packet& packet, const EgressList& list) noexcept;
    /// Nothing if nobody wants the packet.
    template <typename Who>
    [[nodiscard]] static const Rewrite* last_wanted(const EgressList& list, const Who& who) noexcept;
    /// How many get the packet; the others are counted.
    template <typename Who>
    [[nodiscard]] std::uint16_t count_fitting(Loss& loss, std::span<const Replica> replicas,
                                              const Who& who) noexcept;
    /// For want of a buffer.
    template <typename Who>
    void lose(Loss& loss, std::span<const Replica> replicas, const Who& who) noexcept;
    static void give_spare_back(rte_mbuf* tail, std::size_t references) noexcept;
    /// Nobody got the packet, which `wanted` egresses were to get: says why.
    template <typename Who>
    void drop(Loss& loss, std::size_t wanted, const Who& who) noexcept;

    Buffers& buffers_;
    Buffers& small_;
    std::uint32_t chain_from_;
    Transmit& transmit_;
    Losses& losses_;
    Tally& tally_;
};

} // namespace mcfwd::dataplane
