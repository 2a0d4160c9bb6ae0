// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Every allocation of every operation fails once: with a reserve the operation finishes as if nothing had
// happened, without one it is refused and nothing has happened.
#include <new>

#include "heap.hh"
#include "world.hh"

namespace mcfwd::group_manager::test {
namespace {

class Switch : public Memory {
  public:
    [[nodiscard]] bool begin(std::size_t /*octets*/, Use /*use*/) override {
        if (on) {
            ++open;
        }
        return on;
    }
    void end() override { --open; }
    bool on = true;
    int open = 0;
};

/// One world in which everything can be done: P owns X1 with I on it, X3 towards the source and X4; I alone
/// is on X5 with two groups; Q owns X2 and wants the group; the flow and another one have entries.
struct Scene {
    explicit Scene(Settings settings) : world(settings, true, &memory) {
        i = world.igmp();
        p = world.client("P", {100, 1});
        q = world.client("Q", {200, 1});
        idle = world.client("idle", {201, 1});
        EXPECT_TRUE(world.take(i, x(1)) && world.take(p, x(1)) && world.take(p, x(3)) &&
                    world.take(p, x(4)) && world.take(q, x(2)) && world.take(i, x(5)));
        EXPECT_TRUE(world.join(q, kGroup, x(2)) && world.join(i, kGroup, x(1)) &&
                    world.join(i, kGroup, x(5)) && world.join(i, sg("10.0.5.9", "239.1.1.1"), x(5)) &&
                    world.join(q, {}, x(2)));
        world.tasks.run();
        world.packet(kFlow, x(3));
        world.packet(sg("10.0.5.9", "239.1.1.1"), x(5));
        enumeration = world.gm.group_enumeration_start(q, EnumerationKind::kAllSources).value();
        world.told();
        world.trace.reserve(1000);
        world.events.reserve(1000);
    }
    Switch memory;
    World world;
    ClientHandle i, p, q, idle;
    EnumerationHandle enumeration;
};

struct Operation {
    const char* name;
    std::function<std::optional<Status>(Scene&)> call;
};

const std::vector<Operation>& operations() {
    static const std::vector<Operation> all{
        {"register", [](Scene& s) { return status(s.world.gm.register_protocol({{300, 1}, "R", {}})); }},
        {"deregister", [](Scene& s) { return status(s.world.gm.deregister_protocol(s.idle)); }},
        {"take", [](Scene& s) { return status(s.world.take(s.q, x(6))); }},
        {"take_from_igmp", [](Scene& s) { return status(s.world.take(s.q, x(5))); }},
        {"release_to_igmp", [](Scene& s) { return status(s.world.release(s.p, x(1))); }},
        {"release", [](Scene& s) { return status(s.world.release(s.p, x(3))); }},
        {"igmp_releases", [](Scene& s) { return status(s.world.release(s.i, x(1))); }},
        {"transfer",
         [](Scene& s) { return status(s.world.gm.transfer_interface_ownership(s.p, s.q, x(3))); }},
        {"interface_down", [](Scene& s) { return status(s.world.gm.interface_down(x(1))); }},
        {"add", [](Scene& s) { return status(s.world.join(s.i, any("239.7.7.7"), x(1))); }},
        {"add_for_entry", [](Scene& s) { return status(s.world.join(s.p, kGroup, x(4))); }},
        {"add_source", [](Scene& s) { return status(s.world.join(s.p, kFlow, x(4))); }},
        {"delete", [](Scene& s) { return status(s.world.leave(s.q, kGroup, x(2))); }},
        {"delete_of_igmp", [](Scene& s) { return status(s.world.leave(s.i, kGroup, x(1))); }},
        {"veto", [](Scene& s) { return status(s.world.leave(s.q, kFlow, x(2), kForward)); }},
        {"forward", [](Scene& s) { return status(s.world.join(s.p, kFlow, x(4), kForward)); }},
        {"change_mfe",
         [](Scene& s) {
             return status(s.world.gm.change_mfe(s.p, kFlow, {.upstream = {}, .iif = x(4), .timeout = 7s}));
         }},
        {"enumerate",
         [](Scene& s) {
             return status(s.world.gm.group_enumeration_start(s.p, EnumerationKind::kAnySource));
         }},
        {"enumerate_next",
         [](Scene& s) { return status(s.world.gm.group_enumeration_next(s.enumeration, 2)); }},
        {"replay_complete", [](Scene& s) { return status(s.world.gm.igmp_replay_complete(s.i, x(1))); }},
    };
    return all;
}

/// What has no status to return: it happens, or it does not.
const std::vector<Operation>& events() {
    static const std::vector<Operation> all{
        {"new_entry",
         [](Scene& s) {
             s.world.packet(sg("10.0.3.8", "239.1.1.1"), x(3));
             return kOk;
         }},
        {"expiry",
         [](Scene& s) {
             s.world.pass(901s);
             return kOk;
         }},
        {"batch",
         [](Scene& s) {
             const GroupManager::Batch batch(s.world.gm, "two");
             const auto one = status(s.world.leave(s.q, kGroup, x(2)));
             return one ? one : status(s.world.join(s.q, any("239.7.7.7"), x(2)));
         }},
        {"handoff_with_replay",
         [](Scene& s) {
             const auto taken = status(s.world.take(s.q, x(5)));
             s.world.tasks.run();
             return taken ? taken : status(s.world.gm.igmp_replay_complete(s.i, x(5)));
         }},
    };
    return all;
}

/// Makes room for one allocation only: the next one fails again.
void one_more() {
    heap::make_room(1);
}

class FailingAllocation : public testing::TestWithParam<HandoffMemberships> {
  protected:
    ~FailingAllocation() override {
        heap::never_fail();
        std::set_new_handler(nullptr);
    }
    [[nodiscard]] static Settings settings() {
        Settings settings;
        settings.handoff_memberships = GetParam();
        return settings;
    }
    static void expect_to_finish(const Operation& operation) {
        Scene undisturbed(settings());
        const std::size_t before = heap::allocations();
        ASSERT_EQ(operation.call(undisturbed), kOk) << operation.name;
        const std::size_t allocations = heap::allocations() - before;
        const std::string tables = undisturbed.world.tables();
        const Trace told = undisturbed.world.told();
        for (std::size_t n = 1; n <= allocations + 1; ++n) {
            Scene scene(settings());
            std::set_new_handler(one_more);
            heap::fail_from(n);
            const auto result = operation.call(scene);
            heap::never_fail();
            std::set_new_handler(nullptr);
            ASSERT_EQ(result, kOk) << operation.name << " " << n;
            ASSERT_EQ(scene.world.tables(), tables) << operation.name << " " << n;
            ASSERT_EQ(scene.world.told(), told) << operation.name << " " << n;
            ASSERT_EQ(scene.memory.open, 0) << operation.name << " " << n;
        }
    }
};

TEST_P(FailingAllocation, WithAReserveWhatHasBegunFinishes) {
    for (const Operation& operation : operations()) {
        expect_to_finish(operation);
    }
    for (const Operation& operation : events()) {
        expect_to_finish(operation);
    }
}

TEST_P(FailingAllocation, WithoutOneACallIsRefusedAndNothingHasHappened) {
    for (const Operation& operation : operations()) {
        Scene scene(settings());
        const std::string before = scene.world.tables();
        const std::size_t versions = scene.world.sink.causes.size();
        scene.memory.on = false;
        heap::fail_from(1); // not even the text of the error
        const auto result = operation.call(scene);
        heap::never_fail();
        EXPECT_EQ(result, Status::kNotEnoughMemory) << operation.name;
        EXPECT_EQ(scene.world.tables(), before) << operation.name;
        EXPECT_EQ(scene.world.sink.causes.size(), versions) << operation.name;
        EXPECT_EQ(scene.world.told(), Trace{}) << operation.name;
    }
}

INSTANTIATE_TEST_SUITE_P(Modes, FailingAllocation,
                         testing::Values(HandoffMemberships::kGraceful, HandoffMemberships::kStrict));

} // namespace
} // namespace mcfwd::group_manager::test
