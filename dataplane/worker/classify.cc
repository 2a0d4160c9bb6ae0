// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Nothing here trusts a length that a sender wrote. Only the first segment counts as the frame: ports are set
// up so that a frame fits one buffer, and what does not ends as a bad length.
#include "classify.hh"

#include <algorithm>
#include <array>
#include <cstring>
#include <expected>
#include <optional>
#include <span>

#include <netinet/in.h>
#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_prefetch.h>

#include <mcfwd/ipv4.hh>
#include <mcfwd/table.hh>

#include "usual_frame.hh"

namespace mcfwd::dataplane {
namespace {

enum class Exit : std::uint8_t { kRouted, kBridged, kIgmp, kDropped };

/// Where a frame goes, and why if it is dropped.
struct Verdict {
    Exit exit = Exit::kDropped;
    DropReason reason = DropReason::kTooShort;

    static constexpr Verdict drop(DropReason why) { return {Exit::kDropped, why}; }
};

/// Ethernet header and at most one IEEE 802.1Q tag, in the frame or stripped from it by the NIC.
struct Link {
    std::uint16_t ether_type = 0;
    std::uint16_t vlan = 0;
    std::uint8_t length = 0;
};

std::optional<Link> read_link(const rte_mbuf& frame) {
    if (frame.data_len < RTE_ETHER_HDR_LEN) {
        return std::nullopt;
    }
    const auto* ethernet = rte_pktmbuf_mtod(&frame, const rte_ether_hdr*);
    Link link{.ether_type = rte_be_to_cpu_16(ethernet->ether_type), .length = RTE_ETHER_HDR_LEN};
    if ((frame.ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0) {
        link.vlan = frame.vlan_tci & 0x0fffU;
    } else if (link.ether_type == RTE_ETHER_TYPE_VLAN) {
        if (frame.data_len < RTE_ETHER_HDR_LEN + RTE_VLAN_HLEN) {
            return std::nullopt;
        }
        const auto* tag = rte_pktmbuf_mtod_offset(&frame, const rte_vlan_hdr*, RTE_ETHER_HDR_LEN);
        link.vlan = rte_be_to_cpu_16(tag->vlan_tci) & 0x0fffU;
        link.ether_type = rte_be_to_cpu_16(tag->eth_proto);
        link.length = RTE_ETHER_HDR_LEN + RTE_VLAN_HLEN;
    }
    return link;
}

/// RFC 1812 section 5.2.2, but for the checksum.
bool ip_lengths_hold(const rte_ipv4_hdr& ip, std::uint32_t available) {
    const std::uint32_t total = rte_be_to_cpu_16(ip.total_length);
    const std::uint32_t header = rte_ipv4_hdr_len(&ip);
    return (ip.version_ihl >> 4U) == 4 && header >= sizeof(rte_ipv4_hdr) && header <= total &&
           total <= available;
}

bool ip_checksum_holds(const rte_ipv4_hdr& ip, std::uint64_t offload_flags) {
    const std::uint64_t checked = offload_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK;
    if (checked == RTE_MBUF_F_RX_IP_CKSUM_GOOD) {
        return true;
    }
    return rte_raw_cksum(&ip, rte_ipv4_hdr_len(&ip)) == 0xffff;
}

Verdict check_addresses(const Arrival& arrival, const rte_ipv4_hdr& ip, const MacAddress& sender) {
    const auto group = Ipv4Address::from_network(ip.dst_addr);
    if (ip.next_proto_id == IPPROTO_IGMP) {
        return arrival.is_own(sender) ? Verdict::drop(DropReason::kOwnTransmission)
                                      : Verdict{.exit = Exit::kIgmp};
    }
    if (!group.is_multicast()) {
        return Verdict::drop(DropReason::kNotMulticast);
    }
    if (!Ipv4Address::from_network(ip.src_addr).is_valid_source()) {
        return Verdict::drop(DropReason::kMartianSource);
    }
    if (arrival.is_own(sender)) {
        return Verdict::drop(DropReason::kOwnTransmission);
    }
    if (group.is_link_local_multicast()) {
        return Verdict::drop(DropReason::kLinkLocalGroup);
    }
    return {.exit = Exit::kRouted};
}

MacAddress read_mac(const rte_mbuf& frame, std::size_t offset) {
    MacAddress mac;
    std::memcpy(mac.bytes.data(), rte_pktmbuf_mtod_offset(&frame, const char*, offset), mac.bytes.size());
    return mac;
}

/// The header if it and its checksum are sound, else why not.
std::expected<const rte_ipv4_hdr*, DropReason> read_ip(const rte_mbuf& frame, const Link& link) {
    if (frame.data_len < link.length + sizeof(rte_ipv4_hdr)) {
        return std::unexpected(DropReason::kTooShort);
    }
    const auto* ip = rte_pktmbuf_mtod_offset(&frame, const rte_ipv4_hdr*, link.length);
    if (!ip_lengths_hold(*ip, frame.data_len - link.length)) {
        return std::unexpected(DropReason::kBadIpHeader);
    }
    if (!ip_checksum_holds(*ip, frame.ol_flags)) {
        return std::unexpected(DropReason::kBadIpChecksum);
    }
    return ip;
}

/// From here on the packet is one of IP.
void describe_ip(const rte_ipv4_hdr& ip, Packet& packet) {
    packet.length = rte_be_to_cpu_16(ip.total_length);
    packet.ttl = ip.time_to_live;
}

/// IEEE 802.1Q table 8-1: for the next bridge only.
bool never_bridged(const MacAddress& destination) {
    constexpr std::array<std::uint8_t, 5> kReserved{0x01, 0x80, 0xc2, 0x00, 0x00};
    return std::ranges::equal(kReserved, std::span(destination.bytes).first(kReserved.size())) &&
           destination.bytes[5] < 0x10;
}

Verdict classify_bridged(const Arrival& arrival, const Link& link, Packet& packet) {
    const rte_mbuf& frame = *packet.mbuf;
    const MacAddress destination = read_mac(frame, 0);
    if (!destination.is_group()) {
        return Verdict::drop(DropReason::kNotMulticast);
    }
    if (never_bridged(destination)) {
        return Verdict::drop(DropReason::kReservedMac);
    }
    if (frame.nb_segs > 1) { // ports are set up so that a frame that is not too big has one
        return Verdict::drop(DropReason::kMtuExceeded);
    }
    packet.key = {.group = kFloodGroup.host(), .source = 0, .domain = arrival.domain.value()};
    packet.length = static_cast<std::uint16_t>(frame.data_len - link.length);
    Exit exit = Exit::kBridged;
    if (link.ether_type == RTE_ETHER_TYPE_IPV4) {
        const auto ip = read_ip(frame, link);
        if (!ip) {
            return Verdict::drop(ip.error());
        }
        const Ipv4Address group = Ipv4Address::from_network((*ip)->dst_addr);
        if ((*ip)->next_proto_id == IPPROTO_IGMP) {
            describe_ip(**ip, packet);
            exit = Exit::kIgmp;
        } else if (group.is_routable_group()) {
            const Ipv4Address source = Ipv4Address::from_network((*ip)->src_addr);
            packet.key.group = group.host();
            packet.key.source = source.is_valid_source() ? source.host() : 0;
        }
    }
    if (arrival.is_own(read_mac(frame, RTE_ETHER_ADDR_LEN))) {
        return Verdict::drop(DropReason::kOwnTransmission);
    }
    return {.exit = exit};
}

Verdict classify_routed(const Arrival& arrival, const Link& link, Packet& packet) {
    const auto ip = read_ip(*packet.mbuf, link);
    if (!ip) {
        return Verdict::drop(ip.error());
    }
    packet.key = {.group = rte_be_to_cpu_32((*ip)->dst_addr),
                  .source = rte_be_to_cpu_32((*ip)->src_addr),
                  .domain = arrival.domain.value()};
    describe_ip(**ip, packet);
    return check_addresses(arrival, **ip, read_mac(*packet.mbuf, RTE_ETHER_ADDR_LEN));
}

/// Fills in the packet as far as it gets; unless it is dropped it is complete.
Verdict classify_one(PortId port, const Attachments& attachments, Packet& packet) {
    const auto link = read_link(*packet.mbuf);
    if (!link) {
        return Verdict::drop(DropReason::kTooShort);
    }
    packet.ethernet_length = link->length;
    packet.attachment = attachments.find(port, link->vlan);
    const bool attached = packet.attachment != Attachments::kNone;
    if (attached && attachments[packet.attachment].is_bridge()) {
        return classify_bridged(attachments[packet.attachment], *link, packet);
    }
    if (link->ether_type != RTE_ETHER_TYPE_IPV4) {
        return Verdict::drop(DropReason::kNotIpv4);
    }
    if (packet.mbuf->data_len < link->length + sizeof(rte_ipv4_hdr)) {
        return Verdict::drop(DropReason::kTooShort);
    }
    return attached ? classify_routed(attachments[packet.attachment], *link, packet)
                    : Verdict::drop(DropReason::kNoAttachment);
}

/// From the frame to the IP packet alone: no Ethernet header, no padding, no further segments.
void trim_to_ip(const Packet& packet) {
    rte_mbuf& mbuf = *packet.mbuf;
    if (mbuf.nb_segs > 1) {
        rte_pktmbuf_free(mbuf.next);
        mbuf.next = nullptr;
        mbuf.nb_segs = 1;
    }
    mbuf.data_off = static_cast<std::uint16_t>(mbuf.data_off + packet.ethernet_length);
    mbuf.data_len = packet.length;
    mbuf.pkt_len = packet.length;
}

} // namespace

void classify(PortId port, std::span<rte_mbuf* const> frames, const Attachments& attachments, Tally& tally,
              Sorted& sorted) noexcept {
    constexpr std::size_t kAhead = 4;
    const UsualFrames usual(port, attachments);
    for (std::size_t i = 0; i < frames.size() && i < kAhead; ++i) {
        rte_prefetch0(rte_pktmbuf_mtod(frames[i], void*));
    }
    for (std::size_t i = 0; i < frames.size(); ++i) {
        if (i + kAhead < frames.size()) {
            rte_prefetch0(rte_pktmbuf_mtod(frames[i + kAhead], void*));
        }
        if (usual.take(frames[i], sorted.routed.next())) [[likely]] {
            sorted.routed.keep_next();
            continue;
        }
        Packet packet{.mbuf = frames[i]};
        const Verdict verdict = classify_one(port, attachments, packet);
        switch (verdict.exit) {
        case Exit::kRouted:
            trim_to_ip(packet);
            sorted.routed.push(packet);
            break;
        case Exit::kBridged:
            sorted.bridged.push(packet);
            break;
        case Exit::kIgmp:
            trim_to_ip(packet);
            sorted.igmp.push(packet);
            break;
        case Exit::kDropped:
            tally.drop(packet.mbuf, verdict.reason);
            break;
        }
    }
}

} // namespace mcfwd::dataplane
