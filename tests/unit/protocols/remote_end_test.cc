// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What becomes of a routing protocol when its connection ends: kept for a restart, or released.
#include "remote_fixture.hh"

namespace mcfwd::protocols {
namespace {

TEST_F(RemoteProtocolsTest, ManyMembershipsOfADeadClientGoInSeveralTasks) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    ASSERT_TRUE(pim.take(on(kLan2)));
    tasks.run();
    for (std::uint32_t n = 0; n < 2500; ++n) {
        const group_manager::SourceGroup key{Ipv4Address(Ipv4Address(239, 4, 0, 0).host() + n), {}};
        ASSERT_TRUE(pim.add(key, on(kLan2), group_manager::MembershipFlags::kJoin));
    }
    session.end();
    std::size_t count = 0;
    for (; tasks.waiting() > 0; ++count) {
        tasks.run_one();
    }
    EXPECT_GE(count, 4U);
    EXPECT_EQ(owner(kLan2), "igmp");
    EXPECT_EQ(groups.memberships().size(), 0U);
    EXPECT_FALSE(registered("pim"));
}

TEST_F(RemoteProtocolsTest, ManyMembershipsOfALiveClientGoInPartsBeforeTheRelease) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    ASSERT_TRUE(pim.take(on(kLan2)));
    tasks.run();
    const auto key = [](std::uint32_t n) {
        return SourceGroup{Ipv4Address(Ipv4Address(239, 4, 0, 0).host() + n), kAnySource};
    };
    for (std::uint32_t n = 0; n < 2500; ++n) {
        ASSERT_TRUE(pim.add(key(n), on(kLan2), kJoin));
    }
    const std::uint64_t windows = groups.metrics().handoff_windows;
    EXPECT_TRUE(pim.drop_some(on(kLan2)));
    EXPECT_EQ(groups.memberships_of(pim.handle(), on(kLan2)).size(), 1500U);
    EXPECT_TRUE(pim.drop_some(on(kLan2)));
    EXPECT_FALSE(pim.drop_some(on(kLan2))) << "500 go with the interface";
    EXPECT_EQ(groups.metrics().handoff_windows, windows);

    ASSERT_TRUE(pim.add(key(0), on(kLan2), kJoin));
    for (std::uint32_t n = 0; n < 500; ++n) {
        ASSERT_TRUE(pim.add(key(n), on(kLan2), kJoin));
    }
    EXPECT_FALSE(pim.drop_some(on(kLan2))) << "1000, from the first on";
    ASSERT_TRUE(pim.add(key(500), on(kLan2), kJoin));
    EXPECT_TRUE(pim.drop_some(on(kLan2)));
    ASSERT_TRUE(pim.release(on(kLan2)));
    EXPECT_EQ(owner(kLan2), "igmp");
    EXPECT_TRUE(groups.memberships().empty());
}

TEST_F(RemoteProtocolsTest, ARefusedReleaseIsKnownBefore) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    EXPECT_EQ(pim.may_release(on(kLan2)).error().status, Status::kInvalidParameter);
    ASSERT_TRUE(pim.take(on(kLan2)));
    EXPECT_TRUE(pim.may_release(on(kLan2)));
    EXPECT_EQ(owner(kLan2), "pim");
}

TEST_F(RemoteProtocolsTest, ASessionForgetsClientsThatLeft) {
    FakeSession session;
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(remotes.leave(enter(session)));
        EXPECT_EQ(session.hooks(), 0U);
    }
}

TEST_F(RemoteProtocolsTest, ADeadClientsInterfacesGoBackAndNoPacketNotices) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    report(kLan2, igmp::RecordType::kToExclude);
    packet(kSource, kLan1);
    for (const IfIndex index : {kLan1, kLan2, kLan3}) {
        ASSERT_TRUE(pim.take(on(index)));
    }
    ASSERT_TRUE(pim.add(any, on(kLan3), kJoin));
    tasks.run();
    ASSERT_EQ(oifs(kSource), (Oifs{kLan2, kLan3}));
    session.end();
    EXPECT_EQ(owner(kLan1), "igmp");
    EXPECT_EQ(owner(kLan2), "pim") << "one interface a task";
    tasks.run();
    for (const IfIndex index : {kLan1, kLan2, kLan3}) {
        EXPECT_EQ(owner(index), "igmp");
    }
    EXPECT_EQ(oifs(kSource), Oifs{kLan2}) << "only its own membership is gone";
    EXPECT_FALSE(registered("pim"));
    pass(11s);
    EXPECT_EQ(stale(), 0U);
    EXPECT_EQ(oifs(kSource), Oifs{kLan2});
}

TEST_F(RemoteProtocolsTest, ARestartedClientFindsWhatItHadWithoutAHandoff) {
    FakeSession session(100);
    RemoteClient& pim = enter(session, kPim, "pim", 10s);
    const SourceGroup other{Ipv4Address(239, 2, 2, 2), kAnySource};
    ASSERT_TRUE(pim.take(on(kLan2)));
    ASSERT_TRUE(pim.add(any, on(kLan2), kJoin));
    ASSERT_TRUE(pim.add(other, on(kLan2), kJoin));
    tasks.run();
    packet(kSource, kLan1);
    const std::uint64_t windows = groups.metrics().handoff_windows;
    session.end();
    pass(9s);
    EXPECT_EQ(owner(kLan2), "pim");
    EXPECT_EQ(remotes.view(pim.handle())->state, RemoteView::State::kWaiting);

    FakeSession again(200);
    const auto restarted = remotes.enter(again, {kPim, "pim", 10s});
    ASSERT_TRUE(restarted);
    EXPECT_TRUE(restarted->restarted);
    RemoteClient& same = *remotes.client(again, restarted->handle).value();
    EXPECT_EQ(same.interfaces(), std::vector{on(kLan2)});
    EXPECT_EQ(same.pid(), 200);
    ASSERT_TRUE(same.add(any, on(kLan2), kJoin));
    remotes.restart_complete(same);
    tasks.run();
    EXPECT_EQ(groups.memberships_of(same.handle(), on(kLan2)), std::vector{any})
        << "the other was not claimed";
    EXPECT_EQ(oifs(kSource), Oifs{kLan2});
    EXPECT_EQ(groups.metrics().handoff_windows, windows);
    pass(60s);
    EXPECT_EQ(owner(kLan2), "pim");
}

TEST_F(RemoteProtocolsTest, WithoutTheMarkerUnclaimedMembershipsGoAfterTheRestartTime) {
    FakeSession session;
    RemoteClient& pim = enter(session, kPim, "pim", 10s);
    ASSERT_TRUE(pim.take(on(kLan2)));
    for (std::uint32_t i = 0; i < 2500; ++i) {
        ASSERT_TRUE(
            pim.add({Ipv4Address(Ipv4Address(239, 5, 0, 0).host() + i), kAnySource}, on(kLan2), kJoin));
    }
    session.end();
    FakeSession again;
    enter(again, kPim, "pim", 0s);
    pass(9s);
    EXPECT_EQ(remotes.view(pim.handle())->unclaimed, 2500U);
    pass(2s);
    EXPECT_EQ(remotes.view(pim.handle())->unclaimed, 0U);
    EXPECT_TRUE(groups.memberships_of(pim.handle(), on(kLan2)).empty());
}

TEST_F(RemoteProtocolsTest, AClientThatDoesNotComeBackIsReleased) {
    FakeSession session;
    RemoteClient& pim = enter(session, kPim, "pim", 10s);
    ASSERT_TRUE(pim.take(on(kLan2)));
    session.end();
    pass(10s);
    EXPECT_EQ(owner(kLan2), "igmp");
    EXPECT_FALSE(registered("pim"));
}

TEST_F(RemoteProtocolsTest, ANewConnectionMayComeBeforeWordOfTheOldOnesEnd) {
    FakeSession session;
    RemoteClient& pim = enter(session, kPim, "pim", 10s);
    ASSERT_TRUE(pim.take(on(kLan2)));
    FakeSession early;
    EXPECT_EQ(refusal(early, kPim), Status::kAlreadyExists) << "the old one lives";
    report(kLan3, igmp::RecordType::kToExclude);
    session.gone = true;
    EXPECT_FALSE(remotes.make_way(kPim)) << "it waits for its restart";
    EXPECT_TRUE(remotes.enter(early, {kPim, "pim", 10s})->restarted);
    EXPECT_EQ(session.lines().size(), 1U) << "the old connection still has its own";
    session.end();
    pass(60s);
    EXPECT_EQ(owner(kLan2), "pim") << "the end of the old connection is not that of the new one";
}

TEST_F(RemoteProtocolsTest, RegistersAnewWhileTheOldOneIsBeingReleased) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    const auto before = pim.handle();
    ASSERT_TRUE(pim.take(on(kLan1)));
    ASSERT_TRUE(pim.take(on(kLan2)));
    session.end();
    EXPECT_EQ(remotes.view(before)->state, RemoteView::State::kLeaving);
    FakeSession again;
    EXPECT_EQ(refusal(again, kPim), Status::kAlreadyExists) << "not before the old one is gone";
    EXPECT_TRUE(remotes.make_way(kPim)) << "lan2";
    EXPECT_FALSE(remotes.make_way(kPim)) << "and itself";
    const auto entered = remotes.enter(again, {kPim, "pim", {}});
    ASSERT_TRUE(entered);
    EXPECT_FALSE(entered->restarted);
    EXPECT_NE(entered->handle, before);
    EXPECT_EQ(owner(kLan2), "igmp");
    tasks.run();
    EXPECT_TRUE(registered("pim"));
}

} // namespace
} // namespace mcfwd::protocols
