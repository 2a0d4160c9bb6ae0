// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What a router writes to a packet: TTL and checksum, and the Ethernet header of its next link.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_mbuf.h>

#include <dataplane/table/layout.hh>

#include "buffers.hh"
#include "packet.hh"

namespace mcfwd::dataplane {

static_assert(RTE_BYTE_ORDER == RTE_LITTLE_ENDIAN);

/// RFC 1624, equation 3: HC' = ~(~HC + ~m + m'). In the order of the wire, read by a machine that puts the
/// low octet first, m' is m - 1, so ~m + m' is 0xfffe whatever m is.
inline void lower_ttl(rte_ipv4_hdr& ip) noexcept {
    --ip.time_to_live;
    std::uint32_t sum = (~std::uint32_t{ip.hdr_checksum} & 0xffffU) + 0xfffeU;
    sum = (sum & 0xffffU) + (sum >> 16U);
    ip.hdr_checksum = static_cast<std::uint16_t>(~sum);
}

/// The address that a group has on Ethernet (RFC 1112 section 6.4), as it is stored.
class GroupMac {
  public:
    explicit GroupMac(std::uint32_t group) noexcept
        : octets_(__builtin_bswap64(0x01005e0000000000U | (std::uint64_t{group & 0x7fffffU} << 16U))) {}
    /// Writes eight octets, of which the last two are to be overwritten.
    void write(char* at) const noexcept { std::memcpy(at, &octets_, sizeof octets_); }

  private:
    std::uint64_t octets_;
};

/// Destination, and what the egresses have in common.
inline void write_ethernet(char* at, const GroupMac& to, const Rewrite& rewrite) noexcept {
    constexpr std::size_t kUntagged = 8;
    to.write(at);
    at += RTE_ETHER_ADDR_LEN;
    std::memcpy(at, rewrite.header.data(), kUntagged);
    if (rewrite.length > kUntagged) {
        std::memcpy(at + kUntagged, rewrite.header.data() + kUntagged, RTE_VLAN_HLEN);
    }
}

/// Ethernet with a tag.
inline constexpr std::uint16_t kLongestHeader = RTE_ETHER_HDR_LEN + RTE_VLAN_HLEN;

/// What `write_ethernet` writes.
[[nodiscard]] inline std::uint16_t ethernet_length(const Rewrite& rewrite) noexcept {
    return static_cast<std::uint16_t>(RTE_ETHER_ADDR_LEN + rewrite.length);
}

/// Puts the Ethernet header in front of the IP packet of `octets` that the buffer begins with, for which
/// there must be room, and pads the frame.
inline void make_frame(rte_mbuf* mbuf, std::uint16_t octets, const GroupMac& to,
                       const Rewrite& rewrite) noexcept {
    const std::uint16_t header = ethernet_length(rewrite);
    const auto length = static_cast<std::uint16_t>(octets + header);
    mbuf->data_off = static_cast<std::uint16_t>(mbuf->data_off - header);
    mbuf->data_len = length;
    mbuf->pkt_len = length;
    write_ethernet(rte_pktmbuf_mtod(mbuf, char*), to, rewrite);
    if (length < kLeastFrame) [[unlikely]] {
        pad_frame(mbuf);
    }
}

/// Makes a free buffer a frame with the same IP packet. It begins where received ones do: at a cache line, so
/// that a short frame is one.
inline void make_copy(rte_mbuf* copy, const char* packet, std::uint16_t octets, const GroupMac& to,
                      const Rewrite& rewrite) noexcept {
    const std::size_t header = ethernet_length(rewrite);
    char* frame = static_cast<char*>(copy->buf_addr) + RTE_PKTMBUF_HEADROOM;
    copy_octets(frame + header, packet, octets);
    write_ethernet(frame, to, rewrite);
    describe(copy, RTE_PKTMBUF_HEADROOM, header + octets);
    if (header + octets < kLeastFrame) [[unlikely]] {
        pad_frame(copy);
    }
}

/// Makes a free buffer the Ethernet header of a frame that goes on with the IP packet `tail`, of which it
/// takes a reference over.
inline void make_header(rte_mbuf* head, rte_mbuf* tail, std::uint16_t octets, const GroupMac& to,
                        const Rewrite& rewrite) noexcept {
    const std::size_t header = ethernet_length(rewrite);
    write_ethernet(static_cast<char*>(head->buf_addr) + RTE_PKTMBUF_HEADROOM, to, rewrite);
    describe(head, RTE_PKTMBUF_HEADROOM, header);
    head->pkt_len = static_cast<std::uint32_t>(header + octets);
    head->next = tail;
    head->nb_segs = 2;
}

} // namespace mcfwd::dataplane
