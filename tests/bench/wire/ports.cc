// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Opening everything, once.
#include "ports.hh"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace mcfwd::wire {
namespace {

/// Tables of DPDK itself, beside the packet buffers.
constexpr std::size_t kOtherMb = 64;

} // namespace

Ports::Ports(dataplane::Eal eal, dataplane::PoolOwner pool, std::vector<dataplane::Port> ports)
    : eal_(std::move(eal)),
      pool_(std::move(pool)),
      ports_(std::move(ports)) {}

Expected<Ports> Ports::open(const PortsRequest& request) {
    auto eal = dataplane::Eal::create(
        {.main_core = request.core,
         .worker_cores = {request.core},
         .memory = request.hugepages ? dataplane::MemoryMode::kHugepages : dataplane::MemoryMode::kNoHuge,
         .memory_mb = (dataplane::pool_bytes(request.buffers) >> 20U) + kOtherMb,
         .devices = request.devices,
         .extra = request.eal});
    if (!eal) {
        return std::unexpected(eal.error());
    }
    auto pool = dataplane::make_pool(request.buffers);
    if (!pool) {
        return std::unexpected(pool.error());
    }
    std::vector<dataplane::Port> ports;
    for (const std::string& device : request.devices) {
        const auto id = static_cast<std::uint16_t>(ports.size());
        auto port = dataplane::Port::create({.id = PortId(id),
                                             .name = id == 0 ? "sender" : fmt::format("receiver{}", id - 1),
                                             .device = device,
                                             .pool = pool->get()});
        if (!port) {
            return std::unexpected(port.error());
        }
        if (auto started = port->start(); !started) {
            return std::unexpected(started.error());
        }
        ports.push_back(std::move(*port));
    }
    return Ports(std::move(*eal), std::move(*pool), std::move(ports));
}

bool Ports::linked() const {
    return std::ranges::all_of(ports_, [](const dataplane::Port& port) { return port.link_up(); });
}

std::uint64_t Ports::missed(unsigned receiver_index) const {
    return receiver(receiver_index).status().rx_missed;
}

} // namespace mcfwd::wire
