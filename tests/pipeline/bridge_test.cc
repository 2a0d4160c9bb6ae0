// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Layer 2: which port of a bridge gets which frame, and that it gets it as it was sent.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "pipeline_test.hh"

namespace mcfwd::pipeline {
namespace {

constexpr DomainId kBridge{1};
constexpr std::uint16_t kOtherTag = 20;
constexpr MacAddress kBroadcast{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

/// A member of the bridge: kLan1 to kLan3 untagged, kLan1 also with VLAN 10, kLan2 with VLAN 20.
struct Place {
    PortId port;
    std::uint16_t vlan = 0;
    auto operator<=>(const Place&) const = default;
};
constexpr std::array<Place, 5> kPlaces{Place{kLan1}, Place{kLan2}, Place{kLan3}, Place{kLan1, kTag},
                                       Place{kLan2, kOtherTag}};

Octets to(const MacAddress& destination, Octets frame) {
    std::ranges::copy(destination.bytes, frame.begin());
    return frame;
}

/// The frame as it has to leave with another tag: priority stays, the rest is untouched. `tagged`: it has one
/// now.
Octets with_vlan(Octets frame, bool tagged, std::uint16_t vlan) {
    std::uint8_t priority = 0;
    if (tagged) {
        priority = frame[14] & 0xf0U;
        frame.erase(frame.begin() + 12, frame.begin() + 16);
    }
    if (vlan != 0) {
        const Octets tag{0x81, 0x00, static_cast<std::uint8_t>(priority | (vlan >> 8U)),
                         static_cast<std::uint8_t>(vlan)};
        frame.insert(frame.begin() + 12, tag.begin(), tag.end());
    }
    return frame;
}

class Bridge : public PipelineTest {
  protected:
    explicit Bridge(IfIndex interface = kNoInterface) : interface_(interface) {}
    [[nodiscard]] std::vector<dataplane::Attachment> places() const override {
        std::vector<dataplane::Attachment> all{{.port = PortId(3), .interface = interface_of(PortId(3))}};
        for (const Place& place : kPlaces) {
            all.push_back(
                {.port = place.port, .vlan = VlanId(place.vlan), .domain = kBridge, .interface = interface_});
        }
        return all;
    }
    static PutEntry put(Ipv4Address group, const std::vector<Place>& egresses,
                        Ipv4Address source = kAnySource) {
        PutEntry put{.key = {kBridge, group, source}, .accept = kNoInterface, .forward = {}};
        for (const Place& place : egresses) {
            put.forward.push_back({.port = place.port, .vlan = VlanId(place.vlan), .mtu = 1500});
        }
        return put;
    }
    static std::vector<Place> everywhere() { return {kPlaces.begin(), kPlaces.end()}; }
    Frames sent(PortId port) { return wire(port).take(); }

    IfIndex interface_;
    const FrameText text{};
};

TEST_F(Bridge, GroupGoesToItsPortsAsItCameButNeverBack) {
    publish({put(text.group, {{kLan1}, {kLan2}, {kLan3}}), put(kUnregisteredGroup, {{kLan3}})});
    arrive(kLan2, text);
    turn_until_idle();
    EXPECT_EQ(sent(kLan1), Frames{frame(text)});
    EXPECT_EQ(sent(kLan3), Frames{frame(text)});
    EXPECT_TRUE(sent(kLan2).empty());
    EXPECT_EQ(counters().forwarded, 1U);
    EXPECT_EQ(counters().copies, 2U);
    EXPECT_EQ(counters().also_routed, 0U);
}

TEST_F(Bridge, SourceGoesBeforeGroupAndGroupBeforeTheRest) {
    const FrameText other_source{.source = Ipv4Address(10, 0, 1, 3)};
    const FrameText other_group{.group = Ipv4Address(239, 2, 2, 2)};
    publish({put(text.group, {{kLan2}}, text.source), put(text.group, {{kLan3}}),
             put(kUnregisteredGroup, {{kLan2}, {kLan3}})});
    arrive(kLan1, text);
    arrive(kLan1, other_source);
    arrive(kLan1, other_group);
    turn_until_idle();
    EXPECT_EQ(sent(kLan2), (Frames{frame(text), frame(other_group)}));
    EXPECT_EQ(sent(kLan3), (Frames{frame(other_source), frame(other_group)}));
    EXPECT_EQ(table_->counters({kBridge, text.group, text.source})->packets, 1U);
    EXPECT_EQ(table_->counters({kBridge, kUnregisteredGroup, kAnySource})->copies, 2U);
}

TEST_F(Bridge, EntriesOfTheRouterAndOfBridgesDoNotMix) {
    publish({PutEntry{.key = key(text), .accept = interface_of(PortId(3)), .forward = {egress(kLan1)}},
             put(text.group, {{kLan3}})});
    arrive(kLan2, text);
    arrive(PortId(3), text);
    turn_until_idle();
    EXPECT_EQ(sent(kLan3), Frames{frame(text)});
    EXPECT_EQ(sent(kLan1), Frames{routed(text, egress(kLan1).source_mac)});
}

TEST_F(Bridge, WithoutAMemberThereIsANamedDrop) {
    arrive(kLan1, text); // no entry at all
    turn_until_idle();
    publish({put(text.group, {{kLan1}}), put(kUnregisteredGroup, {})});
    arrive(kLan1, text);
    arrive(kLan1, {.group = Ipv4Address(239, 2, 2, 2)});
    turn_until_idle();
    EXPECT_EQ(drops(DropReason::kNoMember), 3U);
    EXPECT_EQ(counters().copies, 0U);
    EXPECT_EQ(table_->counters({kBridge, text.group, kAnySource})->packets, 1U);
}

TEST_F(Bridge, EqualTagsShareOneBuffer) {
    publish({put(text.group, {{kLan2}, {kLan3}, {kLan2, kOtherTag}})});
    arrive(kLan1, text);
    turn_until_idle();
    const auto second = wire(kLan2).take_buffers();
    const auto third = wire(kLan3).take_buffers();
    ASSERT_EQ(second.size(), 2U);
    ASSERT_EQ(third.size(), 1U);
    const auto shared = std::ranges::count(second, third[0]);
    EXPECT_EQ(shared, 1) << "an untagged copy was made";
    EXPECT_EQ(octets_of(third[0]), frame(text));
    rte_pktmbuf_free_bulk(const_cast<rte_mbuf**>(second.data()), 2);
    rte_pktmbuf_free(third[0]);
}

TEST_F(Bridge, TagsArePutOnTakenOffAndExchanged) {
    publish({put(text.group, everywhere())});
    FrameText tagged = text;
    tagged.vlan = kTag;
    Octets urgent = frame(tagged);
    urgent[14] |= 0xb0; // priority 5, drop eligible
    wire(kLan1).arrive(urgent);
    turn_until_idle();
    EXPECT_EQ(sent(kLan1), Frames{with_vlan(urgent, true, 0)})
        << "the same port without tag is another place";
    const Frames second = sent(kLan2);
    ASSERT_EQ(second.size(), 2U);
    EXPECT_EQ(std::set(second.begin(), second.end()),
              (std::set{with_vlan(urgent, true, 0), with_vlan(urgent, true, kOtherTag)}));
    EXPECT_EQ(sent(kLan3), Frames{with_vlan(urgent, true, 0)});
}

TEST_F(Bridge, TagThatThePortHasStrippedIsPutBack) {
    publish({put(text.group, {{kLan2}, {kLan1, kTag}, {kLan2, kOtherTag}})});
    rte_mbuf* stripped = buffer_of(frame(text), Environment::get().pool.get());
    stripped->ol_flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
    stripped->vlan_tci = 0x6000 | kOtherTag;
    wire(kLan2).arrive(stripped);
    turn_until_idle();
    Octets tagged = with_vlan(frame(text), false, kTag);
    tagged[14] |= 0x60;
    EXPECT_EQ(sent(kLan1), Frames{tagged});
    EXPECT_EQ(sent(kLan2), Frames{frame(text)});
}

TEST_F(Bridge, LinkLocalGroupsAndWhatIsNotIpv4GoEverywhere) {
    publish({put(kFloodGroup, {{kLan1}, {kLan2}, {kLan3}}), put(kUnregisteredGroup, {})});
    const Octets ospf = frame({.group = Ipv4Address(224, 0, 0, 5), .ttl = 1, .protocol = 89});
    FrameText ipv6_text{.ether_type = 0x86dd};
    const Octets ipv6 = to({{0x33, 0x33, 0, 0, 0, 1}}, frame(ipv6_text));
    const Octets arp = to(kBroadcast, frame({.ether_type = 0x0806}));
    const Octets unicast_in_group = to(multicast_mac(text.group), frame({.group = Ipv4Address(10, 0, 0, 9)}));
    for (const Octets& octets : {ospf, ipv6, arp, unicast_in_group}) {
        wire(kLan1).arrive(octets);
    }
    turn_until_idle();
    EXPECT_EQ(sent(kLan2), (Frames{ospf, ipv6, arp, unicast_in_group}));
    EXPECT_EQ(sent(kLan3), (Frames{ospf, ipv6, arp, unicast_in_group}));
    EXPECT_TRUE(signals().empty());
}

TEST_F(Bridge, WhatMustNotPassHasAName) {
    publish({put(kFloodGroup, everywhere()), put(text.group, everywhere())});
    wire(kLan1).arrive(to({{0x01, 0x80, 0xc2, 0, 0, 0x0e}}, frame({.ether_type = 0x88cc})));
    wire(kLan1).arrive(to(kHostMac, frame(text)));
    FrameText own = text;
    own.source_mac = Environment::get().ports[0].mac();
    arrive(kLan1, own);
    Octets broken = frame(text);
    broken[24] ^= 1U; // header checksum
    wire(kLan1).arrive(broken);
    Octets cut = frame(text);
    cut.resize(40);
    wire(kLan1).arrive(cut);
    turn_until_idle();
    EXPECT_EQ(drops(DropReason::kReservedMac), 1U);
    EXPECT_EQ(drops(DropReason::kNotMulticast), 1U);
    EXPECT_EQ(drops(DropReason::kOwnTransmission), 1U);
    EXPECT_EQ(drops(DropReason::kBadIpChecksum), 1U);
    EXPECT_EQ(drops(DropReason::kBadIpHeader), 1U);
    EXPECT_EQ(counters().copies, 0U);
}

TEST_F(Bridge, FirstReservedAddressBeyondTheRangePasses) {
    publish({put(kFloodGroup, {{kLan2}})});
    const Octets other = to({{0x01, 0x80, 0xc2, 0, 0, 0x10}}, frame({.ether_type = 0x9000}));
    wire(kLan1).arrive(other);
    turn_until_idle();
    EXPECT_EQ(sent(kLan2), Frames{other});
}

TEST_F(Bridge, SourceThatNoPacketMayHaveIsStillBridged) {
    publish({put(text.group, {{kLan2}})});
    FrameText anonymous = text;
    anonymous.source = Ipv4Address(0, 0, 0, 0);
    arrive(kLan1, anonymous);
    turn_until_idle();
    EXPECT_EQ(sent(kLan2), Frames{frame(anonymous)});
}

TEST_F(Bridge, IgmpGoesToTheControlThreadAlone) {
    publish({put(kFloodGroup, everywhere()), put(text.group, everywhere())});
    const FrameText report{.group = text.group, .ttl = 1, .protocol = 2, .vlan = kTag};
    arrive(kLan1, report);
    turn_until_idle();
    const auto seen = signals();
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].kind, SignalKind::kIgmp);
    EXPECT_EQ(seen[0].domain, kBridge);
    EXPECT_EQ(seen[0].port, kLan1);
    EXPECT_EQ(seen[0].vlan, VlanId(kTag));
    EXPECT_EQ(seen[0].interface, kNoInterface);
    EXPECT_EQ(seen[0].source_mac, kHostMac);
    EXPECT_EQ(seen[0].destination_mac, multicast_mac(text.group));
    EXPECT_EQ(seen[0].packet, ip_packet(report));
    EXPECT_EQ(counters().copies, 0U);
}

TEST_F(Bridge, PimHelloIsFloodedAndTold) {
    publish({put(kFloodGroup, {{kLan1}, {kLan2}})});
    const FrameText hello{
        .group = Ipv4Address(224, 0, 0, 13), .ttl = 1, .protocol = 103, .payload = {0x20, 0, 1, 2}};
    FrameText join = hello;
    join.payload = {0x23, 0, 1, 2};
    FrameText other_protocol = hello;
    other_protocol.protocol = 17;
    FrameText empty = hello;
    empty.payload.clear();
    arrive(kLan1, join);
    arrive(kLan1, other_protocol);
    arrive(kLan1, empty);
    arrive(kLan1, hello);
    turn_until_idle();
    const auto seen = signals();
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].kind, SignalKind::kPimHello);
    EXPECT_EQ(seen[0].domain, kBridge);
    EXPECT_EQ(seen[0].port, kLan1);
    EXPECT_EQ(seen[0].source_mac, kHostMac);
    EXPECT_EQ(seen[0].packet, ip_packet(hello));
    EXPECT_EQ(sent(kLan2).size(), 4U);
}

TEST_F(Bridge, FrameThatIsTooBigForOnePortGoesToTheOthers) {
    PutEntry narrow = put(text.group, {{kLan1}, {kLan2}, {kLan3}});
    narrow.forward[1].mtu = 68;
    publish({narrow, put(Ipv4Address(239, 2, 2, 2), {{kLan2}})});
    arrive(kLan1, text);
    turn_until_idle();
    EXPECT_TRUE(sent(kLan2).empty());
    EXPECT_EQ(sent(kLan3).size(), 1U);
    EXPECT_EQ(copy_drops(CopyDropReason::kMtuExceeded), 1U);
    narrow.forward[2].mtu = 68;
    publish({narrow});
    arrive(kLan1, text);
    turn_until_idle();
    EXPECT_EQ(drops(DropReason::kMtuExceeded), 1U);
}

TEST_F(Bridge, CommandsThatNoBridgeCanCarryOutAreRefused) {
    const auto refuses = [this](const PutEntry& put) {
        const auto result = table_->submit({.commands = {put}, .cause = "test"});
        return !result && result.error().status == Status::kInvalidParameter;
    };
    PutEntry accepting = put(text.group, {{kLan1}});
    accepting.accept = interface_of(kLan1);
    EXPECT_TRUE(refuses(accepting));
    PutEntry routed_egress = put(text.group, {});
    routed_egress.forward = {egress(kLan1)};
    EXPECT_TRUE(refuses(routed_egress));
    EXPECT_TRUE(refuses(put(kFloodGroup, {{kLan1}}, text.source)));
    EXPECT_TRUE(refuses(put(Ipv4Address(224, 0, 0, 5), {{kLan1}})));
    PutEntry flood_of_the_router = put(kFloodGroup, {{kLan1}});
    flood_of_the_router.key.domain = kRoutedDomain;
    EXPECT_TRUE(refuses(flood_of_the_router));
    EXPECT_TRUE(refuses(put(text.group, {{kLan1}, {kLan1}})));
}

/// The bridge has an interface of its own.
class RoutedBridge : public Bridge {
  protected:
    static constexpr IfIndex kInterface{50};
    RoutedBridge() : Bridge(kInterface) {}
};

TEST_F(RoutedBridge, PacketIsBridgedAsItCameAndRoutedAsARouterDoes) {
    publish({put(text.group, {{kLan2}, {kLan3}}),
             PutEntry{.key = key(text), .accept = kInterface, .forward = {egress(PortId(3))}}});
    arrive(kLan1, text);
    turn_until_idle();
    EXPECT_EQ(sent(kLan2), Frames{frame(text)});
    EXPECT_EQ(sent(kLan3), Frames{frame(text)});
    EXPECT_EQ(sent(PortId(3)), Frames{routed(text, egress(PortId(3)).source_mac)});
    EXPECT_EQ(counters().received, 2U);
    EXPECT_EQ(counters().also_routed, 1U);
    EXPECT_EQ(counters().forwarded, 2U);
}

TEST_F(RoutedBridge, RoutedPacketGoesToTheSnoopedPortsOnly) {
    Egress second = egress(kLan2);
    second.interface = kInterface;
    Egress tagged = egress(kLan1, kTag);
    tagged.interface = kInterface;
    publish({put(text.group, everywhere()),
             PutEntry{.key = key(text), .accept = interface_of(PortId(3)), .forward = {second, tagged}}});
    arrive(PortId(3), text);
    turn_until_idle();
    EXPECT_EQ(sent(kLan2), Frames{routed(text, second.source_mac)});
    EXPECT_EQ(sent(kLan1), Frames{routed(text, tagged.source_mac, kTag)});
    EXPECT_TRUE(sent(kLan3).empty());
}

TEST_F(RoutedBridge, UsedUpTtlAndMissesConcernTheRoutedWayOnly) {
    publish({put(text.group, {{kLan2}}), SetMissPolicy{kInterface, MissPolicy::kSignal}});
    FrameText last_hop = text;
    last_hop.ttl = 1;
    arrive(kLan1, text);
    turn_until_idle();
    EXPECT_EQ(sent(kLan2), Frames{frame(text)});
    const auto seen = signals();
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].kind, SignalKind::kNoEntry);
    EXPECT_EQ(seen[0].interface, kInterface);
    publish({PutEntry{.key = key(text), .accept = kInterface, .forward = {egress(PortId(3))}}});
    turn_until_idle();
    EXPECT_EQ(sent(PortId(3)), Frames{routed(text, egress(PortId(3)).source_mac)}) << "parked, then released";
    arrive(kLan1, last_hop);
    turn_until_idle();
    EXPECT_EQ(sent(kLan2), Frames{frame(last_hop)});
    EXPECT_EQ(drops(DropReason::kTtlExceeded), 1U);
}

TEST_F(RoutedBridge, LinkLocalGroupsAreNotRouted) {
    publish({put(kFloodGroup, {{kLan2}}), SetMissPolicy{kInterface, MissPolicy::kSignal}});
    arrive(kLan1, {.group = Ipv4Address(224, 0, 0, 5), .ttl = 1});
    turn_until_idle();
    EXPECT_EQ(counters().also_routed, 0U);
    EXPECT_TRUE(signals().empty());
    EXPECT_EQ(sent(kLan2).size(), 1U);
}

/// Whatever the entries, the tags and the frames: every place gets exactly what it should, octet for octet.
TEST_F(RoutedBridge, RandomFramesReachExactlyTheRightPlaces) {
    std::mt19937 random(20261122);
    const auto below = [&random](std::size_t bound) { return random() % bound; };
    const auto some_places = [&] {
        std::vector<Place> some;
        std::ranges::copy_if(kPlaces, std::back_inserter(some), [&](const Place&) { return below(2) == 0; });
        return some;
    };
    const std::array groups{Ipv4Address(239, 1, 1, 1), Ipv4Address(239, 1, 1, 2), Ipv4Address(224, 0, 0, 9)};
    const std::array sources{Ipv4Address(10, 0, 1, 2), Ipv4Address(10, 0, 1, 3)};
    for (int round = 0; round < 60; ++round) {
        std::map<std::pair<Ipv4Address, Ipv4Address>, std::vector<Place>> entries;
        std::vector<TableCommand> commands;
        const auto add = [&](Ipv4Address group, Ipv4Address source) {
            const auto& places = entries[{group, source}] = some_places();
            commands.emplace_back(put(group, places, source));
        };
        add(kFloodGroup, kAnySource);
        add(kUnregisteredGroup, kAnySource);
        for (const Ipv4Address group : {groups[0], groups[1]}) {
            for (const Ipv4Address source : {kAnySource, sources[0], sources[1]}) {
                if (below(2) == 0) {
                    add(group, source);
                } else {
                    commands.emplace_back(EraseEntry{{kBridge, group, source}});
                }
            }
        }
        publish(std::move(commands));
        std::map<PortId, std::multiset<Octets>> expected;
        for (int i = 0; i < 20; ++i) {
            const Place from = kPlaces[below(kPlaces.size())];
            FrameText one{.source = sources[below(2)], .group = groups[below(3)], .vlan = from.vlan};
            one.payload.assign(46 + below(200), static_cast<std::uint8_t>(i));
            const Octets octets = frame(one);
            const bool local = one.group == groups[2];
            const std::vector<Place>* places = &entries[{kFloodGroup, kAnySource}];
            if (!local) {
                auto at = entries.find({one.group, one.source});
                at = at == entries.end() ? entries.find({one.group, kAnySource}) : at;
                places = at == entries.end() ? &entries[{kUnregisteredGroup, kAnySource}] : &at->second;
            }
            for (const Place& place : *places) {
                if (place != from) {
                    expected[place.port].insert(with_vlan(octets, from.vlan != 0, place.vlan));
                }
            }
            wire(from.port).arrive(octets);
        }
        turn_until_idle();
        for (const PortId port : {kLan1, kLan2, kLan3}) {
            const Frames got = sent(port);
            EXPECT_EQ(std::multiset<Octets>(got.begin(), got.end()), expected[port])
                << "port " << port.value();
        }
    }
}

} // namespace
} // namespace mcfwd::pipeline
