// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Each way a packet or a copy can end has its counter, and only that one moves.
#include <random>

#include "pipeline_test.hh"

namespace mcfwd::pipeline {
namespace {

class Drop : public PipelineTest {
  protected:
    using PipelineTest::PipelineTest;

    /// The frame is dropped for this reason, alone.
    void expect_drop(PortId port, const Octets& frame, DropReason reason) {
        const std::uint64_t before = drops(reason);
        wire(port).arrive(frame);
        turn_until_idle();
        EXPECT_EQ(drops(reason), before + 1) << drop_reason_name(reason);
        EXPECT_EQ(counters().received, ++frames_);
        expect_counts_add_up();
    }
    static Octets changed(std::size_t offset, std::uint8_t value) {
        Octets octets = frame({});
        octets[offset] = value;
        fix_checksum(octets);
        return octets;
    }
    std::uint64_t frames_ = 0;
};

TEST_F(Drop, FrameEndsBeforeItsHeaders) {
    Octets cut = frame({});
    cut.resize(33);
    expect_drop(kLan1, cut, DropReason::kTooShort);
    cut.resize(13);
    expect_drop(kLan1, cut, DropReason::kTooShort);
    cut.clear();
    expect_drop(kLan1, cut, DropReason::kTooShort);
    Octets tagged = frame({.vlan = kTag});
    tagged.resize(17);
    expect_drop(kLan1, tagged, DropReason::kTooShort);
}

TEST_F(Drop, OtherEtherTypes) {
    expect_drop(kLan1, frame({.ether_type = 0x0806}), DropReason::kNotIpv4);
    expect_drop(kLan1, frame({.ether_type = 0x86dd}), DropReason::kNotIpv4);
    expect_drop(kLan1, frame({.ether_type = 0x88a8}), DropReason::kNotIpv4);
    expect_drop(kLan1, frame({.vlan = kTag, .ether_type = 0x8100}), DropReason::kNotIpv4);
}

TEST_F(Drop, PlacesWithoutInterface) {
    expect_drop(kLan1, frame({.vlan = 11}), DropReason::kNoAttachment);
    expect_drop(kLan2, frame({.vlan = kTag}), DropReason::kNoAttachment);
    expect_drop(kLan1, frame({.vlan = 4095}), DropReason::kNoAttachment);
}

TEST_F(Drop, IpHeadersThatLie) {
    expect_drop(kLan1, changed(14, 0x65), DropReason::kBadIpHeader); // version 6
    expect_drop(kLan1, changed(14, 0x44), DropReason::kBadIpHeader); // header of 16 octets
    expect_drop(kLan1, changed(17, 19), DropReason::kBadIpHeader);   // shorter than its header
    expect_drop(kLan1, changed(17, 85), DropReason::kBadIpHeader);   // one octet more than there is
    expect_drop(kLan1, changed(16, 0xff), DropReason::kBadIpHeader);
    Octets short_options = frame({.payload = {}});
    short_options[14] = 0x46; // options that are not there
    expect_drop(kLan1, short_options, DropReason::kBadIpHeader);
}

TEST_F(Drop, BadChecksum) {
    Octets bad = frame({});
    bad[24] ^= 1U;
    expect_drop(kLan1, bad, DropReason::kBadIpChecksum);
}

TEST_F(Drop, AddressesThatMayNotBe) {
    expect_drop(kLan1, frame({.group = Ipv4Address(10, 0, 0, 1)}), DropReason::kNotMulticast);
    expect_drop(kLan1, frame({.group = Ipv4Address(255, 255, 255, 255)}), DropReason::kNotMulticast);
    for (const Ipv4Address source : {Ipv4Address(0, 0, 0, 0), Ipv4Address(127, 0, 0, 1),
                                     Ipv4Address(224, 0, 0, 5), Ipv4Address(255, 255, 255, 255)}) {
        expect_drop(kLan1, frame({.source = source}), DropReason::kMartianSource);
    }
    expect_drop(kLan1, frame({.group = Ipv4Address(224, 0, 0, 251)}), DropReason::kLinkLocalGroup);
    expect_drop(kLan1, frame({.source_mac = Environment::get().ports[0].mac()}),
                DropReason::kOwnTransmission);
    expect_drop(kLan1, frame({.protocol = 2, .source_mac = Environment::get().ports[0].mac()}),
                DropReason::kOwnTransmission);
}

TEST_F(Drop, MissOnAnInterfaceThatNobodyOwns) {
    expect_drop(kLan1, frame({}), DropReason::kUnownedInterface);
    EXPECT_TRUE(signals().empty());
}

TEST_F(Drop, NegativeEntryCountsItsTraffic) {
    publish({PutEntry{.key = key({}), .accept = interface_of(kLan1), .forward = {}}});
    expect_drop(kLan1, frame({}), DropReason::kNegativeEntry);
    EXPECT_EQ(table_->counters(key({}))->packets, 1U);
    EXPECT_EQ(table_->counters(key({}))->bytes, 84U);
}

TEST_F(Drop, TtlAndMtuOfEveryEgress) {
    std::vector<Egress> forward{egress(kLan2), egress(kLan3)};
    forward[0].ttl_threshold = 20;
    forward[1].mtu = 80;
    const FrameText text{.payload = Octets(61, 1)};
    publish({PutEntry{.key = key(text), .accept = interface_of(kLan1), .forward = forward}});
    expect_drop(kLan1, frame({.ttl = 0}), DropReason::kTtlExceeded);
    expect_drop(kLan1, frame({.ttl = 1}), DropReason::kTtlExceeded);
    EXPECT_EQ(copy_drops(CopyDropReason::kTtlExceeded), 4U);
    expect_drop(kLan1, frame(text), DropReason::kMtuExceeded); // one for its TTL, one for its length
    EXPECT_EQ(copy_drops(CopyDropReason::kTtlExceeded), 5U);
    EXPECT_EQ(copy_drops(CopyDropReason::kMtuExceeded), 1U);
    EXPECT_EQ(counters().forwarded, 0U);
}

TEST_F(Drop, NoBufferForACopy) {
    const FrameText text{};
    publish({PutEntry{
        .key = key(text), .accept = interface_of(kLan1), .forward = {egress(kLan2), egress(kLan3)}}});
    rte_mempool* pool = Environment::get().pool.get();
    rte_mbuf* plain = buffer_of(frame(text), pool);
    rte_mbuf* held = buffer_of(frame(text), pool);
    rte_mbuf_refcnt_update(held, 1);
    std::vector<rte_mbuf*> all = Environment::get().take_all_buffers();
    wire(kLan1).arrive(plain);
    turn_until_idle();
    EXPECT_EQ(copy_drops(CopyDropReason::kNoBuffer), 1U);
    EXPECT_EQ(counters().forwarded, 1U) << "the last egress gets the buffer that the packet came in";
    EXPECT_EQ(counters().sent, 1U);
    wire(kLan2).clear();
    wire(kLan3).clear(); // gives one buffer back
    all.push_back(rte_pktmbuf_alloc(pool));
    wire(kLan1).arrive(held);
    turn_until_idle();
    EXPECT_EQ(drops(DropReason::kNoBuffer), 1U);
    EXPECT_EQ(copy_drops(CopyDropReason::kNoBuffer), 3U);
    for (rte_mbuf* buffer : all) {
        rte_pktmbuf_free(buffer);
    }
    rte_pktmbuf_free(held);
}

// A port that takes 63 frames: 64 of 2,000 find no room there, then 512 wait, the rest is dropped.
TEST_F(Drop, PortThatTakesNoMore) {
    const FrameText text{};
    std::vector<Egress> forward{egress(kLan2), egress(kNarrowPort)};
    forward[0].source_mac = forward[1].source_mac; // one buffer for both
    publish({PutEntry{.key = key(text), .accept = interface_of(kLan1), .forward = forward}});
    for (int i = 0; i < 2000; ++i) {
        arrive(kLan1, text);
    }
    turn_until_idle(); // gives up on what waits after a millisecond
    EXPECT_EQ(wire(kNarrowPort).take().size(), kNarrowSlots);
    EXPECT_EQ(copy_drops(CopyDropReason::kTxFull), 2000U - kNarrowSlots);
    const auto frames = wire(kLan2).take();
    EXPECT_EQ(frames.size(), 2000U);
    EXPECT_EQ(frames.back(), routed(text, router_mac(3)));
    EXPECT_EQ(counters().forwarded, 2000U);
}

TEST_F(Drop, PortThatRecoversGetsWhatWaited) {
    const FrameText text{};
    publish({PutEntry{.key = key(text), .accept = interface_of(kLan1), .forward = {egress(kNarrowPort)}}});
    std::size_t taken = 0;
    for (int i = 0; i < 500; ++i) {
        arrive(kLan1, text);
    }
    for (bool busy = true; busy; taken += wire(kNarrowPort).take().size()) {
        busy = worker_->turn();
    }
    EXPECT_EQ(taken, 500U);
    EXPECT_EQ(counters().sent, 500U);
}

// Frames of random octets, and sound frames with a few octets changed and cut anywhere.
TEST_F(Drop, GarbageIsAccountedFor) {
    publish({SetMissPolicy{.interface = interface_of(kLan1), .policy = MissPolicy::kSignal},
             PutEntry{.key = any_source({}),
                      .accept = interface_of(kLan1),
                      .forward = {egress(kLan2), egress(kLan3)}}});
    std::mt19937 random(7); // NOLINT: the same sequence each time
    constexpr unsigned kFrames = 200'000;
    for (unsigned sent = 0; sent < kFrames; sent += 1000) {
        for (unsigned i = 0; i < 1000; ++i) {
            Octets octets;
            if (i % 2 == 0) {
                octets.resize(random() % 200);
                for (auto& octet : octets) {
                    octet = static_cast<std::uint8_t>(random());
                }
            } else {
                octets = frame({.protocol = static_cast<std::uint8_t>(i % 5 == 0 ? 2 : 17),
                                .vlan = static_cast<std::uint16_t>(i % 3 == 0 ? kTag : 0)});
                for (unsigned changes = random() % 4; changes > 0; --changes) {
                    octets[12 + random() % 40] = static_cast<std::uint8_t>(random());
                }
                if (random() % 2 == 0) {
                    fix_checksum(octets, 14 + (octets[12] == 0x81 ? 4U : 0U));
                }
                octets.resize(random() % 8 == 0 ? random() % octets.size() : octets.size());
            }
            wire(kLan1).arrive(octets);
        }
        turn_until_idle();
        static_cast<void>(signals());
        wire(kLan2).clear();
        wire(kLan3).clear();
    }
    EXPECT_EQ(counters().received, kFrames);
    EXPECT_GT(counters().forwarded, 0U);
    EXPECT_GT(counters().punted, 0U);
    expect_counts_add_up();
}

} // namespace
} // namespace mcfwd::pipeline
