// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A frame that is bridged and routed is two packets from here on: the copy is bridged, so that the original,
// which the routed path may park and rewrite, is nobody else's.
#include "bridge.hh"

#include <algorithm>

namespace mcfwd::dataplane {
namespace {

// RFC 7761 sections 4.9 and 4.9.2: IP protocol, version 2 and type Hello in the first octet, ALL-PIM-ROUTERS.
constexpr std::uint8_t kPim = 103;
constexpr std::uint8_t kHello = 0x20;
constexpr Ipv4Address kAllPimRouters{224, 0, 0, 13};

/// From the frame to the IP packet alone, whose header classify has checked.
Packet ip_of(Packet frame) {
    rte_mbuf& mbuf = *frame.mbuf;
    mbuf.data_off = static_cast<std::uint16_t>(mbuf.data_off + frame.ethernet_length);
    const rte_ipv4_hdr& ip = *frame.ip();
    frame.length = rte_be_to_cpu_16(ip.total_length);
    frame.ttl = ip.time_to_live;
    frame.key = {.group = rte_be_to_cpu_32(ip.dst_addr),
                 .source = rte_be_to_cpu_32(ip.src_addr),
                 .domain = kRoutedDomain.value()};
    mbuf.data_len = frame.length;
    mbuf.pkt_len = frame.length;
    return frame;
}

} // namespace

void Bridge::operator()(PacketBurst& frames, const Instance& table, std::uint64_t now,
                        PacketBurst& routed) noexcept {
    answer(frames, table);
    for (std::size_t i = 0; i < frames.size(); ++i) {
        Packet frame = frames.packets()[i];
        if (frame.key.group == kFloodGroup.host()) {
            tell_hello(frame, now);
        }
        if (!is_routable(frame)) {
            bridge(frame, answers_[i], table);
            continue;
        }
        tally_.received.add(1);
        tally_.also_routed.add(1);
        Packet copy = frame;
        copy.mbuf = duplicate(frame.mbuf, buffers_);
        if (copy.mbuf != nullptr) {
            // A tag that the port stripped is still to be put back.
            copy.mbuf->ol_flags = frame.mbuf->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED;
            copy.mbuf->vlan_tci = frame.mbuf->vlan_tci;
            bridge(copy, answers_[i], table);
        } else {
            tally_.drops[static_cast<std::size_t>(DropReason::kNoBuffer)].add(1);
        }
        routed.push(ip_of(frame));
    }
}

void Bridge::answer(const PacketBurst& frames, const Instance& table) noexcept {
    std::ranges::transform(frames.packets(), keys_.begin(), &Packet::key);
    look_up(table, {keys_.data(), frames.size()}, {answers_.data(), frames.size()});
    std::array<std::uint8_t, kBurst> missed;
    std::size_t misses = 0;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        if (answers_[i].list == kNoList && keys_[i].group != kFloodGroup.host()) {
            keys_[misses] = {.group = kUnregisteredGroup.host(), .source = 0, .domain = keys_[i].domain};
            missed[misses++] = static_cast<std::uint8_t>(i);
        }
    }
    if (misses == 0) {
        return;
    }
    std::array<Answer, kBurst> second;
    look_up(table, {keys_.data(), misses}, {second.data(), misses});
    for (std::size_t n = 0; n < misses; ++n) {
        answers_[missed[n]] = second[n];
    }
}

bool Bridge::is_routable(const Packet& frame) const noexcept {
    return frame.key.group != kFloodGroup.host() && frame.key.source != 0 &&
           attachments_[frame.attachment].interface != kNoInterface;
}

void Bridge::bridge(const Packet& frame, const Answer& answer, const Instance& table) noexcept {
    if (answer.list == kNoList) {
        tally_.drop(frame.mbuf, DropReason::kNoMember);
        return;
    }
    const EgressList list = table.list(answer.list);
    ListCounters& counted = counters_.usual[answer.counters];
    counted.packets.add(1);
    counted.bytes.add(frame.length);
    const std::size_t handed = replicate_(frame, list, attachments_[frame.attachment]);
    if (const std::size_t egresses = list.header().egresses; handed < egresses) {
        counters_.exceptions[answer.counters].copies_not_made.add(egresses - handed);
    }
}

void Bridge::tell_hello(const Packet& frame, std::uint64_t now) noexcept {
    const std::uint16_t end = frame.mbuf->data_len;
    if (end < frame.ethernet_length + sizeof(rte_ipv4_hdr)) {
        return;
    }
    const auto* ethernet = rte_pktmbuf_mtod(frame.mbuf, const std::uint8_t*);
    const std::uint8_t* type = ethernet + frame.ethernet_length - 2;
    const auto* ip = reinterpret_cast<const rte_ipv4_hdr*>(ethernet + frame.ethernet_length);
    if (type[0] != 0x08 || type[1] != 0x00 || ip->next_proto_id != kPim ||
        Ipv4Address::from_network(ip->dst_addr) != kAllPimRouters) {
        return;
    }
    const std::size_t payload = frame.ethernet_length + rte_ipv4_hdr_len(ip);
    if (payload < end && ethernet[payload] == kHello) {
        punt_.pim_hello(frame, rte_be_to_cpu_16(ip->total_length), now);
    }
}

} // namespace mcfwd::dataplane
