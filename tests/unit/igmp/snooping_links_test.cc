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
    EXPECT_EQ(late.sent(), (Lines{"0 general from 10.0.1.50 to 0,1,3"}));
}

} // namespace
} // namespace mcfwd::igmp
