// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The deadline heap against a sorted multimap, and its edges.
#include <map>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <igmp/deadline_heap.hh>

namespace mcfwd::igmp {
namespace {

struct Item {
    int number = 0;
    DeadlineSlot slot;
};

Instant at(int nanoseconds) {
    return Instant(Duration(nanoseconds));
}

TEST(DeadlineHeap, ArmNoLaterOnlyMovesForward) {
    DeadlineHeap<Item> heap;
    Item item;
    heap.arm_no_later(item, at(10));
    heap.arm_no_later(item, at(20));
    EXPECT_EQ(heap.deadline(item), at(10));
    heap.arm_no_later(item, at(5));
    EXPECT_EQ(heap.earliest(), at(5));
    heap.arm(item, at(30));
    EXPECT_EQ(heap.earliest(), at(30));
    heap.disarm(item);
    heap.disarm(item);
    EXPECT_TRUE(heap.empty());
    EXPECT_FALSE(item.slot.armed());
}

RC_GTEST_PROP(DeadlineHeap, EarliestIsAlwaysTheMinimum, ()) {
    std::vector<Item> items(20);
    DeadlineHeap<Item> heap;
    std::map<std::size_t, int> model;
    const auto steps = *rc::gen::container<std::vector<std::pair<std::uint8_t, std::uint8_t>>>(
        rc::gen::arbitrary<std::pair<std::uint8_t, std::uint8_t>>());
    for (const auto& [which, when] : steps) {
        const std::size_t index = which % items.size();
        if (when % 4 == 0) {
            heap.disarm(items[index]);
            model.erase(index);
        } else {
            heap.arm(items[index], at(when));
            model[index] = when;
        }
        RC_ASSERT(heap.empty() == model.empty());
        int minimum = 1000;
        for (const auto& [key, value] : model) {
            minimum = std::min(minimum, value);
            RC_ASSERT(heap.deadline(items[key]) == at(value));
        }
        if (!model.empty()) {
            RC_ASSERT(heap.earliest() == at(minimum));
            RC_ASSERT(heap.deadline(heap.first()) == at(minimum));
        }
    }
}

} // namespace
} // namespace mcfwd::igmp
