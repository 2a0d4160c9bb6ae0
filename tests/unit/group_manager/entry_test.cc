// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Life of a forwarding entry (specification section 5): updates, explicit edits,
// routes, boundaries, a full table, wrong interfaces.
#include "world.hh"

namespace mcfwd::group_manager::test {
namespace {

class MfeEntry : public Entries {};

TEST_F(MfeEntry, JoinsAndLeavesSwitchItInPlace) {
    create();
    ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
    EXPECT_EQ(world.told(), (Trace{"publish", "P JOIN (*,239.1.1.1)", "P JOIN (10.0.3.9,239.1.1.1) entry"}));
    EXPECT_EQ(world.forwarded(kFlow), "X2");
    ASSERT_EQ(status(world.join(q, kFlow, x(2))), kOk);
    EXPECT_EQ(world.told(), Trace{"P JOIN (10.0.3.9,239.1.1.1)"}) << "covered already: no version";
    ASSERT_EQ(status(world.leave(q, kGroup, x(2))), kOk);
    EXPECT_EQ(world.told(), Trace{"P PRUNE (*,239.1.1.1) X2"}) << "the other key still covers X2";
    ASSERT_EQ(status(world.leave(q, kFlow, x(2))), kOk);
    EXPECT_EQ(world.told(),
              (Trace{"publish", "P PRUNE (10.0.3.9,239.1.1.1) X2", "P PRUNE (10.0.3.9,239.1.1.1) X3 entry"}));
    EXPECT_EQ(world.forwarded(kFlow), "-");
    EXPECT_EQ(world.sink.causes.back(), "Q leave (10.0.3.9,239.1.1.1) on X2");
}

TEST_F(MfeEntry, I21AVetoHoldsUntilForwardIsAdded) {
    ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
    create();
    ASSERT_EQ(status(world.leave(q, kFlow, x(2), kForward)), kOk);
    EXPECT_EQ(world.told(), (Trace{"publish", "P PRUNE (10.0.3.9,239.1.1.1) X3 entry"}));
    ASSERT_EQ(status(world.join(q, kFlow, x(2))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "-") << "joining does not lift it";
    ASSERT_EQ(status(world.join(q, kFlow, x(2), kForward)), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "X2");
    ASSERT_EQ(status(world.leave(q, kFlow, x(2))), kOk);
    ASSERT_EQ(status(world.leave(q, kGroup, x(2))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "X2") << "forward alone keeps it";
    ASSERT_EQ(status(world.release(q, x(2))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "-") << "what a component did explicitly goes with it";
}

TEST_F(MfeEntry, S5ReleaseDeletesEntriesOfTheIifAndDropsTheOif) {
    ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
    create();
    const SourceGroup other = sg("10.0.2.9", "239.1.1.1");
    world.packet(other, x(2));
    ASSERT_EQ(status(world.join(p, kGroup, x(4))), kOk);
    world.told();
    ASSERT_EQ(status(world.release(q, x(2))), kOk);
    EXPECT_EQ(world.told(),
              (Trace{"publish", "P PRUNE (*,239.1.1.1) X2", "P PRUNE (10.0.3.9,239.1.1.1) X3 entry"}));
    EXPECT_EQ(world.forwarded(other), "none");
    EXPECT_EQ(world.forwarded(kFlow), "X4");
    EXPECT_EQ(status(world.gm.protocol_on_interface(x(2))), Status::kNotFound);
    EXPECT_FALSE(world.sink.signalling.contains(x(2)));
    EXPECT_EQ(world.sink.causes.back(), "Q releases X2");
}

TEST_F(MfeEntry, RouteChangeRebuildsAndMovesSourceInterest) {
    ASSERT_EQ(status(world.join(p, kFlow, x(4))), kOk);
    create();
    world.sink.traffic[kFlow].packets = 5;
    ASSERT_TRUE(world.view.add_route({kFlow.source, 32}, x(2)));
    ASSERT_EQ(status(world.gm.route_changed({kFlow.source, 32})), kOk);
    EXPECT_EQ(world.told(),
              (Trace{"Q RPF (10.0.3.9,239.1.1.1) X2", "P CREATION (10.0.3.9,239.1.1.1) X2 [X4]", "publish",
                     "Q JOIN (10.0.3.9,239.1.1.1)", "Q JOIN (10.0.3.9,239.1.1.1) entry"}));
    EXPECT_EQ(world.sink.entries.at(kFlow).iif, x(2));
    EXPECT_EQ(world.sink.traffic.at(kFlow).packets, 0U) << "counters restart";
    ASSERT_EQ(status(world.gm.route_changed({kFlow.source, 32})), kOk);
    EXPECT_EQ(world.told(), Trace{}) << "the same answer changes nothing";
}

TEST_F(MfeEntry, StaticIifWinsOverTheLongestPrefix) {
    world.view.set_static_iif(kGroup, x(4));
    create();
    EXPECT_EQ(world.sink.entries.at(kFlow).iif, x(4));
    world.view.set_static_iif(kFlow, x(2));
    ASSERT_EQ(status(world.gm.route_changed({{}, 0}, kGroup.group)), kOk);
    EXPECT_EQ(world.sink.entries.at(kFlow).iif, x(2));
    world.view.clear_static_iif(kFlow);
    world.view.clear_static_iif(kGroup);
    ASSERT_EQ(status(world.gm.route_changed({{}, 0}, kGroup.group)), kOk);
    EXPECT_EQ(world.sink.entries.at(kFlow).iif, x(3));
}

TEST(RpfTable, LongestPrefixWinsAndConfiguredBeatsConnectedAtEqualLength) {
    mcfwd::test::SlowPrefixes prefixes;
    RpfTable view{prefixes};
    const SourceGroup flow = sg("10.1.2.3", "239.1.1.1");
    EXPECT_FALSE(view.lookup(flow));
    ASSERT_TRUE(view.add_route({{}, 0}, x(1)));
    EXPECT_EQ(view.lookup(flow)->iif, x(1));
    ASSERT_TRUE(view.add_connected({ip("10.1.2.1"), 24}, x(2)));
    EXPECT_EQ(view.lookup(flow)->iif, x(2));
    EXPECT_EQ(view.lookup(flow)->route, (Route{RouteKind::kConnected, {ip("10.1.2.0"), 24}}));
    ASSERT_TRUE(view.add_route({ip("10.1.2.0"), 24}, x(3), ip("10.1.2.254")));
    EXPECT_EQ(view.lookup(flow)->iif, x(3));
    view.remove_route({ip("10.1.2.0"), 24});
    EXPECT_EQ(view.lookup(flow)->iif, x(2));
    ASSERT_TRUE(view.add_route({flow.source, 32}, x(4)));
    EXPECT_EQ(view.lookup(flow)->iif, x(4));
    view.remove_route({flow.source, 32});
    view.remove_connected({ip("10.1.2.0"), 24});
    EXPECT_EQ(view.lookup(flow)->iif, x(1));
}

TEST(RpfTable, AFullSetRefusesNewPrefixesOnly) {
    mcfwd::test::SlowPrefixes prefixes;
    prefixes.capacity = 1;
    RpfTable view{prefixes};
    ASSERT_TRUE(view.add_connected({ip("10.1.2.1"), 24}, x(2)));
    EXPECT_EQ(status(view.add_route({ip("10.1.0.0"), 16}, x(3))), Status::kNotEnoughMemory);
    EXPECT_EQ(status(view.add_route({ip("10.1.2.0"), 24}, x(3))), kOk) << "the prefix is there already";
    EXPECT_EQ(view.lookup(sg("10.1.2.3", "239.1.1.1"))->iif, x(3));
    EXPECT_FALSE(view.lookup(sg("10.1.3.3", "239.1.1.1")));
}

TEST_F(MfeEntry, AScopeBoundaryBlocksBothDirections) {
    ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
    create();
    world.boundary.set(IfIndex{2}, {Ipv4Prefix{ip("239.1.0.0"), 16}});
    ASSERT_EQ(status(world.gm.boundary_changed(x(2))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "-");
    world.boundary.set(IfIndex{2}, {});
    ASSERT_EQ(status(world.gm.boundary_changed(x(2))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "X2");
    world.told();
    world.boundary.set(IfIndex{3}, {Ipv4Prefix{ip("239.1.1.1"), 32}});
    ASSERT_EQ(status(world.gm.boundary_changed(x(3))), kOk);
    EXPECT_EQ(world.gm.mfe(kFlow)->reason, NegativeReason::kBoundary);
    EXPECT_EQ(world.told(),
              (Trace{"P RPF (10.0.3.9,239.1.1.1) X3", "publish", "P PRUNE (10.0.3.9,239.1.1.1) X3 entry"}));
    world.boundary.set(IfIndex{3}, {});
    ASSERT_EQ(status(world.gm.boundary_changed(x(3))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "X2");
}

TEST_F(MfeEntry, AFullTableRefusesNewEntriesAndKeepsTheOldOnes) {
    ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
    create();
    world.sink.capacity = 1;
    const SourceGroup second = sg("10.0.3.8", "239.1.1.1");
    world.events.clear();
    world.packet(second, x(3));
    EXPECT_EQ(world.callbacks(),
              (Trace{"P RPF (10.0.3.8,239.1.1.1) X3", "Q CREATION (10.0.3.8,239.1.1.1) X3 [X2]"}))
        << "no alert for an entry that does not exist";
    EXPECT_EQ(world.sink.discarded, std::vector{second});
    EXPECT_EQ(status(world.gm.mfe(second)), Status::kNotFound);
    EXPECT_EQ(world.gm.metrics().mfe_refused, 1U);
    ASSERT_TRUE(std::holds_alternative<MfeChanged>(world.events.back()));
    EXPECT_EQ(std::get<MfeChanged>(world.events.back()).what, MfeChanged::What::kRefused);
    ASSERT_EQ(status(world.join(p, kGroup, x(4))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "X2 X4") << "the old entry goes on changing";
    EXPECT_EQ(world.gm.metrics().publish_failures, 0U);
    world.sink.capacity = 2;
    world.packet(second, x(3));
    EXPECT_EQ(world.forwarded(second), "X2 X4");
}

TEST_F(MfeEntry, ARefusedUpdateIsTriedAgain) {
    create();
    world.sink.egresses = 0;
    ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "-");
    EXPECT_EQ(world.gm.metrics().publish_failures, 1U);
    world.sink.egresses = 9;
    EXPECT_EQ(world.gm.next_deadline(), world.clock.now() + 1s);
    world.pass(1s);
    EXPECT_EQ(world.forwarded(kFlow), "X2");
}

TEST_F(MfeEntry, I23WrongInterfaceIsReportedOncePer3Seconds) {
    create();
    const auto wrong = [&] { world.gm.wrong_interface(kFlow, x(2), world.header); };
    wrong();
    wrong();
    EXPECT_EQ(world.told(), Trace{"Q WRONG_IF (10.0.3.9,239.1.1.1) X2"});
    world.gm.wrong_interface(kFlow, x(4), world.header);
    EXPECT_EQ(world.told(), Trace{"P WRONG_IF (10.0.3.9,239.1.1.1) X4"});
    world.pass(2999ms);
    wrong();
    EXPECT_EQ(world.told(), Trace{});
    world.pass(1ms);
    wrong();
    EXPECT_EQ(world.told(), Trace{"Q WRONG_IF (10.0.3.9,239.1.1.1) X2"});
    EXPECT_EQ(world.gm.metrics().wrongif_alerts, 3U);
    EXPECT_EQ(world.gm.metrics().wrongif_suppressed, 2U);
    world.gm.wrong_interface(kFlow, x(3), world.header);
    world.gm.wrong_interface(sg("10.0.3.1", "239.9.9.9"), x(2), world.header);
    EXPECT_EQ(world.told(), Trace{});
}

TEST_F(MfeEntry, I23ManyFlowsAtOnceAreEachReportedAgainInTime) {
    constexpr std::uint8_t kFlows = 50;
    const auto flow = [](std::uint8_t k) { return SourceGroup{Ipv4Address(239, 2, 2, k), ip("10.0.3.9")}; };
    const auto reported = [&](std::uint8_t k) {
        const std::uint64_t before = world.gm.metrics().wrongif_alerts;
        world.gm.wrong_interface(flow(k), x(2), world.header);
        return world.gm.metrics().wrongif_alerts > before;
    };
    create();
    for (std::uint8_t k = 0; k < kFlows; ++k) {
        world.packet(flow(k), x(3));
        EXPECT_TRUE(reported(k));
    }
    world.pass(2999ms);
    EXPECT_FALSE(reported(kFlows - 1));
    world.pass(1ms);
    for (std::uint8_t k = kFlows; k-- > 0;) { // the last ones before the first ones are forgotten
        EXPECT_TRUE(reported(k)) << int{k};
        EXPECT_FALSE(reported(k)) << int{k};
    }
    world.pass(3s);
    for (std::uint8_t k = 0; k < kFlows; ++k) {
        EXPECT_TRUE(reported(k)) << int{k};
    }
}

TEST_F(MfeEntry, ABatchPublishesOnceAndTellsAfterwards) {
    create();
    const auto versions = world.sink.causes.size();
    {
        const GroupManager::Batch batch(world.gm, "two joins");
        ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
        ASSERT_EQ(status(world.join(p, kGroup, x(4))), kOk);
        EXPECT_EQ(world.told(), Trace{});
    }
    EXPECT_EQ(world.told(), (Trace{"publish", "P JOIN (*,239.1.1.1)", "P JOIN (10.0.3.9,239.1.1.1) entry",
                                   "Q JOIN (*,239.1.1.1)"}));
    EXPECT_EQ(world.sink.causes.size(), versions + 1);
    EXPECT_EQ(world.sink.causes.back(), "two joins");
    {
        const GroupManager::Batch batch(world.gm, "there and back");
        ASSERT_EQ(status(world.leave(q, kGroup, x(2))), kOk);
        ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
    }
    EXPECT_EQ(world.sink.causes.size(), versions + 1) << "nothing differs: no version";
}

TEST_F(MfeEntry, StopWithdrawsEverything) {
    create();
    world.gm.stop();
    EXPECT_TRUE(world.sink.entries.empty());
    EXPECT_TRUE(world.sink.signalling.empty());
    ASSERT_EQ(status(world.gm.start()), kOk);
    EXPECT_TRUE(world.gm.clients().empty());
    EXPECT_EQ(status(world.take(p, x(3))), Status::kInvalidParameter);
}

} // namespace
} // namespace mcfwd::group_manager::test
