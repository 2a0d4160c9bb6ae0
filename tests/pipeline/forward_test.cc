// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A packet in, exact packets out: lookup order, reverse-path check, what a router changes and what it leaves
// alone.
#include <algorithm>
#include <random>
#include <ranges>

#include "pipeline_test.hh"

namespace mcfwd::pipeline {
namespace {

class Forward : public PipelineTest {};

TEST_F(Forward, OnePacketLeavesOnEveryEgressWithTheRoutersHeader) {
    const FrameText text{.ttl = 7};
    publish({PutEntry{
        .key = key(text), .accept = interface_of(kLan1), .forward = {egress(kLan2), egress(kLan3, 42)}}});
    arrive(kLan1, text);
    turn_until_idle();
    EXPECT_EQ(wire(kLan2).take(), Frames{routed(text, router_mac(1))});
    EXPECT_EQ(wire(kLan3).take(), Frames{routed(text, router_mac(2), 42)});
    EXPECT_TRUE(wire(kLan1).take().empty());
    EXPECT_EQ(counters().received, 1U);
    EXPECT_EQ(counters().forwarded, 1U);
    EXPECT_EQ(counters().copies, 2U);
    EXPECT_EQ(counters().sent, 2U);
}

TEST_F(Forward, SourceEntryGoesBeforeAnySourceEntry) {
    const FrameText known{};
    const FrameText other{.source = Ipv4Address(10, 0, 1, 3)};
    publish({PutEntry{.key = any_source(known), .accept = interface_of(kLan1), .forward = {egress(kLan2)}},
             PutEntry{.key = key(known), .accept = interface_of(kLan1), .forward = {egress(kLan3)}}});
    arrive(kLan1, known);
    arrive(kLan1, other);
    turn_until_idle();
    EXPECT_EQ(wire(kLan2).take(), Frames{routed(other, router_mac(1))});
    EXPECT_EQ(wire(kLan3).take(), Frames{routed(known, router_mac(2))});
}

TEST_F(Forward, DomainsAndGroupsWithEqualMacDoNotMix) {
    // 239.1.1.1 and 224.129.1.1 share 01:00:5e:01:01:01.
    const FrameText text{};
    const FrameText alias{.group = Ipv4Address(224, 129, 1, 1)};
    publish({PutEntry{.key = key(text), .accept = interface_of(kLan1), .forward = {egress(kLan2)}},
             PutEntry{.key = {DomainId(1), alias.group, alias.source},
                      .accept = kNoInterface,
                      .forward = {{.port = kLan3}}}});
    arrive(kLan1, alias);
    turn_until_idle();
    EXPECT_EQ(counters().sent, 0U);
    EXPECT_EQ(drops(DropReason::kUnownedInterface), 1U);
}

TEST_F(Forward, WrongInterfaceIsDroppedCountedAndSignalled) {
    const FrameText text{};
    publish({PutEntry{.key = key(text), .accept = interface_of(kLan1), .forward = {egress(kLan3)}}});
    arrive(kLan2, text);
    turn_until_idle();
    EXPECT_TRUE(wire(kLan3).take().empty());
    EXPECT_EQ(drops(DropReason::kWrongInterface), 1U);
    EXPECT_EQ(table_->counters(key(text))->wrong_interface, 1U);
    EXPECT_EQ(table_->counters(key(text))->packets, 0U);
    const auto seen = signals();
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].kind, SignalKind::kWrongInterface);
    EXPECT_EQ(seen[0].interface, interface_of(kLan2));
    EXPECT_EQ(seen[0].source_mac, kHostMac);
    EXPECT_EQ(seen[0].packet, ip_packet(text));
}

TEST_F(Forward, TaggedArrivalBelongsToItsVlansInterface) {
    const FrameText text{.vlan = kTag};
    publish({PutEntry{.key = key(text), .accept = kTaggedInterface, .forward = {egress(kLan2)}}});
    arrive(kLan1, text);
    turn_until_idle();
    EXPECT_EQ(wire(kLan2).take(), Frames{routed(text, router_mac(1))});
}

TEST_F(Forward, PriorityTagCountsAsUntaggedAndTagPriorityIsIgnored) {
    const FrameText text{};
    publish({PutEntry{.key = key(text), .accept = interface_of(kLan1), .forward = {egress(kLan2)}}});
    Octets priority = frame({.vlan = 1});
    priority[14] = 0xa0;
    priority[15] = 0;
    wire(kLan1).arrive(priority);
    turn_until_idle();
    EXPECT_EQ(wire(kLan2).take(), Frames{routed(text, router_mac(1))});
}

TEST_F(Forward, TagStrippedByTheNicIsStillATag) {
    const FrameText text{};
    publish({PutEntry{.key = key(text), .accept = kTaggedInterface, .forward = {egress(kLan2)}}});
    rte_mbuf* buffer = buffer_of(frame(text), Environment::get().pool.get());
    buffer->ol_flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
    buffer->vlan_tci = 0xe000U | kTag;
    wire(kLan1).arrive(buffer);
    turn_until_idle();
    EXPECT_EQ(wire(kLan2).take(), Frames{routed(text, router_mac(1))});
}

// Every TTL with random identification, so that the checksum takes many values; the reference computes it
// anew.
TEST_F(Forward, IncrementalChecksumEqualsAFullOne) {
    const FrameText text{};
    publish({PutEntry{.key = key(text), .accept = interface_of(kLan1), .forward = {egress(kLan2)}}});
    std::mt19937 random(1); // NOLINT: the same sequence each time
    std::vector<Octets> expected;
    for (unsigned i = 0; i < 20'000; ++i) {
        FrameText varied{.ttl = static_cast<std::uint8_t>(2 + i % 254)};
        Octets in = frame(varied);
        in[18] = static_cast<std::uint8_t>(random());
        in[19] = static_cast<std::uint8_t>(random());
        fix_checksum(in);
        Octets out = routed(varied, router_mac(1));
        out[18] = in[18];
        out[19] = in[19];
        fix_checksum(out);
        wire(kLan1).arrive(in);
        expected.push_back(std::move(out));
    }
    turn_until_idle();
    EXPECT_TRUE(std::ranges::equal(wire(kLan2).take(), expected));
}

// Zero has two forms in one's complement: 0xffff is a correct checksum where 0x0000 is one, and routers write
// the latter.
TEST_F(Forward, ChecksumsOfZeroAreReadInBothFormsAndWrittenInOne) {
    const FrameText text{};
    publish({PutEntry{.key = key(text), .accept = interface_of(kLan1), .forward = {egress(kLan2)}}});
    constexpr std::size_t kIdentification = 18;
    constexpr std::size_t kChecksum = 24;
    const auto set16 = [](Octets& octets, std::size_t at, unsigned value) {
        octets[at] = static_cast<std::uint8_t>(value >> 8U);
        octets[at + 1] = static_cast<std::uint8_t>(value);
    };
    // With the identification that makes the checksum 0x0000.
    const auto with_zero = [&set16](Octets octets) {
        set16(octets, kIdentification, 0);
        set16(octets, kChecksum, 0);
        const Octets header(octets.begin() + 14, octets.begin() + 34);
        set16(octets, kIdentification, internet_checksum(header));
        return octets;
    };
    const auto with_identification_of = [](Octets octets, const Octets& other) {
        std::copy_n(other.begin() + kIdentification, 2, octets.begin() + kIdentification);
        fix_checksum(octets);
        return octets;
    };
    const Octets in_zero = with_zero(frame(text));
    Octets in_ones = in_zero;
    set16(in_ones, kChecksum, 0xffff);
    const Octets out_zero = with_zero(routed(text, router_mac(1)));
    const Octets out_plain = with_identification_of(routed(text, router_mac(1)), in_zero);
    for (const Octets& in : {in_zero, in_ones, with_identification_of(frame(text), out_zero)}) {
        wire(kLan1).arrive(in);
    }
    turn_until_idle();
    EXPECT_EQ(wire(kLan2).take(), (Frames{out_plain, out_plain, out_zero}));
}

TEST_F(Forward, HeaderOptionsAndPayloadAreLeftAlone) {
    const FrameText text{.payload = Octets(1400, 0x5a), .options = {0x94, 4, 0, 0}};
    publish({PutEntry{.key = key(text), .accept = interface_of(kLan1), .forward = {egress(kLan2)}}});
    arrive(kLan1, text);
    turn_until_idle();
    EXPECT_EQ(wire(kLan2).take(), Frames{routed(text, router_mac(1))});
}

TEST_F(Forward, PaddingOfTheArrivingFrameIsNotForwarded) {
    const FrameText text{.payload = Octets(3, 0x11)};
    publish({PutEntry{
        .key = key(text), .accept = interface_of(kLan1), .forward = {egress(kLan2), egress(kLan3)}}});
    Octets padded = frame(text);
    padded.resize(60, 0xee);
    wire(kLan1).arrive(padded);
    turn_until_idle();
    EXPECT_EQ(wire(kLan2).take(), Frames{routed(text, router_mac(1))});
    EXPECT_EQ(wire(kLan3).take(), Frames{routed(text, router_mac(2))});
    EXPECT_EQ(table_->counters(key(text))->bytes, 23U);
}

TEST_F(Forward, EqualEgressesShareOneBuffer) {
    const FrameText text{};
    std::vector<Egress> forward{egress(kLan2), egress(kLan3)};
    forward[0].source_mac = forward[1].source_mac = router_mac(9);
    publish({PutEntry{.key = key(text), .accept = interface_of(kLan1), .forward = forward}});
    arrive(kLan1, text);
    turn_until_idle();
    const auto first = wire(kLan2).take_buffers();
    const auto second = wire(kLan3).take_buffers();
    ASSERT_EQ(first.size(), 1U);
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(first[0], second[0]);
    EXPECT_EQ(rte_mbuf_refcnt_read(first[0]), 2U);
    EXPECT_EQ(octets_of(first[0]), routed(text, router_mac(9)));
    rte_pktmbuf_free(first[0]);
    rte_pktmbuf_free(second[0]);
}

TEST_F(Forward, UnequalEgressesGetBuffersOrHeadersOfTheirOwn) {
    const FrameText text{.payload = Octets(1472, 0x33)};
    publish({PutEntry{
        .key = key(text), .accept = interface_of(kLan1), .forward = {egress(kLan2), egress(kLan3)}}});
    arrive(kLan1, text);
    turn_until_idle();
    const auto first = wire(kLan2).take_buffers();
    const auto second = wire(kLan3).take_buffers();
    ASSERT_EQ(first.size(), 1U);
    ASSERT_EQ(second.size(), 1U);
    EXPECT_NE(first[0], second[0]);
    for (rte_mbuf* buffer : {first[0], second[0]}) {
        EXPECT_EQ(rte_mbuf_refcnt_read(buffer), 1U);
        EXPECT_EQ(buffer->nb_segs, strategy() == Strategy::kChain ? 2U : 1U);
    }
    if (strategy() == Strategy::kChain) {
        EXPECT_EQ(first[0]->next, second[0]->next);
        EXPECT_EQ(rte_mbuf_refcnt_read(first[0]->next), 2U);
    }
    rte_pktmbuf_free(first[0]);
    rte_pktmbuf_free(second[0]);
}

// Copies and headers then come from where received packets lie; no packet is longer than fits the small ones.
TEST_F(Forward, WithoutSmallBuffersTheLargeOnesServe) {
    const FrameText text{.payload = Octets(100, 7)};
    publish({PutEntry{.key = key(text),
                      .accept = interface_of(kLan1),
                      .forward = {egress(kLan2), egress(kLan2, kTag), egress(kLan3)}}});
    rte_mempool* small = Environment::get().small_pool.get();
    std::vector<rte_mbuf*> all;
    while (rte_mbuf* buffer = rte_pktmbuf_alloc(small)) {
        all.push_back(buffer);
    }
    for (int i = 0; i < 100; ++i) {
        arrive(kLan1, text);
    }
    turn_until_idle();
    EXPECT_EQ(counters().sent, 300U);
    EXPECT_EQ(wire(kLan3).take(), Frames(100, routed(text, router_mac(2))));
    for (rte_mbuf* buffer : all) {
        rte_pktmbuf_free(buffer);
    }
}

TEST_F(Forward, APacketForDifferentHeadersOfWhichSomeDoNotFitLosesNothingElse) {
    const FrameText text{.ttl = 8, .payload = Octets(600, 0x44)};
    Egress high = egress(kLan2);
    high.ttl_threshold = 32;
    Egress narrow = egress(kLan3);
    narrow.mtu = 500;
    publish({PutEntry{.key = key(text),
                      .accept = interface_of(kLan1),
                      .forward = {high, narrow, egress(kLan2, 42), egress(kLan3, 42), egress(kLan3, 43)}}});
    arrive(kLan1, text);
    turn_until_idle();
    EXPECT_EQ(wire(kLan2).take(), Frames{routed(text, router_mac(1), 42)});
    EXPECT_EQ(wire(kLan3).take(), (Frames{routed(text, router_mac(2), 42), routed(text, router_mac(2), 43)}));
    EXPECT_EQ(copy_drops(CopyDropReason::kTtlExceeded), 1U);
    EXPECT_EQ(copy_drops(CopyDropReason::kMtuExceeded), 1U);
    EXPECT_EQ(table_->counters(key(text))->copies, 3U);
}

TEST_F(Forward, ABufferThatSomebodyElseHoldsIsNotWrittenTo) {
    const FrameText text{};
    publish({PutEntry{.key = key(text), .accept = interface_of(kLan1), .forward = {egress(kLan2)}}});
    rte_mbuf* held = buffer_of(frame(text), Environment::get().pool.get());
    rte_mbuf_refcnt_update(held, 1);
    wire(kLan1).arrive(held);
    turn_until_idle();
    EXPECT_EQ(wire(kLan2).take(), Frames{routed(text, router_mac(1))});
    EXPECT_EQ(octets_of(held), ip_packet(text)) << "TTL and checksum are as they came";
    rte_pktmbuf_free(held);
}

TEST_F(Forward, ThreeHundredEgressesEachGetTheirCopy) {
    const FrameText text{};
    std::vector<Egress> forward;
    for (std::uint16_t vlan = 1; vlan <= 150; ++vlan) {
        forward.push_back(egress(kLan2, vlan));
        forward.push_back(egress(kLan3, vlan));
        forward.back().source_mac = forward[forward.size() - 2].source_mac;
    }
    publish({PutEntry{.key = key(text), .accept = interface_of(kLan1), .forward = forward}});
    for (int i = 0; i < 100; ++i) {
        arrive(kLan1, text);
    }
    turn_until_idle();
    EXPECT_EQ(counters().sent, 30'000U);
    for (const PortId port : {kLan2, kLan3}) {
        const auto frames = wire(port).take();
        ASSERT_EQ(frames.size(), 15'000U);
        for (std::size_t i = 0; i < frames.size(); ++i) {
            ASSERT_EQ(frames[i], routed(text, router_mac(1), static_cast<std::uint16_t>(1 + i % 150)));
        }
    }
    EXPECT_EQ(table_->counters(key(text))->copies, 30'000U);
}

TEST_F(Forward, TtlThresholdIsComparedAfterTheDecrement) {
    const FrameText enough{.ttl = 17};
    const FrameText low{.ttl = 16};
    std::vector<Egress> forward{egress(kLan2), egress(kLan3)};
    forward[0].ttl_threshold = 16;
    publish({PutEntry{.key = key(enough), .accept = interface_of(kLan1), .forward = forward}});
    arrive(kLan1, enough);
    arrive(kLan1, low);
    turn_until_idle();
    EXPECT_EQ(wire(kLan2).take(), Frames{routed(enough, router_mac(1))});
    EXPECT_EQ(wire(kLan3).take(), (Frames{routed(enough, router_mac(2)), routed(low, router_mac(2))}));
    EXPECT_EQ(copy_drops(CopyDropReason::kTtlExceeded), 1U);
    EXPECT_EQ(counters().forwarded, 2U);
}

TEST_F(Forward, MtuIsOfTheIpPacketAndOfEachEgress) {
    const FrameText fits{.payload = Octets(980, 1)};
    const FrameText long_one{.payload = Octets(981, 1)};
    std::vector<Egress> forward{egress(kLan2), egress(kLan3)};
    forward[0].mtu = 1000;
    publish({PutEntry{.key = key(fits), .accept = interface_of(kLan1), .forward = forward}});
    arrive(kLan1, fits);
    arrive(kLan1, long_one);
    turn_until_idle();
    EXPECT_EQ(wire(kLan2).take(), Frames{routed(fits, router_mac(1))});
    EXPECT_EQ(wire(kLan3).take().size(), 2U);
    EXPECT_EQ(copy_drops(CopyDropReason::kMtuExceeded), 1U);
}

} // namespace
} // namespace mcfwd::pipeline
