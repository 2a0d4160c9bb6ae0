// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// IGMP as a client of the group manager: reports of hosts become forwarding, refusals of sources become
// vetoes, and a change of the interface's owner is survived.
#include "log_lines.hh"
#include "router_fixture.hh"

namespace mcfwd::protocols {
namespace {

using enum igmp::RecordType;
using Oifs = std::vector<IfIndex>;

class IgmpProtocolTest : public RouterFixture {
  protected:
    void SetUp() override {
        serve(kLan1);
        serve(kLan2);
        serve(kLan3);
    }
};

TEST_F(IgmpProtocolTest, FirstQueryLeavesOnTheInterfacesPortAndVlanToAllSystems) {
    ASSERT_EQ(sender.sent.size(), 3U);
    const FakeSender::Sent& query = sender.sent.back();
    EXPECT_EQ(query.port, PortId(1));
    EXPECT_EQ(query.vlan, VlanId(30));
    EXPECT_EQ(query.destination, (MacAddress{{0x01, 0x00, 0x5e, 0, 0, 1}}));
    const auto parsed = igmp::parse(query.packet);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->source, Ipv4Address(10, 0, 3, 1));
    EXPECT_EQ(igmp::type_of(parsed->message), igmp::MessageType::kGeneralQuery);
}

TEST_F(IgmpProtocolTest, AnySourceReportForwardsEverySourceToThatInterface) {
    report(kLan2, kToExclude);
    packet(kSource, kLan1);
    packet(kOtherSource, kLan1);
    EXPECT_EQ(oifs(kSource), Oifs{kLan2});
    EXPECT_EQ(oifs(kOtherSource), Oifs{kLan2});
}

TEST_F(IgmpProtocolTest, SourceSpecificReportForwardsThatSourceOnly) {
    report(kLan2, kAllow, {kSource});
    packet(kSource, kLan1);
    packet(kOtherSource, kLan1);
    EXPECT_EQ(oifs(kSource), Oifs{kLan2});
    EXPECT_EQ(oifs(kOtherSource), Oifs{});
}

TEST_F(IgmpProtocolTest, JoinAfterTrafficTurnsTheNegativeEntryActiveWithOneVersion) {
    packet(kSource, kLan1);
    ASSERT_EQ(oifs(kSource), Oifs{});
    const std::size_t before = table.versions;
    report(kLan3, kToExclude);
    EXPECT_EQ(oifs(kSource), Oifs{kLan3});
    EXPECT_EQ(table.versions, before + 1);
    EXPECT_EQ(table.causes.back(), "igmp join 239.1.1.1 on lan3");
}

TEST_F(IgmpProtocolTest, OneReportWithManyRecordsIsOneVersion) {
    packet(kSource, kLan1);
    igmp::ReportV3 many;
    for (std::uint8_t i = 1; i <= 100; ++i) {
        const Ipv4Address group(239, 1, 1, i);
        groups.new_packet({group, kSource}, {kLan1, {}}, {});
        many.records.push_back({.type = kToExclude, .group = group, .sources = {}});
    }
    const std::size_t before = table.versions;
    report(kLan2, many);
    EXPECT_EQ(table.versions, before + 1);
    EXPECT_EQ(oifs(kSource), Oifs{kLan2});
}

TEST_F(IgmpProtocolTest, LeaveStopsForwardingAfterTheLastMemberQueryTime) {
    report(kLan2, kToExclude);
    packet(kSource, kLan1);
    report(kLan2, kToInclude);
    wait(std::chrono::milliseconds(1999));
    EXPECT_EQ(oifs(kSource), Oifs{kLan2});
    wait(std::chrono::milliseconds(2));
    EXPECT_EQ(oifs(kSource), Oifs{});
}

TEST_F(IgmpProtocolTest, SourceThatEverybodyExcludesIsVetoedWhenItsEntryIsCreated) {
    report(kLan2, kToExclude, {kSource});
    packet(kSource, kLan1);
    packet(kOtherSource, kLan1);
    EXPECT_EQ(oifs(kSource), Oifs{});
    EXPECT_EQ(oifs(kOtherSource), Oifs{kLan2});
}

TEST_F(IgmpProtocolTest, AnotherHostThatWantsTheExcludedSourceGetsIt) {
    report(kLan2, kToExclude, {kSource});
    packet(kSource, kLan1);
    ASSERT_EQ(oifs(kSource), Oifs{});
    report(kLan2, kAllow, {kSource}, 10);
    EXPECT_EQ(oifs(kSource), Oifs{kLan2});
}

TEST_F(IgmpProtocolTest, ExclusionOfAFlowingSourceStopsItAndOnlyIt) {
    report(kLan2, kToExclude);
    packet(kSource, kLan1);
    packet(kOtherSource, kLan1);
    report(kLan2, kBlock, {kSource});
    wait(std::chrono::milliseconds(2001));
    EXPECT_EQ(oifs(kSource), Oifs{});
    EXPECT_EQ(oifs(kOtherSource), Oifs{kLan2});
}

TEST_F(IgmpProtocolTest, ExclusionDoesNotOutliveTheHostThatAskedForIt) {
    report(kLan2, kToExclude, {kSource});
    packet(kSource, kLan1);
    report(kLan2, kToInclude);
    wait(std::chrono::seconds(3));
    ASSERT_EQ(oifs(kSource), Oifs{});
    report(kLan2, kToExclude, {}, 10);
    EXPECT_EQ(oifs(kSource), Oifs{kLan2});
    report(kLan2, kToInclude, {}, 10);
    wait(std::chrono::seconds(3));
    EXPECT_EQ(oifs(kSource), Oifs{});
}

TEST_F(IgmpProtocolTest, MembersKeepTheirTrafficWhenAProtocolTakesAndReleasesTheInterface) {
    report(kLan2, kToExclude);
    packet(kSource, kLan1);
    ASSERT_TRUE(routes.add({.key = {Ipv4Address(239, 9, 9, 9), kAnySource}, .iif = kLan1, .oifs = {kLan2}}));
    EXPECT_EQ(owner(kLan2), "static");
    EXPECT_EQ(oifs(kSource), Oifs{kLan2}) << "between the handoff and the replay";
    tasks.run();
    EXPECT_EQ(oifs(kSource), Oifs{kLan2}) << "after the replay";
    wait(std::chrono::seconds(11));
    EXPECT_EQ(oifs(kSource), Oifs{kLan2}) << "after the sweep timeout";

    ASSERT_TRUE(routes.remove({Ipv4Address(239, 9, 9, 9), kAnySource}));
    EXPECT_EQ(owner(kLan2), "igmp");
    tasks.run();
    wait(std::chrono::seconds(11));
    EXPECT_EQ(oifs(kSource), Oifs{kLan2});
    EXPECT_EQ(igmp.interfaces()[1]->refused_calls(), 0U);
}

TEST_F(IgmpProtocolTest, ExclusionLiftedWhileAProtocolOwnsTheInterfaceIsGoneAfterwards) {
    const group_manager::SourceGroup other{Ipv4Address(239, 9, 9, 9), kAnySource};
    report(kLan2, kToExclude, {kSource});
    report(kLan3, kToExclude);
    packet(kSource, kLan1);
    ASSERT_EQ(oifs(kSource), Oifs{kLan3});
    ASSERT_TRUE(routes.add({.key = other, .iif = kLan1, .oifs = {kLan2}}));
    tasks.run();
    report(kLan2, kAllow, {kSource});
    ASSERT_TRUE(routes.remove(other));
    tasks.run();
    EXPECT_EQ(oifs(kSource), (Oifs{kLan2, kLan3}));
}

TEST_F(IgmpProtocolTest, ManyExcludedSourcesOfOneGroupAreSettledOneByOne) {
    std::vector<Ipv4Address> sources;
    for (std::uint32_t i = 0; i < 20'000; ++i) {
        sources.emplace_back(Ipv4Address(10, 0, 1, 2).host() + i);
    }
    packet(kSource, kLan1);
    report(kLan2, kToExclude);
    for (std::size_t i = 0; i < sources.size(); i += 300) {
        const auto end = sources.begin() + static_cast<std::ptrdiff_t>(std::min(i + 300, sources.size()));
        report(kLan2, kBlock, {sources.begin() + static_cast<std::ptrdiff_t>(i), end});
    }
    wait(std::chrono::seconds(3)); // quadratic work would need minutes here
    EXPECT_EQ(oifs(kSource), Oifs{});
    report(kLan2, kAllow, {kSource});
    EXPECT_EQ(oifs(kSource), Oifs{kLan2});
}

TEST_F(IgmpProtocolTest, ASecondHandoffBeforeTheReplayRanCausesOneReplay) {
    report(kLan2, kToExclude);
    packet(kSource, kLan1);
    const group_manager::SourceGroup key{Ipv4Address(239, 9, 9, 9), kAnySource};
    ASSERT_TRUE(routes.add({.key = key, .iif = kLan1, .oifs = {kLan2}}));
    ASSERT_TRUE(routes.remove(key));
    tasks.run();
    EXPECT_EQ(oifs(kSource), Oifs{kLan2});
    for (const group_manager::OwnershipView& record : groups.ownership()) {
        EXPECT_FALSE(record.awaiting_replay);
        EXPECT_EQ(record.stale, 0U);
    }
}

TEST_F(IgmpProtocolTest, AReplayOnAnInterfaceThatWentDownEndsAtOnce) {
    igmp::ReportV3 many;
    for (std::uint8_t i = 1; i <= 100; ++i) {
        many.records.push_back({.type = kToExclude, .group = Ipv4Address(239, 1, 1, i), .sources = {}});
    }
    report(kLan2, many);
    const group_manager::SourceGroup key{Ipv4Address(239, 9, 9, 9), kAnySource};
    ASSERT_TRUE(routes.add({.key = key, .iif = kLan1, .oifs = {kLan2}}));
    ASSERT_TRUE(groups.interface_down({kLan2, {}}));
    tasks.run();
    EXPECT_LE(igmp.interfaces()[1]->refused_calls(), 2U) << "the first one, and the end";
}

TEST_F(IgmpProtocolTest, StaticMembershipForwardsWithoutAHostUntilItIsTakenBack) {
    ASSERT_TRUE(igmp.join_static("lan2", {.group = kGroup}));
    packet(kSource, kLan1);
    wait(std::chrono::seconds(600));
    EXPECT_EQ(oifs(kSource), Oifs{kLan2});
    EXPECT_EQ(igmp.join_static("lan2", {.group = kGroup}).error().status, Status::kAlreadyExists);
    ASSERT_TRUE(igmp.leave_static("lan2", {.group = kGroup}));
    EXPECT_EQ(oifs(kSource), Oifs{});
    EXPECT_EQ(igmp.leave_static("lan2", {.group = kGroup}).error().status, Status::kNotFound);
}

TEST_F(IgmpProtocolTest, StaticMembershipOnAnUnknownInterfaceNamesTheKnownOnes) {
    const auto result = igmp.join_static("wan", {.group = kGroup});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().status, Status::kNotFound);
    EXPECT_EQ(result.error().what, "no interface 'wan' with IGMP; there are: lan1, lan2, lan3");
}

TEST_F(IgmpProtocolTest, AfterALinkThatWasDownItsInterfacesAreAskedAtOnce) {
    wait(std::chrono::seconds(60));
    sender.sent.clear();
    igmp.link_up(PortId(1)); // of lan2, and of lan3 in its VLAN 30
    const auto asked = [this](VlanId vlan) {
        return std::ranges::count_if(sender.sent, [&](const FakeSender::Sent& sent) {
            return sent.port == PortId(1) && sent.vlan == vlan;
        });
    };
    EXPECT_EQ(asked(VlanId(0)), 1);
    EXPECT_EQ(asked(VlanId(30)), 1);
    EXPECT_EQ(sender.sent.size(), 2U);
}

TEST_F(IgmpProtocolTest, PacketOnAnInterfaceWithoutIgmpIsCounted) {
    report(IfIndex(7), kToExclude);
    EXPECT_EQ(igmp.counters().received, 1U);
    EXPECT_EQ(igmp.counters().no_interface, 1U);
}

struct IgmpRefusals : RouterFixture {
    void SetUp() override {
        igmp::RouterConfig config;
        config.address = Ipv4Address(10, 0, 2, 1);
        config.access_list = {{igmp::AccessAction::kDeny, {kGroup, 32}, {}},
                              {igmp::AccessAction::kPermit, {Ipv4Address(224, 0, 0, 0), 4}, {}}};
        ASSERT_TRUE(igmp.add({.name = "lan2", .index = kLan2, .port = PortId(1), .vlan = {}}, config));
    }
};

TEST_F(IgmpRefusals, AreLoggedOnceASecondWithWhatWasRefusedMeanwhile) {
    const LogLines log;
    report(kLan2, igmp::ReportV2{kGroup});
    report(kLan2, igmp::ReportV2{kGroup});
    report(kLan2, igmp::ReportV2{kGroup});
    clock.move(std::chrono::seconds(1));
    report(kLan2, igmp::ReportV2{kGroup});
    EXPECT_EQ(log.containing("igmp refused"),
              (std::vector<std::string>{"igmp refused what hosts ask for interface=lan2 access_list=1",
                                        "igmp refused what hosts ask for interface=lan2 access_list=3"}));
}

TEST_F(IgmpRefusals, AQuerierOfAnOlderVersionIsLoggedOnceASecond) {
    const LogLines log;
    const igmp::Query older{.version = igmp::Version::kV2, .max_response = std::chrono::seconds(10)};
    report(kLan2, older);
    report(kLan2, older);
    clock.move(std::chrono::seconds(1));
    report(kLan2, older);
    EXPECT_EQ(log.containing("igmp querier"),
              (std::vector<std::string>{
                  "igmp querier of an older version heard interface=lan2 version=3 queries=1",
                  "igmp querier of an older version heard interface=lan2 version=3 queries=2"}));
}

} // namespace
} // namespace mcfwd::protocols
