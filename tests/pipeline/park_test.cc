// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Packets without an entry: kept in order, signalled once, answered by the table, or dropped with a reason.
#include <algorithm>
#include <chrono>
#include <ranges>

#include "pipeline_test.hh"

namespace mcfwd::pipeline {
namespace {

class Park : public PipelineTest {
  protected:
    Park() = default;
    explicit Park(const dataplane::Limits& limits) : PipelineTest(Size{}, limits) {}
    void SetUp() override {
        PipelineTest::SetUp();
        publish({SetMissPolicy{.interface = interface_of(kLan1), .policy = MissPolicy::kSignal},
                 SetMissPolicy{.interface = interface_of(kLan2), .policy = MissPolicy::kSignal}});
    }
    /// Packet number n of a flow; the number is in its payload.
    static FrameText numbered(unsigned n, std::uint8_t flow = 1) {
        return {.source = Ipv4Address(10, 0, 1, flow),
                .payload = {static_cast<std::uint8_t>(n >> 8U), static_cast<std::uint8_t>(n)}};
    }
    static unsigned number_of(const Octets& frame) { return frame[34] * 256U + frame[35]; }
    static std::vector<unsigned> numbers_of(const Frames& frames) {
        std::vector<unsigned> numbers;
        std::ranges::transform(frames, std::back_inserter(numbers), number_of);
        return numbers;
    }
    static std::vector<unsigned> first(unsigned count) {
        std::vector<unsigned> numbers(count);
        std::ranges::generate(numbers, [n = 0U]() mutable { return n++; });
        return numbers;
    }
    PutEntry answer(PortId out = kLan3, std::uint8_t flow = 1) const {
        return {.key = key(numbered(0, flow)), .accept = interface_of(kLan1), .forward = {egress(out)}};
    }
    /// Turns until `done` says so.
    template <typename Done>
    void turn_until(Done done) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!done()) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline);
            worker_->turn();
        }
    }
};

TEST_F(Park, OneSignalPerFlowWithTheHeaderOfItsFirstPacket) {
    const FrameText text{.payload = Octets(500, 0x42)};
    for (int i = 0; i < 100; ++i) {
        arrive(kLan1, text);
    }
    worker_->turn();
    worker_->turn();
    EXPECT_EQ(counters().parked, 100U);
    const auto seen = signals();
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].kind, SignalKind::kNoEntry);
    EXPECT_EQ(seen[0].interface, interface_of(kLan1));
    EXPECT_EQ(seen[0].source_mac, kHostMac);
    Octets header = ip_packet(text);
    header.resize(kSignalHeaderOctets);
    EXPECT_EQ(seen[0].packet, header);
    publish({PutEntry{.key = key(text), .accept = interface_of(kLan1), .forward = {egress(kLan3)}}});
    turn_until_idle();
    EXPECT_EQ(wire(kLan3).take(), Frames(100, routed(text, router_mac(2))));
    EXPECT_EQ(table_->counters(key(text))->packets, 100U);
    EXPECT_EQ(table_->counters(key(text))->uninitialized, 100U);
    arrive(kLan1, text);
    turn_until_idle();
    EXPECT_EQ(table_->counters(key(text))->uninitialized, 100U);
}

TEST_F(Park, ParkedPacketsLeaveBeforeNewOnes) {
    for (unsigned n = 0; n < 900; ++n) {
        arrive(kLan1, numbered(n));
    }
    turn_until([this] { return counters().parked == 900; });
    ASSERT_TRUE(table_->submit({.commands = {answer()}, .cause = "test"}));
    for (unsigned n = 900; n < 1800; ++n) {
        arrive(kLan1, numbered(n));
    }
    turn_until_idle();
    EXPECT_EQ(numbers_of(wire(kLan3).take()), first(1800));
}

// The port takes 63 frames a turn, so that new packets come while parked ones still leave.
TEST_F(Park, NothingOvertakesOrGetsLostWhileAPortIsSlow) {
    for (unsigned n = 0; n < 1000; ++n) {
        arrive(kLan1, numbered(n));
    }
    turn_until([this] { return counters().parked == 1000; });
    ASSERT_TRUE(table_->submit({.commands = {answer(kNarrowPort)}, .cause = "test"}));
    std::vector<unsigned> left;
    for (unsigned n = 1000; left.size() < 2000;) {
        for (int i = 0; i < 40 && n < 2000; ++i) {
            arrive(kLan1, numbered(n++));
        }
        worker_->turn();
        std::ranges::copy(numbers_of(wire(kNarrowPort).take()), std::back_inserter(left));
        ASSERT_EQ(copy_drops(CopyDropReason::kTxFull), 0U);
    }
    EXPECT_EQ(left, first(2000));
}

TEST_F(Park, AnAnySourceEntryIsAnAnswer) {
    arrive(kLan1, numbered(0));
    worker_->turn();
    publish({PutEntry{.key = any_source({}), .accept = interface_of(kLan1), .forward = {egress(kLan3)}}});
    turn_until_idle();
    EXPECT_EQ(wire(kLan3).take().size(), 1U);
}

TEST_F(Park, ANegativeEntryIsAnAnswer) {
    arrive(kLan1, numbered(0));
    worker_->turn();
    publish({PutEntry{.key = key(numbered(0)), .accept = interface_of(kLan1), .forward = {}}});
    turn_until_idle();
    EXPECT_EQ(drops(DropReason::kNegativeEntry), 1U);
}

TEST_F(Park, ParkedPacketsFromAnotherInterfaceThanTheEntryAcceptsAreWrong) {
    arrive(kLan2, numbered(0));
    worker_->turn();
    EXPECT_EQ(signals().size(), 1U);
    arrive(kLan1, numbered(1));
    worker_->turn();
    EXPECT_TRUE(signals().empty()) << "one signal for the flow";
    publish({answer()});
    turn_until_idle();
    EXPECT_EQ(numbers_of(wire(kLan3).take()), std::vector{1U});
    EXPECT_EQ(drops(DropReason::kWrongInterface), 1U);
    const auto seen = signals();
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].kind, SignalKind::kWrongInterface);
}

TEST_F(Park, AVersionWithoutTheEntryAnswersNothing) {
    arrive(kLan1, numbered(0));
    worker_->turn();
    publish({answer(kLan3, 2)});
    EXPECT_EQ(counters().parked, 1U);
    publish({answer()});
    turn_until_idle();
    EXPECT_EQ(numbers_of(wire(kLan3).take()), std::vector{0U});
}

TEST_F(Park, RefusedFlowIsDiscardedAndSignalsAgain) {
    arrive(kLan1, numbered(0));
    arrive(kLan1, numbered(0, 2));
    worker_->turn();
    EXPECT_EQ(signals().size(), 2U);
    injector_->discard_parked(key(numbered(0)));
    worker_->turn();
    EXPECT_EQ(drops(DropReason::kParkDiscarded), 1U);
    EXPECT_EQ(counters().parked, 1U);
    arrive(kLan1, numbered(1));
    worker_->turn();
    EXPECT_EQ(signals().size(), 1U);
}

// The refusal was on its way when a later try put the entry in.
TEST_F(Park, ALateRefusalDoesNotTouchAFlowThatHasItsEntry) {
    for (unsigned n = 0; n < 1000; ++n) {
        arrive(kLan1, numbered(n));
    }
    turn_until([this] { return counters().parked == 1000; });
    ASSERT_TRUE(table_->submit({.commands = {answer()}, .cause = "test"}));
    injector_->discard_parked(key(numbered(0)));
    turn_until_idle();
    EXPECT_EQ(drops(DropReason::kParkDiscarded), 0U);
    EXPECT_EQ(numbers_of(wire(kLan3).take()), first(1000));
}

class ParkBounds : public Park {
  protected:
    ParkBounds() : Park({.parked_flows = 4, .parked_per_flow = 10, .parked_packets = 25}) {}
};

TEST_F(ParkBounds, PerFlow) {
    for (unsigned n = 0; n < 15; ++n) {
        arrive(kLan1, numbered(n));
    }
    worker_->turn();
    EXPECT_EQ(drops(DropReason::kParkFull), 5U);
    publish({answer()});
    turn_until_idle();
    EXPECT_EQ(numbers_of(wire(kLan3).take()), first(10)) << "the oldest are kept";
    const EntryCounters counted = table_->counters(key(numbered(0))).value();
    EXPECT_EQ(counted.packets, 10U);
    EXPECT_EQ(counted.uninitialized, 15U);
    EXPECT_EQ(counted.queue_overflow, 5U);
}

TEST_F(ParkBounds, PacketsOfAllFlows) {
    for (std::uint8_t flow = 1; flow <= 3; ++flow) {
        for (unsigned n = 0; n < 10; ++n) {
            arrive(kLan1, numbered(n, flow));
        }
    }
    worker_->turn();
    EXPECT_EQ(counters().parked, 25U);
    EXPECT_EQ(drops(DropReason::kParkFull), 5U);
}

TEST_F(ParkBounds, Flows) {
    for (std::uint8_t flow = 1; flow <= 6; ++flow) {
        arrive(kLan1, numbered(0, flow));
    }
    worker_->turn();
    EXPECT_EQ(counters().parked, 4U);
    EXPECT_EQ(drops(DropReason::kParkFull), 2U);
    EXPECT_EQ(signals().size(), 4U);
}

class ParkTimeout : public Park {
  protected:
    ParkTimeout() : Park({.park_timeout = std::chrono::milliseconds(2)}) {}
};

TEST_F(ParkTimeout, UnansweredFlowIsDroppedAndItsNextPacketSignalsAgain) {
    arrive(kLan1, numbered(0));
    arrive(kLan1, numbered(1));
    turn_until([this] { return drops(DropReason::kParkTimeout) == 2; });
    EXPECT_EQ(signals().size(), 1U);
    arrive(kLan1, numbered(2));
    worker_->turn();
    EXPECT_EQ(signals().size(), 1U);
}

class ParkPoliced : public Park {
  protected:
    ParkPoliced() : Park({.no_entry = {.per_second = 1000, .burst = 1}}) {}
};

TEST_F(ParkPoliced, PolicedSignalIsCountedOnceAndSentLater) {
    arrive(kLan1, numbered(0));
    arrive(kLan1, numbered(0, 2));
    worker_->turn();
    std::vector<SeenSignal> seen;
    turn_until([this, &seen] {
        std::ranges::copy(signals(), std::back_inserter(seen));
        return seen.size() == 2;
    });
    EXPECT_EQ(counters().signals[1], 2U);
    EXPECT_EQ(counters().signals_policed[1], 1U);
}

class SmallRings : public Park {
  protected:
    SmallRings() : Park({.punt_ring = 8}) {}
};

TEST_F(SmallRings, SignalThatFoundNoRoomIsSentLater) {
    for (std::uint8_t flow = 1; flow <= 9; ++flow) {
        arrive(kLan1, numbered(0, flow));
    }
    worker_->turn();
    EXPECT_EQ(counters().signals_lost[1], 2U);
    EXPECT_EQ(signals().size(), 7U);
    worker_->turn();
    EXPECT_EQ(signals().size(), 2U);
    EXPECT_EQ(counters().parked, 9U);
}

TEST_F(SmallRings, StormOfMissesLeavesRoomForIgmp) {
    for (std::uint8_t flow = 1; flow <= 100; ++flow) {
        arrive(kLan1, numbered(0, flow));
    }
    const FrameText report{
        .source = Ipv4Address(0, 0, 0, 0), .group = Ipv4Address(224, 0, 0, 22), .protocol = 2};
    arrive(kLan1, report);
    turn_until([this] { return counters().received == 101; });
    const auto seen = signals(4);
    ASSERT_GE(seen.size(), 2U);
    EXPECT_EQ(seen[0].kind, SignalKind::kIgmp);
    EXPECT_EQ(seen[0].packet, ip_packet(report));
    EXPECT_EQ(seen[1].kind, SignalKind::kNoEntry);
}

} // namespace
} // namespace mcfwd::pipeline
