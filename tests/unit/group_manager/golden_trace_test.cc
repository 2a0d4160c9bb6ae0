// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The golden traces B.1 to B.17 of the group manager specification: exact callbacks in exact order. "publish"
// stands where a new version becomes visible.
#include "world.hh"

namespace mcfwd::group_manager::test {
namespace {

constexpr const char* kG1 = "239.1.1.1";
constexpr const char* kG2 = "239.1.1.2";

/// I, P and Q registered in this order.
class GoldenTrace : public testing::Test {
  protected:
    explicit GoldenTrace(Settings settings = {}) : world(settings) {
        i = world.igmp();
        p = world.client("P", {100, 1});
        q = world.client("Q", {200, 1});
    }
    /// B.1: I alone on X1 wants (*,G1).
    void b1() {
        ASSERT_EQ(status(world.take(i, x(1))), kOk);
        ASSERT_EQ(status(world.join(i, any(kG1), x(1))), kOk);
    }
    /// Replay of what I has on X1, as one batch with its end marker.
    void replay(const std::vector<SourceGroup>& keys) {
        for (const SourceGroup& key : keys) {
            ASSERT_EQ(status(world.join(i, key, x(1))), kOk);
        }
        ASSERT_EQ(status(world.gm.igmp_replay_complete(i, x(1))), kOk);
    }
    /// B.9: P owns X3 towards S, Q owns X2 and wants (*,G1) there.
    void b9() {
        ASSERT_EQ(status(world.take(p, x(3))), kOk);
        ASSERT_EQ(status(world.take(q, x(2))), kOk);
        ASSERT_EQ(status(world.join(q, any(kG1), x(2))), kOk);
        world.told();
    }

    World world;
    ClientHandle i, p, q;
    SourceGroup flow = sg("10.0.3.9", kG1);
};

class StrictGoldenTrace : public GoldenTrace {
  protected:
    StrictGoldenTrace() : GoldenTrace(Settings{.handoff_memberships = HandoffMemberships::kStrict}) {}
};

TEST_F(GoldenTrace, B1FirstWildcardJoinTellsAllOthers) {
    b1();
    EXPECT_EQ(world.callbacks(), (Trace{"P JOIN (*,239.1.1.1)", "Q JOIN (*,239.1.1.1)"}));
}

TEST_F(GoldenTrace, B2SecondComponentTellsTheFirst) {
    Callbacks callbacks;
    callbacks.join_alert = [this](const JoinAlert& alert) {
        world.trace.push_back(fmt::format("J JOIN {}", alert.key));
    };
    const auto j = world.gm.register_protocol({{kProtocolIgmpVendor, 7}, "J", callbacks}).value();
    ASSERT_EQ(status(world.take(j, x(1))), kOk);
    ASSERT_EQ(status(world.join(j, any(kG1), x(1))), kOk);
    ASSERT_EQ(status(world.take(q, x(2))), kOk);
    world.told();
    ASSERT_EQ(status(world.join(q, any(kG1), x(2))), kOk);
    EXPECT_EQ(world.told(), (Trace{"J JOIN (*,239.1.1.1)"}));
}

TEST_F(GoldenTrace, B2NullCallbackOfTheFirstIsSkipped) {
    b1();
    ASSERT_EQ(status(world.take(q, x(2))), kOk);
    world.told();
    ASSERT_EQ(status(world.join(q, any(kG1), x(2))), kOk);
    EXPECT_EQ(world.told(), Trace{});
}

TEST_F(GoldenTrace, B3ThirdComponentTellsNobody) {
    b1();
    ASSERT_EQ(status(world.take(q, x(2))), kOk);
    ASSERT_EQ(status(world.join(q, any(kG1), x(2))), kOk);
    ASSERT_EQ(status(world.take(p, x(3))), kOk);
    world.told();
    ASSERT_EQ(status(world.join(p, any(kG1), x(3))), kOk);
    EXPECT_EQ(world.told(), Trace{});
}

TEST_F(GoldenTrace, B4AndB5LeavesTellTheLastRemainingThenAllOthers) {
    b1();
    ASSERT_EQ(status(world.take(q, x(2))), kOk);
    ASSERT_EQ(status(world.join(q, any(kG1), x(2))), kOk);
    ASSERT_EQ(status(world.take(p, x(3))), kOk);
    ASSERT_EQ(status(world.join(p, any(kG1), x(3))), kOk);
    world.told();
    ASSERT_EQ(status(world.leave(q, any(kG1), x(2))), kOk);
    EXPECT_EQ(world.told(), Trace{});
    ASSERT_EQ(status(world.leave(p, any(kG1), x(3))), kOk);
    EXPECT_EQ(world.told(), Trace{}) << "only I is told, and it has no callback";
    ASSERT_EQ(status(world.leave(i, any(kG1), x(1))), kOk);
    EXPECT_EQ(world.told(), (Trace{"P PRUNE (*,239.1.1.1) X1", "Q PRUNE (*,239.1.1.1) X1"}));
}

TEST_F(GoldenTrace, B6GracefulTakeFromIgmp) {
    b1();
    ASSERT_EQ(status(world.join(i, any(kG2), x(1))), kOk);
    ASSERT_EQ(status(world.take(q, x(2))), kOk);
    const SourceGroup f1 = sg("10.0.2.9", kG1);
    const SourceGroup f2 = sg("10.0.2.9", kG2);
    world.packet(f1, x(2));
    world.packet(f2, x(2));
    ASSERT_EQ(world.forwarded(f1), "X1");
    world.told();

    ASSERT_EQ(status(world.take(p, x(1))), kOk);
    EXPECT_EQ(world.told(), (Trace{"I DISABLE X1", "I ENABLE X1"}));
    EXPECT_EQ(world.forwarded(f1), "X1");
    EXPECT_EQ(world.forwarded(f2), "X1");

    ASSERT_EQ(status(world.join(i, any(kG1), x(1))), kOk);
    EXPECT_EQ(world.told(), (Trace{"P LOCAL_JOIN (*,239.1.1.1) X1", "P PRUNE (*,239.1.1.1) X1"}));
    ASSERT_EQ(status(world.gm.igmp_replay_complete(i, x(1))), kOk);
    EXPECT_EQ(world.told(), (Trace{"publish", "P PRUNE (*,239.1.1.2) X1", "Q PRUNE (*,239.1.1.2) X1",
                                   "Q PRUNE (10.0.2.9,239.1.1.2) X2 entry"}));
    EXPECT_EQ(world.forwarded(f1), "X1");
    EXPECT_EQ(world.forwarded(f2), "-");
}

TEST_F(StrictGoldenTrace, B6StrictTakeFromIgmp) {
    b1();
    ASSERT_EQ(status(world.join(i, any(kG2), x(1))), kOk);
    world.told();
    ASSERT_EQ(status(world.take(p, x(1))), kOk);
    EXPECT_EQ(world.told(), (Trace{"I DISABLE X1", "P PRUNE (*,239.1.1.1) X1", "P PRUNE (*,239.1.1.2) X1",
                                   "Q PRUNE (*,239.1.1.1) X1", "Q PRUNE (*,239.1.1.2) X1", "I ENABLE X1"}));
    replay({any(kG1)});
    EXPECT_EQ(world.told(), (Trace{"P LOCAL_JOIN (*,239.1.1.1) X1", "Q JOIN (*,239.1.1.1)"}));
}

TEST_F(GoldenTrace, B7GracefulReleaseToIgmp) {
    b1();
    ASSERT_EQ(status(world.take(p, x(1))), kOk);
    replay({any(kG1)});
    world.told();
    ASSERT_EQ(status(world.release(p, x(1))), kOk);
    EXPECT_EQ(world.told(), (Trace{"I DISABLE X1", "P JOIN (*,239.1.1.1)", "I ENABLE X1"}));
    replay({any(kG1)});
    EXPECT_EQ(world.told(), Trace{});
}

TEST_F(StrictGoldenTrace, B7StrictReleaseToIgmp) {
    b1();
    ASSERT_EQ(status(world.take(p, x(1))), kOk);
    replay({any(kG1)});
    world.told();
    ASSERT_EQ(status(world.release(p, x(1))), kOk);
    EXPECT_EQ(world.told(), (Trace{"I DISABLE X1", "Q PRUNE (*,239.1.1.1) X1", "I ENABLE X1"}));
    replay({any(kG1)});
    EXPECT_EQ(world.told(), (Trace{"P JOIN (*,239.1.1.1)", "Q JOIN (*,239.1.1.1)"}));
}

TEST_F(GoldenTrace, B8IgmpJoinsAndLeavesAnOwnedInterface) {
    ASSERT_EQ(status(world.take(p, x(1))), kOk);
    EXPECT_EQ(world.told(), Trace{"publish"}) << "misses on X1 are signalled from now on";
    ASSERT_EQ(status(world.take(i, x(1))), kOk);
    EXPECT_EQ(world.told(), Trace{});
    ASSERT_EQ(status(world.join(i, any(kG1), x(1))), kOk);
    EXPECT_EQ(world.told(), (Trace{"P LOCAL_JOIN (*,239.1.1.1) X1", "Q JOIN (*,239.1.1.1)"}));
    ASSERT_EQ(status(world.release(i, x(1))), kOk);
    EXPECT_EQ(world.told(), (Trace{"P LOCAL_LEAVE (*,239.1.1.1) X1", "Q PRUNE (*,239.1.1.1) X1"}));
}

TEST_F(GoldenTrace, B9Creation) {
    b9();
    world.packet(flow, x(3));
    EXPECT_EQ(world.told(), (Trace{"P RPF (10.0.3.9,239.1.1.1) X3", "Q CREATION (10.0.3.9,239.1.1.1) X3 [X2]",
                                   "publish", "P JOIN (10.0.3.9,239.1.1.1) entry"}));
    EXPECT_EQ(world.forwarded(flow), "X2");
}

TEST_F(GoldenTrace, B10VetoAtCreation) {
    b9();
    world.behaviour["Q"].creation = [](const CreationAlert& alert) { alert.candidates[0].enabled = false; };
    world.behaviour["P"].prune = [](PruneAlert& alert) {
        EXPECT_EQ(alert.timeout, 900s);
        alert.timeout = 120s;
    };
    world.packet(flow, x(3));
    EXPECT_EQ(world.told(), (Trace{"P RPF (10.0.3.9,239.1.1.1) X3", "Q CREATION (10.0.3.9,239.1.1.1) X3 [X2]",
                                   "publish", "P PRUNE (10.0.3.9,239.1.1.1) X3 entry"}));
    EXPECT_EQ(world.forwarded(flow), "-");
    EXPECT_EQ(world.gm.mfe(flow)->timeout, 120s);
    EXPECT_EQ(world.gm.mfe(flow)->expires_in, 120s);
}

TEST_F(GoldenTrace, B11FirstPacketFromAnotherInterface) {
    b9();
    world.packet(flow, x(2));
    EXPECT_EQ(world.told(),
              (Trace{"P RPF (10.0.3.9,239.1.1.1) X3", "Q CREATION (10.0.3.9,239.1.1.1) X3 [X2]", "publish",
                     "P JOIN (10.0.3.9,239.1.1.1) entry", "Q WRONG_IF (10.0.3.9,239.1.1.1) X2"}));
    EXPECT_EQ(world.sink.entries.at(flow).iif, x(3));
}

/// KB 279096: a receiver on the sender's own network must not turn the entry active.
TEST_F(GoldenTrace, B12ReceiverOnTheSendersNetwork) {
    ASSERT_EQ(status(world.take(p, x(3))), kOk);
    ASSERT_EQ(status(world.join(p, any(kG1), x(3))), kOk);
    world.told();
    world.packet(flow, x(3));
    EXPECT_EQ(world.told(),
              (Trace{"P RPF (10.0.3.9,239.1.1.1) X3", "publish", "P PRUNE (10.0.3.9,239.1.1.1) X3 entry"}));
    EXPECT_EQ(world.gm.mfe(flow)->state, MfeState::kNegative);
    ASSERT_EQ(status(world.join(p, flow, x(3))), kOk);
    EXPECT_EQ(world.gm.mfe(flow)->state, MfeState::kNegative);
    EXPECT_EQ(world.forwarded(flow), "-");
}

TEST_F(GoldenTrace, B13TakeOfAnOwnedInterface) {
    ASSERT_EQ(status(world.take(p, x(3))), kOk);
    world.told();
    EXPECT_EQ(status(world.take(q, x(3))), Status::kAlreadyExists);
    EXPECT_EQ(world.told(), Trace{});
    EXPECT_EQ(world.gm.protocol_on_interface(x(3)).value(), (ComponentId{100, 1}));
}

TEST_F(GoldenTrace, B14AddFromInsideEnable) {
    b1();
    std::vector<std::optional<Status>> results;
    world.behaviour["I"].enable = [&](InterfaceKey on) {
        results.push_back(status(world.join(i, any(kG1), on)));
        world.tasks.post([&, on] { results.push_back(status(world.join(i, any(kG1), on))); });
    };
    ASSERT_EQ(status(world.take(p, x(1))), kOk);
    world.tasks.run();
    EXPECT_EQ(results, (std::vector<std::optional<Status>>{Status::kCanNotComplete, kOk}));
}

TEST_F(GoldenTrace, B15DeregisterWhileOwning) {
    ASSERT_EQ(status(world.take(p, x(3))), kOk);
    EXPECT_EQ(status(world.gm.deregister_protocol(p)), Status::kCanNotComplete);
    ASSERT_EQ(status(world.release(p, x(3))), kOk);
    EXPECT_EQ(status(world.gm.deregister_protocol(p)), kOk);
    EXPECT_EQ(status(world.gm.deregister_protocol(p)), Status::kInvalidParameter);
    EXPECT_EQ(status(world.take(p, x(3))), Status::kInvalidParameter);
}

TEST_F(GoldenTrace, B16LateClientEnumerates) {
    b1();
    world.told();
    const auto r = world.client("R", {300, 1});
    EXPECT_EQ(world.told(), Trace{});
    const auto walk = world.gm.group_enumeration_start(r, EnumerationKind::kAllSources).value();
    const auto page = world.gm.group_enumeration_next(walk, 10).value();
    EXPECT_EQ(page.items, std::vector{any(kG1)});
    EXPECT_EQ(page.end, Status::kNoMoreItems);
    ASSERT_EQ(status(world.leave(i, any(kG1), x(1))), kOk);
    EXPECT_EQ(world.told(),
              (Trace{"P PRUNE (*,239.1.1.1) X1", "Q PRUNE (*,239.1.1.1) X1", "R PRUNE (*,239.1.1.1) X1"}));
}

TEST_F(GoldenTrace, B17FromOneProtocolToAnotherBeforeTheReplay) {
    b1();
    ASSERT_EQ(status(world.take(p, x(1))), kOk);
    replay({any(kG1)});
    world.told();
    ASSERT_EQ(status(world.release(p, x(1))), kOk);
    ASSERT_EQ(status(world.take(q, x(1))), kOk);
    EXPECT_EQ(world.told(),
              (Trace{"I DISABLE X1", "P JOIN (*,239.1.1.1)", "I ENABLE X1", "I DISABLE X1", "I ENABLE X1"}));
    replay({any(kG1)});
    EXPECT_EQ(world.told(), (Trace{"Q LOCAL_JOIN (*,239.1.1.1) X1", "Q PRUNE (*,239.1.1.1) X1"}));
}

} // namespace
} // namespace mcfwd::group_manager::test
