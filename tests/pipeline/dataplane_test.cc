// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The whole data plane with two running workers, from settings to stop. Its ports read and write capture
// files, so that every frame can be checked after it has stopped; each has one queue, so the second worker
// sends through the first.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include <dataplane/dataplane.hh>

#include "frames.hh"

namespace mcfwd::pipeline {
namespace {

constexpr unsigned kFrames = 500;
constexpr unsigned kIgmpFrames = 20;
constexpr IfIndex kIn{2};
constexpr IfIndex kOut{1};
constexpr MacAddress kRouter{{2, 0xaa, 0, 0, 0, 1}};

FrameText numbered(unsigned n) {
    return {.source = Ipv4Address(10, 0, 1, static_cast<std::uint8_t>(1 + n % 4)),
            .payload = {static_cast<std::uint8_t>(n >> 8U), static_cast<std::uint8_t>(n)}};
}

// More egresses than a table of this size needs on average.
PutEntry wide_entry() {
    PutEntry entry{
        .key = {kRoutedDomain, Ipv4Address(239, 1, 1, 2), kAnySource}, .accept = kIn, .forward = {}};
    for (std::uint16_t vlan = 1; vlan <= 1000; ++vlan) {
        entry.forward.push_back({.interface = IfIndex(static_cast<std::uint16_t>(100 + vlan)),
                                 .port = PortId(0),
                                 .vlan = VlanId(vlan),
                                 .source_mac = kRouter});
    }
    return entry;
}

// The classic capture format: 24 octets of header, 16 per frame, host byte order.
void put32(std::ofstream& file, std::uint32_t value) {
    file.write(reinterpret_cast<const char*>(&value), sizeof(value));
}

void write_capture(const std::string& path, const Frames& frames) {
    std::ofstream file(path, std::ios::binary);
    for (const std::uint32_t word : {0xa1b2c3d4U, 0x00040002U, 0U, 0U, 65535U, 1U}) {
        put32(file, word);
    }
    for (const Octets& frame : frames) {
        for (const std::size_t word : {std::size_t{0}, std::size_t{0}, frame.size(), frame.size()}) {
            put32(file, static_cast<std::uint32_t>(word));
        }
        file.write(reinterpret_cast<const char*>(frame.data()), static_cast<std::streamsize>(frame.size()));
    }
}

Frames read_capture(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    file.seekg(24);
    Frames frames;
    for (std::uint32_t header[4]; file.read(reinterpret_cast<char*>(header), sizeof(header));) {
        Octets& frame = frames.emplace_back(header[2]);
        file.read(reinterpret_cast<char*>(frame.data()), header[2]);
    }
    return frames;
}

std::uint64_t received(dataplane::Dataplane& plane) {
    std::uint64_t sum = 0;
    for (const WorkerCounters& worker : plane.view().workers()) {
        sum += worker.received;
    }
    return sum;
}

std::uint64_t sent(dataplane::Dataplane& plane) {
    std::uint64_t sum = 0;
    for (const WorkerCounters& worker : plane.view().workers()) {
        sum += worker.sent;
    }
    return sum;
}

/// All of them policed on kIn, whichever worker it was: the places add up to the workers.
void expect_igmp_drops(dataplane::Dataplane& plane, std::uint64_t policed) {
    const auto places = plane.view().igmp_drops();
    ASSERT_EQ(places.size(), 2U);
    EXPECT_EQ(places[0].interface, kOut);
    EXPECT_EQ(places[0].igmp, IgmpDrops{});
    EXPECT_EQ(places[1].port, PortId(1));
    EXPECT_EQ(places[1].vlan, VlanId(0));
    EXPECT_EQ(places[1].interface, kIn);
    EXPECT_EQ(places[1].igmp, (IgmpDrops{.punt_policed = policed}));
    std::uint64_t by_worker = 0;
    std::uint64_t dropped = 0;
    for (const WorkerCounters& worker : plane.view().workers()) {
        by_worker += worker.signals_policed[static_cast<std::size_t>(SignalKind::kIgmp)];
        dropped += worker.drops[static_cast<std::size_t>(DropReason::kPuntPoliced)];
    }
    EXPECT_EQ(by_worker, policed);
    EXPECT_EQ(dropped, policed);
}

class DataplaneTest : public testing::Test {
  protected:
    DataplaneTest()
        : directory_(std::filesystem::temp_directory_path() / ("mcfwd-plane-" + std::to_string(getpid()))) {
        std::filesystem::create_directory(directory_);
    }
    ~DataplaneTest() override { std::filesystem::remove_all(directory_); }
    [[nodiscard]] std::string path(const char* name) const { return directory_ / name; }
    [[nodiscard]] dataplane::Settings settings() const {
        const unsigned other = std::thread::hardware_concurrency() > 1 ? 1 : 0;
        return {
            .main_core = 0,
            .worker_cores = {other, other},
            .poll = dataplane::PollMode::kAdaptive,
            .memory = dataplane::MemoryMode::kNoHuge,
            .mfib_entries = 5,
            .ports = {{"out", "net_pcap0,rx_pcap=" + path("none") + ",tx_pcap=" + path("sent")},
                      {"in", "net_pcap1,rx_pcap=" + path("arriving") + ",tx_pcap=" + path("nothing")}},
            .attachments = {{.port = PortId(0), .interface = kOut}, {.port = PortId(1), .interface = kIn}},
            .limits = {.igmp = {.per_second = 0, .burst = 0}}};
    }
    std::filesystem::path directory_;
};

// First packets park, the control plane answers each flow, and all packets leave in order. EAL starts once
// per process, so this is the one test here.
TEST_F(DataplaneTest, ForwardsFromTheFirstPacketToTheLastAndStopsClean) {
    Frames frames;
    for (unsigned n = 0; n < kFrames; ++n) {
        frames.push_back(frame(numbered(n)));
    }
    for (unsigned n = 0; n < kIgmpFrames; ++n) {
        frames.push_back(frame({.group = Ipv4Address(224, 0, 0, 22), .ttl = 1, .protocol = 2}));
    }
    write_capture(path("arriving"), frames);
    write_capture(path("none"), {});
    auto made = dataplane::Dataplane::create(settings());
    ASSERT_TRUE(made) << made.error().what;
    dataplane::Dataplane& plane = **made;
    ASSERT_TRUE(plane.table().submit(
        {.commands = {SetMissPolicy{.interface = kIn, .policy = MissPolicy::kSignal}}, .cause = "own"}));
    ASSERT_FALSE(plane.table().advance());
    const auto wide = plane.table().submit({.commands = {wide_entry()}, .cause = "wide"});
    ASSERT_TRUE(wide) << wide.error().what;
    ASSERT_FALSE(plane.table().advance());
    ASSERT_TRUE(plane.start());
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    unsigned answered = 0;
    while ((sent(plane) < kFrames || received(plane) < kFrames + kIgmpFrames) &&
           std::chrono::steady_clock::now() < deadline) {
        plane.signals().drain(64, [&plane, &answered](const Signal& signal) {
            ASSERT_EQ(signal.kind, SignalKind::kNoEntry);
            const auto last = std::to_integer<std::uint8_t>(signal.packet[15]);
            const MfibKey key{kRoutedDomain, Ipv4Address(239, 1, 1, 1), Ipv4Address(10, 0, 1, last)};
            ASSERT_TRUE(plane.table().submit(
                {.commands = {PutEntry{
                     .key = key,
                     .accept = kIn,
                     .forward = {{.interface = kOut, .port = PortId(0), .source_mac = kRouter}}}},
                 .cause = "miss"}));
            ++answered;
        });
        plane.table().advance();
    }
    EXPECT_EQ(answered, 4U);
    EXPECT_EQ(received(plane), kFrames + kIgmpFrames);
    EXPECT_EQ(plane.port_mtu(PortId(0)), 1500U);
    plane.stop();
    EXPECT_EQ(sent(plane), kFrames);
    expect_igmp_drops(plane, kIgmpFrames);
    EXPECT_EQ(plane.view().ports().size(), 2U);
    EXPECT_EQ(plane.table().entries(), 5U) << "the table can still be read";
    EXPECT_FALSE(plane.sender().send(PortId(0), VlanId(0), {}, {}));
    std::vector<Frames> left(4);
    for (const Octets& frame : read_capture(path("sent"))) {
        left[(frame[29] - 1U) % 4].push_back(frame);
    }
    for (unsigned flow = 0; flow < 4; ++flow) {
        Frames expected;
        for (unsigned n = flow; n < kFrames; n += 4) {
            expected.push_back(routed(numbered(n), kRouter));
        }
        EXPECT_EQ(left[flow], expected) << "flow " << flow;
    }
    plane.view().clear_counters();
    expect_igmp_drops(plane, 0);
}

} // namespace
} // namespace mcfwd::pipeline
