// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The arena of egress lists: nothing overlaps, neighbours join, everything comes back.
#include <map>
#include <random>

#include <gtest/gtest.h>

#include <dataplane/table/extents.hh>

namespace mcfwd::dataplane {
namespace {

TEST(Extents, GapsJoinAgain) {
    Extents extents(10);
    const auto a = extents.take(4);
    const auto b = extents.take(3);
    const auto c = extents.take(3);
    ASSERT_TRUE(a && b && c);
    EXPECT_FALSE(extents.take(1));
    extents.give_back(*a, 4);
    extents.give_back(*c, 3);
    EXPECT_FALSE(extents.take(5)) << "the gaps are apart";
    extents.give_back(*b, 3);
    EXPECT_EQ(extents.take(10), 0U);
}

TEST(Extents, RandomRangesNeverOverlap) {
    std::mt19937 random(3); // NOLINT: the same sequence each time
    Extents extents(1000);
    std::map<std::uint32_t, std::uint32_t> taken;
    for (int step = 0; step < 20'000; ++step) {
        if (random() % 2 == 0) {
            const auto units = static_cast<std::uint32_t>(1 + random() % 20);
            if (const auto start = extents.take(units)) {
                const auto [after, is_new] = taken.emplace(*start, units);
                ASSERT_TRUE(is_new);
                ASSERT_LE(*start + units, std::next(after) == taken.end() ? 1000U : std::next(after)->first);
                ASSERT_TRUE(after == taken.begin() ||
                            std::prev(after)->first + std::prev(after)->second <= *start);
            }
        } else if (!taken.empty()) {
            const auto chosen = std::next(taken.begin(), static_cast<int>(random() % taken.size()));
            extents.give_back(chosen->first, chosen->second);
            taken.erase(chosen);
        }
    }
    for (const auto& [start, units] : taken) {
        extents.give_back(start, units);
    }
    EXPECT_EQ(extents.free_units(), 1000U);
    EXPECT_EQ(extents.take(1000), 0U);
}

} // namespace
} // namespace mcfwd::dataplane
