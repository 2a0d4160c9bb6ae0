// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A forwarding table without room: what it refuses waits, alone, and is tried again; nothing else waits with
// it.
#include <algorithm>

#include "world.hh"

namespace mcfwd::group_manager::test {
namespace {

const SourceGroup kSecond = sg("10.0.3.8", "239.2.2.2");
const SourceGroup kSecondGroup = any("239.2.2.2");

/// P owns X3 (towards the sources) and X4, Q owns X2 and X5.
class FullTable : public testing::Test {
  protected:
    FullTable() {
        p = world.client("P", {100, 1});
        q = world.client("Q", {200, 1});
        for (const auto& [client, on] : {std::pair{p, 3U}, {p, 4U}, {q, 2U}, {q, 5U}}) {
            EXPECT_EQ(status(world.take(client, x(on))), kOk);
        }
    }
    /// kSecond forwards to X2, kFlow to nothing although Q joined: there is no room for its egress.
    void refuse_a_join() {
        ASSERT_EQ(status(world.join(q, kSecondGroup, x(2))), kOk);
        world.packet(kSecond, x(3));
        world.packet(kFlow, x(3));
        world.sink.egresses = 1;
        ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
        ASSERT_EQ(world.forwarded(kSecond), "X2");
        ASSERT_EQ(world.forwarded(kFlow), "-");
    }
    [[nodiscard]] std::ptrdiff_t events_of(SourceGroup flow, MfeChanged::What what) const {
        return std::ranges::count_if(world.events, [&](const Event& event) {
            const auto* mfe = std::get_if<MfeChanged>(&event);
            return mfe != nullptr && mfe->flow == flow && mfe->what == what;
        });
    }
    World world;
    ClientHandle p, q;
};

TEST_F(FullTable, ARefusedJoinHoldsUpNothingElse) {
    refuse_a_join();
    const SourceGroup third = sg("10.0.3.7", "239.3.3.3");
    world.packet(third, x(3));
    EXPECT_EQ(world.forwarded(third), "-") << "a new entry without egresses";
    EXPECT_EQ(status(world.take(p, x(6))), kOk);
    EXPECT_TRUE(world.sink.signalling.contains(x(6))) << "a miss policy";
    world.pass(900s - 1ms);
    EXPECT_EQ(world.forwarded(kFlow), "-");
    world.sink.egresses = 0; // so that the room of the leave is not used at once
    ASSERT_EQ(status(world.leave(q, kSecondGroup, x(2))), kOk);
    EXPECT_EQ(world.forwarded(kSecond), "-") << "a leave";
    world.pass(1ms);
    EXPECT_EQ(world.forwarded(third), "none") << "an expiry";
}

TEST_F(FullTable, OneUpdateIsPublishedAsFarAsThereIsRoom) {
    for (const SourceGroup& flow : {kFlow, kSecond}) {
        world.packet(flow, x(3));
    }
    world.sink.egresses = 2;
    {
        const GroupManager::Batch batch(world.gm, "joins");
        EXPECT_EQ(status(world.join(q, kGroup, x(2))), kOk);
        EXPECT_EQ(status(world.join(q, kGroup, x(5))), kOk);
        EXPECT_EQ(status(world.join(p, kGroup, x(4))), kOk);
        EXPECT_EQ(status(world.join(q, kSecondGroup, x(5))), kOk);
    }
    EXPECT_EQ(world.forwarded(kFlow), "-") << "three do not fit";
    EXPECT_EQ(world.forwarded(kSecond), "X5");
    EXPECT_EQ(world.gm.metrics().publish_failures, 1U);
}

TEST_F(FullTable, WhatShrinksInARefusedUpdateIsPublished) {
    ASSERT_EQ(status(world.join(q, kSecondGroup, x(2))), kOk);
    world.packet(kSecond, x(3));
    world.packet(kFlow, x(3));
    world.sink.egresses = 1;
    {
        const GroupManager::Batch batch(world.gm, "a leave and too many joins");
        EXPECT_EQ(status(world.leave(q, kSecondGroup, x(2))), kOk);
        EXPECT_EQ(status(world.join(q, kGroup, x(2))), kOk);
        EXPECT_EQ(status(world.join(q, kGroup, x(5))), kOk);
        EXPECT_EQ(status(world.take(p, x(6))), kOk);
    }
    EXPECT_EQ(world.forwarded(kSecond), "-");
    EXPECT_EQ(world.forwarded(kFlow), "-");
    EXPECT_TRUE(world.sink.signalling.contains(x(6)));
    EXPECT_EQ(world.sink.causes.back(), "a leave and too many joins");
    EXPECT_EQ(world.gm.metrics().publish_failures, 1U);
}

TEST_F(FullTable, ARefusedFlowIsCountedAndReportedOnce) {
    world.events.clear();
    refuse_a_join();
    for (int k = 0; k < 5; ++k) {
        world.pass(1s);
    }
    EXPECT_EQ(world.gm.metrics().publish_failures, 1U);
    EXPECT_EQ(events_of(kFlow, MfeChanged::What::kRefused), 1);
    EXPECT_EQ(events_of(kSecond, MfeChanged::What::kRefused), 0);
    world.sink.egresses = 2;
    world.pass(1s);
    EXPECT_EQ(world.forwarded(kFlow), "X2");
    EXPECT_EQ(events_of(kFlow, MfeChanged::What::kUpdated), 2) << "wanted, then done";
}

TEST_F(FullTable, WhatLeftAgainIsNotTriedAnyMore) {
    refuse_a_join();
    ASSERT_EQ(status(world.leave(q, kGroup, x(2))), kOk);
    const auto asked = world.sink.asked;
    world.pass(5s);
    EXPECT_EQ(world.sink.asked, asked);
    EXPECT_EQ(world.gm.next_deadline(), world.clock.now() + 895s) << "of the entries";
}

TEST_F(FullTable, RetriesAreOneASecondHoweverOftenTickIsCalled) {
    refuse_a_join();
    const auto asked = world.sink.asked;
    for (int k = 0; k < 3999; ++k) {
        world.pass(250us);
    }
    EXPECT_EQ(world.sink.asked, asked);
    world.pass(250us);
    EXPECT_EQ(world.sink.asked, asked + 1);
    EXPECT_EQ(world.gm.next_deadline(), world.clock.now() + 1s);
}

TEST_F(FullTable, OtherChangesDoNotPutTheRetryOff) {
    refuse_a_join();
    world.pass(900ms);
    world.packet(sg("10.0.3.7", "239.3.3.3"), x(3));
    ASSERT_EQ(status(world.take(p, x(6))), kOk);
    world.sink.egresses = 2;
    world.pass(100ms);
    EXPECT_EQ(world.forwarded(kFlow), "X2");
}

TEST_F(FullTable, FreedRoomIsUsedAtOnce) {
    refuse_a_join();
    ASSERT_EQ(status(world.leave(q, kSecondGroup, x(2))), kOk);
    EXPECT_EQ(world.forwarded(kSecond), "-");
    EXPECT_EQ(world.forwarded(kFlow), "X2");
    ASSERT_EQ(status(world.leave(q, kGroup, x(2))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "-");
}

TEST_F(FullTable, FreedRoomIsUsedInTheSameVersion) {
    refuse_a_join();
    const auto versions = world.sink.causes.size();
    ASSERT_EQ(status(world.leave(q, kSecondGroup, x(2))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "X2");
    EXPECT_EQ(world.sink.causes.size(), versions + 1);
    EXPECT_EQ(world.sink.causes.back(), "Q leave 239.2.2.2 on X2");
}

TEST_F(FullTable, AHandoffThatFreesRoomIsOneVersion) {
    World strict{{.handoff_memberships = HandoffMemberships::kStrict}};
    const auto igmp = strict.igmp();
    const auto protocol = strict.client("P", {100, 1});
    ASSERT_EQ(status(strict.take(igmp, x(1))), kOk);
    ASSERT_EQ(status(strict.take(protocol, x(2))), kOk);
    ASSERT_EQ(status(strict.take(protocol, x(3))), kOk);
    ASSERT_EQ(status(strict.join(igmp, kSecondGroup, x(1))), kOk);
    strict.packet(kSecond, x(3));
    strict.packet(kFlow, x(3));
    strict.sink.egresses = 1;
    ASSERT_EQ(status(strict.join(protocol, kGroup, x(2))), kOk);
    ASSERT_EQ(strict.forwarded(kFlow), "-");
    const auto versions = strict.sink.causes.size();
    ASSERT_EQ(status(strict.take(protocol, x(1))), kOk);
    EXPECT_EQ(strict.forwarded(kSecond), "-");
    EXPECT_EQ(strict.forwarded(kFlow), "X2");
    EXPECT_EQ(strict.sink.causes.size(), versions + 1);
}

TEST_F(FullTable, ManyRefusedFlowsCostABoundedNumberOfAttemptsAndEachHasItsTurn) {
    constexpr std::uint8_t kFlows = 200;
    const auto flow = [](std::uint8_t k) {
        return SourceGroup{Ipv4Address(239, 9, 9, k), Ipv4Address(10, 0, 3, 9)};
    };
    for (std::uint8_t k = 0; k < kFlows; ++k) {
        world.packet(flow(k), x(3));
    }
    const SourceGroup last = flow(kFlows - 1);
    ASSERT_EQ(status(world.leave(p, last, x(4), kForward)), kOk);
    world.sink.egresses = 1;
    auto asked = [&, before = world.sink.asked]() mutable {
        return world.sink.asked - std::exchange(before, world.sink.asked);
    };
    {
        const GroupManager::Batch batch(world.gm, "two egresses each, one for the last");
        EXPECT_EQ(status(world.join(q, {}, x(2))), kOk);
        EXPECT_EQ(status(world.join(p, {}, x(4))), kOk);
    }
    EXPECT_EQ(asked(), 64U);
    EXPECT_EQ(world.gm.metrics().publish_failures, kFlows);
    for (int k = 0; k < 10; ++k) {
        world.pass(1s);
        EXPECT_LE(asked(), 70U);
    }
    EXPECT_EQ(world.forwarded(last), "X2");
    EXPECT_EQ(world.sink.egresses_used(), 1U);
    EXPECT_EQ(world.gm.metrics().publish_failures, kFlows);
}

TEST_F(FullTable, TheOldestNegativeEntryMakesRoomForANewOne) {
    ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
    const std::vector<SourceGroup> unwanted{sg("10.0.3.9", "239.9.9.9"), sg("10.0.3.9", "239.8.8.8"),
                                            sg("10.0.3.9", "239.7.7.7")};
    for (const SourceGroup& flow : unwanted) {
        world.packet(flow, x(3));
        world.pass(1s);
    }
    world.sink.capacity = 3;
    world.told();
    world.packet(kFlow, x(3));
    EXPECT_EQ(world.forwarded(kFlow), "X2");
    EXPECT_EQ(world.forwarded(unwanted[0]), "none");
    EXPECT_EQ(status(world.gm.mfe(unwanted[0])), Status::kNotFound);
    EXPECT_EQ(world.forwarded(unwanted[1]), "-");
    EXPECT_EQ(world.told(), (Trace{"P RPF (10.0.3.9,239.1.1.1) X3", "Q CREATION (10.0.3.9,239.1.1.1) X3 [X2]",
                                   "publish", "P JOIN (10.0.3.9,239.1.1.1) entry"}))
        << "one version, and nobody is told of the old entry";
    EXPECT_EQ(events_of(unwanted[0], MfeChanged::What::kEvicted), 1);
    world.packet(unwanted[0], x(3));
    EXPECT_EQ(world.forwarded(unwanted[0]), "-") << "a new negative one takes the place of the next";
    EXPECT_EQ(world.forwarded(unwanted[1]), "none");
    EXPECT_EQ(world.gm.metrics().mfe_evicted, 2U);
    EXPECT_EQ(world.gm.metrics().mfe_refused, 0U);
    EXPECT_TRUE(world.sink.discarded.empty());
    EXPECT_EQ(world.gm.mfe_count(), 3U);
}

TEST_F(FullTable, EntriesThatForwardAreNotEvicted) {
    world.packet(kFlow, x(3));
    world.packet(kSecond, x(3));
    world.sink.capacity = 2;
    ASSERT_EQ(status(world.join(q, {}, x(2))), kOk);
    const SourceGroup third = sg("10.0.3.7", "239.3.3.3");
    world.packet(third, x(3));
    EXPECT_EQ(world.sink.discarded, std::vector{third});
    EXPECT_EQ(world.gm.metrics().mfe_refused, 1U);
    ASSERT_EQ(status(world.leave(q, kSecond, x(2), kForward)), kOk);
    world.packet(third, x(3));
    EXPECT_EQ(world.forwarded(third), "X2");
    EXPECT_EQ(world.forwarded(kSecond), "none") << "it had stopped forwarding";
    EXPECT_EQ(world.forwarded(kFlow), "X2");
    EXPECT_EQ(world.gm.metrics().mfe_evicted, 1U);
}

TEST_F(FullTable, NothingIsEvictedForEgressesItDoesNotHave) {
    ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
    world.packet(kSecond, x(3));
    world.sink.egresses = 0;
    world.packet(kFlow, x(3));
    EXPECT_EQ(world.forwarded(kFlow), "none");
    EXPECT_EQ(world.forwarded(kSecond), "-");
    EXPECT_EQ(world.sink.discarded, std::vector{kFlow});
    EXPECT_EQ(world.gm.metrics().mfe_evicted, 0U);
    EXPECT_EQ(world.gm.metrics().mfe_refused, 1U);
}

} // namespace
} // namespace mcfwd::group_manager::test
