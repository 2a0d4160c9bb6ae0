// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// How long a host waits for a group that already flows: from its report on the wire to the first packet on
// the wire, through a running worker and a control thread that sleeps as the daemon's does. Once on a quiet
// router, and once while another port is flooded with reports. Run it on an idle machine with two processors.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <random>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mempool.h>
#include <spdlog/spdlog.h>

#include <frames.hh>
#include <handoff_rig.hh>
#include <igmp/codec.hh>
#include <memory_ports.hh>

namespace mcfwd::pipeline {
namespace {

constexpr std::size_t kSourceLan = 0;
constexpr std::size_t kHostLan = 1;
constexpr std::size_t kFloodLan = 3;
constexpr std::size_t kJoinsPerRound = 500;
constexpr std::size_t kFloodHosts = 200;
constexpr std::size_t kFloodFrames = 8192;
constexpr std::uint16_t kProtocolAt = 14 + 9;
const Ipv4Address kGroup{239, 9, 9, 9};

/// Further ends of the rig's wires. The worker's thread runs them.
class Wires {
  public:
    Wires(rte_mempool* pool, std::uint64_t reports_per_second)
        : pool_(pool),
          report_every_(rte_get_tsc_hz() / reports_per_second),
          join_(report_frame(kHostLan, 2, igmp::RecordType::kToExclude, kGroup)),
          data_(frame({.source = source_address(kSourceLan), .group = kGroup})) {
        std::mt19937 random(1); // NOLINT: the same flood every time
        for (std::size_t i = 0; i < kFloodFrames; ++i) {
            flood_.push_back(flood_frame(static_cast<std::uint32_t>(random())));
        }
        if (rte_eth_add_rx_callback(port(kSourceLan), 0, send_data, this) == nullptr ||
            rte_eth_add_rx_callback(port(kHostLan), 0, send_join, this) == nullptr ||
            rte_eth_add_tx_callback(port(kHostLan), 0, see_data, this) == nullptr ||
            rte_eth_add_rx_callback(port(kFloodLan), 0, send_flood, this) == nullptr) {
            throw std::runtime_error("a port takes no callbacks");
        }
    }

    void flow(bool on) { flowing_.store(on, std::memory_order_relaxed); }
    void flood(bool on) { flooding_.store(on, std::memory_order_relaxed); }
    /// The host joins in so many cycles, when the control thread sleeps perhaps; the next packet to it stops
    /// the clock.
    void join_in(std::uint64_t cycles) {
        arrived_.store(0, std::memory_order_relaxed);
        reported_.store(0, std::memory_order_relaxed);
        join_at_.store(rte_rdtsc() + cycles, std::memory_order_release);
    }
    /// Cycles from report to data; 0: not yet.
    [[nodiscard]] std::uint64_t waited() const {
        const std::uint64_t arrived = arrived_.load(std::memory_order_acquire);
        return arrived == 0 ? 0 : arrived - reported_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t packets_to_host() const { return to_host_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t flooded() const { return flooded_.load(std::memory_order_relaxed); }

  private:
    [[nodiscard]] static std::uint16_t port(std::size_t lan) {
        std::uint16_t number = 0;
        if (rte_eth_dev_get_port_by_name(("net_null" + std::to_string(lan)).c_str(), &number) != 0) {
            throw std::runtime_error("no such port");
        }
        return number;
    }

    static Octets report_frame(std::size_t lan, std::uint8_t host, igmp::RecordType type, Ipv4Address group) {
        igmp::ReportV3 report;
        report.records.push_back({.type = type, .group = group, .sources = {}});
        const Ipv4Address address(10, 0, static_cast<std::uint8_t>(lan + 1), host);
        const auto packet = igmp::encode(report, address, 1500).at(0);
        const std::array<std::uint8_t, 14> ethernet{0x01, 0x00, 0x5e, 0x00, 0x00, 0x16, 0x02,
                                                    0,    0,    0,    0x66, host, 0x08, 0x00};
        Octets octets(ethernet.size() + packet.size());
        std::ranges::copy(ethernet, octets.begin());
        std::memcpy(octets.data() + ethernet.size(), packet.data(), packet.size());
        return octets;
    }

    /// A random host joins or leaves one of 512 groups.
    static Octets flood_frame(std::uint32_t random) {
        return report_frame(kFloodLan, static_cast<std::uint8_t>(10 + (random >> 16U) % kFloodHosts),
                            (random & 1U) != 0 ? igmp::RecordType::kToExclude : igmp::RecordType::kToInclude,
                            Ipv4Address(239, 200, static_cast<std::uint8_t>((random >> 9U) % 2),
                                        static_cast<std::uint8_t>(random >> 1U)));
    }

    static std::uint16_t send_data(std::uint16_t, std::uint16_t, rte_mbuf** frames, std::uint16_t count,
                                   std::uint16_t room, void* self) {
        auto& wires = *static_cast<Wires*>(self);
        if (wires.flowing_.load(std::memory_order_relaxed) && count < room) {
            frames[count++] = buffer_of(wires.data_, wires.pool_);
        }
        return count;
    }

    static std::uint16_t send_join(std::uint16_t, std::uint16_t, rte_mbuf** frames, std::uint16_t count,
                                   std::uint16_t room, void* self) {
        auto& wires = *static_cast<Wires*>(self);
        const std::uint64_t at = wires.join_at_.load(std::memory_order_acquire);
        const std::uint64_t now = rte_rdtsc();
        if (at != 0 && at <= now && count < room) {
            wires.join_at_.store(0, std::memory_order_relaxed);
            wires.reported_.store(now, std::memory_order_relaxed);
            frames[count++] = buffer_of(wires.join_, wires.pool_);
        }
        return count;
    }

    static std::uint16_t see_data(std::uint16_t, std::uint16_t, rte_mbuf** frames, std::uint16_t count,
                                  void* self) {
        auto& wires = *static_cast<Wires*>(self);
        for (std::uint16_t i = 0; i < count; ++i) {
            if (is_igmp(*frames[i])) {
                continue;
            }
            wires.to_host_.store(wires.to_host_.load(std::memory_order_relaxed) + 1,
                                 std::memory_order_relaxed);
            if (wires.reported_.load(std::memory_order_relaxed) != 0 &&
                wires.arrived_.load(std::memory_order_relaxed) == 0) {
                wires.arrived_.store(rte_rdtsc(), std::memory_order_release);
            }
        }
        return count;
    }

    static std::uint16_t send_flood(std::uint16_t, std::uint16_t, rte_mbuf** frames, std::uint16_t count,
                                    std::uint16_t room, void* self) {
        auto& wires = *static_cast<Wires*>(self);
        const std::uint64_t now = rte_rdtsc();
        if (!wires.flooding_.load(std::memory_order_relaxed)) {
            wires.next_report_ = now;
            return count;
        }
        for (; count < room && wires.next_report_ <= now; wires.next_report_ += wires.report_every_) {
            frames[count++] = buffer_of(wires.flood_[wires.flood_at_++ % kFloodFrames], wires.pool_);
            wires.flooded_.store(wires.flooded_.load(std::memory_order_relaxed) + 1,
                                 std::memory_order_relaxed);
        }
        return count;
    }

    [[nodiscard]] static bool is_igmp(const rte_mbuf& frame) {
        return rte_pktmbuf_mtod(&frame, const std::uint8_t*)[kProtocolAt] == IPPROTO_IGMP;
    }

    rte_mempool* pool_;
    std::uint64_t report_every_; ///< cycles
    Octets join_;
    Octets data_;
    std::vector<Octets> flood_;
    std::atomic<bool> flowing_{false};
    std::atomic<bool> flooding_{false};
    std::atomic<std::uint64_t> join_at_{0};
    std::atomic<std::uint64_t> reported_{0};
    std::atomic<std::uint64_t> arrived_{1};
    std::atomic<std::uint64_t> to_host_{0};
    std::atomic<std::uint64_t> flooded_{0};
    std::uint64_t next_report_ = 0; ///< the worker's
    std::size_t flood_at_ = 0;
};

/// Until no packet reaches the host any more.
void leave(HandoffRig& rig, const Wires& wires) {
    igmp::ReportV3 message;
    message.records.push_back({.type = igmp::RecordType::kToInclude, .group = kGroup, .sources = {}});
    rig.report(kHostLan, message);
    for (std::uint64_t before = ~std::uint64_t{0}; before != wires.packets_to_host();) {
        before = wires.packets_to_host();
        const Instant end = rig.now() + std::chrono::milliseconds(2);
        while (rig.now() < end) {
            rig.turn_or_sleep();
        }
    }
}

void join(HandoffRig& rig, Wires& wires, std::vector<double>& microseconds) {
    const std::uint64_t millisecond = rte_get_tsc_hz() / 1000;
    wires.join_in(millisecond + microseconds.size() * 7919 % millisecond);
    while (wires.waited() == 0) {
        rig.turn_or_sleep();
    }
    microseconds.push_back(static_cast<double>(wires.waited()) * 1e6 / static_cast<double>(rte_get_tsc_hz()));
}

double percentile(std::vector<double> values, double part) {
    const auto at =
        values.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
    std::ranges::nth_element(values, at);
    return *at;
}

void print(const char* name, std::span<const double> values) {
    const std::vector<double> all(values.begin(), values.end());
    fmt::print("measured: join latency, {}: {} joins, us: p50 {:.1f}, p90 {:.1f}, p99 {:.1f}, max {:.1f}\n",
               name, all.size(), percentile(all, 0.5), percentile(all, 0.9), percentile(all, 0.99),
               percentile(all, 1.0));
}

void run(std::size_t rounds, std::uint64_t reports_per_second) {
    HandoffRig rig;
    Wires wires(rte_mempool_lookup("packets"), reports_per_second);
    wires.flow(true);
    std::array<std::vector<double>, 2> latencies; // quiet, flooded
    std::vector<double> ratios;
    std::uint64_t received = 0;
    double flooded_for = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
        for (const bool flooded : {false, true}) {
            wires.flood(flooded);
            const std::uint64_t before = rig.igmp_received();
            const Instant start = rig.now();
            std::vector<double> these;
            for (std::size_t i = 0; i < kJoinsPerRound; ++i) {
                join(rig, wires, these);
                leave(rig, wires);
            }
            if (flooded) {
                received += rig.igmp_received() - before;
                flooded_for += std::chrono::duration<double>(rig.now() - start).count();
            }
            latencies[flooded ? 1 : 0].insert(latencies[flooded ? 1 : 0].end(), these.begin(), these.end());
            if (flooded) {
                const std::span<const double> quiet = std::span(latencies[0]).last(kJoinsPerRound);
                ratios.push_back(percentile(these, 0.99) / percentile({quiet.begin(), quiet.end()}, 0.99));
            }
        }
    }
    wires.flood(false);
    wires.flow(false);
    print("quiet", latencies[0]);
    print("another port flooded", latencies[1]);
    fmt::print(
        "measured: {:.0f} reports/s on the flooded port, {:.0f}/s of them reached IGMP; p99 flooded / quiet: "
        "median of {} rounds {:.2f}\n",
        static_cast<double>(wires.flooded()) / flooded_for, static_cast<double>(received) / flooded_for,
        rounds, percentile(ratios, 0.5));
}

} // namespace
} // namespace mcfwd::pipeline

int main(int argc, char** argv) {
    spdlog::set_level(spdlog::level::err); // what is policed is logged
    const std::size_t rounds = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 5;
    const std::uint64_t reports = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 200'000;
    if (rounds == 0 || reports == 0) {
        fmt::print(stderr, "usage: join_bench [ROUNDS [REPORTS_PER_SECOND]]\n");
        return 2;
    }
    mcfwd::pipeline::run(rounds, reports);
    return 0;
}
