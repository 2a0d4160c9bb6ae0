// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Rings live as long as the process, as DPDK's ring driver wants it.
#include "memory_ports.hh"

#include <cstring>
#include <stdexcept>

#include <rte_eth_ring.h>
#include <rte_ethdev.h>

namespace mcfwd::pipeline {

MemoryPort::MemoryPort(const std::string& name, unsigned tx_slots, rte_mempool* pool)
    : device_("net_ring_" + name),
      pool_(pool),
      rx_(rte_ring_create(("rx_" + name).c_str(), 65536, SOCKET_ID_ANY, 0)),
      tx_(rte_ring_create(("tx_" + name).c_str(), tx_slots, SOCKET_ID_ANY, 0)) {
    if (rx_ == nullptr || tx_ == nullptr || rte_eth_from_rings(name.c_str(), &rx_, 1, &tx_, 1, 0) < 0) {
        throw std::runtime_error("no memory port " + name);
    }
}

rte_mbuf* buffer_of(const Octets& octets, rte_mempool* pool) {
    rte_mbuf* buffer = rte_pktmbuf_alloc(pool);
    if (buffer == nullptr) {
        throw std::runtime_error("pool is empty");
    }
    if (char* place = rte_pktmbuf_append(buffer, static_cast<std::uint16_t>(octets.size()));
        !octets.empty()) {
        std::memcpy(place, octets.data(), octets.size());
    }
    return buffer;
}

Octets octets_of(const rte_mbuf* buffer) {
    Octets octets;
    for (; buffer != nullptr; buffer = buffer->next) {
        const auto* start = rte_pktmbuf_mtod(buffer, const std::uint8_t*);
        octets.insert(octets.end(), start, start + buffer->data_len);
    }
    return octets;
}

void MemoryPort::arrive(const Octets& frame) {
    arrive(buffer_of(frame, pool_));
}

void MemoryPort::arrive(rte_mbuf* frame) {
    if (rte_ring_enqueue(rx_, frame) != 0) {
        throw std::runtime_error("too many frames at once");
    }
}

std::vector<rte_mbuf*> MemoryPort::take_buffers() {
    std::vector<rte_mbuf*> taken;
    for (void* buffer = nullptr; rte_ring_dequeue(tx_, &buffer) == 0;) {
        taken.push_back(static_cast<rte_mbuf*>(buffer));
    }
    return taken;
}

std::vector<Octets> MemoryPort::take() {
    std::vector<Octets> frames;
    for (rte_mbuf* buffer : take_buffers()) {
        frames.push_back(octets_of(buffer));
        rte_pktmbuf_free(buffer);
    }
    return frames;
}

void MemoryPort::clear() {
    static_cast<void>(take());
    for (void* buffer = nullptr; rte_ring_dequeue(rx_, &buffer) == 0;) {
        rte_pktmbuf_free(static_cast<rte_mbuf*>(buffer));
    }
}

} // namespace mcfwd::pipeline
