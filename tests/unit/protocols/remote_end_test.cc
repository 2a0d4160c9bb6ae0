// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What becomes of a routing protocol when its connection ends: kept for a restart, or released.
#include "remote_fixture.hh"

namespace mcfwd::protocols {
namespace {

TEST_F(RemoteProtocolsTest, WithoutMemoryForATaskADeadClientIsReleasedLater) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    for (const IfIndex index : {kLan1, kLan2}) {
        ASSERT_TRUE(pim.take(on(index)));
    }
    tasks.run();
    tasks.out_of_memory = true;
    session.end();
    EXPECT_TRUE(registered("pim"));
    tasks.out_of_memory = false;
    pass(999ms);
    EXPECT_TRUE(registered("pim"));
    pass(1ms);
    EXPECT_EQ(owner(kLan1), "igmp");
    EXPECT_EQ(owner(kLan2), "igmp");
    EXPECT_FALSE(registered("pim"));
}

TEST_F(RemoteProtocolsTest, WithoutMemoryForARefusedReleaseADeadClientIsReleasedLater) {
    FakeSession session;
    ASSERT_TRUE(enter(session).take(on(kLan2)));
    tasks.run();
    reserve.refuses = true;
    session.end();
    EXPECT_EQ(owner(kLan2), "pim");
    reserve.refuses = false;
    pass(1s);
    EXPECT_EQ(owner(kLan2), "igmp");
    EXPECT_FALSE(registered("pim"));
}

TEST_F(RemoteProtocolsTest, EveryClientOfASessionLetsGoOfIt) {
    auto session = std::make_unique<FakeSession>();
    ASSERT_TRUE(enter(*session).take(on(kLan1)));
    RemoteClient& dvmrp = enter(*session, kDvmrp, "dvmrp", 10s);
    tasks.run();
    tasks.out_of_memory = true;
    session->end();
    session.reset();
    tasks.out_of_memory = false;
    EXPECT_EQ(dvmrp.session(), nullptr);
    report(kLan3, igmp::RecordType::kToExclude); // an alert to both
    pass(1s);
    EXPECT_EQ(owner(kLan1), "igmp");
}

TEST_F(RemoteProtocolsTest, AClientWhoseEndWouldNotBeToldIsNotRegistered) {
    FakeSession session;
    session.out_of_memory = true;
    EXPECT_THROW(std::ignore = remotes.enter(session, {kPim, "pim", {}}), std::bad_alloc);
    pass(0s);
    EXPECT_FALSE(registered("pim"));
    session.out_of_memory = false;
    EXPECT_EQ(enter(session).session(), &session);
}

TEST_F(RemoteProtocolsTest, UnclaimedMembershipsWaitForMemory) {
    FakeSession session;
    RemoteClient& pim = enter(session, kPim, "pim", 10s);
    ASSERT_TRUE(pim.take(on(kLan2)));
    ASSERT_TRUE(pim.add(any, on(kLan2), kJoin));
    session.end();
    FakeSession again;
    enter(again, kPim, "pim", 10s);
    reserve.refuses = true;
    remotes.restart_complete(pim);
    tasks.run();
    EXPECT_EQ(remotes.view(pim.handle())->unclaimed, 1U);
    reserve.refuses = false;
    pass(1s);
    EXPECT_EQ(remotes.view(pim.handle())->unclaimed, 0U);
    EXPECT_TRUE(groups.memberships_of(pim.handle(), on(kLan2)).empty());
}

TEST_F(RemoteProtocolsTest, ManyMembershipsOfADeadClientGoInSeveralTasks) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    ASSERT_TRUE(pim.take(on(kLan2)));
    tasks.run();
    for (std::uint32_t n = 0; n < 6000; ++n) {
        const SourceGroup key{Ipv4Address(Ipv4Address(239, 4, 0, 0).host() + n), kAnySource};
        ASSERT_TRUE(pim.add(key, on(kLan2), kJoin));
    }
    session.end();
    std::size_t count = 0;
    for (; tasks.waiting() > 0; ++count) {
        tasks.run_one();
    }
    EXPECT_GE(count, 6U);
    EXPECT_EQ(owner(kLan2), "igmp");
    EXPECT_EQ(groups.memberships().size(), 0U);
    EXPECT_FALSE(registered("pim"));
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

TEST_F(RemoteProtocolsTest, ManyMembershipsAwaitTheirClaimsInSeveralTasks) {
    FakeSession first;
    RemoteClient& pim = enter(first, kPim, "pim", 10s);
    for (const IfIndex index : {kLan2, kLan3}) {
        ASSERT_TRUE(pim.take(on(index)));
        for (std::uint32_t n = 0; n < 1500; ++n) {
            ASSERT_TRUE(
                pim.add({Ipv4Address(Ipv4Address(239, 5, 0, 0).host() + n), kAnySource}, on(index), kJoin));
        }
    }
    tasks.run();
    first.end();
    for (int restart = 0; restart < 2; ++restart) { // the second finds what the first has left
        std::size_t steps = 0;
        while (remotes.make_way(kPim)) {
            ++steps;
        }
        EXPECT_GE(steps, 3U);
        FakeSession again;
        ASSERT_TRUE(remotes.enter(again, {kPim, "pim", 10s})->restarted);
        EXPECT_EQ(pim.unclaimed(), 3000U);
        ASSERT_TRUE(pim.add({Ipv4Address(239, 5, 0, 0), kAnySource}, on(kLan3), kJoin));
        EXPECT_EQ(pim.unclaimed(), 2999U);
        again.end();
    }
    pass(10s);
    tasks.run();
    EXPECT_FALSE(registered("pim"));
    EXPECT_TRUE(groups.memberships().empty());
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
