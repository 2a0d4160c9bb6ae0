// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The hash index against std::map, filled to its limit and emptied again; lookups of bursts on top.
#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include <dataplane/table/lookup.hh>

namespace mcfwd::dataplane {
namespace {

struct Filled {
    explicit Filled(std::size_t entries, KeyHash hash = KeyHash(1, 2))
        : buckets(Index::buckets_for(entries)),
          instance{.index = Index(buckets, hash), .lists = nullptr} {}
    std::vector<Bucket> buckets;
    Instance instance;
};

FlowKey key(std::uint32_t n) {
    return {
        .group = 0xef000001U + n % 7, .source = 0x0a000000U + n, .domain = static_cast<std::uint16_t>(n % 3)};
}

Slot slot(const FlowKey& key, std::uint32_t list) {
    return {.group = key.group,
            .source = key.source,
            .domain = key.domain & (kMostDomains - 1),
            .list = list & (kMostListUnits - 1)};
}

TEST(Index, IsAtMostHalfFull) {
    EXPECT_EQ(Index::buckets_for(1), 2U);
    EXPECT_EQ(Index::buckets_for(4), 2U);
    EXPECT_EQ(Index::buckets_for(5), 4U);
    EXPECT_EQ(Index::buckets_for(65536), 32768U);
    EXPECT_EQ(Index::buckets_for(65537), 65536U);
}

TEST(Index, PutReplacesAndEraseOfAStrangerDoesNothing) {
    Filled table(8);
    table.instance.index.put(slot(key(1), 10));
    table.instance.index.put(slot(key(1), 11));
    table.instance.index.erase(key(2));
    ASSERT_NE(table.instance.index.find(key(1)), nullptr);
    EXPECT_EQ(table.instance.index.find(key(1))->list, 11U);
    table.instance.index.erase(key(1));
    EXPECT_EQ(table.instance.index.find(key(1)), nullptr);
    EXPECT_TRUE(std::ranges::all_of(table.buckets[0].slots, &Slot::free));
}

// What one wrote the other copies, in steps; in between it may be written on.
TEST(Index, CatchesUpBucketByBucket) {
    std::mt19937 random(8); // NOLINT: the same sequence each time
    constexpr std::size_t kEntries = 300;
    const KeyHash hash(random(), random());
    Filled ahead(kEntries, hash);
    Filled behind(kEntries, hash);
    std::set<std::uint32_t> present;
    const auto same = [&] {
        return std::ranges::equal(ahead.buckets, behind.buckets, [](const Bucket& a, const Bucket& b) {
            return std::memcmp(&a, &b, sizeof a) == 0;
        });
    };
    for (int round = 0; round < 100; ++round) {
        for (unsigned changes = 1 + static_cast<unsigned>(random() % 200); changes > 0; --changes) {
            const auto n = static_cast<std::uint32_t>(random() % 400);
            if (present.size() < kEntries && random() % 2 == 0) {
                ahead.instance.index.put(slot(key(n), static_cast<std::uint32_t>(random())));
                present.insert(n);
            } else {
                ahead.instance.index.erase(key(n));
                present.erase(n);
            }
        }
        const std::size_t written = ahead.instance.index.written();
        ASSERT_LE(written, ahead.buckets.size());
        if (written > 7) {
            ASSERT_FALSE(behind.instance.index.catch_up(ahead.instance.index, 7));
            ASSERT_EQ(ahead.instance.index.written(), written - 7);
        }
        ASSERT_TRUE(behind.instance.index.catch_up(ahead.instance.index, 1000));
        ASSERT_EQ(ahead.instance.index.written(), 0U);
        ASSERT_EQ(behind.instance.index.written(), 0U);
        ASSERT_TRUE(same()) << "round " << round;
    }
    EXPECT_TRUE(behind.instance.index.catch_up(ahead.instance.index, 0));
}

// Small tables overflow their buckets all the time, which is where deletion can go wrong.
TEST(Index, AgreesWithAMapUnderChurn) {
    for (unsigned seed = 1; seed <= 40; ++seed) {
        std::mt19937 random(seed); // NOLINT: the same sequence each time
        constexpr std::size_t kEntries = 64;
        Filled table(kEntries, KeyHash(random(), random()));
        std::map<FlowKey, std::uint32_t> model;
        for (std::uint32_t step = 0; step < 5000; ++step) {
            const FlowKey k = key(static_cast<std::uint32_t>(random() % 150));
            if (random() % 2 == 0 && (model.size() < kEntries || model.contains(k))) {
                model[k] = step;
                table.instance.index.put(slot(k, step));
            } else {
                model.erase(k);
                table.instance.index.erase(k);
            }
            if (step % 50 == 0) {
                for (std::uint32_t n = 0; n < 150; ++n) {
                    const Slot* found = table.instance.index.find(key(n));
                    const auto expected = model.find(key(n));
                    ASSERT_EQ(found != nullptr, expected != model.end())
                        << "seed " << seed << " step " << step;
                    ASSERT_TRUE(found == nullptr || found->list == expected->second);
                }
            }
        }
        for (std::uint32_t n = 0; n < 150; ++n) {
            table.instance.index.erase(key(n));
        }
        for (const Bucket& bucket : table.buckets) {
            ASSERT_TRUE(std::ranges::all_of(bucket.slots, &Slot::free));
        }
    }
}

TEST(Lookup, AnswersABurstInOrderWithSourceEntriesFirst) {
    Filled table(256);
    alignas(64) static const std::byte kLists[64 * 256] = {};
    table.instance.lists = kLists;
    const FlowKey any{.group = 0xef000005U};
    table.instance.index.put(slot(any, 200));
    std::vector<FlowKey> keys;
    for (std::uint32_t n = 0; n < kBurst; ++n) {
        keys.push_back({.group = 0xef000005U, .source = 0x0a000000U + n});
        if (n % 2 == 0) {
            table.instance.index.put(slot(keys.back(), n));
        }
    }
    keys[63].group += 1;
    std::vector<Answer> answers(kBurst);
    look_up(table.instance, keys, answers);
    for (std::uint32_t n = 0; n < 63; ++n) {
        EXPECT_EQ(answers[n].list, n % 2 == 0 ? n : 200U);
    }
    EXPECT_EQ(answers[63].list, kNoList);
}

} // namespace
} // namespace mcfwd::dataplane
