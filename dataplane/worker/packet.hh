// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What the stages hand to each other: packets with the facts that classify found, in bursts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <rte_ip.h>
#include <rte_mbuf.h>

#include <mcfwd/ids.hh>

#include <dataplane/table/lookup.hh>

namespace mcfwd::dataplane {

/// A packet on its way through the stages. Routed and IGMP packets: the mbuf starts at the IP header and ends
/// where that says; the Ethernet header it came with still lies in front of it. Bridged frames: the mbuf is
/// the frame.
struct Packet {
    rte_mbuf* mbuf = nullptr;
    FlowKey key;
    std::uint16_t attachment = 0; ///< where it arrived, index into Attachments
    std::uint16_t length = 0;     ///< IP total length; of a bridged frame: what follows its Ethernet header
    std::uint8_t ttl = 0;
    std::uint8_t ethernet_length = 0; ///< with its tag, if that is in the frame

    /// The one accessor of the IP header.
    [[nodiscard]] rte_ipv4_hdr* ip() const { return rte_pktmbuf_mtod(mbuf, rte_ipv4_hdr*); }
    [[nodiscard]] const std::byte* octets() const { return rte_pktmbuf_mtod(mbuf, const std::byte*); }
    [[nodiscard]] const std::byte* ethernet() const { return octets() - ethernet_length; }
};

/// At most kBurst packets, in the order in which they came.
class PacketBurst {
  public:
    void clear() { size_ = 0; }
    void push(const Packet& packet) { packets_[size_++] = packet; }
    /// The place of the next packet, to be filled in before it is kept. There is one if the burst is not
    /// full.
    [[nodiscard]] Packet& next() { return packets_[size_]; }
    void keep_next() { ++size_; }
    [[nodiscard]] std::span<Packet> packets() { return {packets_.data(), size_}; }
    [[nodiscard]] std::span<const Packet> packets() const { return {packets_.data(), size_}; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] bool full() const { return size_ == kBurst; }

  private:
    std::array<Packet, kBurst> packets_;
    std::size_t size_ = 0;
};

} // namespace mcfwd::dataplane
