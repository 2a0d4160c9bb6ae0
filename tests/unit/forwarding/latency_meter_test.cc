// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What counts as a join or leave in force, when, and in which bucket.
#include <gtest/gtest.h>

#include <controlplane/forwarding/latency_meter.hh>

#include "versioned_table.hh"

namespace mcfwd::forwarding {
namespace {

using namespace std::chrono_literals;
using Effect = AwaitedChange::Effect;

constexpr Ipv4Address kWatched{239, 1, 1, 1};
constexpr Ipv4Address kSender{10, 0, 1, 2};
constexpr IfIndex kLan2{2};
constexpr DomainId kBridge10{1};
const HostPlace kOnLan2 = HostPlace::routed(kLan2);
const HostPlace kOnPort1 = HostPlace::bridged(kBridge10, BridgePort(1));

struct StandingClock final : Clock {
    Instant time{1h};
    [[nodiscard]] Instant now() const override { return time; }
};

class LatencyMeterTest : public testing::Test {
  protected:
    LatencyMeterTest() {
        bridges.add({.name = "br10",
                     .domain = kBridge10,
                     .members = {{"p0", PortId(0), {}, 1500}, {"p1:30", PortId(1), VlanId(30), 1500}},
                     .interface = kNoInterface});
        routed({}); // traffic nobody wants
    }
    void submit(TableCommand command) {
        ASSERT_TRUE(meter.submit({.commands = {std::move(command)}, .cause = "test"}));
    }
    void routed(std::vector<Egress> forward, Ipv4Address source = kSender) {
        submit(PutEntry{
            .key = {kRoutedDomain, kWatched, source}, .accept = IfIndex(1), .forward = std::move(forward)});
    }
    static Egress to_lan2() { return {.interface = kLan2, .port = PortId(1), .vlan = {}, .source_mac = {}}; }
    static Egress to_port1() {
        return {.interface = {}, .port = PortId(1), .vlan = VlanId(30), .source_mac = {}};
    }
    static PutEntry bridged(Ipv4Address source, std::vector<Egress> forward) {
        return {.key = {kBridge10, kWatched, source}, .accept = {}, .forward = std::move(forward)};
    }
    void await(HostPlace place, Effect effect, Ipv4Address source = kAnySource) {
        meter.await(
            {.place = place, .group = kWatched, .source = source, .effect = effect, .reported = clock.time});
    }
    DurationHistogram joins(HostPlace place) { return std::ignore = meter.advance(), meter.of(place).join; }
    DurationHistogram leaves(HostPlace place) { return std::ignore = meter.advance(), meter.of(place).leave; }

    StandingClock clock;
    VersionedTable table{clock};
    BridgeTable bridges;
    LatencyMeter meter{table, bridges};
};

TEST_F(LatencyMeterTest, JoinCountsFromTheReportToTheVersionInItsBucket) {
    await(kOnLan2, Effect::kJoin);
    clock.time += 1500ns;
    routed({to_lan2()});
    clock.time += 1s; // looked at late: the version tells when it was published
    const DurationHistogram histogram = joins(kOnLan2);
    EXPECT_EQ(histogram.count, 1U);
    EXPECT_EQ(histogram.last, 1500ns);
    EXPECT_EQ(histogram.by_length[10], 1U) << "1024 to 2048 ns";
    EXPECT_EQ(leaves(kOnLan2).count, 0U);
}

TEST_F(LatencyMeterTest, JoinThatWaitsForAGracePeriodCountsWhenItsVersionIsOut) {
    table.grace_open = true;
    await(kOnLan2, Effect::kJoin);
    routed({to_lan2()});
    meter.forget_awaited(kRoutedDomain);
    clock.time += 3us;
    EXPECT_EQ(joins(kOnLan2).count, 0U);
    table.grace_open = false;
    EXPECT_EQ(joins(kOnLan2).count, 1U);
    EXPECT_EQ(joins(kOnLan2).longest, 3us);
}

TEST_F(LatencyMeterTest, WhatChangesNothingIsNotCounted) {
    routed({to_lan2()});
    await(kOnLan2, Effect::kJoin);
    routed({to_lan2(), {.interface = IfIndex(3), .port = PortId(2), .vlan = {}, .source_mac = {}}});
    meter.forget_awaited(kRoutedDomain);
    routed({});
    routed({to_lan2()}); // by somebody else, later
    EXPECT_EQ(joins(kOnLan2).count, 0U);
}

TEST_F(LatencyMeterTest, FlowThatBeginsWithItsFirstPacketIsNoJoin) {
    await(kOnLan2, Effect::kJoin);
    routed({to_lan2()}, Ipv4Address(10, 0, 1, 3));
    EXPECT_EQ(joins(kOnLan2).count, 0U);
}

TEST_F(LatencyMeterTest, OneReportForManyFlowsOfAGroupIsOneJoin) {
    routed({}, Ipv4Address(10, 0, 1, 3));
    await(kOnLan2, Effect::kJoin);
    routed({to_lan2()});
    routed({to_lan2()}, Ipv4Address(10, 0, 1, 3));
    EXPECT_EQ(joins(kOnLan2).count, 1U);
}

TEST_F(LatencyMeterTest, JoinOfOneSourceIsNotMetByAnother) {
    routed({}, Ipv4Address(10, 0, 1, 3));
    await(kOnLan2, Effect::kJoin, Ipv4Address(10, 0, 1, 3));
    routed({to_lan2()});
    EXPECT_EQ(joins(kOnLan2).count, 0U);
    routed({to_lan2()}, Ipv4Address(10, 0, 1, 3));
    EXPECT_EQ(joins(kOnLan2).count, 1U);
}

TEST_F(LatencyMeterTest, LeaveCountsWithTheEntryThatCeasesOrEnds) {
    routed({to_lan2()});
    await(kOnLan2, Effect::kLeave);
    clock.time += 2s;
    routed({});
    EXPECT_EQ(leaves(kOnLan2).longest, 2s);
    EXPECT_EQ(leaves(kOnLan2).by_length[30], 1U) << "1.07 to 2.15 s";
    routed({to_lan2()});
    await(kOnLan2, Effect::kLeave);
    submit(EraseEntry{{kRoutedDomain, kWatched, kSender}});
    EXPECT_EQ(leaves(kOnLan2).count, 2U);
}

TEST_F(LatencyMeterTest, RefusedBatchIsNotInForce) {
    await(kOnLan2, Effect::kJoin);
    table.full = true;
    EXPECT_FALSE(meter.submit(
        {.commands = {PutEntry{
             .key = {kRoutedDomain, kWatched, kSender}, .accept = IfIndex(1), .forward = {to_lan2()}}},
         .cause = {}}));
    EXPECT_EQ(joins(kOnLan2).count, 0U);
    table.full = false;
    routed({to_lan2()});
    EXPECT_EQ(joins(kOnLan2).count, 1U);
}

TEST_F(LatencyMeterTest, OnABridgeTheFirstJoinMakesTheEntry) {
    await(kOnPort1, Effect::kJoin);
    submit(bridged(kAnySource, {to_port1()}));
    EXPECT_EQ(joins(kOnPort1).count, 1U);
    EXPECT_EQ(joins(HostPlace::bridged(kBridge10, BridgePort(0))).count, 0U);
    EXPECT_EQ(joins(kOnLan2).count, 0U);
}

TEST_F(LatencyMeterTest, SourceThatFallsToItsGroupGoesOnAndIsNoLeave) {
    submit(bridged(kSender, {to_port1()}));
    await(kOnPort1, Effect::kJoin);
    await(kOnPort1, Effect::kLeave, kSender);
    ASSERT_TRUE(meter.submit(
        {.commands = {bridged(kAnySource, {to_port1()}), EraseEntry{{kBridge10, kWatched, kSender}}},
         .cause = {}}));
    EXPECT_EQ(joins(kOnPort1).count, 1U);
    EXPECT_EQ(leaves(kOnPort1).count, 0U);
}

TEST_F(LatencyMeterTest, SourceThatHadComeWithItsGroupIsNoJoin) {
    submit(bridged(kAnySource, {to_port1()}));
    await(kOnPort1, Effect::kJoin, kSender);
    await(kOnPort1, Effect::kLeave);
    ASSERT_TRUE(
        meter.submit({.commands = {bridged(kAnySource, {}), bridged(kSender, {to_port1()})}, .cause = {}}));
    EXPECT_EQ(joins(kOnPort1).count, 0U);
    EXPECT_EQ(leaves(kOnPort1).count, 1U);
}

TEST_F(LatencyMeterTest, ClearedHistogramCountsOnFromNothing) {
    await(kOnLan2, Effect::kJoin);
    table.grace_open = true;
    routed({to_lan2()});
    meter.clear_latencies();
    table.grace_open = false;
    EXPECT_EQ(joins(kOnLan2).count, 1U);
    meter.clear_latencies();
    EXPECT_EQ(joins(kOnLan2).count, 0U);
}

TEST(DurationHistogram, PercentileIsTheEndOfItsBucketButNeverAboveTheLongest) {
    DurationHistogram histogram;
    EXPECT_EQ(histogram.percentile(50), 0ns);
    for (int i = 0; i < 99; ++i) {
        histogram.note(1000ns);
    }
    histogram.note(5000ns);
    EXPECT_EQ(histogram.percentile(50), 1024ns);
    EXPECT_EQ(histogram.percentile(99), 1024ns);
    EXPECT_EQ(histogram.percentile(100), 5000ns);
    histogram.note(-5ns); // clocks of two cores
    EXPECT_EQ(histogram.by_length[0], 1U);
}

} // namespace
} // namespace mcfwd::forwarding
