// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The hash index of one table instance: buckets of one cache line, linear probing from the home bucket on, at
// most half full. Written by the control thread while no worker looks at it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "key_hash.hh"
#include "layout.hh"

namespace mcfwd::dataplane {

/// Invariant: all buckets between a key's home and the bucket that holds it are full, so that a search may
/// stop at the first bucket with a free slot. Works on memory that it does not own.
class Index {
  public:
    /// Buckets, a power of two, that hold `entries` at a load of at most one half.
    [[nodiscard]] static std::size_t buckets_for(std::size_t entries);

    /// `buckets` are zeroed and as many as `buckets_for` says.
    Index(std::span<Bucket> buckets, KeyHash hash);

    /// Inserts or replaces. The caller keeps within the number of entries that the buckets were made for.
    void put(const Slot& slot);
    /// Removes the key if it is there and closes the gap, so that searches stay short.
    void erase(const FlowKey& key);
    /// Copies buckets that `ahead` wrote since it was copied last, at most `limit`; before these writes both
    /// were equal. True: now they are again.
    [[nodiscard]] bool catch_up(Index& ahead, std::size_t limit);
    /// Buckets written and not copied yet.
    [[nodiscard]] std::size_t written() const { return written_count_; }
    /// nullptr if the key is not there. What workers use for bursts is `look_up`.
    [[nodiscard]] const Slot* find(const FlowKey& key) const;

    [[nodiscard]] std::uint32_t home(const FlowKey& key) const { return hash_(key) & mask_; }
    [[nodiscard]] const Bucket& bucket(std::uint32_t number) const { return buckets_[number & mask_]; }
    /// Searches from bucket `start` on, which must be the key's home.
    [[nodiscard]] const Slot* find_from(std::uint32_t start, const FlowKey& key) const;

  private:
    /// The same, slot by slot.
    [[nodiscard]] const Slot* search_from(std::uint32_t start, const FlowKey& key) const;
    void close_gap(std::uint32_t number, std::size_t gap);
    void note_write(std::uint32_t number);
    std::uint32_t take_written();

    Bucket* buckets_;
    std::uint32_t mask_;
    KeyHash hash_;
    std::vector<std::uint64_t> written_; ///< one bit per bucket; nothing that workers look at
    std::size_t written_count_ = 0;
    std::size_t first_written_ = 0; ///< no word of `written_` before this one has a bit
};

// Without a branch per slot: where in its bucket a key lies is random, and a wrong guess costs more than
// three comparisons too many. Two keys of different domains with the same addresses are rare: the long way.
inline const Slot* Index::find_from(std::uint32_t start, const FlowKey& key) const {
    static_assert(kSlotsPerBucket == 4);
    const auto& slots = bucket(start).slots;
    const std::uint64_t wanted = addresses_of(key);
    const unsigned place = unsigned{slots[1].addresses() == wanted} +
                           2U * unsigned{slots[2].addresses() == wanted} +
                           3U * unsigned{slots[3].addresses() == wanted};
    const Slot& slot = slots[place % kSlotsPerBucket];
    return slot.holds(key) ? &slot : search_from(start, key);
}

} // namespace mcfwd::dataplane
