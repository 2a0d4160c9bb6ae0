// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What the hosts do with their ports: take in a burst, send reports. In a trial and between trials.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "membership.hh"
#include "ports.hh"

namespace mcfwd::wire {

inline constexpr std::size_t kReceiveBurst = 64;

[[nodiscard]] inline std::uint64_t cycles_of(double seconds) {
    return static_cast<std::uint64_t>(seconds * static_cast<double>(rte_get_tsc_hz()));
}

/// A burst of each queue; `see` gets each frame and when its burst was there.
template <typename See>
void for_each_received(const dataplane::Port& port, See&& see) {
    std::array<rte_mbuf*, kReceiveBurst> burst;
    for (std::uint16_t queue = 0; queue < port.rx_queues(); ++queue) {
        const std::uint16_t count = rte_eth_rx_burst(port.number(), queue, burst.data(), burst.size());
        if (count == 0) {
            continue;
        }
        const std::uint64_t now = rte_rdtsc();
        for (std::uint16_t i = 0; i < count; ++i) {
            if (i + 4 < count) {
                rte_prefetch0(rte_pktmbuf_mtod(burst[i + 4], void*));
            }
            see({rte_pktmbuf_mtod(burst[i], const std::byte*), rte_pktmbuf_data_len(burst[i])}, now);
        }
        rte_pktmbuf_free_bulk(burst.data(), count);
    }
}

void discard_received(const dataplane::Port& port);

/// Returns when it was sent. Reports are few: one that finds the port full is offered again.
std::uint64_t send_report(const Ports& ports, unsigned receiver, const ReportFrame& report);
/// No faster than `per_second`.
void send_reports(const Ports& ports, unsigned receiver, const std::vector<ReportFrame>& reports,
                  double per_second);

/// Takes in what arrives after a trial, until nothing has for so long: its copies, per receiver.
[[nodiscard]] std::vector<std::uint64_t> drain(const Ports& ports, double quiet_seconds);

} // namespace mcfwd::wire
