// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The shapes of README.md, value by value.
#include <chrono>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <controlplane/rpc/server.hh>
#include <controlplane/rpc/to_json.hh>

using namespace mcfwd;
using namespace mcfwd::rpc;
using namespace std::chrono_literals;
using nlohmann::json;

TEST(ToJson, WritesTimes) {
    const Instant now{100s};
    EXPECT_EQ(seconds_json(1500ms), json(1.5));
    EXPECT_EQ(seconds_json(1234567890ns), json(1.234568));
    EXPECT_EQ(expires_json(std::nullopt, now), json());
    EXPECT_EQ(expires_json(now + 2s, now), json(2.0));
    EXPECT_EQ(expires_json(now - 2s, now), json(0.0));
}

TEST(ToJson, WritesAnMfibEntry) {
    const auto name = [](IfIndex index) { return fmt::format("lan{}", index.value()); };
    const PlaceNames names{.interface = name,
                           .egress = [&](const Egress& egress) { return name(egress.interface); }};
    PutEntry entry{
        {kRoutedDomain, Ipv4Address(239, 1, 1, 1), kAnySource}, IfIndex(1), {{IfIndex(2)}, {IfIndex(3)}}};
    const EntryCounters counters{.packets = 10, .bytes = 2000, .wrong_interface = 1, .copies = 20};
    EXPECT_EQ(mfib_entry_json(entry, counters, "routed", names, Rate{5.0, 8000.0}),
              (json{{"domain", "routed"},
                    {"source", "*"},
                    {"group", "239.1.1.1"},
                    {"iif", "lan1"},
                    {"oifs", {"lan2", "lan3"}},
                    {"state", "active"},
                    {"packets", 10},
                    {"bytes", 2000},
                    {"wrong_interface", 1},
                    {"copies", 20},
                    {"packets_per_second", 5.0},
                    {"bits_per_second", 8000.0}}));
    entry.forward.clear();
    entry.key.source = Ipv4Address(10, 0, 1, 2);
    const json negative = mfib_entry_json(entry, counters, "routed", names, std::nullopt);
    EXPECT_EQ(negative.at("state"), "negative");
    EXPECT_EQ(negative.at("source"), "10.0.1.2");
    EXPECT_EQ(negative.at("oifs"), json::array());
    EXPECT_EQ(negative.at("packets_per_second"), json());
}

TEST(ToJson, WritesEntriesOfABridge) {
    const PlaceNames names{
        .interface = [](IfIndex) { return std::string("-"); },
        .egress = [](const Egress& egress) { return fmt::format("p{}", egress.port.value()); }};
    PutEntry entry{{DomainId(1), kUnregisteredGroup, kAnySource}, kNoInterface, {{.port = PortId(2)}}};
    const json unregistered = mfib_entry_json(entry, {}, "br10", names, std::nullopt);
    EXPECT_EQ(unregistered.at("domain"), "br10");
    EXPECT_EQ(unregistered.at("group"), "unregistered");
    EXPECT_EQ(unregistered.at("iif"), "-");
    EXPECT_EQ(unregistered.at("oifs"), json::array({"p2"}));
    entry.key.group = kFloodGroup;
    entry.forward = {{.port = PortId(1)}, {.port = PortId(1), .vlan = VlanId(7)}, {.port = PortId(3)}};
    const json flooded = mfib_entry_json(entry, {}, "br10", names, std::nullopt);
    EXPECT_EQ(flooded.at("group"), "flooded");
    EXPECT_EQ(flooded.at("oifs"), (json{"p1", "p3"})) << "each name once";
}

TEST(ToJson, WritesPorts) {
    PortStatus port;
    port.name = "p0";
    port.mac = MacAddress{{2, 0, 0, 0, 0, 0x1f}};
    port.link_up = true;
    json written = ports_json(std::span(&port, 1)).at("entries").at(0);
    EXPECT_EQ(written.at("mac"), "02:00:00:00:00:1f");
    EXPECT_EQ(written.at("link"), "up");
    EXPECT_EQ(written.at("speed_mbps"), json());
    EXPECT_EQ(written.at("xdp"), json());
    port.has_xdp = true;
    port.xdp = {.redirected = 1, .passed = 2, .no_socket = 3};
    port.speed_mbps = 25000;
    written = ports_json(std::span(&port, 1)).at("entries").at(0);
    EXPECT_EQ(written.at("xdp"), (json{{"redirected", 1}, {"passed", 2}, {"no_socket", 3}}));
    EXPECT_EQ(written.at("speed_mbps"), 25000);
}

TEST(ToJson, WritesWorkers) {
    WorkerCounters worker;
    worker.core = 3;
    worker.received = 100;
    worker.busy_cycles = 5000;
    worker.drops[0] = 2;
    worker.drops[kDropReasons - 1] = 3;
    worker.cycles_per_burst[10] = 7;
    worker.signals = {1, 2, 3};
    const json known = workers_json(std::span(&worker, 1), 1000, 10s).at("entries").at(0);
    EXPECT_EQ(known.at("load"), 0.5);
    EXPECT_EQ(known.at("cycles_per_packet"), 50.0);
    EXPECT_EQ(known.at("dropped"), 5);
    EXPECT_EQ(known.at("cycles_per_burst"), json::array({{{"from", 1024}, {"to", 2048}, {"bursts", 7}}}));
    EXPECT_EQ(known.at("signals"),
              (json{{"igmp", 1}, {"no_entry", 2}, {"wrong_interface", 3}, {"pim_hello", 0}}));
    worker.received = 0;
    const json unknown = workers_json(std::span(&worker, 1), 0, 10s).at("entries").at(0);
    EXPECT_EQ(unknown.at("load"), json());
    EXPECT_EQ(unknown.at("cycles_per_packet"), json());
}

TEST(ToJson, SumsDropsOverWorkers) {
    std::array<WorkerCounters, 2> workers;
    workers[0].received = 10;
    workers[0].forwarded = 7;
    workers[0].drops[static_cast<std::size_t>(DropReason::kWrongInterface)] = 3;
    workers[1].received = 5;
    workers[1].drops[static_cast<std::size_t>(DropReason::kWrongInterface)] = 5;
    workers[1].copies = 4;
    workers[1].copy_drops[static_cast<std::size_t>(CopyDropReason::kTxFull)] = 4;
    const json drops = drops_json(workers, 9);
    EXPECT_EQ(drops.at("received"), 15);
    EXPECT_EQ(drops.at("dropped"), 8);
    EXPECT_EQ(drops.at("drops").at("wrong_interface"), 8);
    EXPECT_EQ(drops.at("drops").size(), kDropReasons);
    EXPECT_EQ(drops.at("copy_drops").at("tx_full"), 4);
    EXPECT_EQ(drops.at("copy_drops").size(), kCopyDropReasons);
    EXPECT_EQ(drops.at("copies_dropped"), 4);
    EXPECT_EQ(drops.at("table_refused"), 9);
}

TEST(ToJson, WritesVersions) {
    VersionRecord record{.version = TableVersion(7),
                         .submitted = Instant{10s},
                         .published = Instant{11s},
                         .retired = Instant{},
                         .cause = "config apply",
                         .commands = 2,
                         .entries = 5};
    EXPECT_EQ(versions_json(std::span(&record, 1), Instant{15s}).at("entries").at(0),
              (json{{"version", 7},
                    {"age", 4.0},
                    {"cause", "config apply"},
                    {"commands", 2},
                    {"entries", 5},
                    {"waited", 1.0},
                    {"grace", nullptr}}));
    record.retired = Instant{11500ms};
    EXPECT_EQ(versions_json(std::span(&record, 1), Instant{15s}).at("entries").at(0).at("grace"), 0.5);
}
