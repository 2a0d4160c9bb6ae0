// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What one call changes becomes visible as one version, also if it is far above the limits and done in many
// tasks; and what somebody else changes meanwhile does not wait for it.
#include "world.hh"

namespace mcfwd::group_manager::test {
namespace {

constexpr std::uint8_t kGroups = 9;
constexpr Settings kTiny{.slice = 2, .commit_limit = 2};

/// P owns X3, Q owns X2, I is on X1 and X5. Members of 9 groups are on X1; a flow of each comes in on X3 and
/// one on X5.
class OneVersion : public Entries {
  protected:
    explicit OneVersion(Settings settings = kTiny) : Entries(settings) {
        i = world.igmp();
        EXPECT_EQ(status(world.take(i, x(1))), kOk);
        EXPECT_EQ(status(world.take(i, x(5))), kOk);
        for (std::uint8_t k = 1; k <= kGroups; ++k) {
            EXPECT_EQ(status(world.join(i, group(k), x(1))), kOk);
            world.packet(flow(3, k), x(3));
            world.packet(flow(5, k), x(5));
        }
        world.tasks.run();
        mark();
    }
    static SourceGroup group(std::uint8_t k) { return {Ipv4Address(239, 1, 2, k), {}}; }
    static SourceGroup flow(std::uint8_t from, std::uint8_t k) {
        return {Ipv4Address(239, 1, 2, k), Ipv4Address(10, 0, from, 9)};
    }
    void mark() { mark_ = world.sink.causes.size(); }
    /// Since `mark`.
    [[nodiscard]] std::size_t versions() const { return world.sink.causes.size() - mark_; }
    /// How many of the flows that come in there go out to `oifs`.
    [[nodiscard]] unsigned going(std::uint8_t from, const std::string& oifs) const {
        unsigned count = 0;
        for (std::uint8_t k = 1; k <= kGroups; ++k) {
            count += world.forwarded(flow(from, k)) == oifs;
        }
        return count;
    }
    /// Runs all tasks; before the last version nothing is visible.
    void expect_one_version() {
        std::size_t tasks = 0;
        const std::string before = visible();
        for (; world.tasks.size() > 0; ++tasks) {
            EXPECT_TRUE(versions() > 0 || visible() == before);
            world.tasks.run_one();
        }
        EXPECT_GE(tasks, 4U) << "it was not much";
        EXPECT_EQ(versions(), 1U);
        EXPECT_FALSE(world.sink.gathering());
    }
    [[nodiscard]] std::string visible() const {
        std::string all;
        for (const auto& [key, entry] : world.sink.entries) {
            all += fmt::format("{} {}:{}\n", key, text(entry.iif), world.forwarded(key));
        }
        return all;
    }
    ClientHandle i;

  private:
    std::size_t mark_ = 0;
};

TEST_F(OneVersion, ARelease) {
    ASSERT_EQ(status(world.release(p, x(3))), kOk);
    EXPECT_EQ(going(3, "X1"), kGroups) << "they forward until the version without them";
    EXPECT_TRUE(world.sink.signalling.contains(x(3)));
    expect_one_version();
    EXPECT_EQ(going(3, "none"), kGroups);
    EXPECT_FALSE(world.sink.signalling.contains(x(3)));
}

TEST_F(OneVersion, AReleaseOfMemberships) {
    for (std::uint8_t k = 1; k <= kGroups; ++k) {
        ASSERT_EQ(status(world.join(q, group(k), x(2))), kOk);
    }
    world.tasks.run();
    EXPECT_EQ(going(3, "X1 X2"), kGroups);
    mark();
    ASSERT_EQ(status(world.release(q, x(2))), kOk);
    expect_one_version();
    EXPECT_EQ(going(3, "X1"), kGroups);
}

TEST_F(OneVersion, AnInterfaceThatGoesDown) {
    ASSERT_EQ(status(world.gm.interface_down(x(1))), kOk);
    expect_one_version();
    EXPECT_EQ(going(3, "-"), kGroups);
}

TEST_F(OneVersion, AWildcardThatComesAndGoes) {
    ASSERT_EQ(status(world.join(q, {}, x(2))), kOk);
    EXPECT_EQ(versions(), 0U) << "more than a call may settle";
    expect_one_version();
    EXPECT_EQ(going(5, "X1 X2"), kGroups);
    mark();
    ASSERT_EQ(status(world.leave(q, {}, x(2))), kOk);
    expect_one_version();
    EXPECT_EQ(going(5, "X1"), kGroups);
}

TEST_F(OneVersion, ARoute) {
    ASSERT_TRUE(world.view.add_route({ip("10.0.3.9"), 32}, x(4), {}));
    ASSERT_EQ(status(world.gm.route_changed({ip("10.0.3.0"), 24})), kOk);
    expect_one_version();
    for (std::uint8_t k = 1; k <= kGroups; ++k) {
        EXPECT_EQ(world.sink.entries.at(flow(3, k)).iif, x(4));
    }
}

TEST_F(OneVersion, ABoundary) {
    world.boundary.set(x(1).interface, {{ip("239.0.0.0"), 8}});
    ASSERT_EQ(status(world.gm.boundary_changed(x(1))), kOk);
    expect_one_version();
    EXPECT_EQ(going(3, "-"), kGroups);
    world.boundary.set(x(1).interface, {});
    world.boundary.set(x(3).interface, {{ip("239.0.0.0"), 8}});
    mark();
    ASSERT_EQ(status(world.gm.boundary_changed(x(1))), kOk);
    expect_one_version();
    EXPECT_EQ(going(3, "X1"), kGroups);
    mark();
    ASSERT_EQ(status(world.gm.boundary_changed(x(3))), kOk);
    expect_one_version();
    EXPECT_EQ(going(3, "-"), kGroups) << "of entries that come in there";
}

TEST_F(OneVersion, ASweep) {
    ASSERT_EQ(status(world.take(q, x(1))), kOk);
    world.tasks.run();
    mark();
    world.pass(10s); // nobody replays
    expect_one_version();
    EXPECT_EQ(world.sink.causes.back(), "replay did not end on X1");
    EXPECT_EQ(going(3, "-"), kGroups);
}

TEST_F(OneVersion, AndASmallOneIsVisibleWhenTheCallReturns) {
    ASSERT_EQ(status(world.leave(i, group(1), x(1))), kOk);
    EXPECT_EQ(versions(), 1U);
    EXPECT_EQ(going(3, "-"), 1U);
}

TEST_F(OneVersion, OthersDoNotWaitForIt) {
    ASSERT_EQ(status(world.release(p, x(3))), kOk);
    world.tasks.run_one();
    world.tasks.run_one();
    EXPECT_EQ(versions(), 0U);
    ASSERT_EQ(status(world.join(q, group(1), x(2))), kOk);
    EXPECT_EQ(versions(), 1U);
    EXPECT_EQ(world.forwarded(flow(5, 1)), "X1 X2");
    EXPECT_EQ(going(3, "none"), 4U) << "with what is done by then";
    const SourceGroup fresh{group(1).group, ip("10.0.5.8")};
    world.packet(fresh, x(5));
    EXPECT_EQ(world.forwarded(fresh), "X1 X2") << "nor does what is parked";
    EXPECT_EQ(versions(), 2U);
    world.tasks.run();
    EXPECT_EQ(versions(), 3U);
    EXPECT_EQ(going(3, "none"), kGroups);
}

TEST_F(OneVersion, ACallThatChangesNothingDoesNotCutIt) {
    ASSERT_EQ(status(world.release(p, x(3))), kOk);
    world.tasks.run_one();
    ASSERT_EQ(status(world.join(q, any("239.9.9.9"), x(2))), kOk);
    {
        const GroupManager::Batch batch(world.gm, "nothing");
    }
    world.gm.tick();
    expect_one_version();
}

TEST_F(OneVersion, ABatchThatIsOpenUntilAllIsDoneEndsIt) {
    {
        const GroupManager::Batch batch(world.gm, "release");
        ASSERT_EQ(status(world.release(p, x(3))), kOk);
        world.tasks.run();
        EXPECT_EQ(versions(), 0U);
    }
    EXPECT_EQ(versions(), 1U);
    EXPECT_EQ(going(3, "none"), kGroups);
    EXPECT_FALSE(world.sink.gathering());
}

TEST_F(OneVersion, WhatFindsNoRoomIsLeftOutAndTheRestIsStillOne) {
    world.sink.egresses = world.sink.egresses_used() + 3;
    ASSERT_EQ(status(world.join(q, {}, x(2))), kOk);
    expect_one_version();
    EXPECT_EQ(going(3, "X1 X2") + going(5, "X1 X2"), 3U);
    EXPECT_EQ(world.gm.metrics().publish_failures, 2U * kGroups - 3U);
    mark();
    world.sink.egresses = 1000;
    world.pass(1s);
    EXPECT_EQ(versions(), 1U);
}

TEST_F(OneVersion, StoppingEndsIt) {
    ASSERT_EQ(status(world.release(p, x(3))), kOk);
    world.tasks.run_one();
    world.gm.stop();
    EXPECT_EQ(versions(), 1U);
    EXPECT_TRUE(world.sink.entries.empty());
    EXPECT_FALSE(world.sink.gathering());
}

/// Memberships and entries go with the handoff, and IGMP replays.
class OneVersionHarsh : public OneVersion {
  protected:
    OneVersionHarsh()
        : OneVersion({.handoff_memberships = HandoffMemberships::kStrict,
                      .handoff_mfe = HandoffMfe::kFlush,
                      .slice = 2,
                      .commit_limit = 2}) {}
    /// As the adapter does it: a few memberships per task.
    void replay() {
        for (std::uint8_t k = 1; k <= kGroups; ++k) {
            {
                const GroupManager::Batch batch(world.gm, "replay", GroupManager::Batch::End::kHold);
                ASSERT_EQ(status(world.join(i, group(k), x(1))), kOk);
            }
            if (world.tasks.size() > 0) {
                world.tasks.run_one();
            }
        }
        ASSERT_EQ(status(world.gm.igmp_replay_complete(i, x(1))), kOk);
    }
};

TEST_F(OneVersionHarsh, AStrictHandoffAndOneMoreForTheReplay) {
    ASSERT_EQ(status(world.take(q, x(1))), kOk);
    expect_one_version();
    EXPECT_EQ(going(3, "-"), kGroups);
    mark();
    replay();
    world.tasks.run();
    EXPECT_EQ(versions(), 1U);
    EXPECT_EQ(world.sink.causes.back(), "I replay on X1") << "the rest was gathered under its own";
    EXPECT_EQ(going(3, "X1"), kGroups);
    mark();
    ASSERT_EQ(status(world.release(q, x(1))), kOk);
    expect_one_version();
    mark();
    replay();
    world.tasks.run();
    EXPECT_EQ(versions(), 1U);
    EXPECT_EQ(going(3, "X1"), kGroups);
    EXPECT_FALSE(world.sink.gathering());
}

TEST_F(OneVersionHarsh, AReplayThatDoesNotWaitForTheSlices) {
    ASSERT_EQ(status(world.take(q, x(1))), kOk);
    replay();
    world.tasks.run();
    EXPECT_LE(versions(), 2U);
    EXPECT_EQ(going(3, "X1"), kGroups);
    EXPECT_FALSE(world.sink.gathering());
}

TEST_F(OneVersionHarsh, AFlushHandoff) {
    ASSERT_EQ(status(world.take(p, x(5))), kOk);
    EXPECT_EQ(going(5, "X1"), kGroups);
    expect_one_version();
    EXPECT_EQ(going(5, "none"), kGroups);
    for (std::uint8_t k = 1; k <= kGroups; ++k) {
        world.packet(flow(5, k), x(5));
    }
    mark();
    ASSERT_EQ(status(world.release(p, x(5))), kOk);
    expect_one_version();
    EXPECT_EQ(going(5, "none"), kGroups);
}

} // namespace
} // namespace mcfwd::group_manager::test
