// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Check 8 of specification 2.0: what finds no memory is refused last, as a whole, and what has begun has its
// memory until it has ended.
#include <rapidcheck/gtest.h>

#include "invariants.hh"

namespace mcfwd::group_manager::test {
namespace {

/// Says no while it is told to, and counts what is under way.
class MoodyMemory : public Memory {
  public:
    [[nodiscard]] bool begin(std::size_t octets, Use use) override {
        asked = octets;
        if (refuses || octets > most || (refuses_growth && use == Use::kGrow)) {
            return false;
        }
        ++open;
        return true;
    }
    void end() override { --open; }

    bool refuses = false, refuses_growth = false;
    std::size_t most = SIZE_MAX; ///< for one call
    std::size_t asked = 0;       ///< by the last call
    int open = 0;
};

/// P owns X1 with I on it, and X3 towards the source; Q owns X2 and wants the group; the flow has an entry.
class Memories : public testing::Test {
  protected:
    Memories() {
        i = world.igmp();
        p = world.client("P", {100, 1});
        q = world.client("Q", {200, 1});
        idle = world.client("idle", {201, 1});
        EXPECT_EQ(status(world.take(i, x(1))), kOk);
        EXPECT_EQ(status(world.take(p, x(1))), kOk);
        EXPECT_EQ(status(world.take(p, x(3))), kOk);
        EXPECT_EQ(status(world.take(q, x(2))), kOk);
        EXPECT_EQ(status(world.join(q, kGroup, x(2))), kOk);
        EXPECT_EQ(status(world.join(i, kGroup, x(1))), kOk);
        world.tasks.run();
        world.packet(kFlow, x(3));
        EXPECT_EQ(world.forwarded(kFlow), "X1 X2");
        world.told();
    }
    ~Memories() override { EXPECT_EQ(memory.open, 0); }

    MoodyMemory memory;
    World world{{}, true, &memory};
    ClientHandle i, p, q, idle;
};

TEST_F(Memories, EveryCallThatNeedsSomeIsRefusedAsAWhole) {
    const auto enumeration = world.gm.group_enumeration_start(p, EnumerationKind::kAllSources).value();
    const auto before = world.tables();
    const auto versions = world.sink.causes.size();
    const std::vector<std::pair<const char*, std::function<std::optional<Status>()>>> calls{
        {"register", [&] { return status(world.gm.register_protocol({{300, 1}, "R", {}})); }},
        {"deregister", [&] { return status(world.gm.deregister_protocol(idle)); }},
        {"take", [&] { return status(world.take(q, x(5))); }},
        {"take from igmp",
         [&] {
             memory.refuses = false;
             EXPECT_EQ(status(world.take(i, x(6))), kOk);
             memory.refuses = true;
             const auto result = status(world.take(q, x(6)));
             memory.refuses = false;
             EXPECT_EQ(status(world.release(i, x(6))), kOk);
             memory.refuses = true;
             world.told();
             return result;
         }},
        {"release", [&] { return status(world.release(q, x(2))); }},
        {"release to igmp", [&] { return status(world.release(p, x(1))); }},
        {"transfer", [&] { return status(world.gm.transfer_interface_ownership(q, p, x(2))); }},
        {"interface down", [&] { return status(world.gm.interface_down(x(1))); }},
        {"add", [&] { return status(world.join(q, any("239.5.5.5"), x(2))); }},
        {"add forward", [&] { return status(world.join(q, kFlow, x(2), kForward)); }},
        {"delete", [&] { return status(world.leave(q, kGroup, x(2))); }},
        {"veto", [&] { return status(world.leave(q, kFlow, x(2), kForward)); }},
        {"change", [&] { return status(world.gm.change_mfe(p, kFlow, {.timeout = 5s})); }},
        {"change iif", [&] { return status(world.gm.change_mfe(p, kFlow, {.iif = x(1)})); }},
        {"enumerate",
         [&] { return status(world.gm.group_enumeration_start(p, EnumerationKind::kAnySource)); }},
        {"enumerate on", [&] { return status(world.gm.group_enumeration_next(enumeration, 1)); }},
        {"replayed", [&] { return status(world.gm.igmp_replay_complete(i, x(1))); }},
    };
    memory.refuses = true;
    for (const auto& [name, call] : calls) {
        const auto refusals = world.gm.metrics().memory_refusals;
        EXPECT_EQ(call(), Status::kNotEnoughMemory) << name;
        EXPECT_EQ(world.gm.metrics().memory_refusals, refusals + 1) << name;
        EXPECT_EQ(world.tables(), before) << name;
        EXPECT_EQ(world.told(), Trace{}) << name;
        EXPECT_EQ(memory.open, 0) << name;
    }
    EXPECT_GE(world.sink.causes.size(), versions);
    memory.refuses = false;
    EXPECT_EQ(world.gm.group_enumeration_next(enumeration, 10).value().items, std::vector{kGroup})
        << "nothing was skipped";
}

TEST_F(Memories, TheErrorSaysHowMuchAndWhatToDo) {
    memory.refuses = true;
    const auto refused = world.join(q, any("239.5.5.5"), x(2));
    ASSERT_FALSE(refused);
    for (const char* part : {"KiB", "1 keys", "1 entries", "3 interfaces", "delete memberships"}) {
        EXPECT_NE(refused.error().what.find(part), std::string::npos) << refused.error().what;
    }
}

TEST_F(Memories, ItIsTheLastCheck) {
    memory.refuses = true;
    const ClientHandle dead{77};
    EXPECT_EQ(status(world.gm.register_protocol({{100, 1}, "P", {}})), Status::kAlreadyExists);
    EXPECT_EQ(status(world.gm.deregister_protocol(q)), Status::kCanNotComplete);
    EXPECT_EQ(status(world.take(q, x(42))), Status::kInvalidParameter);
    EXPECT_EQ(status(world.take(q, x(1))), Status::kAlreadyExists);
    EXPECT_EQ(status(world.release(q, x(1))), Status::kInvalidParameter);
    EXPECT_EQ(status(world.gm.transfer_interface_ownership(q, p, x(1))), Status::kInvalidParameter);
    EXPECT_EQ(status(world.gm.interface_down(x(9))), Status::kNotFound);
    EXPECT_EQ(status(world.join(dead, kGroup, x(2))), Status::kInvalidParameter);
    EXPECT_EQ(status(world.join(q, kGroup, x(9))), Status::kNotFound);
    EXPECT_EQ(status(world.leave(q, kGroup, x(1))), Status::kInvalidParameter);
    EXPECT_EQ(status(world.gm.change_mfe(q, kFlow, {.timeout = 5s})), Status::kInvalidParameter);
    EXPECT_EQ(status(world.gm.group_enumeration_start(dead, EnumerationKind::kAnySource)),
              Status::kInvalidParameter);
    EXPECT_EQ(status(world.gm.igmp_replay_complete(p, x(1))), Status::kInvalidParameter);
    EXPECT_EQ(world.gm.metrics().memory_refusals, 0U);
    EXPECT_EQ(status(world.gm.set_mfe(p, kFlow, ip("10.0.3.1"))), kOk) << "it needs none";
}

TEST_F(Memories, AReplayAndEveryWayOutGoOnWhenNothingMayGrow) {
    EXPECT_EQ(status(world.release(p, x(1))), kOk);
    memory.refuses_growth = true;
    EXPECT_EQ(status(world.join(i, any("239.5.5.5"), x(1))), Status::kNotEnoughMemory);
    EXPECT_EQ(status(world.join(i, kGroup, x(1))), kOk) << "stale, so it keeps nothing new";
    EXPECT_EQ(status(world.gm.igmp_replay_complete(i, x(1))), kOk);
    world.tasks.run();
    EXPECT_EQ(world.forwarded(kFlow), "X1 X2");
    EXPECT_EQ(status(world.leave(q, kGroup, x(2))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "X1");
    EXPECT_EQ(status(world.release(q, x(2))), kOk);
    EXPECT_EQ(status(world.gm.deregister_protocol(q)), kOk);
    EXPECT_EQ(status(world.gm.interface_down(x(1))), kOk);
}

TEST_F(Memories, ANewFlowIsRefusedLikeByAFullTable) {
    const SourceGroup flow = sg("10.0.3.8", "239.1.1.1");
    memory.refuses = true;
    world.packet(flow, x(3));
    EXPECT_EQ(world.sink.discarded, std::vector{flow});
    EXPECT_EQ(world.gm.metrics().mfe_refused, 1U);
    EXPECT_EQ(world.told(), Trace{});
    EXPECT_EQ(status(world.gm.mfe(flow)), Status::kNotFound);
    memory.refuses = false;
    world.packet(flow, x(3));
    EXPECT_EQ(world.forwarded(flow), "X1 X2");
}

TEST_F(Memories, WrongInterfaceIsNotTold) {
    memory.refuses = true;
    world.gm.wrong_interface(kFlow, x(2), world.header);
    EXPECT_EQ(world.told(), Trace{});
    memory.refuses = false;
    world.gm.wrong_interface(kFlow, x(2), world.header);
    EXPECT_EQ(world.told().size(), 1U);
}

TEST_F(Memories, ExpiryWaits) {
    memory.refuses = true;
    world.pass(901s);
    EXPECT_EQ(world.forwarded(kFlow), "X1 X2");
    EXPECT_GT(world.gm.next_deadline().value(), world.clock.now()) << "not over and over";
    memory.refuses = false;
    world.pass(100ms);
    EXPECT_EQ(world.forwarded(kFlow), "none");
}

TEST_F(Memories, ARouteChangeIsLookedUpLater) {
    ASSERT_TRUE(world.view.add_route({kFlow.source, 32}, x(1), {}));
    memory.refuses = true;
    EXPECT_EQ(status(world.gm.route_changed({kFlow.source, 32})), kOk);
    world.tasks.run();
    EXPECT_EQ(world.gm.mfe(kFlow).value().iif, x(3));
    memory.refuses = false;
    world.pass(100ms);
    world.tasks.run();
    EXPECT_EQ(world.gm.mfe(kFlow).value().iif, x(1));
    EXPECT_EQ(world.forwarded(kFlow), "X2");
}

TEST_F(Memories, SlicesWaitAndGoOn) {
    ASSERT_EQ(status(world.release(p, x(3))), kOk); // takes the entry along
    ASSERT_EQ(status(world.take(i, x(3))), kOk);
    world.packet(kFlow, x(3));
    world.told();
    ASSERT_EQ(status(world.take(p, x(3))), kOk);
    memory.refuses = true;
    world.tasks.run(); // the rebuild under the new owner
    EXPECT_EQ(world.gm.mfe(kFlow).value().iif_owner.name, "I");
    EXPECT_EQ(world.tasks.size(), 0U) << "it does not spin";
    memory.refuses = false;
    world.pass(100ms);
    world.tasks.run();
    EXPECT_EQ(world.gm.mfe(kFlow).value().iif_owner.name, "P");
}

TEST_F(Memories, SlicesAreAsLargeAsThereIsMemoryFor) {
    constexpr unsigned kFlows = 40;
    for (std::uint8_t k = 10; k < 10 + kFlows; ++k) {
        world.packet({kFlow.group, Ipv4Address(10, 0, 3, k)}, x(3));
    }
    ASSERT_EQ(status(world.gm.transfer_interface_ownership(p, q, x(3))), kOk);
    memory.most = std::size_t{64} << 10U;
    const auto versions = world.sink.causes.size();
    const auto asked = world.sink.asked;
    world.tasks.run();
    EXPECT_EQ(world.gm.metrics().mfe_rebuilt, kFlows + 1U);
    EXPECT_GT(world.sink.asked - asked, 5U) << "some at a time";
    EXPECT_EQ(world.sink.causes.size() - versions, 1U) << "and visible together";
    EXPECT_EQ(world.gm.metrics().memory_refusals, 0U);
    world.pass(901s);
    while (world.gm.next_deadline() && *world.gm.next_deadline() <= world.clock.now()) {
        world.gm.tick();
    }
    EXPECT_EQ(world.gm.mfe_count(), 0U);
}

TEST_F(Memories, WhatWasGatheredDoesNotWaitForMemory) {
    constexpr unsigned kFlows = 40;
    for (std::uint8_t k = 10; k < 10 + kFlows; ++k) {
        world.packet({kFlow.group, Ipv4Address(10, 0, 3, k)}, x(3));
    }
    ASSERT_EQ(status(world.gm.transfer_interface_ownership(p, q, x(3))), kOk);
    memory.most = std::size_t{64} << 10U;
    const auto versions = world.sink.causes.size();
    world.tasks.run_one();
    EXPECT_TRUE(world.sink.gathering());
    memory.most = std::size_t{20} << 10U; // enough for a call that touches nothing
    world.tasks.run_one();
    EXPECT_FALSE(world.sink.gathering());
    EXPECT_EQ(world.sink.causes.size(), versions + 1);
    EXPECT_LT(world.gm.metrics().mfe_rebuilt, kFlows);
    memory.most = SIZE_MAX;
    world.pass(100ms);
    world.tasks.run();
    EXPECT_EQ(world.gm.metrics().mfe_rebuilt, kFlows + 1U);
    EXPECT_EQ(world.sink.causes.size(), versions + 2);
}

TEST_F(Memories, EntriesExpireThoughASweepThatIsDueToo) {
    ASSERT_EQ(status(world.release(p, x(1))), kOk); // awaits a replay that does not come
    world.clock.advance(901s);
    memory.most = std::size_t{25} << 10U; // enough for an entry, not for a key with its alerts
    world.gm.tick();
    EXPECT_EQ(world.gm.mfe_count(), 0U);
    EXPECT_TRUE(world.gm.ownership_of(x(1)).value().awaiting_replay);
    memory.most = SIZE_MAX;
    world.pass(100ms);
    EXPECT_FALSE(world.gm.ownership_of(x(1)).value().awaiting_replay);
}

TEST_F(Memories, WhatAReplayHoldsBackGivesWay) {
    {
        const GroupManager::Batch batch(world.gm, "replay", GroupManager::Batch::End::kHold);
        ASSERT_EQ(status(world.leave(q, kGroup, x(2))), kOk);
    }
    EXPECT_EQ(world.forwarded(kFlow), "X1 X2");
    EXPECT_EQ(memory.open, 1);
    memory.most = memory.asked;
    EXPECT_EQ(status(world.join(q, any("239.5.5.5"), x(2))), kOk) << "together they would be too much";
    EXPECT_EQ(world.forwarded(kFlow), "X1");
    EXPECT_EQ(memory.open, 0);
    EXPECT_EQ(world.gm.metrics().memory_refusals, 0U);
}

TEST_F(Memories, ABatchKeepsWhatItsEndNeeds) {
    {
        const GroupManager::Batch batch(world.gm, "two");
        EXPECT_EQ(status(world.leave(q, kGroup, x(2))), kOk);
        EXPECT_EQ(memory.open, 1) << "not published yet";
        const std::size_t first = memory.asked;
        EXPECT_EQ(status(world.leave(i, kGroup, x(1))), kOk);
        EXPECT_GT(memory.asked, first) << "and what the first one left for the end";
        EXPECT_EQ(memory.open, 2);
        memory.refuses = true;
        EXPECT_EQ(status(world.join(q, kGroup, x(2))), Status::kNotEnoughMemory);
    }
    EXPECT_EQ(memory.open, 0);
    EXPECT_EQ(world.forwarded(kFlow), "-") << "the end of a batch is not refused";
}

/// Random calls, of which some find no memory.
RC_GTEST_PROP(MemoryProperty, ARefusedCallChangesNothing, ()) {
    const auto number = *rc::gen::inRange(0U, kModes);
    const auto steps = without(*any_steps(20), {Verb::kBatch, Verb::kMischief});
    MoodyMemory memory;
    Course course(mode(number), &memory);
    for (const Step& step : steps) {
        memory.refuses = step.extra % 3 == 0;
        memory.refuses_growth = step.extra % 3 == 1;
        course.go(step, [&](const Moment& moment) {
            RC_ASSERT(memory.open == 0 || course.in_batch());
            if (moment.results.statuses.size() == 1 &&
                moment.results.statuses[0] == Status::kNotEnoughMemory) {
                RC_ASSERT(contents(moment.before) == contents(moment.after));
                RC_ASSERT(moment.before.versions == moment.after.versions);
                RC_ASSERT(moment.trace.empty());
            }
        });
    }
    // With memory again everything that waited is done, and the tables are as specified.
    memory.refuses = memory.refuses_growth = false;
    for (int k = 0; k < 3; ++k) {
        course.go({.verb = Verb::kPass, .extra = 2}, [](const Moment&) {});
        course.go({.verb = Verb::kRunTasks}, [](const Moment&) {});
    }
    for (const OwnershipView& line : course.side.gm.ownership()) {
        RC_ASSERT(line.phase == Phase::kStable);
    }
}

} // namespace
} // namespace mcfwd::group_manager::test
