// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Blocks are never touched: what counts where malloc can fail at all (RLIMIT_AS, vm.overcommit_memory = 2) is
// that the address space is ours.
#include "memory_reserve.hh"

#include <atomic>
#include <cstdlib>
#include <new>

#include <spdlog/spdlog.h>

namespace mcfwd::daemon {

namespace {

/// The one whose blocks the new-handler gives back.
std::atomic<MemoryReserve*> installed{nullptr};

/// Beyond what is asked for: the C library grows its heap in steps of 128 KiB, and not every gap can be used.
constexpr std::size_t margin(std::size_t octets) {
    return octets / 4 + (std::size_t{512} << 10U);
}

} // namespace

void MemoryReserve::Free::operator()(void* block) const {
    std::free(block);
}

MemoryReserve::MemoryReserve() {
    installed = this;
    std::set_new_handler(&MemoryReserve::on_failed_allocation);
    refill();
}

MemoryReserve::~MemoryReserve() {
    std::set_new_handler(nullptr);
    installed = nullptr;
}

/// Called by operator new of any thread, until it returns without success.
void MemoryReserve::on_failed_allocation() {
    MemoryReserve* reserve = installed;
    if (reserve == nullptr || std::this_thread::get_id() != reserve->owner_ || !reserve->give_back()) {
        throw std::bad_alloc();
    }
}

bool MemoryReserve::give_back() {
    if (begun_ > 0 && large_) {
        large_.reset();
        large_octets_ = 0;
    } else if (held_ > (begun_ > 0 ? 0 : kSetAside)) {
        blocks_[--held_].reset();
    } else {
        return false;
    }
    ++given_;
    return true;
}

void MemoryReserve::refill() {
    if (begun_ == 0 && large_) {
        large_.reset();
        large_octets_ = 0;
    }
    while (held_ < kBlocks) {
        Block block(std::malloc(kBlock));
        if (!block) {
            break;
        }
        blocks_[held_++] = std::move(block);
    }
    const bool now_short = held_ < kBlocks;
    if (now_short == short_) {
        return;
    }
    short_ = now_short;
    if (now_short) {
        spdlog::warn("memory: short, nothing that needs more is begun reserve={} of={} KiB",
                     held_ * kBlock >> 10U, kBlocks * kBlock >> 10U);
    } else {
        spdlog::info("memory: enough again refused={} failures={}", refused_, failures_);
    }
}

bool MemoryReserve::make_large(std::size_t octets) {
    const std::size_t wanted = octets + margin(octets);
    if (large_ && large_octets_ >= wanted) {
        return true;
    }
    // Twice: the calls of a growing batch do not ask the system each time.
    for (const std::size_t size : {2 * wanted, wanted}) {
        if (Block block(std::malloc(size)); block) {
            large_ = std::move(block);
            large_octets_ = size;
            return true;
        }
    }
    return false;
}

bool MemoryReserve::begin(std::size_t octets, Use use) {
    if (held_ < kBlocks) {
        refill();
    }
    const bool usual =
        octets <= kUsual && (use == Use::kGrow ? held_ == kBlocks : 2 * octets <= held_ * kBlock);
    const bool may_be_large = use == Use::kShrink || (held_ == kBlocks && octets > kUsual);
    if (!usual && !(may_be_large && make_large(octets))) {
        ++refused_;
        return false;
    }
    ++begun_;
    return true;
}

void MemoryReserve::end() {
    --begun_;
}

void MemoryReserve::note_failure() {
    ++failures_;
    // Powers of two: the log must not grow with them.
    if ((failures_ & (failures_ - 1)) == 0) {
        spdlog::error("memory: a task of the control thread was given up total={}", failures_);
    }
}

MemoryReserve::View MemoryReserve::view() const {
    return {.size = kBlocks * kBlock,
            .held = held_ * kBlock,
            .short_of_memory = short_,
            .given = given_,
            .refused = refused_,
            .failures = failures_};
}

} // namespace mcfwd::daemon
