// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Insertion and gap-closing deletion of the hash index, and which buckets they wrote.
#include "index.hh"

#include <algorithm>
#include <bit>
#include <cassert>

namespace mcfwd::dataplane {
namespace {

bool is_full(const Bucket& bucket) {
    return std::ranges::none_of(bucket.slots, [](const Slot& slot) { return slot.free(); });
}

} // namespace

std::size_t Index::buckets_for(std::size_t entries) {
    return std::bit_ceil(std::max<std::size_t>(2, (entries * 2 + kSlotsPerBucket - 1) / kSlotsPerBucket));
}

Index::Index(std::span<Bucket> buckets, KeyHash hash)
    : buckets_(buckets.data()),
      mask_(static_cast<std::uint32_t>(buckets.size() - 1)),
      hash_(hash),
      written_((buckets.size() + 63) / 64) {
    assert(std::has_single_bit(buckets.size()));
}

const Slot* Index::find(const FlowKey& key) const {
    return find_from(home(key), key);
}

const Slot* Index::search_from(std::uint32_t start, const FlowKey& key) const {
    for (std::uint32_t number = start;; ++number) {
        const Bucket& at = bucket(number);
        const auto found =
            std::ranges::find_if(at.slots, [&key](const Slot& slot) { return slot.holds(key); });
        if (found != at.slots.end()) {
            return &*found;
        }
        if (!is_full(at)) {
            return nullptr;
        }
    }
}

// A search ends at the first bucket with a free slot, and that is where a new key goes.
void Index::put(const Slot& slot) {
    assert(!slot.free());
    const FlowKey key = slot.key();
    for (std::uint32_t number = home(key);; number = (number + 1) & mask_) {
        auto& slots = buckets_[number].slots;
        auto place = std::ranges::find_if(slots, [&key](const Slot& one) { return one.holds(key); });
        if (place == slots.end()) {
            place = std::ranges::find_if(slots, &Slot::free);
        }
        if (place != slots.end()) {
            *place = slot;
            note_write(number);
            return;
        }
    }
}

void Index::erase(const FlowKey& key) {
    for (std::uint32_t number = home(key);; ++number) {
        auto& slots = buckets_[number & mask_].slots;
        const auto found = std::ranges::find_if(slots, [&key](const Slot& slot) { return slot.holds(key); });
        if (found != slots.end()) {
            close_gap(number & mask_, static_cast<std::size_t>(found - slots.begin()));
            return;
        }
        if (!is_full(buckets_[number & mask_])) {
            return;
        }
    }
}

// Slots behind a full bucket may be there only because it was full. One of them whose path leads through the
// gap moves into it; that opens the next gap, and so on until nobody is displaced.
void Index::close_gap(std::uint32_t number, std::size_t gap) {
    bool was_full = is_full(buckets_[number]);
    Slot* hole = &buckets_[number].slots[gap];
    std::uint32_t hole_number = number;
    *hole = Slot{};
    note_write(number);
    for (std::uint32_t next = (number + 1) & mask_; was_full && next != number; next = (next + 1) & mask_) {
        was_full = is_full(buckets_[next]);
        for (Slot& slot : buckets_[next].slots) {
            const bool passes_hole =
                !slot.free() && ((next - home(slot.key())) & mask_) >= ((next - hole_number) & mask_);
            if (passes_hole) {
                *hole = slot;
                slot = Slot{};
                hole = &slot;
                hole_number = next;
                note_write(next);
                break;
            }
        }
    }
}

void Index::note_write(std::uint32_t number) {
    std::uint64_t& word = written_[number / 64];
    const std::uint64_t bit = std::uint64_t{1} << (number % 64);
    written_count_ += (word & bit) == 0;
    word |= bit;
    first_written_ = std::min<std::size_t>(first_written_, number / 64);
}

std::uint32_t Index::take_written() {
    while (written_[first_written_] == 0) {
        ++first_written_;
    }
    std::uint64_t& word = written_[first_written_];
    const auto bit = static_cast<std::size_t>(std::countr_zero(word));
    word &= word - 1;
    --written_count_;
    return static_cast<std::uint32_t>(first_written_ * 64 + bit);
}

bool Index::catch_up(Index& ahead, std::size_t limit) {
    for (; ahead.written_count_ > 0 && limit > 0; --limit) {
        const std::uint32_t number = ahead.take_written();
        buckets_[number] = ahead.buckets_[number];
    }
    return ahead.written_count_ == 0;
}

} // namespace mcfwd::dataplane
