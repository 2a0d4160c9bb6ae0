// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Links that come and go, and changes of topology (RFC 4541 section 2.1.1, item 4).
#include <gtest/gtest.h>

#include "bridge_lan.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace test;
using Type = RecordType;

SnoopingConfig quiet() {
    SnoopingConfig config = snooping_config();
    config.solicit_routers = false;
    return config;
}

struct SnoopingLinks : testing::Test {
    SnoopingLinks() : lan(quiet()) { lan.start_quietly(); }
    BridgeLan lan;
};

TEST_F(SnoopingLinks, DownForgetsMembersAndRoutersOfThePortAtOnce) {
    lan.hear(0, ReportV2{kG});
    lan.hear(1, ReportV2{kG});
    lan.hear(0, query_of(), {10, 0, 1, 99});
    lan.add_static(0, {kG2});
    lan.link(0, false);
    EXPECT_EQ(lan.flow(kG), "1");
    EXPECT_EQ(lan.routers(), "");
    EXPECT_EQ(lan.flow(kG2), "0"); // what is configured stays
    EXPECT_FALSE(lan.bridge().view(port(0), lan.now()).up);
}

TEST_F(SnoopingLinks, NothingIsSentToOrTakenFromAPortThatIsDown) {
    lan.hear(3, query_of(), {10, 0, 1, 99});
    lan.link(0, false);
    lan.forget();
    lan.hear(3, query_of(), {10, 0, 1, 99});
    lan.hear(0, ReportV2{kG});
    lan.wait(seconds(125));
    EXPECT_EQ(lan.sent(), (Lines{"0 relayed general to 1,2", "116.25 general from 10.0.1.50 to 1,2,3"}));
    EXPECT_EQ(lan.table(), Lines{});
    EXPECT_EQ(lan.counters(0).link_down, 1U);
}

TEST_F(SnoopingLinks, UpAsksThePortQuicklyAndFromZero) {
    lan.link(0, false);
    lan.wait(seconds(1));
    lan.forget();
    lan.link(0, true);
    const auto packets = lan.packets();
    EXPECT_EQ(lan.sent(), (Lines{"0 general from 0.0.0.0 to 0"}));
    const auto query = std::get<Query>(parse(packets.back().packet).value().message);
    EXPECT_EQ(query.max_response, seconds(1));
    EXPECT_EQ(query.querier_interval, seconds(125));
    lan.wait(seconds(40));
    EXPECT_EQ(lan.sent(), (Lines{"31.25 general from 0.0.0.0 to 0"}));
}

TEST_F(SnoopingLinks, RepeatedStateIsNoEvent) {
    lan.link(0, true);
    EXPECT_EQ(lan.sent(), Lines{});
}

TEST_F(SnoopingLinks, TopologyChangeAsksAllPortsButRouterPorts) {
    lan.hear(3, query_of(Version::kV3), kQuerier);
    lan.link(1, false);
    lan.forget();
    lan.topology_changed();
    EXPECT_EQ(lan.sent(), (Lines{"0 general from 0.0.0.0 to 0", "0 general from 0.0.0.0 to 2"}));
}

TEST_F(SnoopingLinks, MembersStayWhereTheyAreUntilTimersEnd) {
    lan.hear(0, ReportV2{kG});
    lan.topology_changed();
    lan.hear(1, ReportV2{kG});
    EXPECT_EQ(lan.flow(kG), "0,1");
    lan.wait(seconds(269));
    lan.hear(1, ReportV2{kG});
    lan.wait(seconds(1));
    EXPECT_EQ(lan.flow(kG), "1");
}

TEST_F(SnoopingLinks, QuestionsAreInTheVersionOfTheQuerier) {
    lan.hear(3, query_of(Version::kV2), kQuerier);
    lan.forget();
    lan.topology_changed();
    EXPECT_EQ(lan.sent().at(0), "0 general v2 from 0.0.0.0 to 0");
    lan.hear(3, query_of(Version::kV3), kQuerier);
    lan.wait(seconds(5));
    lan.forget();
    lan.topology_changed();
    EXPECT_EQ(lan.sent().at(0), "0 general from 0.0.0.0 to 0");
}

TEST_F(SnoopingLinks, StormsOfChangesAskOncePerSecond) {
    for (int i = 0; i < 100; ++i) {
        lan.wait(milliseconds(99));
        lan.topology_changed();
    }
    std::size_t to_port_0 = 0;
    for (const std::string& line : lan.sent()) {
        to_port_0 += line.ends_with("general from 0.0.0.0 to 0") ? 1 : 0;
    }
    EXPECT_EQ(to_port_0, 10U); // in 9.9 seconds
}

TEST_F(SnoopingLinks, PortThatIsNoRouterPortAnyMoreIsAsked) {
    lan.hear(3, query_of(), {10, 0, 1, 99});
    lan.forget();
    lan.wait(seconds(260));
    EXPECT_EQ(lan.sent(),
              (Lines{"116.25 general from 10.0.1.50 to 0,1,2,3", "241.25 general from 10.0.1.50 to 0,1,2,3",
                     "255 general from 0.0.0.0 to 3"}));
}

TEST_F(SnoopingLinks, LinksMayChangeBeforeTheStart) {
    BridgeLan late(quiet());
    late.link(2, false);
    late.start();
    EXPECT_EQ(late.sent(), (Lines{"0 general from 10.0.1.50 to 0,1,3", "0 general from 0.0.0.0 to 0",
                                  "0 general from 0.0.0.0 to 1", "0 general from 0.0.0.0 to 3"}));
}

SnoopingConfig learning() {
    SnoopingConfig config = snooping_config();
    config.learning_time.reset();
    return config;
}

/// A router that was there before may next speak after a query interval, and is no router port until then.
TEST(SnoopingLearning, EverythingGoesEverywhereUntilRoutersHadTheirChance) {
    BridgeLan lan(learning());
    lan.start();
    lan.hear(0, ReportV2{kG});
    EXPECT_EQ(lan.flow(kG), "0,1,2,3");
    EXPECT_EQ(lan.flow(kG2), "0,1,2,3");
    EXPECT_EQ(lan.routers(), "") << "reports go to routers alone, as ever";
    EXPECT_EQ(lan.bridge().view(port(1), lan.now()).learning, seconds(135));
    lan.wait(milliseconds(134999));
    EXPECT_EQ(lan.flow(kG2), "0,1,2,3");
    lan.wait(milliseconds(1));
    EXPECT_EQ(lan.flow(kG), "0");
    EXPECT_EQ(lan.flow(kG2), "");
    EXPECT_EQ(lan.bridge().view(port(1), lan.now()).learning, std::nullopt);
}

TEST(SnoopingLearning, IsOverWhenAQuerierWasAnsweredAndNeighboursSaidHello) {
    BridgeLan early(learning());
    early.start();
    early.hear(3, query_of(), kQuerier);
    early.wait(milliseconds(34999));
    EXPECT_EQ(early.flow(kG), "0,1,2,3");
    early.wait(milliseconds(1));
    EXPECT_EQ(early.flow(kG), "3");
    BridgeLan late(learning());
    late.start();
    late.wait(seconds(50));
    late.hear(3, query_of(), kQuerier);
    late.wait(milliseconds(10999)); // hosts have ten seconds
    EXPECT_EQ(late.flow(kG), "0,1,2,3");
    late.wait(milliseconds(1));
    EXPECT_EQ(late.flow(kG), "3");
}

TEST(SnoopingLearning, APortWithItsLinkAgainGetsEverythingForAWhile) {
    BridgeLan lan(learning());
    lan.start();
    lan.wait(seconds(200));
    lan.link(2, false);
    EXPECT_EQ(lan.flow(kG), "");
    lan.link(2, true);
    EXPECT_EQ(lan.flow(kG), "2");
    lan.wait(seconds(35));
    EXPECT_EQ(lan.flow(kG), "");
    lan.topology_changed();
    EXPECT_EQ(lan.flow(kG), "0,1,2,3");
    lan.wait(seconds(35));
    EXPECT_EQ(lan.flow(kG), "");
}

TEST(SnoopingLearning, TakesLongerWhereQueriesAreRareAndCanBeSwitchedOff) {
    SnoopingConfig config = learning();
    config.query_interval = seconds(200);
    BridgeLan lan(config);
    lan.start();
    EXPECT_EQ(lan.bridge().view(port(1), lan.now()).learning, seconds(210));
    config.learning_time = Duration::zero();
    BridgeLan never(config);
    never.start();
    EXPECT_EQ(never.flow(kG), "");
}

TEST(SnoopingLimits, PortWithLimitsOfItsOwnRefusesWhatOthersTake) {
    SnoopingConfig config;
    config.ports = 3;
    config.max_groups = 1;
    config.port_limits = {
        {.port = BridgePort(1), .max_groups = 2},
        {.port = BridgePort(2),
         .access_list = {
             {.action = AccessAction::kPermit, .group = {Ipv4Address(239, 9, 0, 0), 16}, .source = {}}}}};
    config.learning_time = Duration::zero();
    auto bridge = SnoopingBridge::create(config).value();
    const Instant now{std::chrono::hours(1)};
    SnoopingOutput out;
    bridge.start(now, out);
    for (std::uint16_t port = 0; port < 3; ++port) {
        for (std::uint8_t group = 1; group <= 3; ++group) {
            const auto packet =
                encode(ReportV2{Ipv4Address(239, 1, 1, group)}, Ipv4Address(10, 0, 1, 9), 1500);
            bridge.receive(BridgePort(port), packet.front(), MacAddress{{2, 0, 0, 0, 0, 9}}, {}, now, out);
        }
    }
    const auto refused = [&](std::uint16_t port, IgnoreReason reason) {
        return bridge.counters(BridgePort(port)).igmp.ignored[static_cast<std::size_t>(reason)];
    };
    EXPECT_EQ(bridge.view(BridgePort(0), now).groups, 1U);
    EXPECT_EQ(refused(0, IgnoreReason::kGroupLimit), 2U);
    EXPECT_EQ(bridge.view(BridgePort(1), now).groups, 2U);
    EXPECT_EQ(refused(1, IgnoreReason::kGroupLimit), 1U);
    EXPECT_EQ(bridge.view(BridgePort(2), now).groups, 0U);
    EXPECT_EQ(refused(2, IgnoreReason::kAccessList), 3U);
    EXPECT_EQ(bridge.ports_for(Ipv4Address(239, 1, 1, 2), kAnySource), std::vector{BridgePort(1)});
}

TEST(SnoopingLimits, OfNoPortOrTwiceOfOneAreRefused) {
    SnoopingConfig config;
    config.ports = 2;
    config.port_limits = {{.port = BridgePort(2)}};
    EXPECT_FALSE(validate(config));
    config.port_limits = {{.port = BridgePort(1)}, {.port = BridgePort(1)}};
    EXPECT_FALSE(validate(config));
    config.port_limits = {{.port = BridgePort(1), .max_tracked = 0}};
    EXPECT_FALSE(validate(config)) << "what is wrong on an interface is wrong on a port";
    config.port_limits = {{.port = BridgePort(0)}, {.port = BridgePort(1)}};
    EXPECT_TRUE(validate(config));
}

} // namespace
} // namespace mcfwd::igmp
