// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What the owner of an iif may change afterwards, and the statistics of handoffs.
#include "world.hh"

namespace mcfwd::group_manager::test {
namespace {

/// P owns X3 (towards the source) and X4, Q owns X2; everybody wants the group.
class MfeEdits : public testing::Test {
  protected:
    MfeEdits() {
        p = world.client("P", {100, 1});
        q = world.client("Q", {200, 1});
        for (const auto& [client, on] : {std::pair(p, x(3)), {p, x(4)}, {q, x(2)}}) {
            EXPECT_EQ(status(world.take(client, on)), kOk);
            EXPECT_EQ(status(world.join(client, kGroup, on)), kOk);
        }
        world.packet(kFlow, x(3));
        world.told();
    }
    std::optional<Status> change(ClientHandle client, MfeEdit edit, SourceGroup flow = kFlow) {
        return status(world.gm.change_mfe(client, flow, edit));
    }
    static MfeEdit iif(InterfaceKey to) { return {.upstream = {}, .iif = to, .timeout = {}}; }

    World world;
    ClientHandle p, q;
};

TEST_F(MfeEdits, AnotherWayThroughTheSameInterfaceIsToldButRebuildsNothing) {
    const Ipv4Prefix part{ip("10.0.3.8"), 29};
    const Ipv4Address first = ip("10.0.3.253"), second = ip("10.0.3.254"), own = ip("10.0.3.2");
    const auto through = [&](Ipv4Address upstream) {
        ASSERT_TRUE(world.view.add_route(part, x(3), upstream));
        ASSERT_EQ(status(world.gm.route_changed(part)), kOk);
        EXPECT_EQ(world.told(), Trace{});
    };
    through(first);
    const MfeView mfe = world.gm.mfe(kFlow).value();
    EXPECT_EQ(mfe.upstream, first);
    EXPECT_FALSE(mfe.upstream_chosen);
    EXPECT_EQ(mfe.route, (Route{RouteKind::kConfigured, part}));
    EXPECT_EQ(world.gm.metrics().mfe_rebuilt, 0U);
    ASSERT_EQ(status(world.gm.set_mfe(p, kFlow, own)), kOk);
    through(second);
    EXPECT_EQ(world.gm.mfe(kFlow)->upstream, own) << "the owner chose it";
    EXPECT_TRUE(world.gm.mfe(kFlow)->upstream_chosen);
    world.view.remove_route(part);
    ASSERT_EQ(status(world.gm.route_changed(part)), kOk);
    EXPECT_EQ(world.gm.mfe(kFlow)->route.kind, RouteKind::kConnected);
}

TEST_F(MfeEdits, AnUpstreamChosenInTheRpfCallbackStaysWhenTheRouteChanges) {
    world.pass(901s);
    ASSERT_EQ(world.gm.mfe_count(), 0U);
    world.behaviour["P"].rpf = [](RpfQuery& query) { query.upstream = ip("10.0.3.2"); };
    world.packet(kFlow, x(3));
    const Ipv4Prefix part{ip("10.0.3.8"), 29};
    ASSERT_TRUE(world.view.add_route(part, x(3), ip("10.0.3.253")));
    ASSERT_EQ(status(world.gm.route_changed(part)), kOk);
    EXPECT_EQ(world.gm.mfe(kFlow)->upstream, ip("10.0.3.2"));
    EXPECT_EQ(world.gm.mfe(kFlow)->route.prefix, part) << "which it did not choose";
}

TEST_F(MfeEdits, ANewIifIsOneVersionAndKeepsVetoesAndCounters) {
    ASSERT_EQ(world.forwarded(kFlow), "X2 X4");
    ASSERT_EQ(status(world.leave(q, kFlow, x(2), kForward)), kOk);
    world.told();
    world.events.clear();
    ASSERT_EQ(change(p, iif(x(4))), kOk);
    EXPECT_EQ(world.told(), Trace{"publish"});
    EXPECT_EQ(world.sink.entries.at(kFlow).iif, x(4));
    EXPECT_FALSE(world.sink.entries.at(kFlow).restart_counters);
    EXPECT_EQ(world.forwarded(kFlow), "X3") << "the old iif has receivers, X2 stays vetoed";
    EXPECT_EQ(world.sink.causes.back(), "P moves (10.0.3.9,239.1.1.1) to X4");
    EXPECT_EQ(world.events.size(), 1U);
    EXPECT_EQ(change(p, iif(x(4))), kOk) << "nothing to do";
    EXPECT_EQ(world.told(), Trace{});
    ASSERT_EQ(change(p, iif(x(3))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "X4");
}

TEST_F(MfeEdits, TheEntryFollowsItsNewIif) {
    ASSERT_EQ(change(p, iif(x(4))), kOk);
    ASSERT_EQ(status(world.release(p, x(3))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "X2") << "X3 was an oif only";
    ASSERT_EQ(status(world.release(p, x(4))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "none") << "the iif went";
}

TEST_F(MfeEdits, ABoundaryOnTheNewIifStopsWhatIsForwardedExplicitlyToo) {
    ASSERT_EQ(status(world.join(q, kFlow, x(2), kForward)), kOk);
    ASSERT_EQ(status(world.leave(q, kGroup, x(2))), kOk);
    world.boundary.set(IfIndex(4), {{ip("239.0.0.0"), 8}});
    ASSERT_EQ(status(world.gm.boundary_changed(x(4))), kOk);
    ASSERT_EQ(world.forwarded(kFlow), "X2");
    ASSERT_EQ(change(p, iif(x(4))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "-");
    ASSERT_EQ(change(p, iif(x(3))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "X2");
}

TEST_F(MfeEdits, ABoundaryOnTheNewIifStopsTheFlow) {
    world.boundary.set(IfIndex(4), {{ip("239.0.0.0"), 8}});
    ASSERT_EQ(status(world.gm.boundary_changed(x(4))), kOk);
    world.told();
    ASSERT_EQ(change(p, iif(x(4))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "-");
    EXPECT_EQ(world.told(), (Trace{"publish", "P PRUNE (10.0.3.9,239.1.1.1) X4 entry"}));
    ASSERT_EQ(change(p, iif(x(3))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "X2");
    EXPECT_EQ(world.told(), (Trace{"publish", "P JOIN (10.0.3.9,239.1.1.1) entry"}));
}

TEST_F(MfeEdits, UpstreamAndLifetimePublishNothing) {
    ASSERT_EQ(change(p, {.upstream = ip("10.0.3.1"), .iif = {}, .timeout = 120s}), kOk);
    EXPECT_EQ(world.told(), Trace{});
    const auto mfe = world.gm.mfe(kFlow);
    ASSERT_TRUE(mfe);
    EXPECT_EQ(mfe->upstream, ip("10.0.3.1"));
    EXPECT_EQ(mfe->expires_in, 120s);
    ASSERT_EQ(change(p, {.upstream = {}, .iif = {}, .timeout = 0s}), kOk);
    world.gm.tick();
    EXPECT_EQ(status(world.gm.mfe(kFlow)), Status::kNotFound);
}

TEST_F(MfeEdits, RefusesEveryWrongCallAndChangesNothing) {
    const std::string before = world.tables();
    const SourceGroup other = sg("10.0.3.8", "239.1.1.1");
    EXPECT_EQ(change(ClientHandle(99), iif(x(4))), Status::kInvalidParameter);
    EXPECT_EQ(change(p, iif(x(4)), other), Status::kNotFound);
    EXPECT_EQ(change(q, {.upstream = ip("10.0.3.1"), .iif = {}, .timeout = {}}), Status::kInvalidParameter);
    EXPECT_EQ(change(p, {}), Status::kInvalidParameter);
    EXPECT_EQ(change(p, {.upstream = ip("10.0.3.1"), .iif = x(2), .timeout = {}}), Status::kInvalidParameter);
    EXPECT_EQ(change(p, {.upstream = ip("10.0.3.1"), .iif = x(9), .timeout = {}}), Status::kInvalidParameter);
    EXPECT_EQ(change(p, {.upstream = ip("10.0.3.1"), .iif = {}, .timeout = -1s}), Status::kInvalidParameter);
    EXPECT_EQ(world.tables(), before);
    EXPECT_EQ(world.told(), Trace{});
}

TEST_F(MfeEdits, AnEntryWithoutRouteHasNoIifToChange) {
    const SourceGroup far = sg("192.0.2.1", "239.1.1.1");
    world.packet(far, x(3));
    EXPECT_EQ(change(p, iif(x(4)), far), Status::kInvalidParameter);
}

TEST(HandoffStatistics, CountWindowsPerInterfaceAlsoWhenNobodyIsThere) {
    World world;
    const ClientHandle i = world.igmp();
    const ClientHandle p = world.client("P", {100, 1});
    ASSERT_EQ(status(world.take(i, x(1))), kOk);
    ASSERT_EQ(status(world.join(i, kGroup, x(1))), kOk);
    ASSERT_EQ(status(world.join(i, any("239.1.1.2"), x(1))), kOk);
    EXPECT_TRUE(world.gm.handoffs().empty());
    world.behaviour["I"].disable = [&](InterfaceKey) { world.clock.advance(1500ns); };
    ASSERT_EQ(status(world.take(p, x(1))), kOk);
    ASSERT_EQ(status(world.join(i, kGroup, x(1))), kOk);
    ASSERT_EQ(status(world.gm.igmp_replay_complete(i, x(1))), kOk);
    world.behaviour["I"].disable = [&](InterfaceKey on) {
        EXPECT_EQ(status(world.join(i, kGroup, on)), Status::kCanNotComplete);
        world.clock.advance(40ns);
    };
    ASSERT_EQ(status(world.release(p, x(1))), kOk);
    world.pass(11s);
    ASSERT_EQ(status(world.release(i, x(1))), kOk);

    ASSERT_EQ(world.gm.handoffs().size(), 1U);
    const HandoffStats& stats = world.gm.handoffs().at(x(1));
    EXPECT_EQ(stats.windows.count, 2U);
    EXPECT_EQ(stats.windows.last, 40ns);
    EXPECT_EQ(stats.windows.longest, 1500ns);
    EXPECT_EQ(stats.windows.by_length[5], 1U) << "32 to 64 ns";
    EXPECT_EQ(stats.windows.by_length[10], 1U) << "1024 to 2048 ns";
    EXPECT_EQ(stats.calls_refused, 1U);
    EXPECT_EQ(stats.stale_swept, 2U) << "one not replayed, one at the timeout";
    EXPECT_EQ(stats.sweep_timeouts, 1U);
}

TEST(MembershipsOfAClient, AreListedPerInterface) {
    World world;
    const ClientHandle i = world.igmp();
    const ClientHandle p = world.client("P", {100, 1});
    ASSERT_EQ(status(world.take(p, x(1))), kOk);
    ASSERT_EQ(status(world.take(i, x(1))), kOk);
    ASSERT_EQ(status(world.join(p, kFlow, x(1))), kOk);
    ASSERT_EQ(status(world.join(p, kGroup, x(1))), kOk);
    ASSERT_EQ(status(world.join(i, any("239.1.1.2"), x(1))), kOk);
    EXPECT_EQ(world.gm.memberships_of(p, x(1)), (std::vector{kGroup, kFlow}));
    EXPECT_EQ(world.gm.memberships_of(i, x(1)), std::vector{any("239.1.1.2")});
    EXPECT_TRUE(world.gm.memberships_of(p, x(2)).empty());
    EXPECT_TRUE(world.gm.memberships_of(ClientHandle(99), x(1)).empty());
}

} // namespace
} // namespace mcfwd::group_manager::test
