// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// N48: the proxy has IGMP's protocol number and a component number of its own. It is a routing protocol to
// the group manager, never the IGMP of an interface. With it, what it asks: who joined a group, and where
// sources are that nothing tells of.
#include <controlplane/group_manager/rpf_table.hh>

#include "../slow_prefixes.hh"
#include "world.hh"

namespace mcfwd::group_manager::test {
namespace {

constexpr ComponentId kProxy{kProtocolIgmp, kComponentProxy};

TEST(ProxyComponent, IsNotIgmp) {
    EXPECT_FALSE(is_igmp(kProxy));
    EXPECT_TRUE(is_igmp({kProtocolIgmp, 0}));
    EXPECT_TRUE(is_igmp({kProtocolIgmp, 1}));
    EXPECT_TRUE(is_igmp({kProtocolIgmpVendor, 0}));
}

TEST(ProxyComponent, TakesAnInterfaceLikeARoutingProtocol) {
    World world;
    const ClientHandle igmp = world.igmp();
    const ClientHandle proxy = world.client("X", kProxy);
    ASSERT_EQ(status(world.take(igmp, x(1))), kOk);
    world.told();
    ASSERT_EQ(status(world.take(proxy, x(1))), kOk);
    EXPECT_EQ(world.told().front(), "I DISABLE X1") << "a handoff, as with every owner";
    EXPECT_EQ(*world.gm.protocol_on_interface(x(1)), kProxy);
    EXPECT_EQ(status(world.take(proxy, x(1))), Status::kAlreadyExists);
    const auto p = world.client("P", {100, 0});
    EXPECT_EQ(status(world.take(p, x(1))), Status::kAlreadyExists);
}

TEST(ProxyComponent, HearsOfTheFirstAndTheLastMemberOfOthers) {
    World world;
    const ClientHandle igmp = world.igmp();
    const ClientHandle proxy = world.client("X", kProxy);
    ASSERT_EQ(status(world.take(igmp, x(1))), kOk);
    ASSERT_EQ(status(world.take(proxy, x(2))), kOk);
    ASSERT_EQ(status(world.join(proxy, {}, x(2))), kOk);
    world.told();
    ASSERT_EQ(status(world.join(igmp, kGroup, x(1))), kOk);
    ASSERT_EQ(world.told().size(), 1U);
    ASSERT_EQ(status(world.gm.delete_group_membership(igmp, kGroup, x(1), kJoin)), kOk);
    const Trace pruned = world.told();
    ASSERT_EQ(pruned.size(), 1U);
    EXPECT_EQ(pruned.front().substr(0, 7), "X PRUNE");
}

TEST(JoinedIn, NamesEveryMembershipOfTheGroup) {
    World world;
    const ClientHandle igmp = world.igmp();
    const ClientHandle p = world.client("P", {100, 0});
    ASSERT_EQ(status(world.take(igmp, x(1))), kOk);
    ASSERT_EQ(status(world.take(igmp, x(2))), kOk);
    ASSERT_EQ(status(world.take(p, x(2))), kOk);
    const SourceGroup specific = sg("10.0.3.9", "239.1.1.1");
    ASSERT_EQ(status(world.join(igmp, kGroup, x(1))), kOk);
    ASSERT_EQ(status(world.join(igmp, kGroup, x(2))), kOk);
    ASSERT_EQ(status(world.join(p, kGroup, x(2))), kOk);
    ASSERT_EQ(status(world.join(p, specific, x(2))), kOk);
    ASSERT_EQ(status(world.join(p, any("239.1.1.2"), x(2))), kOk);
    ASSERT_EQ(status(world.join(p, {}, x(2))), kOk);
    const ComponentId i{kProtocolIgmp, 0};
    const ComponentId pim{100, 0};
    EXPECT_EQ(world.gm.joined_in(kGroup.group),
              (std::vector<JoinedKey>{
                  {kGroup, x(1), i}, {kGroup, x(2), pim}, {kGroup, x(2), i}, {specific, x(2), pim}}));
    EXPECT_EQ(world.gm.joined_in(ip("239.1.1.3")), std::vector<JoinedKey>{});
}

TEST(ProxyUpstream, IsTheWayToSourcesThatNothingElseTellsOf) {
    mcfwd::test::SlowPrefixes prefixes;
    RpfTable view(prefixes);
    const SourceGroup far = sg("192.0.2.1", "239.1.1.1");
    EXPECT_FALSE(view.lookup(far));
    view.set_proxy_upstream(x(9));
    EXPECT_EQ(view.lookup(far)->iif, x(9));
    EXPECT_EQ(view.lookup(far)->route, (Route{RouteKind::kProxy, {}}));
    ASSERT_TRUE(view.add_connected({ip("192.0.2.0"), 24}, x(1)));
    EXPECT_EQ(view.lookup(far)->iif, x(1));
    view.remove_connected({ip("192.0.2.0"), 24});
    ASSERT_TRUE(view.add_route({}, x(2)));
    EXPECT_EQ(view.lookup(far)->iif, x(2)) << "also a default route is configured on purpose";
}

} // namespace
} // namespace mcfwd::group_manager::test
