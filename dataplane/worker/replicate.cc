// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Egresses whose bytes are equal share one buffer by reference count; the last such group gets the buffer
// that the packet came in, the others get linear copies.
#include "replicate.hh"

#include <algorithm>
#include <cstring>

#include "buffers.hh"

namespace mcfwd::dataplane {
namespace {

// RFC 1624, equation 3, for the one field that changes: HC' = ~(~HC + ~m + m').
void lower_ttl(rte_ipv4_hdr& ip) {
    std::uint16_t before = 0;
    std::memcpy(&before, &ip.time_to_live, sizeof(before)); // TTL and protocol share a checksum word
    --ip.time_to_live;
    std::uint16_t after = 0;
    std::memcpy(&after, &ip.time_to_live, sizeof(after));
    std::uint32_t sum =
        (~std::uint32_t{ip.hdr_checksum} & 0xffffU) + (~std::uint32_t{before} & 0xffffU) + after;
    sum = (sum & 0xffffU) + (sum >> 16U);
    sum = (sum & 0xffffU) + (sum >> 16U);
    ip.hdr_checksum = static_cast<std::uint16_t>(~sum);
}

/// Writes the Ethernet header in front of the IP packet and pads to the least frame of IEEE 802.3. False if
/// there is no room in front.
bool make_frame(rte_mbuf* mbuf, const Rewrite& rewrite) {
    char* header = rte_pktmbuf_prepend(mbuf, rewrite.header_length);
    if (header == nullptr) {
        return false;
    }
    std::memcpy(header, rewrite.header.data(), rewrite.header_length);
    pad_frame(mbuf);
    return true;
}

} // namespace

std::size_t Replicate::operator()(Packet packet, const EgressList& list) noexcept {
    const ListHeader& header = list.header();
    tally_.copies.add(header.egresses);
    if (packet.ttl <= 1) {
        tally_.drop_copies(CopyDropReason::kTtlExceeded, header.egresses);
        tally_.drop(packet.mbuf, DropReason::kTtlExceeded);
        return 0;
    }
    if (!is_ours_alone(packet.mbuf)) {
        rte_mbuf* own = duplicate(packet.mbuf, pool_);
        if (own == nullptr) {
            tally_.drop_copies(CopyDropReason::kNoBuffer, header.egresses);
            tally_.drop(packet.mbuf, DropReason::kNoBuffer);
            return 0;
        }
        rte_pktmbuf_free(packet.mbuf);
        packet.mbuf = own;
    }
    lower_ttl(*packet.ip());
    const Fit fit{.ttl = static_cast<std::uint8_t>(packet.ttl - 1), .length = packet.length};
    const bool all_fit = fit.ttl >= header.largest_ttl_threshold && fit.length <= header.smallest_mtu;
    Share last;
    std::size_t handed = 0;
    std::size_t at = 0;
    for (const Rewrite& rewrite : list.rewrites()) {
        Share share{.rewrite = &rewrite, .replicas = list.replicas().subspan(at, rewrite.egresses)};
        at += rewrite.egresses;
        share.wanted = all_fit ? rewrite.egresses : count_fitting(share.replicas, fit);
        if (share.wanted == 0) {
            continue;
        }
        if (last.wanted > 0) {
            handed += send_copy(packet, last, fit);
        }
        last = share;
    }
    if (last.wanted > 0) {
        handed += send_original(packet, last, fit);
        if (handed > 0) {
            tally_.forwarded.add(1);
        } else {
            tally_.drops[static_cast<std::size_t>(DropReason::kNoBuffer)].add(1);
        }
        return handed;
    }
    const bool ttl_only =
        std::ranges::none_of(list.replicas(), [&fit](const Replica& r) { return fit.ttl_suffices(r); });
    tally_.drop(packet.mbuf, ttl_only ? DropReason::kTtlExceeded : DropReason::kMtuExceeded);
    return 0;
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
    rte_mbuf* copy = duplicate(packet.mbuf, pool_);
    if (copy == nullptr || !make_frame(copy, *share.rewrite)) {
        rte_pktmbuf_free(copy);
        return no_buffer(share);
    }
    send(copy, share, fit);
    return share.wanted;
}

std::size_t Replicate::send_original(const Packet& packet, const Share& share, const Fit& fit) noexcept {
    if (rte_pktmbuf_headroom(packet.mbuf) < share.rewrite->header_length) {
        const std::size_t handed = send_copy(packet, share, fit);
        rte_pktmbuf_free(packet.mbuf);
        return handed;
    }
    static_cast<void>(make_frame(packet.mbuf, *share.rewrite)); // the headroom is there
    packet.mbuf->ol_flags = 0;                                  // what the receiving driver noted
    send(packet.mbuf, share, fit);
    return share.wanted;
}

void Replicate::send(rte_mbuf* mbuf, const Share& share, const Fit& fit) noexcept {
    rte_mbuf_refcnt_set(mbuf, share.wanted);
    for (const Replica& replica : share.replicas) {
        if (share.wanted == share.replicas.size() || fit(replica)) {
            transmit_.copy(PortId(replica.port), mbuf);
        }
    }
}

std::size_t Replicate::no_buffer(const Share& share) noexcept {
    tally_.drop_copies(CopyDropReason::kNoBuffer, share.wanted);
    return 0;
}

} // namespace mcfwd::dataplane
