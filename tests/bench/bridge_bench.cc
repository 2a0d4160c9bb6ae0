// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What snooping costs the control thread on a bridge of 24 ports, from IGMP packets to the forwarding table:
// reports per second into 2,000 groups, and the longest task while a router port comes and goes among 60,000
// groups, while the link of their hosts goes, while the only querier comes and falls silent, and while a full
// table is tried again.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <controlplane/forwarding/bridge_publisher.hh>
#include <controlplane/protocols/snooping.hh>
#include <dataplane/table/table.hh>
#include <igmp/codec.hh>

#include "../unit/ordinary_memory.hh"

namespace {

using namespace mcfwd;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::uint16_t kPorts = 24;
constexpr DomainId kDomain{1};

struct SetClock final : Clock {
    Instant time{std::chrono::hours(1)};
    [[nodiscard]] Instant now() const override { return time; }
};

struct NoWires final : PacketSender {
    Expected<void> send(PortId, VlanId, MacAddress, std::span<const std::byte>) override { return {}; }
    Expected<void> send_from(PortId, VlanId, MacAddress, MacAddress, std::span<const std::byte>) override {
        return {};
    }
    void discard_parked(const MfibKey&) override {}
};

/// Of all tasks since it was made or asked.
class Longest {
  public:
    template <typename Task>
    void run(Task task) {
        const auto begin = steady_clock::now();
        task();
        longest_ = std::max(longest_,
                            std::chrono::duration<double, std::milli>(steady_clock::now() - begin).count());
    }
    double take() { return std::exchange(longest_, 0.0); }

  private:
    double longest_ = 0.0;
};

class Bench {
  public:
    explicit Bench(std::size_t entries, bool querier = true)
        : table_(dataplane::Table::create({.entries = entries,
                                           .egresses = 8 * entries,
                                           .workers = 1,
                                           .ports = kPorts,
                                           .flood_lists = 2,
                                           .flood_egresses = 2 * kPorts},
                                          clock_, test::ordinary_memory)
                     .value()) {
        forwarding::Bridge bridge{.name = "br", .domain = kDomain, .members = {}, .interface = kNoInterface};
        for (std::uint16_t port = 0; port < kPorts; ++port) {
            bridge.members.push_back({fmt::format("p{}", port), PortId(port), {}, 1500});
        }
        bridges_.add(std::move(bridge));
        igmp::SnoopingConfig config;
        config.ports = kPorts;
        config.fast_leave = igmp::FastLeave::kTracked;
        config.learning_time = Duration::zero();
        config.querier = querier;
        if (!snooping_.add(kDomain, config)) {
            std::abort();
        }
    }

    /// One host per port and part of the groups, 180 records in a report.
    void join(std::uint16_t port, std::uint32_t first, std::uint32_t count) {
        for (std::uint32_t i = 0; i < count; i += 180) {
            igmp::ReportV3 report;
            for (std::uint32_t j = i; j < std::min(count, i + 180); ++j) {
                report.records.push_back(
                    {igmp::RecordType::kIsExclude, Ipv4Address(0xEF010000U + first + j), {}});
            }
            const Ipv4Address host(10, 0, static_cast<std::uint8_t>(port),
                                   static_cast<std::uint8_t>(1 + i / 1800));
            hear(SignalKind::kIgmp, port, host, igmp::encode(report, host, 1500).front());
        }
    }
    void hello(std::uint16_t port, bool good_bye) {
        std::vector<std::byte> packet(20 + 4 + 6);
        const auto put = [&](std::size_t at, unsigned value) { packet[at] = static_cast<std::byte>(value); };
        put(0, 0x45), put(3, 30), put(8, 1), put(9, 103);
        put(12, 10), put(15, 200), put(16, 224), put(19, 13);
        put(20, 0x20), put(25, 1), put(27, 2), put(29, good_bye ? 0 : 105);
        const auto checksum = [&](std::size_t from, std::size_t to, std::size_t at) {
            std::uint32_t sum = 0;
            for (std::size_t i = from; i < to; i += 2) {
                sum +=
                    static_cast<std::uint32_t>(packet[i]) << 8U | static_cast<std::uint32_t>(packet[i + 1]);
            }
            sum = (sum & 0xFFFFU) + (sum >> 16U);
            put(at, ~sum >> 8U & 0xFFU), put(at + 1, ~sum & 0xFFU);
        };
        checksum(0, 20, 10), checksum(20, 30, 22);
        hear(SignalKind::kPimHello, port, {}, packet);
    }
    void query(std::uint16_t port) {
        const igmp::Query query{.max_response = 10s, .robustness = 2, .querier_interval = 125s};
        const Ipv4Address router(10, 0, 0, 254);
        hear(SignalKind::kIgmp, port, router, igmp::encode(query, router, 1500).front());
    }
    void link(std::uint16_t port, bool up) {
        tasks.run([&] { snooping_.set_link(PortId(port), up); });
        table_->advance();
    }
    void pass(Duration time) {
        clock_.time += time;
        tasks.run([&] { std::ignore = snooping_.advance(); });
        table_->advance();
    }
    [[nodiscard]] std::size_t egresses() const {
        std::size_t sum = 0;
        table_->visit_from({}, [&](const PutEntry& put, const EntryCounters&) {
            sum += put.forward.size();
            return true;
        });
        return sum;
    }
    [[nodiscard]] std::size_t entries() const { return table_->entries(); }

    Longest tasks;

  private:
    void hear(SignalKind kind, std::uint16_t port, Ipv4Address host, std::span<const std::byte> packet) {
        tasks.run([&] {
            snooping_.receive({.kind = kind,
                               .domain = kDomain,
                               .port = PortId(port),
                               .vlan = {},
                               .interface = kNoInterface,
                               .source_mac = {{2, 0, 0, host.octet(2), 0, host.octet(3)}},
                               .destination_mac = {},
                               .packet = packet});
        });
        table_->advance();
    }

    SetClock clock_;
    NoWires wires_;
    std::unique_ptr<dataplane::Table> table_;
    forwarding::BridgeTable bridges_;
    forwarding::InterfaceTable interfaces_;
    protocols::Snooping snooping_{
        {.clock = clock_, .packets = wires_, .bridges = bridges_, .publisher = publisher_}};
    forwarding::TablePublisher routed_{interfaces_, bridges_, snooping_, *table_, wires_};
    forwarding::BridgePublisher publisher_{bridges_, routed_, *table_};
};

void reports() {
    Bench bench(65'536);
    constexpr std::uint32_t kGroups = 2'000;
    for (const char* what : {"joins", "refreshes"}) {
        const auto begin = steady_clock::now();
        for (std::uint16_t port = 0; port < kPorts; ++port) {
            bench.join(port, 0, kGroups);
        }
        const double seconds = std::chrono::duration<double>(steady_clock::now() - begin).count();
        fmt::print("{} ports x {} groups, {}: {:.0f} records/s, longest task {:.2f} ms\n", kPorts, kGroups,
                   what, kPorts * kGroups / seconds, bench.tasks.take());
    }
}

void router_port(std::uint32_t groups) {
    Bench bench(131'072);
    for (std::uint16_t port = 0; port < 4; ++port) {
        bench.join(port, port * groups / 4, groups / 4);
    }
    bench.tasks.take();
    for (const bool good_bye : {false, true}) {
        const std::size_t before = bench.egresses();
        bench.hello(kPorts - 1, good_bye);
        Duration took{};
        while (bench.egresses() + 2 < before + groups && !good_bye) {
            bench.pass(5ms), took += 5ms;
        }
        for (int i = 0; i < 1'000 && good_bye; ++i) {
            bench.pass(5ms);
        }
        fmt::print("router port {} among {} groups: longest task {:.2f} ms{}\n", good_bye ? "goes" : "comes",
                   groups, bench.tasks.take(),
                   good_bye ? "" : fmt::format(", in all lists after {} ms", took / 1ms));
    }
}

void link_of_hosts(std::uint32_t groups) {
    Bench bench(131'072);
    bench.join(0, 0, groups);
    bench.tasks.take();
    bench.link(0, false);
    const double first = bench.tasks.take();
    Duration took{};
    while (bench.entries() > 2) {
        bench.pass(5ms), took += 5ms;
    }
    fmt::print(
        "link of {} groups goes: {:.2f} ms, longest task after it {:.2f} ms, table empty after {} ms\n",
        groups, first, bench.tasks.take(), took / 1ms);
}

void only_querier(std::uint32_t groups) {
    Bench bench(131'072, false);
    for (std::uint16_t port = 0; port < 4; ++port) {
        bench.join(port, port * groups / 4, groups / 4);
    }
    bench.tasks.take();
    bench.query(kPorts - 1);
    const double comes = bench.tasks.take();
    bench.pass(254s);
    bench.tasks.take();
    bench.pass(1s);
    fmt::print("the only querier comes among {} groups: {:.2f} ms, and falls silent: {:.2f} ms\n", groups,
               comes, bench.tasks.take());
}

void full_table() {
    Bench bench(10'000);
    for (std::uint16_t port = 0; port < 4; ++port) {
        bench.join(port, static_cast<std::uint32_t>(port) * 15'000, 15'000);
    }
    fmt::print("60,000 groups joined, room for {}: longest task {:.2f} ms\n", bench.entries(),
               bench.tasks.take());
    for (int i = 0; i < 10; ++i) {
        bench.pass(1s);
    }
    fmt::print("full table tried again once a second: longest task {:.2f} ms\n", bench.tasks.take());
}

} // namespace

int main() {
    spdlog::set_level(spdlog::level::off);
    reports();
    router_port(60'000);
    router_port(100'000);
    link_of_hosts(60'000);
    only_querier(60'000);
    full_table();
}
