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

/// Destination after RFC 1112 section 6.4, and what the egresses have in common.
inline void write_ethernet(char* at, std::uint32_t group, const Rewrite& rewrite) noexcept {
    constexpr std::size_t kUntagged = 8;
    const std::uint32_t high = rte_cpu_to_be_32(0x01005e00U | ((group >> 16U) & 0x7fU));
    const std::uint16_t low = rte_cpu_to_be_16(static_cast<std::uint16_t>(group));
    std::memcpy(at, &high, sizeof high);
    std::memcpy(at + sizeof high, &low, sizeof low);
    at += RTE_ETHER_ADDR_LEN;
    std::memcpy(at, rewrite.header.data(), kUntagged);
    if (rewrite.length > kUntagged) {
        std::memcpy(at + kUntagged, rewrite.header.data() + kUntagged, RTE_VLAN_HLEN);
    }
}

/// What `write_ethernet` writes.
[[nodiscard]] inline std::uint16_t ethernet_length(const Rewrite& rewrite) noexcept {
    return static_cast<std::uint16_t>(RTE_ETHER_ADDR_LEN + rewrite.length);
}

/// Puts the Ethernet header in front of the IP packet that the buffer begins with, for which there must be
/// room, and pads the frame.
inline void make_frame(rte_mbuf* mbuf, const Packet& packet, const Rewrite& rewrite) noexcept {
    const std::uint16_t header = ethernet_length(rewrite);
    const auto length = static_cast<std::uint16_t>(packet.length + header);
    mbuf->data_off = static_cast<std::uint16_t>(mbuf->data_off - header);
    mbuf->data_len = length;
    mbuf->pkt_len = length;
    write_ethernet(rte_pktmbuf_mtod(mbuf, char*), packet.key.group, rewrite);
    if (length < kLeastFrame) [[unlikely]] {
        pad_frame(mbuf);
    }
}

} // namespace mcfwd::dataplane
