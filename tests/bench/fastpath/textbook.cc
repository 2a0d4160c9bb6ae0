// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Written after the description of DPDK's IPv4 multicast sample application in its programmer's guides.
#include "forwarder.hh"

#include <array>
#include <cstring>
#include <stdexcept>
#include <string>

#include <rte_byteorder.h>
#include <rte_ethdev.h>
#include <rte_hash.h>
#include <rte_hash_crc.h>
#include <rte_ip.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

#include <mcfwd/mac.hh>

#include <dataplane/table/lookup.hh>

#include "flows.hh"

namespace mcfwd::bench {
namespace {

using dataplane::kBurst;

constexpr unsigned kHeaderBuffers = 131'071;
constexpr unsigned kCache = 512;

struct Key {
    std::uint32_t group; ///< both in network order
    std::uint32_t source;
};

/// One egress, ready to be copied in front of a packet.
struct Target {
    std::array<std::uint8_t, 18> header{};
    std::uint16_t length = 0;
    std::uint16_t lane = 0;
};

struct Lane {
    std::uint16_t queue = 0;
    std::uint16_t size = 0;
    std::array<rte_mbuf*, 32> frames{};
};

struct HashDeleter {
    void operator()(rte_hash* hash) const { rte_hash_free(hash); }
};
struct PoolDeleter {
    void operator()(rte_mempool* pool) const { rte_mempool_free(pool); }
};

class Textbook final : public Forwarder {
  public:
    explicit Textbook(const Task& task);
    void turn() override;

  private:
    void forward(rte_mbuf* packet) noexcept;
    void send(rte_mbuf* packet, const Target& target) noexcept;
    void flush(Lane& lane) noexcept;

    std::uint16_t source_;
    std::uint16_t sinks_;
    std::unique_ptr<rte_hash, HashDeleter> hash_;
    std::unique_ptr<rte_mempool, PoolDeleter> headers_;
    std::vector<Target> targets_;
    std::vector<Lane> lanes_;
};

Target target_of(const Egress& egress) {
    Target target{.lane = static_cast<std::uint16_t>(sink_of(egress.port))};
    std::uint8_t* at = target.header.data() + 6; // the group's MAC comes with the packet
    std::memcpy(at, egress.source_mac.bytes.data(), 6);
    at += 6;
    if (egress.vlan.value() != 0) {
        const std::array<std::uint16_t, 2> tag{rte_cpu_to_be_16(0x8100),
                                               rte_cpu_to_be_16(egress.vlan.value())};
        std::memcpy(at, tag.data(), sizeof tag);
        at += sizeof tag;
    }
    const std::uint16_t type = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4);
    std::memcpy(at, &type, sizeof type);
    target.length = static_cast<std::uint16_t>(at + 2 - target.header.data());
    return target;
}

Textbook::Textbook(const Task& task) : source_(task.wires->source()), sinks_(task.wires->sinks()) {
    const rte_hash_parameters parameters{.name = "textbook",
                                         .entries = task.entries + 64,
                                         .reserved = 0,
                                         .key_len = sizeof(Key),
                                         .hash_func = rte_hash_crc,
                                         .hash_func_init_val = 0,
                                         .socket_id = static_cast<int>(rte_socket_id()),
                                         .extra_flag = 0};
    hash_.reset(rte_hash_create(&parameters));
    headers_.reset(rte_pktmbuf_pool_create("headers", kHeaderBuffers, kCache, 0, 2 * RTE_PKTMBUF_HEADROOM,
                                           static_cast<int>(rte_socket_id())));
    if (!hash_ || !headers_) {
        throw std::runtime_error("no memory for the textbook's table and header buffers");
    }
    for (const Egress& egress : task.plan.egresses) {
        targets_.push_back(target_of(egress));
    }
    for (std::uint16_t queue = 0; queue < task.plan.sinks; ++queue) {
        lanes_.push_back({.queue = queue});
    }
    for (std::uint32_t flow = 0; flow < task.entries; ++flow) {
        const Key key{rte_cpu_to_be_32(group_of(flow).host()), rte_cpu_to_be_32(source_of(flow).host())};
        if (rte_hash_add_key_data(hash_.get(), &key, targets_.data()) != 0) {
            throw std::runtime_error("the textbook's table is full");
        }
    }
}

void Textbook::turn() {
    std::array<rte_mbuf*, kBurst> frames;
    const std::uint16_t count = rte_eth_rx_burst(source_, 0, frames.data(), frames.size());
    std::array<Key, kBurst> keys;
    std::array<const void*, kBurst> pointers;
    std::array<void*, kBurst> found;
    for (std::uint16_t i = 0; i < count; ++i) {
        if (i + 4 < count) {
            rte_prefetch0(rte_pktmbuf_mtod(frames[i + 4], void*));
        }
        const auto* ip = rte_pktmbuf_mtod_offset(frames[i], const rte_ipv4_hdr*, RTE_ETHER_HDR_LEN);
        keys[i] = {ip->dst_addr, ip->src_addr};
        pointers[i] = &keys[i];
    }
    std::uint64_t hits = 0;
    rte_hash_lookup_bulk_data(hash_.get(), pointers.data(), count, &hits, found.data());
    for (std::uint16_t i = 0; i < count; ++i) {
        if ((hits >> i & 1U) != 0) {
            forward(frames[i]);
        } else {
            rte_pktmbuf_free(frames[i]);
        }
    }
    for (Lane& lane : lanes_) {
        flush(lane);
    }
}

void Textbook::forward(rte_mbuf* packet) noexcept {
    rte_pktmbuf_adj(packet, RTE_ETHER_HDR_LEN);
    auto* ip = rte_pktmbuf_mtod(packet, rte_ipv4_hdr*);
    if (ip->time_to_live <= 1) {
        rte_pktmbuf_free(packet);
        return;
    }
    --ip->time_to_live;
    // RFC 1624: the TTL is the high octet of its word.
    const std::uint32_t sum = std::uint32_t{ip->hdr_checksum} + rte_cpu_to_be_16(0x0100);
    ip->hdr_checksum = static_cast<std::uint16_t>(sum + (sum >> 16U));
    rte_mbuf_refcnt_set(packet, static_cast<std::uint16_t>(targets_.size()));
    for (const Target& target : targets_) {
        send(packet, target);
    }
}

void Textbook::send(rte_mbuf* packet, const Target& target) noexcept {
    rte_mbuf* header = rte_pktmbuf_alloc(headers_.get());
    if (header == nullptr) {
        rte_pktmbuf_free(packet);
        return;
    }
    auto* octets = reinterpret_cast<std::uint8_t*>(rte_pktmbuf_append(header, target.length));
    const std::uint32_t group = rte_be_to_cpu_32(rte_pktmbuf_mtod(packet, rte_ipv4_hdr*)->dst_addr);
    const MacAddress to = multicast_mac(Ipv4Address(group));
    std::memcpy(octets, target.header.data(), target.length);
    std::memcpy(octets, to.bytes.data(), to.bytes.size());
    header->next = packet;
    header->nb_segs = 2;
    header->pkt_len += packet->pkt_len;
    Lane& lane = lanes_[target.lane];
    lane.frames[lane.size++] = header;
    if (lane.size == lane.frames.size()) {
        flush(lane);
    }
}

void Textbook::flush(Lane& lane) noexcept {
    if (lane.size > 0) {
        const std::uint16_t taken = rte_eth_tx_burst(sinks_, lane.queue, lane.frames.data(), lane.size);
        rte_pktmbuf_free_bulk(lane.frames.data() + taken, lane.size - taken);
        lane.size = 0;
    }
}

} // namespace

std::unique_ptr<Forwarder> make_textbook(const Task& task) {
    return std::make_unique<Textbook>(task);
}

} // namespace mcfwd::bench
