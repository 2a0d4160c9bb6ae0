// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The way of nearly all frames through stage "classify": routed, untagged, IPv4 without options, nothing
// wrong with it, seen in a few wide loads and hardly any branches. Whatever else a frame is, classify takes a
// second look at it and says so.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include <netinet/in.h>
#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_mbuf.h>

#include <mcfwd/ipv4.hh>
#include <mcfwd/mac.hh>

#include "attachments.hh"
#include "packet.hh"

namespace mcfwd::dataplane {

static_assert(RTE_BYTE_ORDER == RTE_LITTLE_ENDIAN);

/// One per burst: what all frames of a port have in common.
class UsualFrames {
  public:
    UsualFrames(PortId port, const Attachments& attachments) noexcept
        : attachment_(attachments.find(port, 0)) {
        if (attachment_ != Attachments::kNone && !attachments[attachment_].is_bridge()) {
            const Arrival& arrival = attachments[attachment_];
            domain_ = arrival.domain.value();
            port_mac_ = word(arrival.port_mac);
            copy_mac_ = word(arrival.copy_mac);
        } else {
            attachment_ = Attachments::kNone;
        }
    }

    /// True: `packet` is complete, and its buffer begins and ends with the IP packet. False: the frame is
    /// something else, and untouched.
    [[nodiscard]] bool take(rte_mbuf* frame, Packet& packet) const noexcept {
        if (attachment_ == Attachments::kNone || frame->data_len < kHeaders || frame->nb_segs > 1) {
            return false;
        }
        const auto* octets = rte_pktmbuf_mtod(frame, const std::uint8_t*);
        std::uint64_t link = 0; // source address and type
        std::memcpy(&link, octets + RTE_ETHER_ADDR_LEN, sizeof link);
        std::array<std::uint32_t, 5> ip;
        std::memcpy(ip.data(), octets + RTE_ETHER_HDR_LEN, sizeof ip);
        const std::uint64_t sender = link & kMacBits;
        const std::uint32_t length = rte_be_to_cpu_16(static_cast<std::uint16_t>(ip[0] >> 16U));
        const Ipv4Address source(rte_be_to_cpu_32(ip[3]));
        const Ipv4Address group(rte_be_to_cpu_32(ip[4]));
        const bool usual = (link >> 48U) == RTE_BE16(RTE_ETHER_TYPE_IPV4) &&
                           (ip[0] & 0xffU) == kVersionAndLength && length >= sizeof ip &&
                           length + RTE_ETHER_HDR_LEN <= frame->data_len &&
                           ((ip[2] >> 8U) & 0xffU) != IPPROTO_IGMP && group.is_routable_group() &&
                           source.is_valid_source() && sender != port_mac_ && sender != copy_mac_ &&
                           (frame->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) == 0 && checksum_holds(ip);
        if (!usual) [[unlikely]] {
            return false;
        }
        packet.mbuf = frame;
        packet.key.group = group.host();
        packet.key.source = source.host();
        packet.key.domain = domain_;
        packet.attachment = attachment_;
        packet.length = static_cast<std::uint16_t>(length);
        packet.ttl = static_cast<std::uint8_t>(ip[2]);
        packet.ethernet_length = RTE_ETHER_HDR_LEN;
        frame->data_off = static_cast<std::uint16_t>(frame->data_off + RTE_ETHER_HDR_LEN);
        frame->data_len = static_cast<std::uint16_t>(length);
        frame->pkt_len = length;
        return true;
    }

  private:
    static constexpr std::uint16_t kHeaders = RTE_ETHER_HDR_LEN + sizeof(rte_ipv4_hdr);
    static constexpr std::uint32_t kVersionAndLength = 0x45;
    static constexpr std::uint64_t kMacBits = (std::uint64_t{1} << 48U) - 1;

    static std::uint64_t word(const MacAddress& mac) noexcept {
        std::uint64_t word = 0;
        std::memcpy(&word, mac.bytes.data(), mac.bytes.size());
        return word;
    }
    /// RFC 1071. What a NIC says about it is not asked: this costs less than the branch.
    static bool checksum_holds(const std::array<std::uint32_t, 5>& ip) noexcept {
        std::uint64_t sum = std::uint64_t{ip[0]} + ip[1] + ip[2] + ip[3] + ip[4];
        sum = (sum & 0xffffffffU) + (sum >> 32U);
        sum = (sum & 0xffffU) + (sum >> 16U);
        sum = (sum & 0xffffU) + (sum >> 16U);
        return sum == 0xffff;
    }

    std::uint16_t attachment_;
    std::uint16_t domain_ = 0;
    std::uint64_t port_mac_ = 0;
    std::uint64_t copy_mac_ = 0;
};

} // namespace mcfwd::dataplane
