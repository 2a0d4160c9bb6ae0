// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What calls say they may need at a time is at least what they have allocated at a time, in random worlds.
#include <rapidcheck/gtest.h>

#include "invariants.hh"
#include "measuring_memory.hh"

namespace mcfwd::group_manager::test {
namespace {

RC_GTEST_PROP(RoomForCalls, CoversWhatTheyAllocate, ()) {
    const auto number = *rc::gen::inRange(0U, kModes);
    const auto steps = *any_steps(30);
    MeasuringMemory memory;
    Course course(mode(number), &memory);
    // What the test itself keeps does not count.
    course.side.sink.causes.reserve(100'000);
    course.side.sink.discarded.reserve(100'000);
    course.side.trace.reserve(100'000);
    course.changed.reserve(100'000);
    for (const Step& step : steps) {
        course.go(step, [](const Moment&) {});
        RC_ASSERT(memory.exceeded == 0U);
    }
}

class Crowded : public testing::TestWithParam<unsigned> {};

/// Many of everything: keys, oifs, clients.
TEST_P(Crowded, CoversWhatTheyAllocate) {
    MeasuringMemory memory;
    World world(mode(GetParam()), true, &memory);
    world.events.reserve(1'000'000);
    world.trace.reserve(1'000'000);
    const auto i = world.igmp();
    std::vector<ClientHandle> protocols;
    for (std::uint32_t k = 0; k < 12; ++k) {
        protocols.push_back(world.client(fmt::format("protocol {}", k), {100 + k, 1}));
    }
    const auto p = protocols[0];
    ASSERT_TRUE(world.take(i, x(1)));
    ASSERT_TRUE(world.take(p, x(3)));
    for (std::uint8_t k = 1; k <= 60; ++k) {
        ASSERT_TRUE(world.take(protocols[k % 11 + 1U], x(4, Ipv4Address(10, 0, 4, k))));
    }
    const auto group = [](unsigned k) {
        return Ipv4Address(239, 1, static_cast<std::uint8_t>(k / 256), static_cast<std::uint8_t>(k));
    };
    for (unsigned k = 0; k < 600; ++k) {
        const SourceGroup key{group(k), k % 2 == 0 ? Ipv4Address{} : ip("10.0.3.9")};
        ASSERT_TRUE(world.join(i, key, x(1)));
    }
    for (std::uint8_t k = 1; k <= 60; ++k) {
        ASSERT_TRUE(world.join(protocols[k % 11 + 1U], {}, x(4, Ipv4Address(10, 0, 4, k))));
    }
    for (unsigned k = 0; k < 600; ++k) {
        world.packet({group(k), ip("10.0.3.9")}, x(3));
    }
    ASSERT_EQ(memory.exceeded, 0U) << "joins and new entries";
    ASSERT_TRUE(world.take(protocols[1], x(1)));
    world.tasks.run();
    ASSERT_TRUE(world.gm.igmp_replay_complete(i, x(1)));
    world.tasks.run();
    ASSERT_EQ(memory.exceeded, 0U) << "a handoff";
    ASSERT_TRUE(world.release(p, x(3)));
    ASSERT_TRUE(world.take(p, x(3)));
    for (unsigned k = 0; k < 600; ++k) {
        world.packet({group(k), ip("10.0.3.9")}, x(3));
    }
    world.tasks.run();
    ASSERT_EQ(memory.exceeded, 0U) << "entries of an iif";
    {
        const GroupManager::Batch batch(world.gm, "all");
        for (std::uint8_t k = 1; k <= 60; ++k) {
            ASSERT_TRUE(world.leave(protocols[k % 11 + 1U], {}, x(4, Ipv4Address(10, 0, 4, k))));
        }
    }
    ASSERT_EQ(memory.exceeded, 0U) << "a batch";
    world.pass(2000s);
    world.pass(1s);
    world.tasks.run();
    ASSERT_EQ(memory.exceeded, 0U) << "expiry";
    fmt::print("at most {:.0f}% of what was asked for was needed\n", memory.largest_share * 100);
}

INSTANTIATE_TEST_SUITE_P(Modes, Crowded, testing::Range(0U, kModes));

} // namespace
} // namespace mcfwd::group_manager::test
