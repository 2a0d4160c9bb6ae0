// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Calls above limits of 2: what is still under way when the next call comes, seen one task at a time.
#include <algorithm>

#include "world.hh"

namespace mcfwd::group_manager::test {
namespace {

constexpr Settings kSmall{.slice = 2, .commit_limit = 2};

/// Q wants kGroup on X2; five flows of it come in on X3.
class LargeCalls : public Entries {
  protected:
    explicit LargeCalls(Settings settings = kSmall) : Entries(settings) {
        EXPECT_EQ(status(world.join(q, kGroup, x(2))), kOk);
        for (const SourceGroup& flow : flows) {
            world.packet(flow, x(3));
        }
        world.tasks.run();
        world.told();
    }
    /// What P was told, since the last call.
    Trace told_p() {
        Trace lines = world.callbacks();
        std::erase_if(lines, [](const std::string& line) { return !line.starts_with("P "); });
        return lines;
    }
    const std::vector<SourceGroup> flows{kFlow, sg("10.0.3.10", "239.1.1.1"), sg("10.0.3.11", "239.1.1.1"),
                                         sg("10.0.3.12", "239.1.1.1"), sg("10.0.3.13", "239.1.1.1")};
};

TEST_F(LargeCalls, WhatEndsWithItsInterfaceForwardsUntilErasedAndIsGoneForEverybodyElse) {
    ASSERT_EQ(status(world.release(p, x(3))), kOk);
    const auto versions = world.sink.causes.size();
    EXPECT_EQ(world.sink.entries.size(), 5U);
    EXPECT_EQ(status(world.gm.mfe(kFlow)), Status::kNotFound);
    EXPECT_EQ(status(world.gm.mfe_stats(kFlow, StatsLevel::kExtended)), Status::kNotFound);
    EXPECT_EQ(world.gm.first_mfe(10).value().items.size(), 0U);
    EXPECT_EQ(world.gm.next_mfe_stats(flows[1], 1, StatsLevel::kBasic).value().items.size(), 0U);
    EXPECT_EQ(status(world.gm.change_mfe(p, kFlow, {.timeout = 5s})), Status::kNotFound);
    EXPECT_EQ(status(world.gm.set_mfe(p, kFlow, ip("10.0.3.1"))), Status::kNotFound);
    EXPECT_EQ(world.sink.causes.size(), versions);
    EXPECT_EQ(world.sink.entries.size(), 5U) << "a call that fails erases nothing";
    ASSERT_EQ(status(world.leave(q, kGroup, x(2))), kOk);
    for (const std::string& line : told_p()) {
        EXPECT_EQ(line.find("entry"), std::string::npos) << line << ": it has left";
    }
    ASSERT_EQ(status(world.take(q, x(3))), kOk);
    world.packet(flows[4], x(3));
    EXPECT_EQ(world.gm.mfe(flows[4]).value().iif_owner.name, "Q");
    world.tasks.run();
    EXPECT_EQ(world.sink.entries.size(), 1U);
}

TEST_F(LargeCalls, CallbacksOfManyBatchesThatHoldDoNotPileUp) {
    const auto join_one = [&](SourceGroup key, ClientHandle client, InterfaceKey on) {
        const GroupManager::Batch batch(world.gm, "replay", GroupManager::Batch::End::kHold);
        ASSERT_EQ(status(world.join(client, key, on)), kOk);
    };
    join_one(kFlow, p, x(4)); // changes an entry, so it waits
    for (std::uint8_t k = 1; k <= 20; ++k) {
        join_one({Ipv4Address(239, 5, 5, k), {}}, q, x(2)); // P is told, and no entry changes
    }
    const Trace told = told_p();
    const auto joins = std::ranges::count_if(
        told, [](const std::string& line) { return line.starts_with("P JOIN (*,239.5.5."); });
    EXPECT_GE(joins + static_cast<std::ptrdiff_t>(kSmall.commit_limit) + 1, 20);
    world.pass(1s);
    world.tasks.run();
}

TEST_F(LargeCalls, AnEntryWhoseRouteLeadsElsewhereIsNotErasedWithItsOldInterface) {
    for (const SourceGroup& flow : flows) {
        ASSERT_TRUE(world.view.add_route({flow.source, 32}, x(4), {}));
    }
    ASSERT_EQ(status(world.gm.route_changed({ip("10.0.3.0"), 24})), kOk);
    ASSERT_EQ(status(world.release(p, x(3))), kOk);
    while (world.tasks.size() > 0) {
        world.tasks.run_one();
        for (const SourceGroup& flow : flows) {
            ASSERT_EQ(world.forwarded(flow), "X2");
        }
    }
    for (const SourceGroup& flow : flows) {
        EXPECT_EQ(world.gm.mfe(flow).value().iif, x(4));
    }
}

TEST_F(LargeCalls, AnAnswerToAnOldAlertDoesNotEndANewEntry) {
    const SourceGroup group = any("239.1.1.2");
    const SourceGroup flow = sg("10.0.3.9", "239.1.1.2");
    ASSERT_EQ(status(world.join(q, group, x(2))), kOk);
    world.packet(flow, x(3));
    world.packet(sg("10.0.3.10", "239.1.1.2"), x(3));
    world.told();
    world.behaviour["P"].prune = [](PruneAlert& alert) { alert.timeout = 5s; };
    ASSERT_EQ(status(world.leave(q, group, x(2))), kOk); // three alerts, more than are told at once
    EXPECT_EQ(world.callbacks(), Trace{});
    ASSERT_EQ(status(world.release(p, x(3))), kOk);
    ASSERT_EQ(status(world.take(q, x(3))), kOk);
    world.packet(flow, x(3));
    world.tasks.run();
    for (const std::string& line : told_p()) {
        EXPECT_EQ(line.find("entry"), std::string::npos) << line;
    }
    EXPECT_EQ(world.gm.mfe(flow).value().iif_owner.name, "Q");
    EXPECT_EQ(world.gm.mfe(flow).value().timeout, 900s);
}

class LargeCallsStrict : public LargeCalls {
  protected:
    LargeCallsStrict()
        : LargeCalls({.handoff_memberships = HandoffMemberships::kStrict, .slice = 2, .commit_limit = 2}) {
        i = world.igmp();
        EXPECT_EQ(status(world.take(i, x(1))), kOk);
        EXPECT_EQ(status(world.join(i, any("239.9.9.9"), x(1))), kOk);
        world.tasks.run();
        world.told();
    }
    /// Four alerts, of which P hears two.
    void cause_many(unsigned number = 5) {
        const GroupManager::Batch batch(world.gm, "many");
        for (std::uint8_t k = 1; k <= 2; ++k) {
            EXPECT_EQ(
                status(world.join(q, {Ipv4Address(239, 5, static_cast<std::uint8_t>(number), k), {}}, x(2))),
                kOk);
        }
    }
    ClientHandle i;
};

TEST_F(LargeCallsStrict, ASmallCallDoesNotWaitBehindALargeOne) {
    cause_many();
    EXPECT_EQ(world.callbacks(), Trace{});
    ASSERT_EQ(status(world.take(q, x(1))), kOk);
    EXPECT_EQ(world.callbacks(),
              (Trace{"I DISABLE X1", "P PRUNE (*,239.9.9.9) X1", "Q PRUNE (*,239.9.9.9) X1", "I ENABLE X1"}));
    world.tasks.run();
    EXPECT_EQ(told_p(), (Trace{"P JOIN (*,239.5.5.1)", "P JOIN (*,239.5.5.2)"}));
}

TEST_F(LargeCallsStrict, ButNotBeforeWhatItTakesBack) {
    cause_many();
    ASSERT_EQ(status(world.leave(q, any("239.5.5.2"), x(2))), kOk);
    EXPECT_EQ(told_p(), (Trace{"P JOIN (*,239.5.5.2)", "P PRUNE (*,239.5.5.2) X2"}));
    world.tasks.run();
    EXPECT_EQ(told_p(), (Trace{"P JOIN (*,239.5.5.1)"}));
}

TEST_F(LargeCallsStrict, OnlySoMuchWaits) {
    for (unsigned number = 0; number < 100; ++number) {
        cause_many(number);
    }
    const std::size_t at_once = told_p().size();
    EXPECT_GE(at_once, 200U - 64U) << "no more than 32 times the limit waits";
    EXPECT_LT(at_once, 200U);
    world.tasks.run();
    EXPECT_EQ(told_p().size(), 200U - at_once);
}

TEST_F(LargeCalls, WhatWaitsForRoomIsTriedInPartsOneAfterTheOther) {
    world.sink.egresses = 5;
    ASSERT_EQ(status(world.join(p, kGroup, x(4))), kOk);
    world.tasks.run();
    EXPECT_EQ(world.forwarded(kFlow), "X2");
    world.sink.egresses = 100;
    const auto versions = world.sink.causes.size();
    world.pass(1s);
    EXPECT_EQ(world.sink.causes.size(), versions + 1);
    while (world.gm.next_deadline().value() <= world.clock.now()) {
        world.gm.tick();
    }
    EXPECT_EQ(world.sink.causes.size(), versions + 3) << "two at a time";
    for (const SourceGroup& flow : flows) {
        EXPECT_EQ(world.forwarded(flow), "X2 X4");
    }
}

} // namespace
} // namespace mcfwd::group_manager::test
