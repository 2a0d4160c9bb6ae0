// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Insertion and gap-closing deletion of the hash index.
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
      hash_(hash) {
    assert(std::has_single_bit(buckets.size()));
}

const Slot* Index::find(const FlowKey& key) const {
    return find_from(home(key), key);
}

void Index::put(const Slot& slot) {
    assert(!slot.free());
    if (const Slot* present = find(slot.key())) {
        *const_cast<Slot*>(present) = slot; // in buckets_, which this class may write
        return;
    }
    for (std::uint32_t number = home(slot.key());; ++number) {
        for (Slot& candidate : buckets_[number & mask_].slots) {
            if (candidate.free()) {
                candidate = slot;
                return;
            }
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
                break;
            }
        }
    }
}

} // namespace mcfwd::dataplane
