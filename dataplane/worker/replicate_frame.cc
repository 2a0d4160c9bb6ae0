// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The share whose tag the frame has goes last and gets the original, untouched; without one, the last share
// gets the original with another tag.
#include "replicate_frame.hh"

#include <array>
#include <cstring>
#include <utility>

#include <rte_byteorder.h>
#include <rte_ether.h>

#include "losses.hh"

namespace mcfwd::dataplane {
namespace {

constexpr std::size_t kAddresses = 2 * RTE_ETHER_ADDR_LEN;
/// Priority and drop eligibility of an IEEE 802.1Q tag, which stay when the VLAN changes.
constexpr std::uint16_t kPriority = 0xf000;

struct Tag {
    bool in_frame = false; ///< else the port has stripped it
    std::uint16_t control = 0;
};

/// The tag that the frame was received with; control 0 and not in the frame: none.
Tag tag_of(const rte_mbuf& frame, std::uint8_t ethernet_length) {
    if ((frame.ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0) {
        return {.in_frame = false, .control = frame.vlan_tci};
    }
    if (ethernet_length == RTE_ETHER_HDR_LEN) {
        return {};
    }
    std::uint16_t control = 0;
    std::memcpy(&control, rte_pktmbuf_mtod_offset(&frame, const char*, kAddresses + sizeof(control)),
                sizeof(control));
    return {.in_frame = true, .control = rte_be_to_cpu_16(control)};
}

/// Puts a tag behind the addresses. False if there is no room in front.
bool insert_tag(rte_mbuf* frame, std::uint16_t control) {
    char* start = rte_pktmbuf_prepend(frame, RTE_VLAN_HLEN);
    if (start == nullptr) {
        return false;
    }
    std::memmove(start, start + RTE_VLAN_HLEN, kAddresses);
    const std::array<std::uint16_t, 2> tag{rte_cpu_to_be_16(RTE_ETHER_TYPE_VLAN), rte_cpu_to_be_16(control)};
    std::memcpy(start + kAddresses, tag.data(), sizeof(tag));
    return true;
}

void remove_tag(rte_mbuf* frame) {
    char* start = rte_pktmbuf_mtod(frame, char*);
    std::memmove(start + RTE_VLAN_HLEN, start, kAddresses);
    rte_pktmbuf_adj(frame, RTE_VLAN_HLEN);
}

/// From the tag it came with to VLAN `leaves_on`. False if there is no room.
bool retag(rte_mbuf* frame, const Tag& tag, std::uint16_t arrived_on, std::uint16_t leaves_on) {
    const bool same = arrived_on == leaves_on;
    if (same && (tag.in_frame || tag.control == 0)) {
        return true;
    }
    if (tag.in_frame) {
        remove_tag(frame);
    }
    const auto control = static_cast<std::uint16_t>((tag.control & kPriority) | leaves_on);
    if (leaves_on != 0 && !insert_tag(frame, control)) {
        return false;
    }
    pad_frame(frame);
    return true;
}

} // namespace

std::size_t ReplicateFrame::operator()(const Packet& frame, const EgressList& list,
                                       const Arrival& from) noexcept {
    const Fit fit{.from = from, .length = frame.length};
    Share original;
    std::size_t handed = 0;
    std::size_t others = 0;
    std::size_t at = 0;
    for (const Rewrite& rewrite : list.rewrites()) {
        Share share{.rewrite = &rewrite,
                    .replicas = list.replicas().subspan(at, rewrite.egresses),
                    .vlan = vlan_of(rewrite)};
        at += rewrite.egresses;
        others += measure(share, fit);
        if (share.wanted == 0) {
            continue;
        }
        if (original.wanted == 0) {
            original = share;
            continue;
        }
        if (share.vlan == from.vlan.value()) {
            std::swap(original, share);
        }
        handed += send_copy(frame, share, fit);
    }
    tally_.copies.add(others);
    if (original.wanted == 0) {
        tally_.drop(frame.mbuf, others > 0 ? DropReason::kMtuExceeded : DropReason::kNoMember);
        return 0;
    }
    handed += send_original(frame, original, fit);
    if (handed > 0) {
        tally_.forwarded.add(1);
    } else {
        tally_.drops[static_cast<std::size_t>(DropReason::kNoBuffer)].add(1);
    }
    return handed;
}

std::size_t ReplicateFrame::measure(Share& share, const Fit& fit) noexcept {
    std::size_t others = 0;
    for (const Replica& replica : share.replicas) {
        others += fit.is_origin(replica, share.vlan) ? 0U : 1U;
        share.wanted = static_cast<std::uint16_t>(share.wanted + (fit(replica, share.vlan) ? 1U : 0U));
    }
    tally_.drop_copies(CopyDropReason::kMtuExceeded, others - share.wanted);
    return others;
}

std::size_t ReplicateFrame::send_copy(const Packet& frame, const Share& share, const Fit& fit) noexcept {
    rte_mbuf* copy = duplicate(frame.mbuf, buffers_);
    const Tag tag = tag_of(*frame.mbuf, frame.ethernet_length);
    if (copy == nullptr || !retag(copy, tag, fit.from.vlan.value(), share.vlan)) {
        rte_pktmbuf_free(copy);
        tally_.drop_copies(CopyDropReason::kNoBuffer, share.wanted);
        return 0;
    }
    send(copy, share, fit);
    return share.wanted;
}

std::size_t ReplicateFrame::send_original(const Packet& frame, const Share& share, const Fit& fit) noexcept {
    if (!is_ours_alone(frame.mbuf) || rte_pktmbuf_headroom(frame.mbuf) < RTE_VLAN_HLEN) {
        const std::size_t handed = send_copy(frame, share, fit);
        rte_pktmbuf_free(frame.mbuf);
        return handed;
    }
    const Tag tag = tag_of(*frame.mbuf, frame.ethernet_length);
    // The headroom is there.
    static_cast<void>(retag(frame.mbuf, tag, fit.from.vlan.value(), share.vlan));
    frame.mbuf->ol_flags = 0; // what the receiving driver noted
    send(frame.mbuf, share, fit);
    return share.wanted;
}

void ReplicateFrame::send(rte_mbuf* mbuf, const Share& share, const Fit& fit) noexcept {
    set_note(mbuf, {}); // what bridges lose is counted for the port
    rte_mbuf_refcnt_set(mbuf, share.wanted);
    for (const Replica& replica : share.replicas) {
        if (fit(replica, share.vlan)) {
            transmit_.copy(PortId(replica.port), mbuf);
        }
    }
}

} // namespace mcfwd::dataplane
