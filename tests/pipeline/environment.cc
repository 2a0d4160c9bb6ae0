// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Ordinary memory and no devices, so that no privilege is needed.
#include "environment.hh"

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <rte_mbuf.h>
#include <rte_mempool.h>

namespace mcfwd::pipeline {
namespace {

template <typename T>
T must(Expected<T> made) {
    if (!made) {
        throw std::runtime_error(made.error().what);
    }
    return std::move(*made);
}

dataplane::EalSettings settings() {
    const unsigned other = std::thread::hardware_concurrency() > 1 ? 1 : 0;
    return {.main_core = 0,
            .worker_cores = {other, other},
            .memory = dataplane::MemoryMode::kNoHuge,
            .memory_mb = 512,
            .devices = {},
            .extra = {}};
}

} // namespace

Strategy strategy() {
    const char* wanted = std::getenv("MCFWD_STRATEGY");
    const std::string_view name = wanted != nullptr ? wanted : "copy";
    return name == "chain" ? Strategy::kChain : name == "small" ? Strategy::kSmall : Strategy::kCopy;
}

Environment::Environment()
    : eal(must(dataplane::Eal::create(settings()))),
      pool(must(dataplane::make_pool(65535))),
      small_pool(must(dataplane::make_small_pool(4095))) {
    for (std::size_t i = 0; i < kPorts; ++i) {
        const bool narrow = i == kNarrowPort.value();
        wires.emplace_back("wire" + std::to_string(i), narrow ? kNarrowSlots + 1 : 65536, pool.get());
        ports.push_back(must(dataplane::Port::create({.id = PortId(static_cast<std::uint16_t>(i)),
                                                      .name = "p" + std::to_string(i),
                                                      .device = wires.back().device(),
                                                      .workers = 1,
                                                      .pool = pool.get()})));
        if (!ports.back().start()) {
            throw std::runtime_error("a memory port does not start");
        }
    }
}

unsigned Environment::free_buffers() const {
    return rte_mempool_avail_count(pool.get()) + rte_mempool_avail_count(small_pool.get());
}

std::vector<rte_mbuf*> Environment::take_all_buffers() const {
    std::vector<rte_mbuf*> all;
    for (rte_mempool* from : {pool.get(), small_pool.get()}) {
        while (rte_mbuf* buffer = rte_pktmbuf_alloc(from)) {
            all.push_back(buffer);
        }
    }
    return all;
}

Environment& Environment::get() {
    static Environment environment;
    return environment;
}

} // namespace mcfwd::pipeline
