// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Treiber's stack with a count of changes against ABA.
#include "loss_pool.hh"

#include <utility>

namespace mcfwd::dataplane {
namespace {

std::uint64_t changed(std::uint64_t top, std::uint32_t number) {
    constexpr std::uint64_t kOneChange = std::uint64_t{1} << 32U;
    return ((top + kOneChange) & ~(kOneChange - 1)) | number;
}

} // namespace

void clear(std::span<EgressLosses> egresses) noexcept {
    for (EgressLosses& egress : egresses) {
        for (SharedCounter* counter :
             {&egress.ttl_exceeded, &egress.mtu_exceeded, &egress.discarded, &egress.bytes}) {
            counter->set(0);
        }
    }
}

LossPool::LossPool(MemoryBlock memory, std::uint32_t blocks) : memory_(std::move(memory)) {
    for (std::uint32_t number = blocks; number > 0; --number) {
        give_back(number);
    }
}

std::uint32_t LossPool::take() noexcept {
    // Acquire: pairs with `give_back`, which cleared the block.
    std::uint64_t top = top_.load(std::memory_order_acquire);
    while (true) {
        const auto number = static_cast<std::uint32_t>(top);
        if (number == 0) {
            return 0;
        }
        // If another thread takes the block just now this reads nonsense, and the exchange fails.
        const std::uint32_t next = (*this)[number].next.load(std::memory_order_relaxed);
        if (top_.compare_exchange_weak(top, changed(top, next), std::memory_order_acquire)) {
            (*this)[number].next.store(0, std::memory_order_relaxed);
            return number;
        }
    }
}

void LossPool::give_back(std::uint32_t number) noexcept {
    LossBlock& block = (*this)[number];
    for (SharedCounter* counter :
         {&block.copies_refused, &block.queue_overflow, &block.input_discards, &block.header_errors}) {
        counter->set(0);
    }
    clear(block.egresses);
    std::uint64_t top = top_.load(std::memory_order_relaxed);
    do {
        block.next.store(static_cast<std::uint32_t>(top), std::memory_order_relaxed);
        // Release: pairs with `take`.
    } while (!top_.compare_exchange_weak(top, changed(top, number), std::memory_order_release));
}

} // namespace mcfwd::dataplane
