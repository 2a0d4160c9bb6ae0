// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The handoff between IGMP and a protocol beyond the golden traces: state kept, swept, rebuilt and restored
// (specification section 3).
#include "world.hh"

namespace mcfwd::group_manager::test {
namespace {

const SourceGroup kOther = any("239.1.1.2");
const SourceGroup kFromX1 = sg("10.0.1.9", "239.1.1.1");
const SourceGroup kToX1 = sg("10.0.2.9", "239.1.1.1");

/// I alone on X1 with two groups, Q on X2 with one; a flow into and one out of X1.
class Handoff : public testing::Test {
  protected:
    explicit Handoff(Settings settings = {}) : world(settings) {
        i = world.igmp();
        p = world.client("P", {100, 1});
        q = world.client("Q", {200, 1});
        EXPECT_EQ(status(world.take(i, x(1))), kOk);
        EXPECT_EQ(status(world.take(q, x(2))), kOk);
        EXPECT_EQ(status(world.join(i, kGroup, x(1))), kOk);
        EXPECT_EQ(status(world.join(i, kOther, x(1))), kOk);
        EXPECT_EQ(status(world.join(q, kGroup, x(2))), kOk);
        world.packet(kFromX1, x(1));
        world.packet(kToX1, x(2));
        world.told();
    }
    void replay(const std::vector<SourceGroup>& keys) {
        const GroupManager::Batch batch(world.gm, "igmp replay on X1");
        for (const SourceGroup& key : keys) {
            EXPECT_EQ(status(world.join(i, key, x(1))), kOk);
        }
        EXPECT_EQ(status(world.gm.igmp_replay_complete(i, x(1))), kOk);
    }
    World world;
    ClientHandle i, p, q;
};

TEST_F(Handoff, S3KeepsForwardingAndRebuildsUnderTheNewOwner) {
    const auto versions = world.sink.causes.size();
    world.behaviour["I"].disable = [&](InterfaceKey on) {
        EXPECT_EQ(world.gm.protocol_on_interface(on).value(), (ComponentId{kProtocolIgmp, 0}))
            << "N14: still the old";
        EXPECT_EQ(world.gm.ownership().front().phase, Phase::kHandoff);
    };
    world.behaviour["I"].enable = [&](InterfaceKey on) {
        EXPECT_EQ(world.gm.protocol_on_interface(on).value(), (ComponentId{100, 1}));
        EXPECT_EQ(world.gm.ownership().front().stale, 2U);
    };
    ASSERT_EQ(status(world.take(p, x(1))), kOk);
    EXPECT_EQ(world.sink.causes.size(), versions) << "no worker sees a difference";
    EXPECT_EQ(world.gm.mfe(kFromX1)->iif_owner.name, "I") << "until it is rebuilt";
    world.told();
    replay({kGroup});
    world.tasks.run();
    EXPECT_EQ(world.told(),
              (Trace{"P LOCAL_JOIN (*,239.1.1.1) X1", "P PRUNE (*,239.1.1.2) X1", "Q PRUNE (*,239.1.1.2) X1",
                     "P RPF (10.0.1.9,239.1.1.1) X1", "Q CREATION (10.0.1.9,239.1.1.1) X1 [X2]", "publish",
                     "P JOIN (10.0.1.9,239.1.1.1) entry"}));
    EXPECT_EQ(world.gm.mfe(kFromX1)->iif_owner.name, "P");
    EXPECT_EQ(world.forwarded(kToX1), "X1");
    EXPECT_EQ(world.gm.metrics().stale_swept, 1U);
    EXPECT_EQ(world.gm.metrics().handoff_windows, 1U);
}

TEST_F(Handoff, TheSweepComesAfter10SecondsIfNoReplayEnds) {
    ASSERT_EQ(status(world.take(p, x(1))), kOk);
    ASSERT_EQ(status(world.join(i, kGroup, x(1))), kOk);
    world.pass(9999ms);
    EXPECT_EQ(world.gm.ownership().front().stale, 1U);
    world.pass(1ms);
    EXPECT_EQ(world.gm.ownership().front().stale, 0U);
    EXPECT_FALSE(world.gm.ownership().front().awaiting_replay);
    EXPECT_EQ(world.gm.metrics().sweep_timeouts, 1U);
    EXPECT_EQ(world.forwarded(kToX1), "X1");
}

TEST_F(Handoff, ALeaveBetweenEnableAndReplayDeletesTheStaleMembership) {
    ASSERT_EQ(status(world.take(p, x(1))), kOk);
    world.told();
    ASSERT_EQ(status(world.leave(i, kGroup, x(1))), kOk);
    EXPECT_EQ(world.told().front(), "publish") << "no LOCAL_LEAVE: P never heard of it";
    EXPECT_EQ(world.forwarded(kToX1), "-");
    EXPECT_EQ(world.gm.ownership().front().stale, 1U);
}

TEST_F(Handoff, I17TakeAndReleaseRestoresIgmp) {
    const std::string before = world.tables();
    ASSERT_EQ(status(world.take(p, x(1))), kOk);
    world.tasks.run();
    replay({kGroup, kOther});
    EXPECT_NE(world.tables(), before);
    ASSERT_EQ(status(world.release(p, x(1))), kOk);
    EXPECT_EQ(world.forwarded(kToX1), "X1");
    world.tasks.run();
    replay({kGroup, kOther});
    EXPECT_EQ(world.tables(), before);
}

TEST_F(Handoff, S4DropsWhatTheProtocolDidAndKeepsForwardingForIgmp) {
    ASSERT_EQ(status(world.take(p, x(1))), kOk);
    replay({kGroup, kOther});
    world.tasks.run();
    const SourceGroup third = sg("10.0.2.9", "239.1.1.3");
    ASSERT_EQ(status(world.join(p, any("239.1.1.3"), x(1))), kOk);
    world.packet(third, x(2));
    ASSERT_EQ(status(world.leave(p, kToX1, x(1), kForward)), kOk);
    EXPECT_EQ(world.forwarded(kToX1), "-") << "P vetoes";
    ASSERT_EQ(status(world.release(p, x(1))), kOk);
    EXPECT_EQ(world.forwarded(kToX1), "X1") << "its veto goes with it";
    EXPECT_EQ(world.forwarded(third), "-");
    EXPECT_EQ(world.sink.causes.back(), "handoff X1 P->I");
    EXPECT_EQ(status(world.gm.deregister_protocol(p)), kOk) << "nothing refers to P any more";
    world.tasks.run();
    replay({kGroup, kOther});
    EXPECT_EQ(world.gm.mfe(kFromX1)->iif_owner.name, "I");
}

TEST_F(Handoff, AHandoffInsideABatchPublishesWhatCameBefore) {
    std::vector<std::string> trace;
    {
        const GroupManager::Batch batch(world.gm, "mixed");
        ASSERT_EQ(status(world.leave(i, kGroup, x(1))), kOk);
        ASSERT_EQ(status(world.take(p, x(1))), kOk);
        trace = world.told();
    }
    EXPECT_EQ(trace, (Trace{"publish", "Q PRUNE (*,239.1.1.1) X1", "Q PRUNE (10.0.2.9,239.1.1.1) X2 entry",
                            "I DISABLE X1", "I ENABLE X1"}));
}

TEST_F(Handoff, InterfaceDownReleasesBoth) {
    ASSERT_EQ(status(world.take(p, x(1))), kOk);
    replay({kGroup, kOther});
    world.told();
    ASSERT_EQ(status(world.gm.interface_down(x(1))), kOk);
    world.tasks.run();
    EXPECT_EQ(status(world.gm.protocol_on_interface(x(1))), Status::kNotFound);
    EXPECT_EQ(world.forwarded(kFromX1), "none");
    EXPECT_EQ(world.forwarded(kToX1), "-");
    EXPECT_FALSE(world.sink.signalling.contains(x(1)));
    EXPECT_EQ(status(world.gm.deregister_protocol(i)), kOk);
    EXPECT_EQ(status(world.gm.deregister_protocol(p)), kOk);
}

TEST_F(Handoff, I30NextHopsOfOneInterfaceAreIndependent) {
    const InterfaceKey link = x(1, ip("10.0.1.7"));
    EXPECT_EQ(status(world.gm.protocol_on_interface(link)), Status::kNotFound);
    ASSERT_EQ(status(world.take(q, link)), kOk);
    EXPECT_EQ(world.callbacks(), Trace{}) << "no handoff: IGMP is on another key";
    EXPECT_EQ(world.gm.protocol_on_interface(x(1)).value(), (ComponentId{kProtocolIgmp, 0}));
    ASSERT_EQ(status(world.join(q, kGroup, link)), kOk);
    EXPECT_EQ(world.forwarded(kToX1), "X1 X1@10.0.1.7");
}

/// As Handoff, with more groups on X1 than a task sweeps, each with a flow.
class LargeSweep : public Handoff {
  protected:
    static constexpr std::uint32_t kGroups = 1500;

    LargeSweep() {
        for (std::uint32_t n = 0; n < kGroups; ++n) {
            const Ipv4Address group(ip("239.2.0.0").host() + n);
            EXPECT_EQ(status(world.join(i, {group, {}}, x(1))), kOk);
            world.packet({group, ip("10.0.2.9")}, x(2));
        }
        EXPECT_EQ(status(world.take(p, x(1))), kOk);
        world.tasks.run(); // of the rebuild
    }
};

TEST_F(LargeSweep, TakesSeveralTasksAndOneVersion) {
    const std::size_t before = world.sink.causes.size();
    world.pass(10s);
    EXPECT_EQ(world.tasks.size(), 1U);
    EXPECT_EQ(world.sink.causes.size(), before) << "held until all of it is known";
    world.tasks.run();
    EXPECT_EQ(world.sink.causes.size(), before + 1);
    EXPECT_EQ(world.sink.causes.back(), "replay did not end on X1");
    EXPECT_EQ(world.gm.memberships().size(), 1U) << "that of Q";
    EXPECT_EQ(world.gm.metrics().stale_swept, kGroups + 2);
    EXPECT_EQ(world.gm.metrics().sweep_timeouts, 1U);
    EXPECT_EQ(world.forwarded(sg("10.0.2.9", "239.2.0.7")), "-");
}

TEST_F(LargeSweep, ANewHandoffEndsIt) {
    ASSERT_EQ(status(world.gm.igmp_replay_complete(i, x(1))), kOk);
    ASSERT_EQ(status(world.release(p, x(1))), kOk);
    world.tasks.run();
    const std::size_t kept = world.gm.memberships().size();
    EXPECT_GT(kept, kGroups / 4);
    EXPECT_EQ(world.gm.ownership().front().stale + 1, kept) << "all but that of Q wait for the new replay";
}

class FlushingHandoff : public Handoff {
  protected:
    FlushingHandoff() : Handoff(Settings{.handoff_mfe = HandoffMfe::kFlush}) {}
};

TEST_F(FlushingHandoff, DeletesEntriesOfTheIifAtTheCommit) {
    ASSERT_EQ(status(world.take(p, x(1))), kOk);
    EXPECT_EQ(world.forwarded(kFromX1), "none");
    EXPECT_EQ(world.forwarded(kToX1), "X1");
    world.tasks.run();
    EXPECT_EQ(world.forwarded(kFromX1), "none");
}

} // namespace
} // namespace mcfwd::group_manager::test
