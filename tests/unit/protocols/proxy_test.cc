// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The proxy over the real group manager and IGMP: hosts on lan1 and lan2, upstream on lan3.
#include <fmt/ranges.h>

#include <controlplane/protocols/rpf_routes.hh>

#include "remote_fixture.hh"

namespace mcfwd::protocols {
namespace {

using igmp::RecordType;

class ProxyTest : public RemoteProtocolsTest {
  protected:
    static constexpr IfIndex kUpstream = kLan3;
    static constexpr Ipv4Address kFar{192, 0, 2, 77}; ///< no route leads there but that of the proxy
    static constexpr Ipv4Address kA{192, 0, 2, 1};
    static constexpr Ipv4Address kB{192, 0, 2, 2};
    static constexpr Ipv4Address kC{192, 0, 2, 3};
    static constexpr Ipv4Address kLower{10, 0, 1, 0}; ///< wins elections on lan1

    void SetUp() override {
        querier_only = true;
        begin();
        serve(kLan1);
        serve(kLan2);
        static_cast<void>(said());
    }
    void begin() {
        ASSERT_TRUE(proxy.start({.name = "lan3", .index = kLan3, .port = PortId(1), .vlan = VlanId(30)},
                                {.address = Ipv4Address(10, 0, 3, 1)}));
    }

    /// What went out upstream since the last call, repeats left out.
    Lines said() {
        proxy.advance();
        tasks.run();
        proxy.advance();
        Lines lines;
        for (const FakeSender::Sent& sent : std::exchange(sender.sent, {})) {
            if (sent.vlan != VlanId(30)) {
                continue; // a query to lan1 or lan2
            }
            const auto packet = igmp::parse(sent.packet);
            EXPECT_EQ(packet->source, Ipv4Address(10, 0, 3, 1));
            EXPECT_EQ(sent.destination, multicast_mac(packet->destination));
            lines.push_back(line(packet->message));
        }
        return lines;
    }
    /// Repeats are over.
    void settle() {
        wait(2s);
        for (int i = 0; i < 5; ++i) {
            clock.move(1s);
            proxy.advance();
        }
        static_cast<void>(said());
    }
    static std::string line(const igmp::Message& message) {
        constexpr std::array<std::string_view, 7> kTypes{"",      "is_in", "is_ex", "to_in",
                                                         "to_ex", "allow", "block"};
        if (const auto* report = std::get_if<igmp::ReportV2>(&message)) {
            return fmt::format("v2 {}", report->group);
        }
        if (const auto* leave = std::get_if<igmp::Leave>(&message)) {
            return fmt::format("leave {}", leave->group);
        }
        std::string text;
        for (const igmp::GroupRecord& record : std::get<igmp::ReportV3>(message).records) {
            text += fmt::format("{}{} {}{}{}", text.empty() ? "" : ", ",
                                kTypes.at(static_cast<std::size_t>(record.type)), record.group,
                                record.sources.empty() ? "" : " ", fmt::join(record.sources, " "));
        }
        return text;
    }

    /// An IGMP packet from a router or host upstream.
    void upstream(const igmp::Message& message, Ipv4Address from = {10, 0, 3, 254}) {
        for (const auto& packet : igmp::encode(message, from, 1500)) {
            proxy.receive({.kind = SignalKind::kIgmp,
                           .domain = kRoutedDomain,
                           .port = PortId(1),
                           .vlan = VlanId(30),
                           .interface = kLan3,
                           .source_mac = {},
                           .packet = packet});
        }
    }
    /// "exclude 192.0.2.1", what the host side wants of the group.
    [[nodiscard]] std::string reception(Ipv4Address group = kGroup) {
        static_cast<void>(said());
        const igmp::Membership state = proxy.host()->reception(group);
        return fmt::format("{}{}{}", state.mode == igmp::FilterMode::kInclude ? "include" : "exclude",
                           state.sources.empty() ? "" : " ", fmt::join(state.sources, " "));
    }
    void lose_election() {
        report(kLan1, igmp::Query{.max_response = 10s, .robustness = 2, .querier_interval = 125s}, 0);
        tasks.run();
    }
    [[nodiscard]] bool upstream_wants_all() const {
        const auto keys = groups.memberships();
        return std::ranges::any_of(keys, [](const group_manager::MembershipView& one) {
            return one.interface.interface == kUpstream && one.key == SourceGroup{};
        });
    }
};

// As a component of the group manager.
TEST_F(ProxyTest, IsAComponentOfItsOwnThatOwnsTheUpstreamAndIsNotItsIgmp) {
    const auto record = groups.ownership_of(on(kUpstream));
    ASSERT_TRUE(record);
    EXPECT_EQ(record->owner.name, "igmp-proxy");
    EXPECT_EQ(record->owner.id, (ComponentId{group_manager::kProtocolIgmp, group_manager::kComponentProxy}));
    EXPECT_EQ(record->igmp.name, "");
    EXPECT_TRUE(upstream_wants_all());
    EXPECT_EQ(igmp.find(kUpstream), nullptr);
}

TEST_F(ProxyTest, NeverQueriesUpstream) {
    wait(400s);
    EXPECT_EQ(said(), Lines{});
}

// The merged membership (RFC 4605 section 4.1, RFC 9776 section 3.2).
TEST_F(ProxyTest, AJoinIsReportedUpstreamAtOnceAndALeaveWhenTheLastMemberIsGone) {
    report(kLan1, RecordType::kToExclude);
    EXPECT_EQ(said(), Lines{"to_ex 239.1.1.1"});
    report(kLan2, RecordType::kToExclude);
    EXPECT_EQ(reception(), "exclude");
    report(kLan1, RecordType::kToInclude);
    wait(3s);
    EXPECT_EQ(reception(), "exclude");
    settle();
    report(kLan2, RecordType::kToInclude);
    wait(1s);
    EXPECT_EQ(said(), Lines{}) << "hosts are asked first";
    wait(2s);
    EXPECT_EQ(said(), Lines{"to_in 239.1.1.1"});
}
TEST_F(ProxyTest, SourceListsOfTwoInterfacesAreUnited) {
    report(kLan1, RecordType::kAllow, {kA, kB});
    report(kLan2, RecordType::kAllow, {kB, kC});
    EXPECT_EQ(reception(), "include 192.0.2.1 192.0.2.2 192.0.2.3");
}
TEST_F(ProxyTest, ExcludedSourcesAreThoseThatAllExclude) {
    report(kLan1, RecordType::kToExclude, {kA, kB});
    EXPECT_EQ(reception(), "exclude 192.0.2.1 192.0.2.2");
    report(kLan2, RecordType::kToExclude, {kB, kC});
    EXPECT_EQ(reception(), "exclude 192.0.2.2");
}
TEST_F(ProxyTest, AnIncludedSourceIsNotExcluded) {
    report(kLan1, RecordType::kToExclude, {kA, kB});
    report(kLan2, RecordType::kAllow, {kA, kC});
    EXPECT_EQ(reception(), "exclude 192.0.2.2");
}
TEST_F(ProxyTest, AChangeOfBlockedSourcesAloneIsReportedToo) {
    report(kLan1, RecordType::kToExclude, {kA});
    settle();
    report(kLan1, RecordType::kToExclude, {kA, kB});
    wait(3s); // until the question about kB went unanswered
    EXPECT_EQ(said(), Lines{"block 239.1.1.1 192.0.2.2"});
    settle();
    report(kLan1, RecordType::kAllow, {kA});
    EXPECT_EQ(said(), Lines{"allow 239.1.1.1 192.0.2.1"});
}
TEST_F(ProxyTest, Version2HostsJoinAllSources) {
    report(kLan1, RecordType::kAllow, {kA});
    report(kLan2, igmp::ReportV2{kGroup});
    EXPECT_EQ(reception(), "exclude");
    report(kLan2, igmp::Leave{kGroup});
    wait(3s);
    EXPECT_EQ(reception(), "include 192.0.2.1");
}
TEST_F(ProxyTest, LinkLocalGroupsAreNeverJoined) {
    report(kLan1, igmp::ReportV2{Ipv4Address(224, 0, 0, 251)});
    report(kLan1, igmp::ReportV2{Ipv4Address(224, 0, 0, 1)});
    EXPECT_EQ(said(), Lines{});
}
TEST_F(ProxyTest, BoundariesKeepGroupsIn) {
    boundaries.set(kLan1, {{kGroup, 32}});
    report(kLan1, RecordType::kToExclude);
    EXPECT_EQ(reception(), "include") << "it could not leave on lan1";
    report(kLan2, RecordType::kToExclude, {kA});
    EXPECT_EQ(reception(), "exclude 192.0.2.1");
    boundaries.set(kUpstream, {{Ipv4Address(239, 9, 0, 0), 16}});
    report(kLan2, igmp::ReportV2{Ipv4Address(239, 9, 0, 1)});
    EXPECT_EQ(reception(Ipv4Address(239, 9, 0, 1)), "include") << "it could not come in";
}
TEST_F(ProxyTest, WhatARoutingProtocolWantsOnAnotherInterfaceIsWantedUpstream) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    ASSERT_TRUE(pim.take(on(kLan2)));
    tasks.run();
    ASSERT_TRUE(pim.add(any, on(kLan2), kJoin));
    EXPECT_EQ(said(), Lines{"to_ex 239.1.1.1"});
    ASSERT_TRUE(pim.remove(any, on(kLan2), kJoin));
    ASSERT_TRUE(pim.add({kGroup, kFar}, on(kLan2), kJoin));
    EXPECT_EQ(reception(), "include 192.0.2.77");
    ASSERT_TRUE(pim.remove({kGroup, kFar}, on(kLan2), kJoin));
    EXPECT_EQ(reception(), "include");
    ASSERT_TRUE(pim.release(on(kLan2)));
    ASSERT_TRUE(pim.deregister());
}
TEST_F(ProxyTest, StaticRoutesFromUpstreamPullTheirGroup) {
    ASSERT_TRUE(routes.add({.key = {kGroup, kAnySource}, .iif = kLan1, .oifs = {kLan2}}));
    EXPECT_EQ(said(), Lines{"to_ex 239.1.1.1"});
    ASSERT_TRUE(routes.remove({kGroup, kAnySource}));
    EXPECT_EQ(reception(), "include");
}
TEST_F(ProxyTest, ContributionsAreNamedByInterface) {
    report(kLan1, RecordType::kToExclude, {kA});
    report(kLan2, RecordType::kAllow, {kB});
    const auto all = proxy.contributions(kGroup);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].interface, kLan1);
    EXPECT_EQ(all[0].membership, (igmp::Membership{igmp::FilterMode::kExclude, {kA}}));
    EXPECT_EQ(all[1].interface, kLan2);
    EXPECT_EQ(all[1].membership, (igmp::Membership{igmp::FilterMode::kInclude, {kB}}));
}

// Towards routers.
TEST_F(ProxyTest, QueriesAreAnsweredAsAHost) {
    report(kLan1, RecordType::kToExclude, {kA});
    settle();
    upstream(igmp::Query{.max_response = 10s, .robustness = 2, .querier_interval = 125s});
    clock.move(10s);
    EXPECT_EQ(said(), Lines{"is_ex 239.1.1.1 192.0.2.1"});
}
TEST_F(ProxyTest, AnOlderRouterGetsItsOwnVersion) {
    upstream(igmp::Query{.version = igmp::Version::kV2, .max_response = 10s});
    report(kLan1, RecordType::kAllow, {kA});
    EXPECT_EQ(said(), Lines{"v2 239.1.1.1"});
    report(kLan1, RecordType::kAllow, {kB});
    EXPECT_EQ(said(), Lines{});
    report(kLan1, RecordType::kBlock, {kA, kB});
    wait(3s);
    EXPECT_EQ(said().back(), "leave 239.1.1.1");
}
TEST_F(ProxyTest, OnTheWayOutEverythingIsLeft) {
    report(kLan1, RecordType::kToExclude);
    settle();
    proxy.stop();
    EXPECT_EQ(said(), Lines{"to_in 239.1.1.1"});
}

// Forwarding (section 4.2).
TEST_F(ProxyTest, FarSourcesComeInUpstreamAndGoToMembers) {
    report(kLan1, RecordType::kToExclude);
    packet(kFar, kUpstream);
    EXPECT_EQ(oifs(kFar), Oifs{kLan1});
    EXPECT_EQ(groups.mfe({kGroup, kFar})->route.kind, group_manager::RouteKind::kProxy);
    EXPECT_EQ(groups.mfe({kGroup, kFar})->iif.interface, kUpstream);
}
TEST_F(ProxyTest, WhatComesFromDownstreamAlwaysGoesUpstream) {
    packet(kSource, kLan1);
    EXPECT_EQ(oifs(kSource), Oifs{kUpstream}) << "whether anybody joined or not";
    report(kLan2, RecordType::kToExclude);
    EXPECT_EQ(oifs(kSource), (Oifs{kLan2, kUpstream}));
}
TEST_F(ProxyTest, WhatNobodyWantsIsNotForwardedFromUpstream) {
    packet(kFar, kUpstream);
    EXPECT_EQ(oifs(kFar), Oifs{});
    EXPECT_EQ(groups.mfe({kGroup, kFar})->state, group_manager::MfeState::kNegative);
}
TEST_F(ProxyTest, AConfiguredRouteComesBeforeTheUpstream) {
    ASSERT_TRUE(view.add_route({{192, 0, 2, 0}, 24}, on(kLan2)));
    EXPECT_EQ(view.lookup({kGroup, kFar})->iif, on(kLan2));
    ASSERT_TRUE(view.add_route({{0, 0, 0, 0}, 0}, on(kLan1)));
    EXPECT_EQ(view.lookup({kGroup, Ipv4Address(1, 2, 3, 4)})->iif, on(kLan1));
}
TEST_F(ProxyTest, WhereAnotherRouterIsQuerierNothingIsForwardedUntilItIsGone) {
    report(kLan1, RecordType::kToExclude, {kA});
    report(kLan2, RecordType::kToExclude);
    packet(kFar, kUpstream);
    packet(kA, kUpstream);
    EXPECT_EQ(oifs(kFar), (Oifs{kLan1, kLan2}));
    const std::string before = reception();
    lose_election();
    EXPECT_EQ(oifs(kFar), Oifs{kLan2});
    EXPECT_EQ(reception(), before) << "what hosts want is still merged, so that nothing is lost later";
    report(kLan1, RecordType::kToExclude, {kA}, 8); // heard meanwhile
    EXPECT_EQ(oifs(kFar), Oifs{kLan2});
    for (int i = 0; i < 5; ++i) { // hosts go on answering the other router
        wait(45s);
        report(kLan1, RecordType::kIsExclude, {kA});
        report(kLan2, RecordType::kIsExclude);
    }
    wait(40s); // the other querier was present for 255 s
    EXPECT_TRUE(igmp.find(kLan1)->router().is_querier());
    EXPECT_EQ(oifs(kFar), (Oifs{kLan1, kLan2}));
    EXPECT_EQ(oifs(kA), Oifs{kLan2}) << "and what they refuse is refused again";
}
TEST_F(ProxyTest, ANewFlowDoesNotGoWhereAnotherRouterIsQuerier) {
    lose_election();
    report(kLan1, RecordType::kToExclude);
    packet(kFar, kUpstream);
    EXPECT_EQ(oifs(kFar), Oifs{});
    EXPECT_EQ(reception(), "exclude");
}
TEST_F(ProxyTest, ARoutingProtocolDownstreamForwardsWhoeverIsQuerier) {
    report(kLan1, RecordType::kToExclude);
    packet(kFar, kUpstream);
    lose_election();
    EXPECT_EQ(oifs(kFar), Oifs{});
    FakeSession session;
    RemoteClient& pim = enter(session);
    ASSERT_TRUE(pim.take(on(kLan1)));
    tasks.run();
    EXPECT_EQ(oifs(kFar), Oifs{kLan1}) << "its own rules decide who forwards";
    ASSERT_TRUE(pim.release(on(kLan1)));
    tasks.run();
    EXPECT_EQ(oifs(kFar), Oifs{});
    EXPECT_EQ(stale(), 0U);
    ASSERT_TRUE(pim.deregister());
}

class AnyQuerierTest : public ProxyTest {
  protected:
    void SetUp() override {
        begin();
        serve(kLan1);
        serve(kLan2);
    }
};
TEST_F(AnyQuerierTest, ForwardsWhereAnotherRouterIsQuerier) {
    report(kLan1, RecordType::kToExclude);
    packet(kFar, kUpstream);
    lose_election();
    EXPECT_EQ(oifs(kFar), Oifs{kLan1});
}

// The upstream goes and comes back.
TEST_F(ProxyTest, ARoutingProtocolGetsTheUpstreamAndGivesItBack) {
    report(kLan1, RecordType::kToExclude);
    packet(kFar, kUpstream);
    settle();
    FakeSession session;
    RemoteClient& pim = enter(session);
    ASSERT_TRUE(pim.take(on(kUpstream)));
    EXPECT_EQ(owner(kUpstream), "pim");
    EXPECT_EQ(said(), Lines{"to_in 239.1.1.1"}) << "nothing stale is left upstream";
    EXPECT_FALSE(upstream_wants_all());
    report(kLan2, RecordType::kToExclude, {kA});
    upstream(igmp::Query{.max_response = 10s});
    clock.move(10s);
    EXPECT_EQ(said(), Lines{});
    EXPECT_EQ(oifs(kFar), (Oifs{kLan1, kLan2})) << "the flow went on, under the other owner";
    ASSERT_TRUE(pim.release(on(kUpstream)));
    EXPECT_EQ(owner(kUpstream), "igmp-proxy");
    EXPECT_EQ(said(), Lines{"to_ex 239.1.1.1"});
    EXPECT_TRUE(upstream_wants_all());
    EXPECT_EQ(oifs(kFar), (Oifs{kLan1, kLan2}));
    EXPECT_EQ(proxy.counters().losses, 1U);
    ASSERT_TRUE(pim.deregister());
}
TEST_F(ProxyTest, TheOperatorTakesAndReleasesTheUpstream) {
    report(kLan1, RecordType::kToExclude);
    settle();
    ASSERT_TRUE(statics.hold(kUpstream));
    EXPECT_EQ(owner(kUpstream), "static");
    EXPECT_EQ(said(), Lines{"to_in 239.1.1.1"});
    ASSERT_TRUE(statics.let_go(kUpstream));
    EXPECT_EQ(owner(kUpstream), "igmp-proxy");
    EXPECT_EQ(said(), Lines{"to_ex 239.1.1.1"});
}
TEST_F(ProxyTest, AnRpfRouteOverTheUpstreamDoesNotKeepItFromComingBack) {
    RpfRoutes rpf{groups, view, statics, &reserve};
    ASSERT_TRUE(rpf.add({{192, 0, 2, 0}, 24}, kUpstream));
    EXPECT_EQ(owner(kUpstream), "igmp-proxy");
    ASSERT_TRUE(statics.hold(kUpstream));
    ASSERT_TRUE(statics.let_go(kUpstream));
    EXPECT_EQ(owner(kUpstream), "igmp-proxy");
    FakeSession session;
    RemoteClient& pim = enter(session);
    ASSERT_TRUE(pim.take(on(kUpstream)));
    ASSERT_TRUE(pim.release(on(kUpstream)));
    EXPECT_EQ(owner(kUpstream), "igmp-proxy");
    ASSERT_TRUE(pim.deregister());
}
TEST_F(ProxyTest, AStaticRouteCanNotHaveTheUpstream) {
    const auto added = routes.add({.key = {kGroup, kAnySource}, .iif = kLan1, .oifs = {kUpstream}});
    EXPECT_EQ(added.error().status, Status::kAlreadyExists);
    EXPECT_EQ(owner(kUpstream), "igmp-proxy");
}
TEST_F(ProxyTest, AnInterfaceThatBecomesFreeIsTakenAgain) {
    report(kLan1, RecordType::kToExclude);
    settle();
    FakeSession session;
    RemoteClient& pim = enter(session);
    ASSERT_TRUE(pim.take(on(kUpstream)));
    ASSERT_TRUE(groups.interface_down(on(kUpstream)));
    static_cast<void>(said());
    clock.move(2s);
    EXPECT_EQ(said(), Lines{"to_ex 239.1.1.1"});
    EXPECT_EQ(owner(kUpstream), "igmp-proxy");
}
TEST_F(ProxyTest, AfterALinkThatWentEverythingIsAnnouncedAgain) {
    report(kLan1, RecordType::kToExclude);
    settle();
    proxy.set_link(PortId(1), false);
    report(kLan2, RecordType::kToExclude, {}, 7);
    report(kLan2, igmp::ReportV2{Ipv4Address(239, 2, 2, 2)});
    EXPECT_EQ(said(), Lines{}) << "nobody would hear it";
    proxy.set_link(PortId(0), true);
    EXPECT_EQ(said(), Lines{}) << "another port";
    proxy.set_link(PortId(1), true);
    EXPECT_EQ(said(), (Lines{"to_ex 239.1.1.1, to_ex 239.2.2.2"}));
}
} // namespace
} // namespace mcfwd::protocols
