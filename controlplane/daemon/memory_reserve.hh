// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Memory set aside for the control thread, so that what has begun can finish when the system gives no more.
// main.cc makes one; the group manager and the router ask it before they begin.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>

#include <controlplane/group_manager/seams.hh>

namespace mcfwd::daemon {

/// Holds blocks of the heap. When an allocation of the control thread fails, the new-handler gives them back
/// one after the other until it succeeds. Work that keeps memory only begins while all blocks are there; the
/// last half of them is left for work that gives memory back. For the thread that creates it; one per
/// process.
class MemoryReserve final : public group_manager::Memory {
  public:
    /// A block is below the size from which the C library maps memory for each by itself, so that blocks
    /// which lie side by side join again.
    static constexpr std::size_t kBlock = (std::size_t{128} << 10U) - 128;
    static constexpr std::size_t kBlocks = 32;
    /// Left for work that gives memory back.
    static constexpr std::size_t kSetAside = kBlocks / 2;
    /// Work that needs more than this gets a block of its own size.
    static constexpr std::size_t kUsual = 4 * kBlock;

    MemoryReserve();
    ~MemoryReserve() override;
    MemoryReserve(const MemoryReserve&) = delete;
    MemoryReserve& operator=(const MemoryReserve&) = delete;

    [[nodiscard]] bool begin(std::size_t octets, Use use) override;
    void end() override;

    /// Takes back what was given away, as far as the system has it. From the event loop, between tasks.
    void refill();
    /// A task ended because even the reserve did not suffice.
    void note_failure();

    struct View {
        std::size_t size = 0; ///< octets
        std::size_t held = 0; ///< of those, now
        bool short_of_memory = false;
        std::uint64_t given = 0;    ///< blocks given back to the heap because an allocation failed
        std::uint64_t refused = 0;  ///< work that was not begun
        std::uint64_t failures = 0; ///< tasks that ended with an allocation that failed all the same
    };
    [[nodiscard]] View view() const;

  private:
    struct Free {
        void operator()(void* block) const;
    };
    using Block = std::unique_ptr<void, Free>;

    static void on_failed_allocation();
    [[nodiscard]] bool give_back();
    [[nodiscard]] bool make_large(std::size_t octets);

    const std::thread::id owner_ = std::this_thread::get_id();
    std::array<Block, kBlocks> blocks_;
    std::size_t held_ = 0; ///< of blocks_, the first ones
    Block large_;          ///< for work that needs more than the usual
    std::size_t large_octets_ = 0;
    std::size_t begun_ = 0;
    bool short_ = false;
    std::uint64_t given_ = 0, refused_ = 0, failures_ = 0;
};

} // namespace mcfwd::daemon
