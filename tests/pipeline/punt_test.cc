// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// IGMP to the control thread, and packets of the control thread to the wire.
#include "pipeline_test.hh"

#include <poll.h>
#include <rte_cycles.h>

namespace mcfwd::pipeline {
namespace {

class Punt : public PipelineTest {
  protected:
    Punt() = default;
    explicit Punt(const dataplane::Limits& limits) : PipelineTest(Size{}, limits) {}
    static FrameText igmp(Ipv4Address group = Ipv4Address(224, 0, 0, 22)) {
        return {
            .group = group, .ttl = 1, .protocol = 2, .payload = Octets(16, 0x22), .options = {0x94, 4, 0, 0}};
    }
};

TEST_F(Punt, IgmpArrivesWholeWithItsPlace) {
    Octets padded =
        frame({.group = igmp().group, .ttl = 1, .protocol = 2, .vlan = kTag, .payload = Octets(8, 1)});
    padded.resize(64, 0xee);
    wire(kLan1).arrive(padded);
    turn_until_idle();
    const auto seen = signals();
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].kind, SignalKind::kIgmp);
    EXPECT_EQ(seen[0].port, kLan1);
    EXPECT_EQ(seen[0].vlan, VlanId(kTag));
    EXPECT_EQ(seen[0].interface, kTaggedInterface);
    EXPECT_EQ(seen[0].source_mac, kHostMac);
    EXPECT_EQ(seen[0].packet,
              ip_packet({.group = igmp().group, .ttl = 1, .protocol = 2, .payload = Octets(8, 1)}));
    EXPECT_EQ(counters().punted, 1U);
}

TEST_F(Punt, IgmpSaysWhenTheWorkerTookItHoweverLongItWaits) {
    arrive(kLan1, igmp());
    const std::uint64_t before = rte_rdtsc();
    turn_until_idle();
    const std::uint64_t taken = rte_rdtsc();
    const std::uint64_t later = taken + rte_get_tsc_hz() / 1000;
    while (rte_rdtsc() < later) {
    }
    clock_.time = Instant(std::chrono::hours(1));
    std::optional<Duration> age;
    reader_->drain(1, [&](const Signal& signal) { age = clock_.time - signal.received.value(); });
    const auto most = Duration(static_cast<Duration::rep>(static_cast<double>(rte_rdtsc() - before) * 1e9 /
                                                          static_cast<double>(rte_get_tsc_hz())));
    ASSERT_TRUE(age);
    EXPECT_GE(*age, std::chrono::milliseconds(1));
    EXPECT_LE(*age, most);
}

/// Whether the control thread would be woken now.
bool woken(const dataplane::SignalReader& reader) {
    pollfd waiting{.fd = reader.descriptor(), .events = POLLIN, .revents = 0};
    return ::poll(&waiting, 1, 0) == 1;
}

TEST_F(Punt, FirstSignalAfterItSleepsWakesTheControlThread) {
    ASSERT_TRUE(reader_->sleep());
    turn_until_idle();
    EXPECT_FALSE(woken(*reader_)) << "nothing has come";
    arrive(kLan1, igmp());
    turn_until_idle();
    EXPECT_TRUE(woken(*reader_));
    EXPECT_EQ(signals().size(), 1U);
    EXPECT_FALSE(woken(*reader_)) << "it is awake, and has taken what there was";
    arrive(kLan1, igmp());
    turn_until_idle();
    EXPECT_FALSE(woken(*reader_)) << "whoever is awake is not woken";
    EXPECT_FALSE(reader_->sleep()) << "something waits";
    EXPECT_FALSE(woken(*reader_));
    EXPECT_EQ(signals().size(), 1U);
    EXPECT_TRUE(reader_->sleep());
}

TEST_F(Punt, AMissWakesTheControlThread) {
    publish({SetMissPolicy{interface_of(kLan1), MissPolicy::kSignal}});
    ASSERT_TRUE(reader_->sleep());
    arrive(kLan1, {});
    turn_until_idle();
    EXPECT_TRUE(woken(*reader_));
    EXPECT_EQ(signals().size(), 1U);
    injector_->discard_parked(key({}));
    turn_until_idle();
}

TEST_F(Punt, IgmpIsNeverForwardedWhateverItsAddresses) {
    publish({PutEntry{.key = any_source({}), .accept = interface_of(kLan1), .forward = {egress(kLan2)}}});
    arrive(kLan1, igmp(Ipv4Address(239, 1, 1, 1)));
    arrive(kLan1, igmp(Ipv4Address(10, 0, 1, 1)));
    FrameText anonymous = igmp();
    anonymous.source = Ipv4Address(0, 0, 0, 0);
    arrive(kLan1, anonymous);
    turn_until_idle();
    EXPECT_EQ(signals().size(), 3U);
    EXPECT_EQ(counters().sent, 0U);
}

class PuntPoliced : public Punt {
  protected:
    PuntPoliced() : Punt({.igmp = {.per_second = 1, .burst = 5}}) {}
};

TEST_F(PuntPoliced, FloodOnOneInterfaceLeavesTheOthersAlone) {
    for (int i = 0; i < 50; ++i) {
        arrive(kLan1, igmp());
    }
    arrive(kLan2, igmp());
    turn_until_idle();
    EXPECT_EQ(drops(DropReason::kPuntPoliced), 45U);
    EXPECT_EQ(counters().signals_policed[0], 45U);
    EXPECT_EQ(counters().punted, 6U);
    const auto seen = signals();
    EXPECT_EQ(seen.back().port, kLan2);
}

/// The tagged interface shares a port with the first one, but not its rate, and each has its own count.
TEST_F(PuntPoliced, CountsPerPortAndVlanWhatAddsUpToTheWorkers) {
    FrameText tagged = igmp();
    tagged.vlan = kTag;
    for (int i = 0; i < 8; ++i) {
        arrive(kLan1, igmp());
    }
    for (int i = 0; i < 9; ++i) {
        arrive(kLan1, tagged);
    }
    arrive(kLan2, igmp());
    turn_until_idle();
    // In the order of places().
    EXPECT_EQ(counters().igmp_drops,
              (std::vector<IgmpDrops>{{.punt_policed = 4}, {.punt_policed = 3}, {}, {}, {}}));
    EXPECT_EQ(counters().signals_policed[0], 7U);
    EXPECT_EQ(counters().signals_lost[0], 0U);
    EXPECT_EQ(drops(DropReason::kPuntPoliced), 7U);
}

class PuntRing : public Punt {
  protected:
    PuntRing() : Punt({.igmp_ring = 8}) {}
};

TEST_F(PuntRing, ControlThreadThatIsBehindLosesPacketsWithACount) {
    for (int i = 0; i < 10; ++i) {
        arrive(kLan1, igmp());
    }
    turn_until_idle();
    EXPECT_EQ(counters().punted, 7U);
    EXPECT_EQ(drops(DropReason::kPuntRingFull), 3U);
    EXPECT_EQ(counters().signals_lost[0], 3U);
    EXPECT_EQ(counters().signals_policed[0], 0U);
    EXPECT_EQ(counters().igmp_drops, (std::vector<IgmpDrops>{{}, {.punt_ring_full = 3}, {}, {}, {}}));
}

class PuntTurns : public Punt {
  protected:
    PuntTurns() : Punt({.igmp = {.per_second = 1, .burst = 1000}}) {}
};

TEST_F(PuntTurns, StormOnOnePortDelaysNoReportOnAnother) {
    for (int i = 0; i < 5000; ++i) {
        arrive(kLan1, igmp());
    }
    turn_until_idle();
    arrive(kLan2, igmp());
    turn_until_idle();
    EXPECT_EQ(counters().punted, 1001U);
    const auto first = signals(64);
    EXPECT_EQ(first.size(), 64U);
    EXPECT_EQ(std::ranges::count(first, kLan2, &SeenSignal::port), 1);
}

TEST_F(Punt, ControlPacketLeavesWithThePortsMac) {
    const Octets packet = ip_packet(igmp());
    const MacAddress to = multicast_mac(Ipv4Address(224, 0, 0, 1));
    const auto octets = std::as_bytes(std::span(packet));
    ASSERT_TRUE(injector_->send(kLan2, VlanId(0), to, octets));
    ASSERT_TRUE(injector_->send(kLan2, VlanId(7), to, octets));
    turn_until_idle();
    const auto sent = wire(kLan2).take();
    ASSERT_EQ(sent.size(), 2U);
    FrameText expected = igmp();
    expected.source_mac = Environment::get().ports[1].mac();
    Octets plain = frame(expected);
    std::ranges::copy(to.bytes, plain.begin());
    plain.resize(60, 0);
    EXPECT_EQ(sent[0], plain);
    expected.vlan = 7;
    Octets tagged = frame(expected);
    std::ranges::copy(to.bytes, tagged.begin());
    tagged.resize(60, 0);
    EXPECT_EQ(sent[1], tagged);
    EXPECT_EQ(counters().injected, 2U);
    EXPECT_EQ(counters().copies, 0U);
    EXPECT_EQ(counters().sent, 0U);
}

TEST_F(Punt, PacketThatABridgePassesOnKeepsItsAddresses) {
    const Octets packet = ip_packet(igmp());
    const MacAddress to = multicast_mac(igmp().group);
    ASSERT_TRUE(injector_->send_from(kLan2, VlanId(7), kHostMac, to, std::as_bytes(std::span(packet))));
    turn_until_idle();
    FrameText expected = igmp();
    expected.vlan = 7;
    Octets padded = frame(expected);
    padded.resize(60, 0);
    EXPECT_EQ(wire(kLan2).take(), Frames{padded});
}

TEST_F(Punt, ControlPacketThatCannotBeSentIsRefused) {
    const Octets packet = ip_packet({.payload = Octets(1500, 0)});
    const auto octets = std::as_bytes(std::span(packet));
    EXPECT_EQ(injector_->send(kLan2, VlanId(0), {}, octets).error().status, Status::kInvalidParameter);
    EXPECT_EQ(injector_->send(PortId(77), VlanId(0), {}, octets.first(100)).error().status,
              Status::kInvalidParameter);
    for (unsigned i = 0; i < dataplane::WorkerRings::kInjections - 1; ++i) {
        ASSERT_TRUE(injector_->send(kLan2, VlanId(0), {}, octets.first(100)));
    }
    EXPECT_EQ(injector_->send(kLan2, VlanId(0), {}, octets.first(100)).error().status,
              Status::kCanNotComplete);
    EXPECT_EQ(injector_->dropped(WorkerId(0)), 1U);
    injector_->discard_parked({kRoutedDomain, Ipv4Address(239, 1, 1, 1), Ipv4Address(10, 0, 1, 2)});
    EXPECT_EQ(injector_->dropped(WorkerId(0)), 2U);
    turn_until_idle();
    EXPECT_EQ(counters().injected, dataplane::WorkerRings::kInjections - 1);
}

} // namespace
} // namespace mcfwd::pipeline
