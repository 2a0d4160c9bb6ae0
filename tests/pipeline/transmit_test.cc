// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// How copies reach a port: in few offers, and through another worker where a port has one TX queue for two.
#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <span>

#include <rte_ethdev.h>

#include "pipeline_test.hh"

namespace mcfwd::pipeline {
namespace {

class Transmit : public PipelineTest {};

// An offer is a system call on some ports. The narrow port takes 63 of these 150 copies.
TEST_F(Transmit, APortThatTookLessThanOfferedIsNotAskedAgainForEveryCopy) {
    const FrameText text{};
    std::vector<Egress> forward;
    for (std::uint16_t vlan = 1; vlan <= 150; ++vlan) {
        forward.push_back(egress(kNarrowPort, vlan));
    }
    publish({PutEntry{.key = key(text), .accept = interface_of(kLan1), .forward = forward}});
    unsigned offers = 0;
    const std::uint16_t number = Environment::get().ports[kNarrowPort.value()].number();
    const rte_eth_rxtx_callback* counting = rte_eth_add_tx_callback(
        number, 0,
        [](std::uint16_t, std::uint16_t, rte_mbuf**, std::uint16_t count, void* calls) {
            ++*static_cast<unsigned*>(calls);
            return count;
        },
        &offers);
    ASSERT_NE(counting, nullptr);
    arrive(kLan1, text);
    worker_->turn();
    ASSERT_EQ(rte_eth_remove_tx_callback(number, 0, counting), 0);
    EXPECT_EQ(counters().sent, kNarrowSlots);
    EXPECT_GE(offers, 3U);
    EXPECT_LE(offers, 8U);
    // What waits is offered again with the next turn.
    EXPECT_EQ(wire(kNarrowPort).take().size(), kNarrowSlots);
    turn_until_idle();
    EXPECT_EQ(counters().sent + copy_drops(CopyDropReason::kTxFull), 150U);
}

// Links are looked at every 100 ms.
TEST_F(Transmit, CopiesForAPortWithoutLinkAreDroppedAsSuch) {
    const std::span<const dataplane::Port> ports = Environment::get().ports;
    const std::uint16_t number = ports[kLan2.value()].number();
    const FrameText text{};
    publish({PutEntry{
        .key = key(text), .accept = interface_of(kLan1), .forward = {egress(kLan2), egress(kLan3)}}});
    const auto look_after = [this, &ports, &text](Duration time) {
        clock_.time += time;
        links_.look(ports, clock_.time);
        arrive(kLan1, text);
        turn_until_idle();
    };
    look_after(std::chrono::seconds(1));
    EXPECT_EQ(wire(kLan2).take().size(), 1U);
    ASSERT_EQ(rte_eth_dev_set_link_down(number), 0);
    look_after(std::chrono::milliseconds(99));
    EXPECT_EQ(wire(kLan2).take().size(), 1U);
    look_after(std::chrono::milliseconds(1));
    EXPECT_TRUE(wire(kLan2).take().empty());
    EXPECT_EQ(copy_drops(CopyDropReason::kPortDown), 1U);
    EXPECT_EQ(counters().forwarded, 3U);
    ASSERT_EQ(rte_eth_dev_set_link_up(number), 0);
    look_after(std::chrono::milliseconds(100));
    EXPECT_EQ(wire(kLan2).take().size(), 1U);
    EXPECT_EQ(wire(kLan3).take().size(), 4U);
}

// NICs find buffers by these.
TEST_F(Transmit, BuffersForDevicesHaveAddressesForThem) {
    for (const auto make : {dataplane::make_pool, dataplane::make_small_pool}) {
        const auto pool = make(1023, dataplane::PoolUse::kDevices);
        ASSERT_TRUE(pool) << pool.error().what;
        rte_mbuf* buffer = rte_pktmbuf_alloc(pool->get());
        ASSERT_NE(buffer, nullptr);
        EXPECT_EQ(rte_mbuf_data_iova(buffer), rte_mem_virt2iova(rte_pktmbuf_mtod(buffer, void*)));
        rte_pktmbuf_free(buffer);
    }
}

/// The first worker receives on kLan1 and owns the only TX queue of every port; the second receives on kLan2.
class TwoWorkers : public PipelineTest {
  protected:
    TwoWorkers() : PipelineTest({.workers = 2}, {}) {}
    void SetUp() override {
        PipelineTest::SetUp();
        PipelineTest::stop();
        auto rings = dataplane::WorkerRings::create(WorkerId(1), Environment::get().ports.size(), limits_);
        ASSERT_TRUE(rings) << rings.error().what;
        second_rings_.emplace(std::move(*rings));
        for (const dataplane::Port& port : Environment::get().ports) {
            ASSERT_TRUE(relays_.add(port.id(), WorkerId(0)));
        }
        worker_ = make(WorkerId(0), kLan1, rings_[0], tally_);
        second_ = make(WorkerId(1), kLan2, *second_rings_, second_tally_);
        worker_->enter();
        second_->enter();
    }
    std::unique_ptr<dataplane::Worker> make(WorkerId id, PortId in, dataplane::WorkerRings& rings,
                                            dataplane::Tally& tally) {
        std::vector<dataplane::Outlet> outlets;
        for (const dataplane::Port& port : Environment::get().ports) {
            auto* ring = relays_.find(port.id(), WorkerId(0));
            const bool owner = id == WorkerId(0);
            outlets.push_back(
                {.number = port.number(), .relay = owner ? nullptr : ring, .inbox = owner ? ring : nullptr});
        }
        return std::make_unique<dataplane::Worker>(
            dataplane::WorkerSetup{.id = id,
                                   .limits = limits_,
                                   .table = table_->access(id),
                                   .attachments = &*attachments_,
                                   .inlets = {{in, Environment::get().ports[in.value()].number(), 0}},
                                   .outlets = std::move(outlets),
                                   .punt = &rings.punt,
                                   .doorbell = doorbell_.get(),
                                   .injections = &rings.injections,
                                   .pool = Environment::get().pool.get(),
                                   .tally = &tally});
    }
    bool turn() override {
        const bool active = second_->turn();
        return worker_->turn() || active;
    }
    void stop() override {
        PipelineTest::stop();
        if (second_) {
            second_->leave();
            second_.reset();
        }
    }
    [[nodiscard]] WorkerCounters counters() const override {
        WorkerCounters sum = PipelineTest::counters();
        const WorkerCounters other = second_tally_.snapshot(WorkerId(1), 0);
        sum.received += other.received;
        sum.forwarded += other.forwarded;
        sum.punted += other.punted;
        sum.parked += other.parked;
        sum.copies += other.copies;
        sum.sent += other.sent;
        std::ranges::transform(sum.drops, other.drops, sum.drops.begin(), std::plus{});
        std::ranges::transform(sum.copy_drops, other.copy_drops, sum.copy_drops.begin(), std::plus{});
        return sum;
    }
    static FrameText numbered(std::uint8_t flow, unsigned n) {
        return {.source = Ipv4Address(10, 0, 3, flow),
                .payload = {static_cast<std::uint8_t>(n >> 8U), static_cast<std::uint8_t>(n)}};
    }
    PutEntry entry(std::uint8_t flow, PortId in) const {
        return {.key = key(numbered(flow, 0)), .accept = interface_of(in), .forward = {egress(kLan3)}};
    }

    dataplane::RelayRings relays_;
    dataplane::Tally second_tally_;
    std::optional<dataplane::WorkerRings> second_rings_;
    std::unique_ptr<dataplane::Worker> second_;
};

TEST_F(TwoWorkers, SendingForAnotherWorkerIsWork) {
    publish({entry(2, kLan2)});
    ASSERT_FALSE(turn());
    arrive(kLan2, numbered(2, 0));
    EXPECT_TRUE(second_->turn());
    EXPECT_TRUE(worker_->turn()) << "it would fall asleep under traffic";
    EXPECT_EQ(wire(kLan3).take(), Frames{routed(numbered(2, 0), router_mac(2))});
    EXPECT_FALSE(turn());
}

TEST_F(TwoWorkers, EachFlowLeavesCompleteAndInOrderThroughTheOneQueue) {
    publish({entry(1, kLan1), entry(2, kLan2)});
    constexpr unsigned kPackets = 5000;
    for (unsigned n = 0; n < kPackets; ++n) {
        arrive(kLan1, numbered(1, n));
        arrive(kLan2, numbered(2, n));
        if (n % 50 == 0) {
            turn();
        }
    }
    turn_until_idle();
    EXPECT_EQ(counters().sent, 2 * kPackets);
    std::array<unsigned, 3> next{};
    for (const Octets& frame : wire(kLan3).take()) {
        const std::uint8_t flow = frame[29];
        ASSERT_EQ(frame, routed(numbered(flow, next[flow]), router_mac(2)));
        ++next[flow];
    }
    EXPECT_EQ(next, (std::array<unsigned, 3>{0, kPackets, kPackets}));
}

TEST_F(TwoWorkers, TheOwnerOfAQueueCountsWhatIsLostForTheEntry) {
    PutEntry put = entry(2, kLan2);
    put.forward = {egress(kNarrowPort)};
    publish({put});
    for (unsigned n = 0; n < 600; ++n) {
        arrive(kLan2, numbered(2, n));
    }
    turn_until_idle(); // gives up on 512 that wait
    turn_until_idle(); // and on those that waited behind them
    const EgressCounters counted = table_->egress_counters(put.key)->at(0);
    EXPECT_EQ(counted.packets, kNarrowSlots);
    EXPECT_EQ(counted.discards, 600U - kNarrowSlots);
    EXPECT_EQ(table_->counters(put.key)->copies_refused, copy_drops(CopyDropReason::kTxFull));
}

// More than the owner would take at once, and then more than the ring between them takes.
TEST_F(TwoWorkers, WhatWaitsInBetweenAtTheEndIsFreedAndCounted) {
    publish({entry(2, kLan2)});
    constexpr unsigned kPackets = dataplane::RelayRings::kSlots + 200;
    for (unsigned n = 0; n < kPackets; ++n) {
        arrive(kLan2, numbered(2, n));
    }
    for (unsigned n = 0; n < kPackets; n += dataplane::kBurst) {
        second_->turn();
    }
    stop();
    EXPECT_EQ(counters().received, kPackets);
    EXPECT_EQ(copy_drops(CopyDropReason::kTxFull), kPackets);
}

} // namespace
} // namespace mcfwd::pipeline
