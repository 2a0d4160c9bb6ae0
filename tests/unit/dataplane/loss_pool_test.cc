// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Blocks belong to one taker at a time, whichever threads take and give back.
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <dataplane/table/loss_pool.hh>

#include "table_fixture.hh"

namespace mcfwd::dataplane {
namespace {

TEST(LossPool, HandsOutEachBlockOnceAndClean) {
    constexpr std::uint32_t kBlocks = 20;
    LossPool pool(test::ordinary_memory(kBlocks * sizeof(LossBlock)), kBlocks);
    for (int round = 0; round < 3; ++round) {
        std::set<std::uint32_t> taken;
        for (std::uint32_t i = 0; i < kBlocks; ++i) {
            const std::uint32_t number = pool.take();
            ASSERT_TRUE(number >= 1 && number <= kBlocks && taken.insert(number).second);
            LossBlock& block = pool[number];
            EXPECT_EQ(block.next, 0U);
            EXPECT_EQ(block.header_errors.value() + block.egresses[5].bytes.value(), 0U);
            block.header_errors.add(1);
            block.egresses[5].bytes.add(1);
        }
        EXPECT_EQ(pool.take(), 0U);
        for (const std::uint32_t number : taken) {
            pool.give_back(number);
        }
    }
}

TEST(LossPool, ManyThreads) {
    constexpr std::uint32_t kBlocks = 5;
    LossPool pool(test::ordinary_memory(kBlocks * sizeof(LossBlock)), kBlocks);
    std::array<std::atomic<int>, kBlocks + 1> holders{};
    std::atomic<bool> twice{false};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&] {
            for (int i = 0; i < 50'000; ++i) {
                if (const std::uint32_t number = pool.take(); number != 0) {
                    twice = twice || ++holders[number] != 1;
                    --holders[number];
                    pool.give_back(number);
                }
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_FALSE(twice);
    std::uint32_t left = 0;
    while (pool.take() != 0) {
        ++left;
    }
    EXPECT_EQ(left, kBlocks);
}

} // namespace
} // namespace mcfwd::dataplane
