// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Egresses whose bytes are equal share one buffer by reference count. Where bytes differ, short packets are
// copied, long ones shared behind header buffers.
#include "replicate.hh"

#include <algorithm>

namespace mcfwd::dataplane {

std::size_t Replicate::send_any(Packet packet, const EgressList& list, const FlowNote& note) noexcept {
    const ListHeader& header = list.header();
    tally_.copies.add(header.egresses);
    const auto ttl = static_cast<std::uint8_t>(packet.ttl - 1);
    Job job{.packet = packet,
            .list = list,
            .note = note,
            .ttl = ttl,
            .all = ttl >= header.largest_ttl_threshold && packet.length <= header.smallest_mtu,
            .losses = losses_.of(note.counters)};
    if (packet.ttl <= 1) {
        return expire(job);
    }
    if (!is_ours_alone(packet.mbuf)) [[unlikely]] {
        rte_mbuf* own = duplicate(packet.mbuf, buffers_);
        if (own == nullptr) {
            return refuse_all(job);
        }
        rte_pktmbuf_free(packet.mbuf);
        packet.mbuf = own;
    }
    lower_ttl(*packet.ip());
    return chains(packet, list) ? send_chained(job) : send_copies(job);
}

std::size_t Replicate::expire(Job& job) noexcept {
    job.losses.header_error();
    for (const Replica& replica : job.list.replicas()) {
        job.losses.ttl_exceeded(job.position_of(replica), job.packet.length);
    }
    tally_.drop_copies(CopyDropReason::kTtlExceeded, job.list.header().egresses);
    tally_.drop(job.packet.mbuf, DropReason::kTtlExceeded);
    return 0;
}

std::size_t Replicate::refuse_all(Job& job) noexcept {
    job.losses.input_discard();
    for (const Replica& replica : job.list.replicas()) {
        job.losses.discarded(job.position_of(replica), job.packet.length);
    }
    tally_.drop_copies(CopyDropReason::kNoBuffer, job.list.header().egresses);
    tally_.drop(job.packet.mbuf, DropReason::kNoBuffer);
    return 0;
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
void Replicate::for_each_share(Job& job, Send send) noexcept {
    std::size_t at = 0;
    for (const Rewrite& rewrite : job.list.rewrites()) {
        Share share{.rewrite = &rewrite,
                    .replicas = job.list.replicas().subspan(at, rewrite.egresses),
                    .wanted = rewrite.egresses};
        at += rewrite.egresses;
        if (!job.all) [[unlikely]] {
            share.wanted = count_fitting(share.replicas, job);
        }
        if (share.wanted > 0) {
            send(share);
        }
    }
}

std::size_t Replicate::send_copies(Job& job) noexcept {
    Share last;
    std::size_t handed = 0;
    for_each_share(job, [&](const Share& share) {
        if (last.wanted > 0) {
            handed += send_copy(job, last);
        }
        last = share;
    });
    if (last.wanted == 0) {
        drop(job, 0);
        return 0;
    }
    handed += send_original(job, last);
    if (handed > 0) {
        tally_.forwarded.add(1);
    } else {
        job.losses.input_discard();
        tally_.drops[static_cast<std::size_t>(DropReason::kNoBuffer)].add(1);
    }
    return handed;
}

// Every copy holds a reference of its own to the packet, behind a header that the copies of its share have in
// common. As long as copies are to be made there are references left for them, whatever ports have sent.
std::size_t Replicate::send_chained(Job& job) noexcept {
    const std::uint16_t egresses = job.list.header().egresses;
    rte_mbuf* tail = job.packet.mbuf;
    tail->ol_flags = 0; // what the receiving driver noted
    rte_mbuf_refcnt_set(tail, egresses);
    std::uint16_t wanted = 0;
    std::uint16_t handed = 0;
    for_each_share(job, [&](const Share& share) {
        wanted = static_cast<std::uint16_t>(wanted + share.wanted);
        const std::uint16_t length = ethernet_length(*share.rewrite);
        rte_mbuf* head = buffers_.take(length);
        if (head == nullptr) {
            static_cast<void>(no_buffer(share, job));
            return;
        }
        write_ethernet(rte_pktmbuf_mtod(head, char*), job.packet.key.group, *share.rewrite);
        head->pkt_len = length + std::uint32_t{job.packet.length};
        head->next = tail;
        head->nb_segs = 2;
        handed = static_cast<std::uint16_t>(handed + share.wanted);
        send(head, share, job);
    });
    const int spare = egresses - handed;
    if (handed == 0) {
        rte_mbuf_refcnt_set(tail, 1);
        drop(job, wanted);
    } else {
        tally_.forwarded.add(1);
        if (spare > 0) {
            rte_mbuf_refcnt_update(tail, static_cast<std::int16_t>(1 - spare));
            rte_pktmbuf_free(tail);
        }
    }
    return handed;
}

void Replicate::drop(Job& job, std::uint16_t wanted) noexcept {
    if (wanted > 0) {
        job.losses.input_discard();
        tally_.drop(job.packet.mbuf, DropReason::kNoBuffer);
        return;
    }
    const bool ttl_only =
        std::ranges::none_of(job.list.replicas(), [&job](const Replica& r) { return job.ttl_suffices(r); });
    tally_.drop(job.packet.mbuf, ttl_only ? DropReason::kTtlExceeded : DropReason::kMtuExceeded);
}

std::uint16_t Replicate::count_fitting(std::span<const Replica> replicas, Job& job) noexcept {
    std::uint16_t fitting = 0;
    for (const Replica& replica : replicas) {
        if (job.fits(replica)) {
            ++fitting;
        } else if (job.ttl_suffices(replica)) {
            job.losses.mtu_exceeded(job.position_of(replica), job.packet.length);
            tally_.drop_copies(CopyDropReason::kMtuExceeded, 1);
        } else {
            job.losses.ttl_exceeded(job.position_of(replica), job.packet.length);
            tally_.drop_copies(CopyDropReason::kTtlExceeded, 1);
        }
    }
    return fitting;
}

std::size_t Replicate::send_copy(Job& job, const Share& share) noexcept {
    rte_mbuf* copy = duplicate(job.packet.mbuf, buffers_, ethernet_length(*share.rewrite));
    if (copy == nullptr) {
        return no_buffer(share, job);
    }
    make_frame(copy, job.packet, *share.rewrite);
    send(copy, share, job);
    return share.wanted;
}

std::size_t Replicate::send_original(Job& job, const Share& share) noexcept {
    rte_mbuf* mbuf = job.packet.mbuf;
    if (rte_pktmbuf_headroom(mbuf) < ethernet_length(*share.rewrite)) [[unlikely]] {
        const std::size_t handed = send_copy(job, share);
        rte_pktmbuf_free(mbuf);
        return handed;
    }
    make_frame(mbuf, job.packet, *share.rewrite);
    mbuf->ol_flags = 0; // what the receiving driver noted
    send(mbuf, share, job);
    return share.wanted;
}

void Replicate::send(rte_mbuf* mbuf, const Share& share, const Job& job) noexcept {
    set_note(mbuf, job.note);
    rte_mbuf_refcnt_set(mbuf, share.wanted);
    if (job.all) [[likely]] {
        transmit_.copies(share.replicas, mbuf);
        return;
    }
    for (const Replica& replica : share.replicas) {
        if (job.fits(replica)) {
            transmit_.copy(PortId(replica.port), mbuf);
        }
    }
}

std::size_t Replicate::no_buffer(const Share& share, Job& job) noexcept {
    for (const Replica& replica : share.replicas) {
        if (job.fits(replica)) {
            job.losses.discarded(job.position_of(replica), job.packet.length);
        }
    }
    tally_.drop_copies(CopyDropReason::kNoBuffer, share.wanted);
    return 0;
}

} // namespace mcfwd::dataplane
