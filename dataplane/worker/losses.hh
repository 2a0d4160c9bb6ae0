// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What is lost of the packets of an entry, counted for the entry and its egresses (group manager
// specification 5.9). Off the usual way: nothing here is touched by a packet that loses no copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include <rte_mbuf.h>

#include <mcfwd/ids.hh>

#include <dataplane/table/layout.hh>
#include <dataplane/table/loss_pool.hh>

#include "tally.hh"

namespace mcfwd::dataplane {

/// What a copy carries to the port, so that whoever drops it later knows the entry it was made for.
struct FlowNote {
    std::uint32_t counters = ~std::uint32_t{0}; ///< Slot::counters; all ones: of no entry
    std::uint32_t version = 0;                  ///< of the table it was looked up in, modulo 2^32
};

/// Lies where receiving drivers leave a hash, which nobody needs any more.
inline void set_note(rte_mbuf* copy, const FlowNote& note) noexcept {
    static_assert(sizeof note == sizeof copy->hash.fdir);
    std::memcpy(&copy->hash.fdir, &note, sizeof note);
}
[[nodiscard]] inline FlowNote note_of(const rte_mbuf* copy) noexcept {
    FlowNote note;
    std::memcpy(static_cast<void*>(&note), &copy->hash.fdir, sizeof note);
    return note;
}

/// The losses of one use of a list while a packet is handled. Going through egresses in their order costs one
/// step each.
class UseOfList {
  public:
    /// What finds no block is counted in `without_entry`.
    UseOfList(UseLosses& losses, LossPool& blocks, RelaxedCounter& without_entry) noexcept
        : losses_(&losses),
          blocks_(&blocks),
          without_entry_(&without_entry) {}

    /// `length`: IP octets of the packet.
    void ttl_exceeded(std::size_t position, std::uint16_t length) noexcept {
        count(position, &EgressLosses::ttl_exceeded, length);
    }
    void mtu_exceeded(std::size_t position, std::uint16_t length) noexcept {
        count(position, &EgressLosses::mtu_exceeded, length);
    }
    void discarded(std::size_t position, std::uint16_t length) noexcept {
        count(position, &EgressLosses::discarded, length);
    }
    void copy_refused() noexcept { count(&LossBlock::copies_refused, 1); }
    void queue_overflow(std::uint32_t packets) noexcept { count(&LossBlock::queue_overflow, packets); }
    void input_discard() noexcept { count(&LossBlock::input_discards, 1); }
    void header_error() noexcept { count(&LossBlock::header_errors, 1); }
    void uninitialized(std::uint32_t packets) noexcept {
        losses_->uninitialized.fetch_add(packets, std::memory_order_relaxed);
    }

  private:
    void count(std::size_t position, SharedCounter EgressLosses::* reason, std::uint16_t length) noexcept;
    void count(SharedCounter LossBlock::* what, std::uint64_t amount) noexcept;
    [[nodiscard]] LossBlock* block_of(std::uint32_t first) noexcept;
    [[nodiscard]] LossBlock* append(std::atomic<std::uint32_t>* end, std::uint32_t first) noexcept;

    UseLosses* losses_;
    LossPool* blocks_;
    RelaxedCounter* without_entry_;
    LossBlock* last_ = nullptr; ///< the block counted in last
};

/// One per worker.
class Losses {
  public:
    Losses(const CounterMemory& memory, Tally& tally) noexcept : memory_(memory), tally_(tally) {}

    [[nodiscard]] UseOfList of(std::uint32_t counters) noexcept {
        return {memory_.losses[counters], *memory_.blocks, tally_.losses_without_entry};
    }
    /// A copy with a note that `port` did not take. One that has waited since before its list was replaced
    /// has no entry any more.
    void refused(const rte_mbuf* copy, PortId port) noexcept;
    /// Must be called with every new version before a packet is looked up in it: lists may lie where others
    /// have been.
    void see(TableVersion version) noexcept {
        version_ = static_cast<std::uint32_t>(version.value());
        found_ = {};
        refused_of_.reset();
    }

  private:
    /// An egress in a list.
    struct Place {
        std::uint32_t list = kNoList;
        PortId port;
        std::uint16_t vlan = 0;
        std::size_t position = 0;
        std::size_t rewrite = 0;
        std::size_t first = 0; ///< position of the first egress of the rewrite
    };
    struct Refused {
        std::uint32_t counters;
        UseOfList losses;
    };
    [[nodiscard]] bool find(std::uint32_t list, PortId port, std::uint16_t vlan) noexcept;
    [[nodiscard]] bool find_from(Place start, std::size_t end) noexcept;

    CounterMemory memory_;
    std::uint32_t version_ = 0; ///< of the table the worker uses, modulo 2^32
    Tally& tally_;
    // Of the last call: a port that takes nothing more drops copies of few lists, and those of one packet in
    // the order of its egresses.
    Place found_;
    std::optional<Refused> refused_of_;
};

} // namespace mcfwd::dataplane
