// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// An interface that the static protocol is on only for an rpf_route goes to a routing protocol that wants it
// and comes back, and its entries forward in every version in between.
#include <controlplane/protocols/rpf_routes.hh>

#include "remote_fixture.hh"

namespace mcfwd::protocols {
namespace {

class StaticInterfacesTest : public RemoteProtocolsTest {
  protected:
    static constexpr Ipv4Address kFar{192, 0, 2, 77};
    static constexpr Ipv4Prefix kNet{{192, 0, 2, 0}, 24};

    void SetUp() override { serve(kLan2); }

    /// A flow from beyond lan1 that must be forwarded to lan2 in every version from now on.
    void flow_from_afar() {
        ASSERT_TRUE(rpf.add(kNet, kLan1));
        report(kLan2, igmp::RecordType::kToExclude);
        packet(kFar, kLan1);
        table.on_publish = [this] {
            const auto entry = table.entries.find({kGroup, kFar});
            ASSERT_NE(entry, table.entries.end());
            EXPECT_EQ(entry->second.iif, on(kLan1));
            EXPECT_EQ(oifs(kFar), Oifs{kLan2});
            EXPECT_TRUE(table.signals.at(kLan1));
        };
        table.on_publish();
    }

    RpfRoutes rpf{groups, view, statics, &reserve};
};

TEST_F(StaticInterfacesTest, ARoutingProtocolGetsTheInterfaceAndGivesItBack) {
    flow_from_afar();
    FakeSession session;
    RemoteClient& pim = enter(session);
    ASSERT_TRUE(pim.take(on(kLan1)));
    EXPECT_EQ(owner(kLan1), "pim");
    tasks.run();
    const auto lines = session.lines();
    ASSERT_FALSE(lines.empty());
    EXPECT_NE(lines.front().find("mgm.rpf"), std::string::npos) << "the new owner is asked about the entry";
    EXPECT_EQ(groups.mfe({kGroup, kFar})->iif_owner.name, "pim");
    EXPECT_EQ(pim.take(on(kLan1)).error().status, Status::kAlreadyExists);
    ASSERT_TRUE(pim.release(on(kLan1)));
    EXPECT_EQ(owner(kLan1), "static");
    tasks.run();
    EXPECT_EQ(groups.mfe({kGroup, kFar})->iif_owner.name, "static");
    EXPECT_EQ(table.entries.size(), 1U);
    ASSERT_TRUE(pim.deregister());
}

TEST_F(StaticInterfacesTest, ADeadProtocolsInterfaceComesBack) {
    flow_from_afar();
    FakeSession session;
    ASSERT_TRUE(enter(session).take(on(kLan1)));
    session.end();
    tasks.run();
    EXPECT_EQ(owner(kLan1), "static");
    EXPECT_FALSE(registered("pim"));
}

TEST_F(StaticInterfacesTest, ARouteAddedUnderAProtocolKeepsTheInterfaceAfterIt) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    ASSERT_TRUE(pim.take(on(kLan1)));
    ASSERT_TRUE(rpf.add(kNet, kLan1));
    EXPECT_EQ(owner(kLan1), "pim");
    ASSERT_TRUE(pim.release(on(kLan1)));
    EXPECT_EQ(owner(kLan1), "static");
    ASSERT_TRUE(rpf.remove(kNet));
    EXPECT_EQ(owner(kLan1), "none");
    ASSERT_TRUE(pim.take(on(kLan1)));
    ASSERT_TRUE(rpf.add(kNet, kLan1));
    ASSERT_TRUE(rpf.remove(kNet));
    ASSERT_TRUE(pim.release(on(kLan1)));
    EXPECT_EQ(owner(kLan1), "none") << "no route needs it any more";
}

TEST_F(StaticInterfacesTest, WithIgmpOnItAProtocolsInterfaceGoesBackToIgmp) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    ASSERT_TRUE(pim.take(on(kLan2)));
    ASSERT_TRUE(rpf.add(kNet, kLan2));
    ASSERT_TRUE(pim.release(on(kLan2)));
    EXPECT_EQ(owner(kLan2), "igmp");
    ASSERT_TRUE(statics.hold(kLan2));
    EXPECT_EQ(owner(kLan2), "static");
    ASSERT_TRUE(statics.let_go(kLan2));
    EXPECT_EQ(owner(kLan2), "igmp") << "kept means only: not without anybody";
}

TEST_F(StaticInterfacesTest, WhatTheOperatorWantsDoesNotGiveWay) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    ASSERT_TRUE(rpf.add(kNet, kLan1));
    EXPECT_EQ(
        statics.let_go(kLan1).error().what,
        "an rpf_route leads to this interface and nobody else is on it; a routing protocol that takes it "
        "gets it");
    ASSERT_TRUE(statics.hold(kLan1)) << "kept only, so it can be held as well";
    const auto held = pim.take(on(kLan1));
    EXPECT_EQ(held.error().status, Status::kAlreadyExists);
    EXPECT_EQ(held.error().what, "lan1 belongs to static (event 50016): the operator took it; `ownership "
                                 "release` frees it");
    ASSERT_TRUE(statics.let_go(kLan1));
    EXPECT_EQ(owner(kLan1), "static");
    ASSERT_TRUE(routes.add({.key = {kGroup, kSource}, .iif = kLan1, .oifs = {kLan3}}));
    EXPECT_EQ(pim.take(on(kLan1)).error().what,
              "lan1 belongs to static (event 50016): an mroute names it (show mroutes); delete it first");
    ASSERT_TRUE(routes.remove({kGroup, kSource}));
    EXPECT_TRUE(pim.take(on(kLan1)));
    EXPECT_EQ(routes.add({.key = {kGroup, kSource}, .iif = kLan1, .oifs = {kLan3}}).error().status,
              Status::kAlreadyExists);
    EXPECT_EQ(statics.hold(kLan1).error().status, Status::kAlreadyExists);
    EXPECT_EQ(owner(kLan1), "pim");
}

TEST_F(StaticInterfacesTest, WithoutMemoryNothingChangesHands) {
    flow_from_afar();
    FakeSession session;
    RemoteClient& pim = enter(session);
    reserve.refuses_growth = true;
    EXPECT_EQ(pim.take(on(kLan1)).error().status, Status::kNotEnoughMemory);
    EXPECT_EQ(owner(kLan1), "static");
    reserve.refuses_growth = false;
    ASSERT_TRUE(pim.take(on(kLan1)));
    tasks.run();
    reserve.refuses_growth = true;
    EXPECT_EQ(pim.release(on(kLan1)).error().status, Status::kNotEnoughMemory);
    EXPECT_EQ(owner(kLan1), "pim");
    reserve.refuses_growth = false;
    ASSERT_TRUE(pim.release(on(kLan1)));
    EXPECT_EQ(owner(kLan1), "static");
    tasks.run();
}

TEST_F(StaticInterfacesTest, WhatHasNoOwnerForWantOfMemoryIsTakenLater) {
    FakeSession session;
    RemoteClient& igmp_of_others = enter(session, {10, 7}, "igmp2");
    ASSERT_TRUE(is_igmp(igmp_of_others.id()));
    ASSERT_TRUE(igmp_of_others.take(on(kLan1)));
    ASSERT_TRUE(rpf.add(kNet, kLan1));
    reserve.refuses_growth = true;
    ASSERT_TRUE(igmp_of_others.release(on(kLan1))) << "it has left, whatever follows";
    EXPECT_EQ(owner(kLan1), "none");
    statics.advance(clock.now());
    EXPECT_EQ(owner(kLan1), "none");
    reserve.refuses_growth = false;
    clock.move(999ms);
    statics.advance(clock.now());
    EXPECT_EQ(owner(kLan1), "none") << "tried once a second";
    clock.move(1ms);
    statics.advance(clock.now());
    EXPECT_EQ(owner(kLan1), "static");
    ASSERT_TRUE(rpf.remove(kNet));
    EXPECT_EQ(owner(kLan1), "none");
}

TEST_F(StaticInterfacesTest, WhatCouldNotBeReleasedIsReleasedLater) {
    const StaticRoute route{.key = {kGroup, kSource}, .iif = kLan1, .oifs = {kLan3}};
    ASSERT_TRUE(routes.add(route));
    reserve.left = 2; // for the call, and for its oif
    ASSERT_TRUE(routes.remove(route.key));
    EXPECT_EQ(owner(kLan1), "static");
    EXPECT_EQ(statics.let_go(kLan1).error().status, Status::kInvalidParameter);
    reserve.left = SIZE_MAX;
    ASSERT_TRUE(routes.add(route)) << "what is still there is there";
    ASSERT_TRUE(statics.hold(kLan2));
    reserve.left = 0;
    EXPECT_EQ(statics.let_go(kLan2).error().status, Status::kNotEnoughMemory);
    reserve.left = 2;
    ASSERT_TRUE(routes.remove(route.key));
    reserve.left = SIZE_MAX;
    statics.advance(clock.now());
    EXPECT_EQ(owner(kLan1), "none");
    EXPECT_EQ(owner(kLan2), "static") << "the operator was told that it stays";
    EXPECT_EQ(owner(kLan3), "none");
    ASSERT_TRUE(statics.let_go(kLan2));
    EXPECT_EQ(owner(kLan2), "igmp");
}

} // namespace
} // namespace mcfwd::protocols
