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
    return wanted != nullptr && std::string_view(wanted) == "chain" ? Strategy::kChain : Strategy::kCopy;
}

Environment::Environment()
    : eal(must(dataplane::Eal::create(settings()))),
      pool(must(dataplane::make_pool(65535))) {
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

Environment& Environment::get() {
    static Environment environment;
    return environment;
}

} // namespace mcfwd::pipeline
