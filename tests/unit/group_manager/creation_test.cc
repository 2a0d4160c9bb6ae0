// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Life of a forwarding entry (specification section 5): creation, negative entries, updates, explicit edits,
// routes, boundaries, a full table, wrong interfaces.
#include "world.hh"

namespace mcfwd::group_manager::test {
namespace {

class MfeCreation : public Entries {};

TEST_F(MfeCreation, I19OneCreationPerMissBurst) {
    ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
    world.told();
    for (int k = 0; k < 5; ++k) {
        world.packet(kFlow, x(3));
    }
    EXPECT_EQ(world.told(), (Trace{"P RPF (10.0.3.9,239.1.1.1) X3", "Q CREATION (10.0.3.9,239.1.1.1) X3 [X2]",
                                   "publish", "P JOIN (10.0.3.9,239.1.1.1) entry"}));
    EXPECT_EQ(world.gm.metrics().mfe_created, 1U);
    EXPECT_EQ(world.gm.metrics().duplicate_misses, 4U);
}

TEST_F(MfeCreation, AMissFromInsideACallbackIsPosted) {
    world.behaviour["P"].rpf = [this](RpfQuery& query) {
        if (query.flow == kFlow) {
            world.packet(sg("10.0.3.8", "239.1.1.1"), x(3));
            world.packet(kFlow, x(3));
        }
    };
    world.packet(kFlow, x(3));
    EXPECT_EQ(world.gm.mfe_count(), 1U);
    world.tasks.run();
    EXPECT_EQ(world.gm.mfe_count(), 2U);
    EXPECT_EQ(world.gm.metrics().duplicate_misses, 1U);
}

TEST_F(MfeCreation, MissesThatCanHaveNoEntryAreDiscarded) {
    const std::vector<SourceGroup> bad{sg("10.0.3.9", "224.0.0.5"), sg("127.0.0.1", "239.1.1.1"), kGroup};
    for (const SourceGroup& flow : bad) {
        world.packet(flow, x(3));
    }
    world.packet(kFlow, x(5));
    EXPECT_EQ(world.sink.discarded, (std::vector{bad[0], bad[1], bad[2], kFlow}));
    EXPECT_EQ(world.gm.mfe_count(), 0U);
}

TEST_F(MfeCreation, NoReceiversMakesANegativeEntryOf900Seconds) {
    create();
    EXPECT_EQ(world.gm.mfe(kFlow)->reason, NegativeReason::kNoReceivers);
    EXPECT_EQ(world.forwarded(kFlow), "-");
    world.pass(899s);
    EXPECT_EQ(world.gm.mfe(kFlow)->up_time + world.gm.mfe(kFlow)->expires_in, 900s) << "I26";
    world.sink.traffic[kFlow].packets = 1000000;
    EXPECT_EQ(world.gm.next_deadline(), world.clock.now() + 1s);
    world.pass(1s);
    EXPECT_EQ(world.forwarded(kFlow), "none") << "negative entries end literally, traffic or not";
    world.told();
    world.packet(kFlow, x(3));
    EXPECT_EQ(world.callbacks().back(), "P PRUNE (10.0.3.9,239.1.1.1) X3 entry")
        << "issued again while traffic goes on";
}

TEST_F(MfeCreation, ActiveEntriesLiveWhileTheyForward) {
    ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
    create();
    world.sink.traffic[kFlow].packets = 10;
    world.pass(900s);
    EXPECT_EQ(world.forwarded(kFlow), "X2");
    world.sink.traffic[kFlow].packets = 11;
    world.pass(900s);
    EXPECT_EQ(world.forwarded(kFlow), "X2");
    world.pass(899s);
    EXPECT_EQ(world.forwarded(kFlow), "X2");
    world.told();
    world.pass(1s);
    EXPECT_EQ(world.told(), Trace{"publish"}) << "expiry fires no callback";
    EXPECT_EQ(world.forwarded(kFlow), "none");
    EXPECT_EQ(world.gm.next_deadline(), std::nullopt);
}

TEST_F(MfeCreation, ClearedCountersAreNoTraffic) {
    ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
    create();
    world.sink.traffic[kFlow].packets = 10;
    world.pass(900s);
    world.sink.traffic[kFlow].packets = 0;
    world.pass(900s);
    EXPECT_EQ(world.forwarded(kFlow), "none") << "idle for 900 seconds";
}

TEST_F(MfeCreation, TrafficAfterCountersWereClearedCounts) {
    ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
    create();
    world.sink.traffic[kFlow].packets = 10;
    world.pass(900s);
    world.sink.traffic[kFlow].packets = 1;
    world.pass(900s);
    EXPECT_EQ(world.forwarded(kFlow), "X2");
    world.pass(900s);
    EXPECT_EQ(world.forwarded(kFlow), "none") << "the new count is the base of the next check";
}

TEST_F(MfeCreation, TheLifetimeOfAPruneIsNotThePeriodOfTheActivityCheck) {
    world.behaviour["P"].prune = [](PruneAlert& alert) { alert.timeout = 120s; };
    ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
    create();
    for (std::uint64_t k = 1; k <= 4; ++k) {
        world.sink.traffic[kFlow].packets = k;
        world.pass(900s);
    }
    EXPECT_EQ(world.gm.mfe(kFlow)->timeout, 900s);
    ASSERT_EQ(status(world.leave(q, kGroup, x(2))), kOk);
    EXPECT_EQ(world.gm.mfe(kFlow)->expires_in, 120s);
    EXPECT_EQ(world.gm.mfe(kFlow)->timeout, 3720s) << "I26";
    ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
    world.sink.traffic[kFlow].packets = 9;
    world.pass(120s);
    EXPECT_EQ(world.gm.mfe(kFlow)->expires_in, 900s);
    EXPECT_EQ(world.gm.mfe(kFlow)->timeout, 900s);
}

TEST_F(MfeCreation, I26HoldsForAnEntryThatWasActive) {
    ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
    create();
    world.sink.traffic[kFlow].packets = 1;
    world.pass(900s);
    world.pass(100s);
    ASSERT_EQ(status(world.leave(q, kGroup, x(2))), kOk);
    const auto mfe = world.gm.mfe(kFlow);
    EXPECT_EQ(mfe->expires_in, 800s);
    EXPECT_EQ(mfe->timeout, mfe->up_time + mfe->expires_in);
}

TEST(MfeExpirySetting, AbsoluteEndsBusyEntriesToo) {
    World world(Settings{.mfe_expiry = MfeExpiry::kAbsolute});
    const auto p = world.client("P", {100, 1});
    ASSERT_EQ(status(world.take(p, x(3))), kOk);
    ASSERT_EQ(status(world.take(p, x(2))), kOk);
    ASSERT_EQ(status(world.join(p, kGroup, x(2))), kOk);
    world.packet(kFlow, x(3));
    world.sink.traffic[kFlow].packets = 10;
    world.pass(900s);
    EXPECT_EQ(world.forwarded(kFlow), "none");
}

TEST_F(MfeCreation, TimeoutZeroOfAPruneEndsAtTheNextTick) {
    world.behaviour["P"].prune = [](PruneAlert& alert) { alert.timeout = 0s; };
    create();
    EXPECT_EQ(world.forwarded(kFlow), "-");
    world.gm.tick();
    EXPECT_EQ(world.forwarded(kFlow), "none");
}

TEST_F(MfeCreation, NoRouteIsReevaluatedOnARouteChange) {
    ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
    const SourceGroup far = sg("172.16.0.1", "239.1.1.1");
    world.told();
    world.packet(far, x(3));
    EXPECT_EQ(world.told(), Trace{"publish"}) << "nobody to ask and nobody to tell";
    EXPECT_EQ(world.gm.mfe(far)->reason, NegativeReason::kNoRoute);
    EXPECT_EQ(world.gm.mfe(far)->timeout, 60s);
    EXPECT_EQ(world.sink.entries.at(far).iif, x(3)) << "its drops count as negative";
    const Ipv4Prefix prefix{ip("172.16.0.0"), 12};
    ASSERT_TRUE(world.view.add_route(prefix, x(3), ip("10.0.3.254")));
    ASSERT_EQ(status(world.gm.route_changed(prefix)), kOk);
    EXPECT_EQ(world.told(),
              (Trace{"P RPF (172.16.0.1,239.1.1.1) X3", "Q CREATION (172.16.0.1,239.1.1.1) X3 [X2]",
                     "publish", "P JOIN (172.16.0.1,239.1.1.1) entry"}));
    EXPECT_EQ(world.forwarded(far), "X2");
    EXPECT_EQ(world.gm.mfe(far)->upstream, ip("10.0.3.254"));
    EXPECT_EQ(world.gm.mfe(far)->timeout, 900s);
}

TEST_F(MfeCreation, NoRouteEndsAfter60Seconds) {
    const SourceGroup far = sg("172.16.0.1", "239.1.1.1");
    world.packet(far, x(3));
    world.pass(59s);
    EXPECT_EQ(world.forwarded(far), "-");
    world.pass(1s);
    EXPECT_EQ(world.forwarded(far), "none");
}

TEST_F(MfeCreation, UnownedIifIsReevaluatedWhenSomebodyTakesIt) {
    ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
    const SourceGroup flow = sg("10.0.5.9", "239.1.1.1");
    world.packet(flow, x(3));
    EXPECT_EQ(world.gm.mfe(flow)->reason, NegativeReason::kUnownedIif);
    EXPECT_EQ(world.gm.mfe(flow)->timeout, 60s);
    world.told();
    ASSERT_EQ(status(world.take(p, x(5))), kOk);
    EXPECT_EQ(world.told(), Trace{"publish"});
    world.tasks.run();
    EXPECT_EQ(world.told(), (Trace{"P RPF (10.0.5.9,239.1.1.1) X5", "Q CREATION (10.0.5.9,239.1.1.1) X5 [X2]",
                                   "publish", "P JOIN (10.0.5.9,239.1.1.1) entry"}));
    EXPECT_EQ(world.forwarded(flow), "X2");
}

TEST_F(MfeCreation, I22RpfMayChooseAnotherInterfaceOfItsOwnOnly) {
    world.behaviour["P"].rpf = [](RpfQuery& query) { query.iif = x(4); };
    world.packet(kFlow, x(4));
    EXPECT_EQ(world.sink.entries.at(kFlow).iif, x(4));
    world.behaviour["P"].rpf = [](RpfQuery& query) { query.iif = x(2); };
    const SourceGroup other = sg("10.0.3.8", "239.1.1.1");
    world.packet(other, x(3));
    EXPECT_EQ(world.sink.entries.at(other).iif, x(3));
}

TEST_F(MfeCreation, I20CandidatesArePartitionedByComponentInRegistrationOrder) {
    const auto i = world.igmp();
    ASSERT_EQ(status(world.take(i, x(2))), kOk);
    ASSERT_EQ(status(world.take(q, x(5))), kOk);
    ASSERT_EQ(status(world.join(q, {}, x(5))), kOk);
    ASSERT_EQ(status(world.join(i, kGroup, x(2))), kOk);
    ASSERT_EQ(status(world.join(p, kFlow, x(4))), kOk);
    ASSERT_EQ(status(world.join(p, kGroup, x(3))), kOk); // the iif
    world.boundary.set(IfIndex{5}, {Ipv4Prefix{ip("239.1.0.0"), 16}});
    world.told();
    world.packet(kFlow, x(3));
    EXPECT_EQ(world.callbacks(),
              (Trace{"P RPF (10.0.3.9,239.1.1.1) X3", "P CREATION (10.0.3.9,239.1.1.1) X3 [X4]",
                     "Q CREATION (10.0.3.9,239.1.1.1) X3 [X2+igmp]", "P JOIN (10.0.3.9,239.1.1.1) entry"}));
    EXPECT_EQ(world.forwarded(kFlow), "X2 X4");
}

TEST_F(MfeCreation, OnlyTheOwnersOifsNeedNoAlert) {
    ASSERT_EQ(status(world.join(p, kGroup, x(4))), kOk);
    world.told();
    world.packet(kFlow, x(3));
    EXPECT_EQ(world.callbacks(),
              (Trace{"P RPF (10.0.3.9,239.1.1.1) X3", "P CREATION (10.0.3.9,239.1.1.1) X3 [X4]"}));
}

} // namespace
} // namespace mcfwd::group_manager::test
