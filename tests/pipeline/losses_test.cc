// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What is lost is counted for the entry and the egress it was meant for (group manager specification 5.9),
// and for no other.
#include <algorithm>
#include <random>
#include <vector>

#include <rte_ethdev.h>

#include "pipeline_test.hh"

namespace mcfwd::pipeline {
namespace {

class Losses : public PipelineTest {
  protected:
    static FrameText flow(std::uint8_t n, std::size_t payload = 64, std::uint8_t ttl = 64) {
        return {.source = Ipv4Address(10, 0, 1, n), .ttl = ttl, .payload = Octets(payload, n)};
    }
    PutEntry entry(std::uint8_t n, std::vector<Egress> forward) const {
        return {.key = key(flow(n)), .accept = interface_of(kLan1), .forward = std::move(forward)};
    }
    void send(const FrameText& text, int count = 1) {
        for (int i = 0; i < count; ++i) {
            arrive(kLan1, text);
        }
        turn_until_idle();
    }
    EntryCounters of(std::uint8_t n) { return table_->counters(key(flow(n))).value(); }
    std::vector<EgressCounters> egresses_of(std::uint8_t n) {
        return table_->egress_counters(key(flow(n))).value();
    }
};

TEST_F(Losses, TtlAndMtuPerEgress) {
    std::vector<Egress> forward{egress(kLan2), egress(kLan3), egress(kNarrowPort, kTag)};
    forward[0].ttl_threshold = 20;
    forward[1].mtu = 100;
    publish({entry(1, forward), entry(2, forward)});
    send(flow(1, 64, 10), 3);  // 84 octets of IP
    send(flow(1, 172, 64), 2); // 192
    EXPECT_EQ(egresses_of(1),
              (std::vector<EgressCounters>{
                  {.interface = interface_of(kLan2), .packets = 2, .bytes = 384, .ttl_exceeded = 3},
                  {.interface = interface_of(kLan3), .packets = 3, .bytes = 252, .mtu_exceeded = 2},
                  {.interface = IfIndex(1010), .packets = 5, .bytes = 636}}));
    EXPECT_EQ(of(1), (EntryCounters{.packets = 5, .bytes = 636, .copies = 10}));
    EXPECT_EQ(of(2), EntryCounters{}) << "although it has the same list";
    EXPECT_EQ(egresses_of(2)[0].ttl_exceeded, 0U);
}

TEST_F(Losses, APacketThatHasUsedUpItsTtlIsAnErrorOfItsHeader) {
    publish({entry(1, {egress(kLan2), egress(kLan3)})});
    send(flow(1, 64, 1), 2);
    EXPECT_EQ(of(1), (EntryCounters{.packets = 2, .bytes = 168, .header_errors = 2}));
    for (const EgressCounters& egress : egresses_of(1)) {
        EXPECT_EQ(egress.packets, 0U);
        EXPECT_EQ(egress.ttl_exceeded, 2U);
    }
}

TEST_F(Losses, WithoutBuffers) {
    publish({entry(1, {egress(kLan2), egress(kLan3)})});
    rte_mempool* pool = Environment::get().pool.get();
    rte_mbuf* plain = buffer_of(frame(flow(1)), pool);
    rte_mbuf* held = buffer_of(frame(flow(1)), pool);
    rte_mbuf_refcnt_update(held, 1);
    std::vector<rte_mbuf*> all = Environment::get().take_all_buffers();
    wire(kLan1).arrive(plain);
    turn_until_idle();
    EXPECT_EQ(of(1).input_discards, 0U) << "one egress got the packet";
    wire(kLan2).clear();
    wire(kLan3).clear(); // gives one buffer back
    all.push_back(rte_pktmbuf_alloc(pool));
    wire(kLan1).arrive(held);
    turn_until_idle();
    EXPECT_EQ(of(1).input_discards, 1U);
    std::vector<std::uint64_t> discards;
    for (const EgressCounters& egress : egresses_of(1)) {
        discards.push_back(egress.discards);
        EXPECT_EQ(egress.packets + egress.discards, 2U);
    }
    EXPECT_EQ(discards, (std::vector<std::uint64_t>{2, 1}));
    for (rte_mbuf* buffer : all) {
        rte_pktmbuf_free(buffer);
    }
    rte_pktmbuf_free(held);
}

// 63 are taken, 512 wait and are dropped after a millisecond, the others at once. Short and long frames:
// copies and headers with the packet behind them.
TEST_F(Losses, WhatAPortDoesNotTakeIsCountedForItsEgress) {
    publish({entry(1, {egress(kLan2), egress(kNarrowPort)}),
             entry(2, {egress(kNarrowPort, kTag), egress(kLan3)})});
    for (int i = 0; i < 500; ++i) {
        arrive(kLan1, flow(1));
        arrive(kLan1, flow(2, 400));
    }
    turn_until_idle();
    const std::vector<EgressCounters> first = egresses_of(1);
    const std::vector<EgressCounters> second = egresses_of(2);
    EXPECT_EQ(first[0],
              (EgressCounters{.interface = interface_of(kLan2), .packets = 500, .bytes = 500 * 84}));
    EXPECT_EQ(second[1],
              (EgressCounters{.interface = interface_of(kLan3), .packets = 500, .bytes = 500 * 420}));
    EXPECT_EQ(first[1].packets + first[1].discards, 500U);
    EXPECT_EQ(second[0].packets + second[0].discards, 500U);
    EXPECT_EQ(first[1].bytes, first[1].packets * 84U);
    EXPECT_EQ(second[0].bytes, second[0].packets * 420U);
    EXPECT_EQ(first[1].packets + second[0].packets, kNarrowSlots);
    EXPECT_EQ(of(1).copies, 1000U);
    EXPECT_EQ(of(1).copies_refused, first[1].discards);
    EXPECT_EQ(of(1).sent(), 500U + first[1].packets);
    EXPECT_EQ(of(1).copies_refused + of(2).copies_refused, copy_drops(CopyDropReason::kTxFull));
}

TEST_F(Losses, OfManyVlansOfOnePort) {
    std::vector<Egress> forward;
    for (std::uint16_t vlan = 1; vlan <= 100; ++vlan) {
        forward.push_back(egress(kNarrowPort, vlan));
        forward.back().source_mac = router_mac(vlan % 3 == 0 ? 1 : 2);
    }
    publish({entry(1, forward), entry(2, {egress(kNarrowPort, 50), egress(kNarrowPort)})});
    for (int i = 0; i < 20; ++i) {
        arrive(kLan1, flow(1));
        arrive(kLan1, flow(2));
    }
    turn_until_idle();
    std::uint64_t sent = 0;
    for (std::uint8_t n = 1; n <= 2; ++n) {
        for (const EgressCounters& egress : egresses_of(n)) {
            EXPECT_EQ(egress.packets + egress.discards, 20U);
            EXPECT_GE(egress.discards, 19U);
            sent += egress.packets;
        }
    }
    EXPECT_EQ(sent, kNarrowSlots);
    EXPECT_EQ(counters().losses_without_entry, 0U);
}

TEST_F(Losses, WithoutLink) {
    publish({entry(1, {egress(kLan2), egress(kLan3)})});
    const std::uint16_t number = Environment::get().ports[kLan2.value()].number();
    ASSERT_EQ(rte_eth_dev_set_link_down(number), 0);
    clock_.time += std::chrono::seconds(1);
    links_.look(Environment::get().ports, clock_.time);
    send(flow(1), 3);
    ASSERT_EQ(rte_eth_dev_set_link_up(number), 0);
    EXPECT_EQ(egresses_of(1)[0], (EgressCounters{.interface = interface_of(kLan2), .discards = 3}));
    EXPECT_EQ(egresses_of(1)[1].packets, 3U);
}

// The entry of a copy that waits is gone, and another one counts where it did.
TEST_F(Losses, WhatWaitedLongerThanItsListIsCountedForNobodyElse) {
    publish({entry(1, {egress(kNarrowPort)})});
    for (int i = 0; i < 200; ++i) {
        arrive(kLan1, flow(1));
    }
    for (int i = 0; i < 4; ++i) {
        worker_->turn();
    }
    ASSERT_EQ(copy_drops(CopyDropReason::kTxFull), 0U);
    ASSERT_TRUE(table_->submit({.commands = {EraseEntry{key(flow(1))}}, .cause = "test"}));
    for (std::uint8_t n = 2; n < 5; ++n) {
        ASSERT_TRUE(table_->submit({.commands = {entry(n, {egress(kNarrowPort)})}, .cause = "test"}));
        worker_->turn();
        table_->advance();
    }
    publish({});
    turn_until_idle();
    EXPECT_EQ(copy_drops(CopyDropReason::kTxFull), 200U - kNarrowSlots);
    EXPECT_EQ(counters().losses_without_entry, 200U - kNarrowSlots);
    for (std::uint8_t n = 2; n < 5; ++n) {
        EXPECT_EQ(of(n), EntryCounters{});
        EXPECT_EQ(egresses_of(n)[0].discards, 0U);
    }
}

// Nobody counts there at that moment; who does next begins at zero.
TEST_F(Losses, WhatWaitedLongerThanItsListIsCountedForNobodyAfterIt) {
    publish({entry(1, {egress(kNarrowPort)})});
    for (int i = 0; i < 200; ++i) {
        arrive(kLan1, flow(1));
    }
    for (int i = 0; i < 4; ++i) {
        worker_->turn();
    }
    ASSERT_EQ(copy_drops(CopyDropReason::kTxFull), 0U);
    publish({EraseEntry{key(flow(1))}});
    turn_until_idle();
    ASSERT_EQ(counters().losses_without_entry, 200U - kNarrowSlots);
    publish({entry(2, {egress(kNarrowPort)})});
    EXPECT_EQ(of(2), EntryCounters{});
    EXPECT_EQ(egresses_of(2)[0].discards, 0U);
}

TEST_F(Losses, StayWithTheEgressWhileItIsPartOfTheEntry) {
    std::vector<Egress> forward{egress(kLan2), egress(kLan3)};
    forward[0].ttl_threshold = forward[1].ttl_threshold = 100;
    publish({entry(1, forward)});
    send(flow(1), 2);
    publish({entry(1, {forward[1], egress(kNarrowPort), forward[0]})});
    send(flow(1), 1);
    EXPECT_EQ(egresses_of(1)[2].ttl_exceeded, 3U);
    EXPECT_EQ(egresses_of(1)[0].ttl_exceeded, 3U);
    publish({entry(1, {forward[1]})});
    publish({entry(1, {forward[1], forward[0]})});
    EXPECT_EQ(egresses_of(1)[0].ttl_exceeded, 3U);
    EXPECT_EQ(egresses_of(1)[1].ttl_exceeded, 0U) << "counts since it is part of the entry again";
    EXPECT_FALSE(table_->clear_counters({}, 10));
    EXPECT_EQ(egresses_of(1)[0].ttl_exceeded, 0U);
    EXPECT_EQ(of(1), EntryCounters{});
    send(flow(1), 1);
    EXPECT_EQ(egresses_of(1)[0], (EgressCounters{.interface = interface_of(kLan3), .ttl_exceeded = 1}));
}

// Any packet to any of 40 egresses of 30 entries: what entries and egresses lost comes to what the worker
// lost.
TEST_F(Losses, AddUpToThoseOfTheWorker) {
    std::mt19937 random(11); // NOLINT: the same sequence each time
    constexpr std::uint8_t kEntries = 30;
    for (std::uint8_t n = 1; n <= kEntries; ++n) {
        std::vector<Egress> forward;
        for (std::uint16_t vlan = 1; vlan <= 40; ++vlan) {
            if (random() % 3 == 0) {
                continue;
            }
            forward.push_back(egress(PortId(static_cast<std::uint16_t>(1 + random() % 3)), vlan));
            forward.back().ttl_threshold = static_cast<std::uint8_t>(random() % 3 == 0 ? random() % 128 : 1);
            forward.back().mtu = static_cast<std::uint16_t>(random() % 3 == 0 ? 68 + random() % 300 : 1500);
        }
        std::ranges::shuffle(forward, random);
        publish({entry(n, forward)});
    }
    std::array<std::uint64_t, kEntries + 1> octets{};
    for (int burst = 0; burst < 100; ++burst) {
        for (int i = 0; i < 50; ++i) {
            const auto n = static_cast<std::uint8_t>(1 + random() % kEntries);
            const FrameText text = flow(n, random() % 300, static_cast<std::uint8_t>(random() % 128));
            octets[n] += text.payload.size() + 20;
            arrive(kLan1, text);
        }
        turn_until_idle();
        for (const PortId port : {kLan2, kLan3}) {
            wire(port).clear();
        }
        if (random() % 4 == 0) {
            wire(kNarrowPort).clear();
        }
    }
    EgressCounters lost;
    std::uint64_t sent = 0;
    for (std::uint8_t n = 1; n <= kEntries; ++n) {
        const EntryCounters entry = of(n);
        EXPECT_EQ(entry.bytes, octets[n]);
        std::uint64_t packets = 0;
        for (const EgressCounters& egress : egresses_of(n)) {
            const std::uint64_t not_sent = egress.ttl_exceeded + egress.mtu_exceeded + egress.discards;
            EXPECT_EQ(egress.packets + not_sent, entry.packets);
            EXPECT_EQ(egress.packets == 0, egress.bytes == 0);
            packets += egress.packets;
            lost.ttl_exceeded += egress.ttl_exceeded;
            lost.mtu_exceeded += egress.mtu_exceeded;
            lost.discards += egress.discards;
        }
        EXPECT_EQ(packets, entry.sent());
        sent += packets;
    }
    EXPECT_EQ(lost.ttl_exceeded, copy_drops(CopyDropReason::kTtlExceeded));
    EXPECT_EQ(lost.mtu_exceeded, copy_drops(CopyDropReason::kMtuExceeded));
    EXPECT_EQ(lost.discards, copy_drops(CopyDropReason::kTxFull));
    EXPECT_GT(lost.discards, 0U);
    EXPECT_EQ(sent, counters().sent);
    EXPECT_EQ(counters().losses_without_entry, 0U);
}

} // namespace
} // namespace mcfwd::pipeline
