// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Static routes as a client of the group manager: what they own, what they forward, what they refuse.
#include "router_fixture.hh"

namespace mcfwd::protocols {
namespace {

using Oifs = std::vector<IfIndex>;

class StaticRoutesTest : public RouterFixture {
  protected:
    static StaticRoute route(Ipv4Address source, IfIndex iif, std::set<IfIndex> oifs) {
        return {.key = {kGroup, source}, .iif = iif, .oifs = std::move(oifs)};
    }
};

TEST_F(StaticRoutesTest, RouteForwardsItsSourceAndOwnsItsInterfaces) {
    ASSERT_TRUE(routes.add(route(kSource, kLan1, {kLan2, kLan3})));
    packet(kSource, kLan1);
    EXPECT_EQ(oifs(kSource), (Oifs{kLan2, kLan3}));
    for (const IfIndex interface : {kLan1, kLan2, kLan3}) {
        EXPECT_EQ(owner(interface), "static");
        EXPECT_TRUE(table.signals.at(interface));
    }
}

TEST_F(StaticRoutesTest, AnySourceRouteAcceptsSourcesWithoutARouteOnItsIif) {
    ASSERT_TRUE(routes.add(route(kAnySource, kLan1, {kLan2})));
    const Ipv4Address far(192, 0, 2, 77);
    packet(far, kLan1);
    ASSERT_EQ(oifs(far), Oifs{kLan2});
    EXPECT_EQ(table.entries.at({kGroup, far}).iif.interface, kLan1);
}

TEST_F(StaticRoutesTest, SourceRouteWinsOverAnySourceRouteForTheIif) {
    ASSERT_TRUE(routes.add(route(kAnySource, kLan1, {kLan3})));
    ASSERT_TRUE(routes.add(route(kOtherSource, kLan2, {kLan3})));
    packet(kOtherSource, kLan2);
    EXPECT_EQ(table.entries.at({kGroup, kOtherSource}).iif.interface, kLan2);
    EXPECT_EQ(oifs(kOtherSource), Oifs{kLan3});
}

TEST_F(StaticRoutesTest, RemovedRouteStopsForwardingAndReleasesWhatNoOtherRouteNeeds) {
    ASSERT_TRUE(routes.add(route(kSource, kLan1, {kLan2})));
    ASSERT_TRUE(routes.add(route(kOtherSource, kLan1, {kLan3})));
    packet(kSource, kLan1);
    ASSERT_TRUE(routes.remove({kGroup, kSource}));
    EXPECT_EQ(oifs(kSource), Oifs{});
    EXPECT_EQ(owner(kLan2), "none");
    EXPECT_FALSE(table.signals.at(kLan2));
    EXPECT_EQ(owner(kLan1), "static");
    EXPECT_EQ(routes.remove({kGroup, kSource}).error().status, Status::kNotFound);
}

TEST_F(StaticRoutesTest, RouteAddedWhileItsGroupFlowsTakesEffectAtOnce) {
    serve(kLan1);
    serve(kLan2);
    packet(kSource, kLan1);
    ASSERT_EQ(oifs(kSource), Oifs{});
    ASSERT_TRUE(routes.add(route(kSource, kLan1, {kLan2})));
    tasks.run();
    EXPECT_EQ(oifs(kSource), Oifs{kLan2});
}

TEST_F(StaticRoutesTest, ForwardsAlsoWhatHostsExcludeAndLeavesItToThemAgain) {
    serve(kLan1);
    serve(kLan2);
    report(kLan2, igmp::RecordType::kIsExclude, {kSource});
    packet(kSource, kLan1);
    packet(kOtherSource, kLan1);
    ASSERT_EQ(oifs(kSource), Oifs{}) << "excluded: vetoed by IGMP";
    ASSERT_EQ(oifs(kOtherSource), Oifs{kLan2});
    ASSERT_TRUE(routes.add(route(kSource, kLan1, {kLan2})));
    tasks.run();
    EXPECT_EQ(oifs(kSource), Oifs{kLan2}) << "the operator wants it";
    report(kLan2, igmp::RecordType::kIsExclude, {kSource, kOtherSource});
    EXPECT_EQ(oifs(kSource), Oifs{kLan2}) << "and hosts do not change that";
    ASSERT_TRUE(routes.remove({kGroup, kSource}));
    tasks.run();
    EXPECT_EQ(owner(kLan2), "igmp");
    EXPECT_EQ(oifs(kSource), Oifs{}) << "excluded again";
}

TEST_F(StaticRoutesTest, RefusalLeavesNothingBehind) {
    const std::size_t before = table.versions;
    EXPECT_EQ(routes.add(route(kSource, kLan1, {})).error().status, Status::kInvalidParameter);
    EXPECT_EQ(routes.add(route(kSource, kLan1, {kLan1})).error().status, Status::kInvalidParameter);
    EXPECT_EQ(routes.add(route(kGroup, kLan1, {kLan2})).error().status, Status::kInvalidParameter);
    EXPECT_EQ(routes.add({.key = {Ipv4Address(224, 0, 0, 5), kSource}, .iif = kLan1, .oifs = {kLan2}})
                  .error()
                  .status,
              Status::kInvalidParameter);
    EXPECT_EQ(routes.add({.key = {Ipv4Address(232, 1, 1, 1), kAnySource}, .iif = kLan1, .oifs = {kLan2}})
                  .error()
                  .status,
              Status::kInvalidParameter);
    EXPECT_EQ(table.versions, before);
    EXPECT_EQ(routes.add(route(kSource, kLan1, {kLan2, IfIndex(9)})).error().status,
              Status::kInvalidParameter);
    EXPECT_EQ(owner(kLan1), "none");
    EXPECT_EQ(owner(kLan2), "none");
    EXPECT_TRUE(routes.routes().empty());
    EXPECT_FALSE(view.lookup({kGroup, Ipv4Address(192, 0, 2, 1)})) << "no iif stays in the view";
}

TEST_F(StaticRoutesTest, OwnedInterfaceLetsItsTrafficInWithoutARoute) {
    serve(kLan2);
    ASSERT_TRUE(view.add_route({Ipv4Address(192, 0, 2, 0), 24}, {kLan1, {}}));
    ASSERT_TRUE(statics.keep(kLan1));
    EXPECT_EQ(owner(kLan1), "static");
    EXPECT_TRUE(table.signals.at(kLan1));
    report(kLan2, igmp::RecordType::kToExclude);
    const Ipv4Address far(192, 0, 2, 77);
    packet(far, kLan1);
    EXPECT_EQ(oifs(far), Oifs{kLan2});
}

TEST_F(StaticRoutesTest, TheOperatorHoldsAnInterfaceAndLetsItGo) {
    serve(kLan1);
    ASSERT_TRUE(statics.hold(kLan1));
    EXPECT_EQ(owner(kLan1), "static");
    EXPECT_EQ(statics.hold(kLan1).error().status, Status::kAlreadyExists);
    ASSERT_TRUE(statics.let_go(kLan1));
    EXPECT_EQ(owner(kLan1), "igmp");
    EXPECT_EQ(statics.let_go(kLan1).error().status, Status::kInvalidParameter);
}

TEST_F(StaticRoutesTest, AnInterfaceThatARouteNeedsIsNotLetGo) {
    ASSERT_TRUE(routes.add(route(kSource, kLan1, {kLan2})));
    EXPECT_EQ(statics.hold(kLan1).error().status, Status::kAlreadyExists);
    EXPECT_EQ(statics.let_go(kLan1).error().status, Status::kCanNotComplete);
    ASSERT_TRUE(statics.hold(kLan3));
    ASSERT_TRUE(routes.add(route(kOtherSource, kLan1, {kLan3})));
    EXPECT_EQ(statics.let_go(kLan3).error().status, Status::kCanNotComplete);
    ASSERT_TRUE(routes.remove({kGroup, kOtherSource}));
    EXPECT_EQ(owner(kLan3), "static") << "the operator holds it";
    EXPECT_TRUE(statics.let_go(kLan3));
    EXPECT_EQ(owner(kLan3), "none");
    EXPECT_EQ(owner(kLan1), "static");
}

TEST_F(StaticRoutesTest, SecondRouteForTheSameKeyIsRefused) {
    ASSERT_TRUE(routes.add(route(kSource, kLan1, {kLan2})));
    const auto again = routes.add(route(kSource, kLan1, {kLan3}));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().status, Status::kAlreadyExists);
    EXPECT_EQ(owner(kLan3), "none");
}

TEST_F(StaticRoutesTest, WithoutMemoryARouteIsNotAdded) {
    reserve.refuses_growth = true;
    EXPECT_EQ(routes.add(route(kSource, kLan1, {kLan2})).error().status, Status::kNotEnoughMemory);
    reserve.refuses_growth = false;
    EXPECT_TRUE(routes.routes().empty());
    EXPECT_EQ(owner(kLan1), "none");
    ASSERT_TRUE(routes.add(route(kSource, kLan1, {kLan2})));
}

TEST_F(StaticRoutesTest, ARouteThatIsNotWhollyDeletedIsStillThere) {
    ASSERT_TRUE(routes.add(route(kSource, kLan1, {kLan2, kLan3})));
    packet(kSource, kLan1);
    for (const std::size_t granted : {0U, 1U, 2U}) { // nothing; the call; its first oif
        reserve.left = granted;
        EXPECT_EQ(routes.remove({kGroup, kSource}).error().status, Status::kNotEnoughMemory);
        EXPECT_EQ(routes.routes().size(), 1U);
    }
    reserve.left = SIZE_MAX;
    ASSERT_TRUE(routes.remove({kGroup, kSource}));
    EXPECT_EQ(oifs(kSource), Oifs{});
    EXPECT_TRUE(groups.memberships().empty());
    EXPECT_EQ(owner(kLan3), "none");
}

} // namespace
} // namespace mcfwd::protocols
