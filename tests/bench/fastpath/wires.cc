// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Drivers are reached through `rte_eth_fp_ops`, one record per port; replacing its functions is all it takes
// to be one, and costs no more than a driver does.
#include "wires.hh"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <stdexcept>
#include <string>

#include <rte_byteorder.h>
#include <rte_ethdev.h>
#include <rte_mempool.h>

#include "flows.hh"

namespace mcfwd::bench {
namespace {

constexpr std::uint32_t kIp = 14;
constexpr std::size_t kIpTotalLength = kIp + 2;
constexpr std::size_t kIpChecksum = kIp + 10;
constexpr std::size_t kIpSource = kIp + 12;
constexpr std::size_t kIpGroup = kIp + 16;
constexpr std::size_t kUdpLength = kIp + 20 + 4;

void put16(std::uint8_t* at, std::uint32_t value) {
    const std::uint16_t network = rte_cpu_to_be_16(static_cast<std::uint16_t>(value));
    std::memcpy(at, &network, sizeof network);
}
void put32(std::uint8_t* at, std::uint32_t value) {
    const std::uint32_t network = rte_cpu_to_be_32(value);
    std::memcpy(at, &network, sizeof network);
}

dataplane::Port open_port(std::uint16_t id, const std::string& device, rte_mempool* pool) {
    auto port = dataplane::Port::create(
        {.id = PortId(id), .name = device, .device = device, .workers = 1, .pool = pool});
    if (!port || !port->start()) {
        throw std::runtime_error("no port " + device);
    }
    return std::move(*port);
}

} // namespace

Wires::Wires(rte_mempool* pool, unsigned number)
    : source_port_(open_port(0, "net_null_source" + std::to_string(number), pool)),
      sink_port_(open_port(1, "net_null_sinks" + std::to_string(number), pool)),
      source_{.pool = pool, .flows = {}, .port = source_port_.number()},
      sinks_(std::make_unique<std::array<Sink, kSinks>>()) {
    // A host's Ethernet header; IPv4 of TTL 64; UDP without checksum (RFC 768) from port 5000 to 5001.
    constexpr std::array<std::uint8_t, kHeaders> kFrame{
        0x01, 0x00, 0x5e, 0, 0, 0, 0x02, 0x11, 0, 0, 0, 1, 0x08, 0x00, 0x45, 0,    0,    0, 0, 0, 0,
        0,    64,   17,   0, 0, 0, 0,    0,    0, 0, 0, 0, 0,    0x13, 0x88, 0x13, 0x89, 0, 0, 0, 0};
    source_.headers = kFrame;
    source_queues_[0] = &source_;
    std::ranges::transform(*sinks_, sink_queues_.begin(), [](Sink& sink) { return &sink; });
    rte_eth_fp_ops[source()].rx_pkt_burst = receive;
    rte_eth_fp_ops[source()].rxq.data = source_queues_.data();
    rte_eth_fp_ops[sinks()].tx_pkt_burst = transmit;
    rte_eth_fp_ops[sinks()].txq.data = sink_queues_.data();
}

// Closing a port puts the functions of no port in their place.
Wires::~Wires() {
    drain();
}

void Wires::feed(const Feed& feed) {
    source_.flows = feed.flows;
    source_.next = 0;
    source_.frame_octets = feed.frame_octets;
    put16(source_.headers.data() + kIpTotalLength, feed.frame_octets - kIp);
    put16(source_.headers.data() + kUdpLength, feed.frame_octets - kIp - 20U);
    source_.checksum_base = 0;
    for (std::size_t at = kIp; at < kIpChecksum; at += 2) {
        source_.checksum_base += (std::uint32_t{source_.headers[at]} << 8U) | source_.headers[at + 1];
    }
}

void Wires::hold(std::size_t buffers) {
    drain();
    for (Sink& sink : *sinks_) {
        sink.held.assign(buffers, nullptr);
        sink.oldest = 0;
    }
}

void Wires::drain() {
    for (Sink& sink : *sinks_) {
        rte_pktmbuf_free_bulk(sink.held.data(), static_cast<unsigned>(sink.held.size()));
        std::ranges::fill(sink.held, nullptr);
    }
}

std::uint64_t Wires::sent() const {
    return std::accumulate(sinks_->begin(), sinks_->end(), std::uint64_t{0},
                           [](std::uint64_t sum, const Sink& sink) { return sum + sink.frames; });
}

std::uint16_t Wires::receive(void* queue, rte_mbuf** frames, std::uint16_t room) {
    auto& source = *static_cast<Source*>(queue);
    // What free buffers have already: one reference, one segment.
    if (rte_mempool_get_bulk(source.pool, reinterpret_cast<void**>(frames), room) != 0) {
        return 0;
    }
    for (std::uint16_t i = 0; i < room; ++i) {
        write(source, source.flows[source.next], *frames[i]);
        source.next = source.next + 1 < source.flows.size() ? source.next + 1 : 0;
    }
    return room;
}

void Wires::write(const Source& source, std::uint32_t flow, rte_mbuf& frame) {
    frame.data_off = RTE_PKTMBUF_HEADROOM;
    frame.port = source.port;
    frame.ol_flags = 0;
    frame.packet_type = 0;
    frame.pkt_len = source.frame_octets;
    frame.data_len = source.frame_octets;
    auto* octets = rte_pktmbuf_mtod(&frame, std::uint8_t*);
    std::memcpy(octets, source.headers.data(), kHeaders);
    const std::uint32_t group = group_of(flow).host();
    const std::uint32_t from = source_of(flow).host();
    put32(octets + 2, 0x5e000000U | (group & 0x7fffffU)); // RFC 1112 section 6.4
    std::uint32_t sum =
        source.checksum_base + (group >> 16U) + (group & 0xffffU) + (from >> 16U) + (from & 0xffffU);
    sum = (sum & 0xffffU) + (sum >> 16U);
    sum = (sum & 0xffffU) + (sum >> 16U);
    put16(octets + kIpChecksum, ~sum);
    put32(octets + kIpSource, from);
    put32(octets + kIpGroup, group);
}

std::uint16_t Wires::transmit(void* queue, rte_mbuf** frames, std::uint16_t count) {
    auto& sink = *static_cast<Sink*>(queue);
    sink.frames += count;
    if (sink.held.empty()) {
        rte_pktmbuf_free_bulk(frames, count);
        return count;
    }
    std::array<rte_mbuf*, 512> released;
    const std::uint16_t taken = std::min<std::uint16_t>(count, released.size());
    sink.frames -= count - taken;
    for (std::uint16_t i = 0; i < taken; ++i) {
        released[i] = std::exchange(sink.held[sink.oldest], frames[i]);
        sink.oldest = sink.oldest + 1 < sink.held.size() ? sink.oldest + 1 : 0;
    }
    rte_pktmbuf_free_bulk(released.data(), taken);
    return taken;
}

} // namespace mcfwd::bench
