// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Lists with the same content lie in memory once, as long as anybody uses them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include <dataplane/table/layout.hh>
#include <dataplane/table/list_pool.hh>

#include "table_fixture.hh"

namespace mcfwd::dataplane {
namespace {

std::vector<std::byte> content(unsigned kind, std::size_t units = 1) {
    return std::vector<std::byte>(units * kListUnit, std::byte(kind));
}

ListPool pool(std::uint32_t units) {
    return ListPool(test::ordinary_memory(units * kListUnit), units);
}

std::vector<std::byte> at(const ListPool& pool, std::uint32_t start, std::size_t units) {
    const std::byte* first = pool.memory() + std::size_t{start} * kListUnit;
    return {first, first + units * kListUnit};
}

TEST(ListPool, EqualListsAreOne) {
    ListPool lists = pool(1);
    const auto first = lists.take(content(1));
    ASSERT_TRUE(first);
    EXPECT_EQ(lists.take(content(1)), first) << "although there is no room for another one";
    EXPECT_EQ(lists.size(), 1U);
    EXPECT_EQ(at(lists, *first, 1), content(1));
}

TEST(ListPool, AListStaysAsLongAsAnybodyUsesIt) {
    ListPool lists = pool(1);
    const std::uint32_t start = *lists.take(content(1));
    ASSERT_TRUE(lists.take(content(1)));
    lists.give_back(start);
    EXPECT_FALSE(lists.take(content(2)));
    EXPECT_EQ(at(lists, start, 1), content(1));
    lists.give_back(start);
    EXPECT_EQ(lists.size(), 0U);
    EXPECT_TRUE(lists.take(content(2)));
}

TEST(ListPool, AListIsNotTheBeginningOfALongerOne) {
    ListPool lists = pool(3);
    const auto longer = lists.take(content(1, 2));
    const auto shorter = lists.take(content(1, 1));
    ASSERT_TRUE(longer && shorter);
    EXPECT_NE(*longer, *shorter);
}

// Against a plain count of uses per content.
TEST(ListPool, KeepsWhatIsUsedAndNothingElse) {
    std::mt19937 random(7);
    ListPool lists = pool(64);
    std::map<unsigned, std::pair<std::uint32_t, unsigned>> used; // kind -> start, uses
    for (int step = 0; step < 20'000; ++step) {
        const auto kind = static_cast<unsigned>(random() % 40);
        const std::size_t units = 1 + kind % 3;
        if (random() % 2 == 0) {
            const auto start = lists.take(content(kind, units));
            if (start) {
                auto& [place, uses] = used.try_emplace(kind, *start, 0U).first->second;
                ASSERT_EQ(place, *start);
                ++uses;
            } else {
                ASSERT_FALSE(used.contains(kind));
            }
        } else if (const auto present = used.find(kind); present != used.end()) {
            lists.give_back(present->second.first);
            if (--present->second.second == 0) {
                used.erase(present);
            }
        }
        ASSERT_EQ(lists.size(), used.size());
        for (const auto& [other, place] : used) {
            ASSERT_EQ(at(lists, place.first, 1 + other % 3), content(other, 1 + other % 3)) << step;
        }
    }
}

} // namespace
} // namespace mcfwd::dataplane
