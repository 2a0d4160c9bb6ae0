// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Egresses whose bytes are equal share one buffer by reference count. Where bytes differ, short packets are
// copied, long ones shared behind header buffers.
#include "replicate.hh"

#include <algorithm>

namespace mcfwd::dataplane {
std::size_t Replicate::send_any(Packet packet, const EgressList& list) noexcept {
    const ListHeader& header = list.header();
    tally_.copies.add(header.egresses);
    if (packet.ttl <= 1) {
        tally_.drop_copies(CopyDropReason::kTtlExceeded, header.egresses);
        tally_.drop(packet.mbuf, DropReason::kTtlExceeded);
        return 0;
    }
    if (!is_ours_alone(packet.mbuf)) [[unlikely]] {
        rte_mbuf* own = duplicate(packet.mbuf, buffers_);
        if (own == nullptr) {
            tally_.drop_copies(CopyDropReason::kNoBuffer, header.egresses);
            tally_.drop(packet.mbuf, DropReason::kNoBuffer);
            return 0;
        }
        rte_pktmbuf_free(packet.mbuf);
        packet.mbuf = own;
    }
    lower_ttl(*packet.ip());
    const auto ttl = static_cast<std::uint8_t>(packet.ttl - 1);
    const Fit fit{.ttl = ttl,
                  .length = packet.length,
                  .all = ttl >= header.largest_ttl_threshold && packet.length <= header.smallest_mtu};
    return chains(packet, list) ? send_chained(packet, list, fit) : send_copies(packet, list, fit);
}

bool Replicate::chains(const Packet& packet, const EgressList& list) noexcept {
    constexpr std::uint16_t kMostReferences = 0x7fff;
    return packet.length >= chain_from_ && list.header().rewrites > 1 &&
           list.header().egresses <= kMostReferences &&
           std::ranges::all_of(
               list.replicas(),
               [this](const Replica& replica) { return transmit_.takes_segments(PortId(replica.port)); }) &&
           buffers_.any();
}

template <typename Send>
void Replicate::for_each_share(const EgressList& list, const Fit& fit, Send send) noexcept {
    std::size_t at = 0;
    for (const Rewrite& rewrite : list.rewrites()) {
        Share share{.rewrite = &rewrite,
                    .replicas = list.replicas().subspan(at, rewrite.egresses),
                    .wanted = rewrite.egresses};
        at += rewrite.egresses;
        if (!fit.all) [[unlikely]] {
            share.wanted = count_fitting(share.replicas, fit);
        }
        if (share.wanted > 0) {
            send(share);
        }
    }
}

std::size_t Replicate::send_copies(const Packet& packet, const EgressList& list, const Fit& fit) noexcept {
    Share last;
    std::size_t handed = 0;
    for_each_share(list, fit, [&](const Share& share) {
        if (last.wanted > 0) {
            handed += send_copy(packet, last, fit);
        }
        last = share;
    });
    if (last.wanted == 0) {
        drop(packet, list, fit, 0);
        return 0;
    }
    handed += send_original(packet, last, fit);
    if (handed > 0) {
        tally_.forwarded.add(1);
    } else {
        tally_.drops[static_cast<std::size_t>(DropReason::kNoBuffer)].add(1);
    }
    return handed;
}

// Every copy holds a reference of its own to the packet, behind a header that the copies of its share have in
// common. As long as copies are to be made there are references left for them, whatever ports have sent.
std::size_t Replicate::send_chained(const Packet& packet, const EgressList& list, const Fit& fit) noexcept {
    rte_mbuf* tail = packet.mbuf;
    tail->ol_flags = 0; // what the receiving driver noted
    rte_mbuf_refcnt_set(tail, list.header().egresses);
    std::uint16_t wanted = 0;
    std::uint16_t handed = 0;
    for_each_share(list, fit, [&](const Share& share) {
        wanted = static_cast<std::uint16_t>(wanted + share.wanted);
        const std::uint16_t length = ethernet_length(*share.rewrite);
        rte_mbuf* head = buffers_.take(length);
        if (head == nullptr) {
            static_cast<void>(no_buffer(share));
            return;
        }
        write_ethernet(rte_pktmbuf_mtod(head, char*), packet.key.group, *share.rewrite);
        head->pkt_len = length + std::uint32_t{packet.length};
        head->next = tail;
        head->nb_segs = 2;
        handed = static_cast<std::uint16_t>(handed + share.wanted);
        send(head, share, fit);
    });
    const int spare = list.header().egresses - handed;
    if (handed == 0) {
        rte_mbuf_refcnt_set(tail, 1);
        drop(packet, list, fit, wanted);
    } else {
        tally_.forwarded.add(1);
        if (spare > 0) {
            rte_mbuf_refcnt_update(tail, static_cast<std::int16_t>(1 - spare));
            rte_pktmbuf_free(tail);
        }
    }
    return handed;
}

void Replicate::drop(const Packet& packet, const EgressList& list, const Fit& fit,
                     std::uint16_t wanted) noexcept {
    if (wanted > 0) {
        tally_.drop(packet.mbuf, DropReason::kNoBuffer);
        return;
    }
    const bool ttl_only =
        std::ranges::none_of(list.replicas(), [&fit](const Replica& r) { return fit.ttl_suffices(r); });
    tally_.drop(packet.mbuf, ttl_only ? DropReason::kTtlExceeded : DropReason::kMtuExceeded);
}

std::uint16_t Replicate::count_fitting(std::span<const Replica> replicas, const Fit& fit) noexcept {
    std::uint16_t fitting = 0;
    for (const Replica& replica : replicas) {
        if (fit(replica)) {
            ++fitting;
        } else {
            tally_.drop_copies(
                fit.ttl_suffices(replica) ? CopyDropReason::kMtuExceeded : CopyDropReason::kTtlExceeded, 1);
        }
    }
    return fitting;
}

std::size_t Replicate::send_copy(const Packet& packet, const Share& share, const Fit& fit) noexcept {
    rte_mbuf* copy = duplicate(packet.mbuf, buffers_, ethernet_length(*share.rewrite));
    if (copy == nullptr) {
        return no_buffer(share);
    }
    make_frame(copy, packet, *share.rewrite);
    send(copy, share, fit);
    return share.wanted;
}

std::size_t Replicate::send_original(const Packet& packet, const Share& share, const Fit& fit) noexcept {
    if (rte_pktmbuf_headroom(packet.mbuf) < ethernet_length(*share.rewrite)) [[unlikely]] {
        const std::size_t handed = send_copy(packet, share, fit);
        rte_pktmbuf_free(packet.mbuf);
        return handed;
    }
    make_frame(packet.mbuf, packet, *share.rewrite);
    packet.mbuf->ol_flags = 0; // what the receiving driver noted
    send(packet.mbuf, share, fit);
    return share.wanted;
}

void Replicate::send(rte_mbuf* mbuf, const Share& share, const Fit& fit) noexcept {
    rte_mbuf_refcnt_set(mbuf, share.wanted);
    if (fit.all) [[likely]] {
        transmit_.copies(share.replicas, mbuf);
        return;
    }
    for (const Replica& replica : share.replicas) {
        if (fit(replica)) {
            transmit_.copy(PortId(replica.port), mbuf);
        }
    }
}

std::size_t Replicate::no_buffer(const Share& share) noexcept {
    tally_.drop_copies(CopyDropReason::kNoBuffer, share.wanted);
    return 0;
}

} // namespace mcfwd::dataplane
