// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Memory for what egresses lose. Workers take blocks when they need them, the control thread gives them back
// when nobody counts in them any more.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include <dataplane/memory.hh>

#include "layout.hh"

namespace mcfwd::dataplane {

void clear(std::span<EgressLosses> egresses) noexcept;

/// A stack of free blocks that any thread may use; lock-free. Blocks are numbered from 1.
class LossPool {
  public:
    /// `memory` has room for `blocks` blocks and is zeroed.
    LossPool(MemoryBlock memory, std::uint32_t blocks);
    LossPool(const LossPool&) = delete;
    LossPool& operator=(const LossPool&) = delete;

    /// A block without counts; 0 when there is none left.
    [[nodiscard]] std::uint32_t take() noexcept;
    /// Clears a block that nobody counts in any more.
    void give_back(std::uint32_t number) noexcept;
    [[nodiscard]] LossBlock& operator[](std::uint32_t number) const noexcept { return blocks()[number - 1]; }

  private:
    [[nodiscard]] LossBlock* blocks() const noexcept { return reinterpret_cast<LossBlock*>(memory_.get()); }

    MemoryBlock memory_;
    /// The first free block, and in the upper half how often that changed: a block that was taken and came
    /// back meanwhile does not look as if nothing had happened.
    alignas(kCacheLine) std::atomic<std::uint64_t> top_{0};
};

} // namespace mcfwd::dataplane
