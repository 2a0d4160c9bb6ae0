// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Every status of specification section 2, and that the first failing check of 2.0 decides. A call that is
// wrong in several ways is given, then mended from the first check on: each step must answer with the next
// status.
#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/spdlog.h>

#include "world.hh"

namespace mcfwd::group_manager::test {
namespace {

const SourceGroup kKey = any("239.1.1.1");
constexpr auto kNoFlags = MembershipFlags{};

/// P owns X1 with I on it, Q owns X2, IGMP J (another component) owns nothing.
class CheckOrder : public testing::Test {
  protected:
    CheckOrder() {
        i = world.igmp();
        p = world.client("P", {100, 1});
        q = world.client("Q", {200, 1});
        EXPECT_EQ(status(world.take(p, x(1))), kOk);
        EXPECT_EQ(status(world.take(i, x(1))), kOk);
        EXPECT_EQ(status(world.take(q, x(2))), kOk);
        EXPECT_EQ(status(world.join(q, kKey, x(2))), kOk);
        world.told();
        before = world.tables();
        versions = world.sink.causes.size();
    }
    /// I12: failing calls leave every table and the version as they were, and fire nothing.
    void expect_untouched() {
        EXPECT_EQ(world.tables(), before);
        EXPECT_EQ(world.sink.causes.size(), versions);
        EXPECT_EQ(world.told(), Trace{});
    }
    World world;
    ClientHandle i, p, q;
    ClientHandle dead{77};
    std::string before;
    std::size_t versions = 0;
};

TEST(NotStarted, EveryCallCanNotComplete) {
    World world({}, false);
    auto& gm = world.gm;
    const ClientHandle bad{9};
    EXPECT_EQ(status(gm.register_protocol({{100, 1}, "P", {}})), Status::kCanNotComplete);
    EXPECT_EQ(status(gm.deregister_protocol(bad)), Status::kCanNotComplete);
    EXPECT_EQ(status(world.take(bad, x(1))), Status::kCanNotComplete);
    EXPECT_EQ(status(world.release(bad, x(1))), Status::kCanNotComplete);
    EXPECT_EQ(status(gm.protocol_on_interface(x(1))), Status::kCanNotComplete);
    EXPECT_EQ(status(world.join(bad, kKey, x(1))), Status::kCanNotComplete);
    EXPECT_EQ(status(world.leave(bad, kKey, x(1))), Status::kCanNotComplete);
    EXPECT_EQ(status(gm.mfe(kFlow)), Status::kCanNotComplete);
    EXPECT_EQ(status(gm.first_mfe(1)), Status::kCanNotComplete);
    EXPECT_EQ(status(gm.next_mfe(kFlow, 1)), Status::kCanNotComplete);
    EXPECT_EQ(status(gm.mfe_stats(kFlow, StatsLevel{9})), Status::kCanNotComplete);
    EXPECT_EQ(status(gm.set_mfe(bad, kFlow, {})), Status::kCanNotComplete);
    EXPECT_EQ(status(gm.group_enumeration_start(bad, EnumerationKind::kAnySource)), Status::kCanNotComplete);
    EXPECT_EQ(status(gm.group_enumeration_next(EnumerationHandle{1}, 1)), Status::kCanNotComplete);
    EXPECT_EQ(status(gm.group_enumeration_end(EnumerationHandle{1})), Status::kCanNotComplete);
    EXPECT_EQ(status(gm.interface_down(x(1))), Status::kCanNotComplete);
    EXPECT_EQ(status(gm.igmp_replay_complete(bad, x(1))), Status::kCanNotComplete);
    EXPECT_EQ(status(gm.route_changed({{}, 0})), Status::kCanNotComplete);
    world.packet(kFlow, x(1));
    EXPECT_EQ(world.sink.discarded, std::vector{kFlow});
    ASSERT_EQ(status(gm.start()), kOk);
    EXPECT_EQ(status(gm.start()), Status::kCanNotComplete);
}

TEST_F(CheckOrder, RegisterRefusesTheSamePairAndHalfAnIgmp) {
    EXPECT_EQ(status(world.gm.register_protocol({{100, 1}, "P2", {}})), Status::kAlreadyExists);
    Callbacks half;
    half.disable_igmp = [](InterfaceKey) {};
    EXPECT_EQ(status(world.gm.register_protocol({{kProtocolIgmp, 0}, "I2", half})), Status::kInvalidParameter)
        << "malformed before existing";
    EXPECT_EQ(status(world.gm.register_protocol({{kProtocolIgmpVendor, 5}, "I3", half})),
              Status::kInvalidParameter);
    expect_untouched();
    EXPECT_EQ(status(world.gm.register_protocol({{100, 2}, "P2", half})), kOk)
        << "no IGMP, so no pair is asked for";
}

TEST_F(CheckOrder, TakeAnswersInOrder) {
    EXPECT_EQ(status(world.take(dead, x(42))), Status::kInvalidParameter);
    EXPECT_EQ(status(world.take(p, x(42))), Status::kInvalidParameter);
    const auto own = world.take(p, x(1));
    EXPECT_EQ(status(own), Status::kAlreadyExists);
    EXPECT_NE(own.error().what.find("50014"), std::string::npos) << own.error().what;
    const auto foreign = world.take(p, x(2));
    EXPECT_EQ(status(foreign), Status::kAlreadyExists);
    EXPECT_NE(foreign.error().what.find("50016"), std::string::npos) << foreign.error().what;
    EXPECT_EQ(status(world.take(i, x(1))), Status::kAlreadyExists);
    expect_untouched();
    const auto j = world.igmp("J", {kProtocolIgmp, 1});
    EXPECT_EQ(status(world.take(j, x(1))), Status::kAlreadyExists) << "IGMP at most once per interface";
}

TEST_F(CheckOrder, ReleaseAnswersInOrder) {
    EXPECT_EQ(status(world.release(dead, x(1))), Status::kInvalidParameter);
    EXPECT_EQ(status(world.release(p, x(5))), Status::kInvalidParameter);
    EXPECT_EQ(status(world.release(p, x(2))), Status::kInvalidParameter);
    EXPECT_EQ(status(world.gm.interface_down(x(5))), Status::kNotFound);
    expect_untouched();
}

TEST_F(CheckOrder, AddAndDeleteAnswerInOrder) {
    using Call = std::function<Expected<void>(ClientHandle, SourceGroup, InterfaceKey, MembershipFlags)>;
    const Call add = [&](auto... a) { return world.gm.add_group_membership(a...); };
    const Call remove = [&](auto... a) { return world.gm.delete_group_membership(a...); };
    for (const Call& call : {add, remove}) {
        EXPECT_EQ(status(call(dead, kKey, x(5), kNoFlags)), Status::kInvalidParameter);
        // Malformed before the unknown interface (which would be NOT_FOUND).
        EXPECT_EQ(status(call(p, kKey, x(5), kNoFlags)), Status::kInvalidParameter);
        EXPECT_EQ(status(call(p, kKey, x(5), MembershipFlags{4})), Status::kInvalidParameter);
        EXPECT_EQ(status(call(p, kKey, x(5), MembershipFlags{5})), Status::kInvalidParameter);
        EXPECT_EQ(status(call(p, kKey, x(5), kForward)), Status::kInvalidParameter);
        EXPECT_EQ(status(call(p, {{}, ip("10.0.3.9")}, x(5), kJoin)), Status::kInvalidParameter);
        for (const char* group : {"224.0.0.1", "224.0.0.255", "223.255.255.255", "240.0.0.0"}) {
            EXPECT_EQ(status(call(p, any(group), x(5), kJoin)), Status::kInvalidParameter) << group;
        }
        for (const char* source : {"239.1.1.1", "127.0.0.1", "0.0.0.1", "255.255.255.255"}) {
            EXPECT_EQ(status(call(p, sg(source, "239.1.1.1"), x(5), kJoin)), Status::kInvalidParameter)
                << source;
        }
        // Interface before ownership.
        EXPECT_EQ(status(call(p, kKey, x(5), kJoin)), Status::kNotFound);
        EXPECT_EQ(status(call(p, kKey, x(1, ip("10.0.1.7")), kJoin)), Status::kNotFound) << "I30";
        EXPECT_EQ(status(call(p, kKey, x(2), kJoin)), Status::kInvalidParameter);
        EXPECT_EQ(status(call(i, kFlow, x(1), kForward)), Status::kInvalidParameter) << "the owner's right";
        EXPECT_EQ(status(call(i, kFlow, x(1), kJoin | kForward)), Status::kInvalidParameter);
    }
    expect_untouched();
    EXPECT_EQ(status(add(p, any("224.0.1.0"), x(1), kJoin)), kOk);
    EXPECT_EQ(status(add(p, any("239.255.255.255"), x(1), kJoin)), kOk);
    EXPECT_EQ(status(add(p, {}, x(1), kJoin)), kOk);
}

TEST_F(CheckOrder, DeletingWhatIsAbsentSucceeds) {
    EXPECT_EQ(status(world.leave(p, kKey, x(1))), kOk);
    EXPECT_EQ(status(world.leave(i, kKey, x(1))), kOk);
    EXPECT_EQ(status(world.leave(p, kFlow, x(1), kForward)), kOk) << "N24";
    EXPECT_EQ(status(world.join(p, kFlow, x(1), kForward)), kOk) << "N24";
    expect_untouched();
}

TEST_F(CheckOrder, ReplayCompleteIsForTheIgmpOfTheInterface) {
    EXPECT_EQ(status(world.gm.igmp_replay_complete(dead, x(5))), Status::kInvalidParameter);
    EXPECT_EQ(status(world.gm.igmp_replay_complete(i, x(5))), Status::kNotFound);
    EXPECT_EQ(status(world.gm.igmp_replay_complete(p, x(1))), Status::kInvalidParameter);
    EXPECT_EQ(status(world.gm.igmp_replay_complete(i, x(1))), kOk);
    expect_untouched();
}

TEST_F(CheckOrder, I18DeregisterNeedsNoInterface) {
    const auto walk = world.gm.group_enumeration_start(q, EnumerationKind::kAllSources).value();
    EXPECT_EQ(status(world.gm.deregister_protocol(q)), Status::kCanNotComplete);
    EXPECT_EQ(status(world.gm.deregister_protocol(i)), Status::kCanNotComplete) << "as IGMP it holds X1 too";
    expect_untouched();
    EXPECT_EQ(status(world.gm.group_enumeration_next(walk, 1)), kOk);
    ASSERT_EQ(status(world.release(q, x(2))), kOk);
    ASSERT_EQ(status(world.gm.deregister_protocol(q)), kOk);
    EXPECT_EQ(status(world.gm.group_enumeration_next(walk, 1)), Status::kInvalidParameter);
    EXPECT_EQ(status(world.gm.group_enumeration_end(walk)), Status::kInvalidParameter);
    EXPECT_EQ(status(world.gm.group_enumeration_start(q, EnumerationKind::kAllSources)),
              Status::kInvalidParameter);
}

TEST_F(CheckOrder, I27MutatingCallsFromEveryCallbackAreRefused) {
    std::size_t refused = 0;
    const auto try_all = [&] {
        for (const auto& result :
             {status(world.take(p, x(4))), status(world.release(p, x(1))), status(world.join(p, kKey, x(1))),
              status(world.leave(q, kKey, x(2))), status(world.gm.set_mfe(p, kFlow, {})),
              status(world.gm.deregister_protocol(q)), status(world.gm.interface_down(x(1))),
              status(world.gm.igmp_replay_complete(i, x(1))), status(world.gm.route_changed({{}, 0})),
              status(world.gm.register_protocol({{900, 1}, "N", {}}))}) {
            EXPECT_EQ(result, Status::kCanNotComplete);
        }
        EXPECT_EQ(status(world.gm.protocol_on_interface(x(2))), kOk) << "queries are allowed";
        ++refused;
    };
    world.behaviour["Q"].creation = [&](const CreationAlert&) { try_all(); };
    world.behaviour["Q"].prune = [&](PruneAlert&) { try_all(); };
    world.behaviour["I"].disable = [&](InterfaceKey) { try_all(); };
    world.behaviour["I"].enable = [&](InterfaceKey) { try_all(); };
    world.behaviour["P"].rpf = [&](RpfQuery&) { try_all(); };
    world.packet(sg("10.0.1.9", "239.1.1.1"), x(1)); // RPF to P, CREATION to Q
    EXPECT_EQ(refused, 2U);
    ASSERT_EQ(status(world.release(p, x(1))), kOk); // DISABLE, ENABLE
    EXPECT_EQ(refused, 4U);
    ASSERT_EQ(status(world.join(i, any("239.7.7.7"), x(1))), kOk);
    ASSERT_EQ(status(world.leave(i, any("239.7.7.7"), x(1))), kOk); // PRUNE to Q
    EXPECT_EQ(refused, 5U);
}

TEST_F(CheckOrder, IgmpCallsInTheWindowAreCountedAndWarnedOfOncePerSecond) {
    const auto lines = std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(16);
    const auto logger_before = spdlog::default_logger();
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", lines));
    world.behaviour["I"].disable = [&](InterfaceKey on) {
        EXPECT_EQ(status(world.join(i, kKey, on)), Status::kCanNotComplete);
        EXPECT_EQ(status(world.leave(i, kKey, on)), Status::kCanNotComplete);
        world.clock.advance(1s);
        EXPECT_EQ(status(world.leave(i, kKey, on)), Status::kCanNotComplete);
    };
    EXPECT_EQ(status(world.release(p, x(1))), kOk);
    spdlog::set_default_logger(logger_before);
    EXPECT_EQ(world.gm.metrics().igmp_calls_rejected_in_window, 3U);
    std::vector<std::string> warnings;
    for (const auto& line : lines->last_raw()) {
        if (line.level == spdlog::level::warn) {
            warnings.emplace_back(line.payload.begin(), line.payload.end());
        }
    }
    const std::string text = fmt::format("igmp call in the handoff refused interface=X1 key={}", kKey);
    ASSERT_EQ(warnings.size(), 2U);
    EXPECT_EQ(warnings[0], "group_manager: " + text + " more=0");
    EXPECT_EQ(warnings[1], "group_manager: " + text + " more=1");
}

TEST_F(CheckOrder, I31EnableFollowsAThrowingDisable) {
    world.behaviour["I"].disable = [](InterfaceKey) { throw std::runtime_error("broken client"); };
    world.behaviour["I"].enable = [&](InterfaceKey) {
        EXPECT_EQ(world.gm.ownership().front().phase, Phase::kStable);
        EXPECT_EQ(world.gm.protocol_on_interface(x(1)).value(), (ComponentId{kProtocolIgmp, 0}));
    };
    ASSERT_EQ(status(world.release(p, x(1))), kOk);
    EXPECT_EQ(world.told(), (Trace{"I DISABLE X1", "I ENABLE X1"}));
    EXPECT_EQ(world.gm.metrics().callback_failures, 1U);
}

TEST_F(CheckOrder, SetMfeIsForTheOwnerOfTheIif) {
    const SourceGroup flow = sg("10.0.1.9", "239.1.1.1");
    EXPECT_EQ(status(world.gm.set_mfe(dead, flow, ip("10.0.1.2"))), Status::kInvalidParameter);
    EXPECT_EQ(status(world.gm.set_mfe(p, flow, ip("10.0.1.2"))), Status::kNotFound);
    world.packet(flow, x(1));
    world.told();
    EXPECT_EQ(status(world.gm.set_mfe(q, flow, ip("10.0.1.2"))), Status::kInvalidParameter);
    EXPECT_EQ(status(world.gm.set_mfe(p, flow, ip("10.0.1.2"))), kOk);
    EXPECT_EQ(world.gm.mfe(flow)->upstream, ip("10.0.1.2"));
    EXPECT_EQ(world.told(), Trace{});
}

TEST_F(CheckOrder, I24WalkingEntriesWithAnyPageSizeSeesEachOnce) {
    std::vector<SourceGroup> flows;
    for (const char* group : {"239.1.1.1", "239.1.1.2", "239.1.1.3"}) {
        for (const char* source : {"10.0.1.8", "10.0.1.9"}) {
            flows.push_back(sg(source, group));
            world.packet(flows.back(), x(1));
        }
    }
    for (std::size_t limit = 1; limit <= 7; ++limit) {
        std::vector<SourceGroup> seen;
        auto page = world.gm.first_mfe(limit).value();
        while (true) {
            for (const MfeView& mfe : page.items) {
                seen.push_back(mfe.flow);
            }
            if (page.end == Status::kNoMoreItems) {
                break;
            }
            ASSERT_EQ(page.end, Status::kMoreData);
            ASSERT_EQ(page.items.size(), limit);
            page = world.gm.next_mfe(seen.back(), limit).value();
        }
        EXPECT_EQ(seen, flows) << limit;
    }
    EXPECT_EQ(status(world.gm.first_mfe(0)), Status::kInsufficientBuffer);
    EXPECT_EQ(status(world.gm.next_mfe(flows.back(), 0)), kOk) << "nothing left that would not fit";
    EXPECT_EQ(status(world.gm.mfe_stats(flows[0], StatsLevel{3})), Status::kInvalidParameter);
    EXPECT_EQ(status(world.gm.mfe_stats(kFlow, StatsLevel::kBasic)), Status::kNotFound);
    EXPECT_EQ(world.gm.first_mfe_stats(9, StatsLevel::kExtended)->items.front().oifs.size(), 1U);
}

TEST_F(CheckOrder, EnumerationListsGroupsOrKeysOfASnapshot) {
    ASSERT_EQ(status(world.join(p, {}, x(1))), kOk);
    ASSERT_EQ(status(world.join(p, kFlow, x(1))), kOk);
    ASSERT_EQ(status(world.join(i, kKey, x(1))), kOk);
    ASSERT_EQ(status(world.join(p, sg("10.0.3.9", "239.2.2.2"), x(1))), kOk);
    const auto all = world.gm.group_enumeration_start(p, EnumerationKind::kAllSources).value();
    const auto groups = world.gm.group_enumeration_start(p, EnumerationKind::kAnySource).value();
    ASSERT_EQ(status(world.leave(p, {}, x(1))), kOk);
    EXPECT_EQ(world.gm.group_enumeration_next(all, 9)->items,
              (std::vector{SourceGroup{}, kKey, kFlow, sg("10.0.3.9", "239.2.2.2")}));
    EXPECT_EQ(status(world.gm.group_enumeration_next(groups, 0)), Status::kInsufficientBuffer);
    EXPECT_EQ(world.gm.group_enumeration_next(groups, 1)->end, Status::kMoreData);
    EXPECT_EQ(world.gm.group_enumeration_next(groups, 1)->items, std::vector{any("239.2.2.2")});
    EXPECT_EQ(status(world.gm.group_enumeration_end(groups)), kOk);
    EXPECT_EQ(status(world.gm.group_enumeration_end(groups)), Status::kInvalidParameter);
}

} // namespace
} // namespace mcfwd::group_manager::test
