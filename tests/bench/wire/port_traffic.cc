// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Outside of the loop of a trial, where time does not matter.
#include "port_traffic.hh"

#include "frame.hh"

namespace mcfwd::wire {

void discard_received(const dataplane::Port& port) {
    for_each_received(port, [](std::span<const std::byte>, std::uint64_t) {});
}

std::uint64_t send_report(const Ports& ports, unsigned receiver, const ReportFrame& report) {
    rte_mbuf* frame = rte_pktmbuf_alloc(ports.pool());
    while (frame == nullptr) {
        frame = rte_pktmbuf_alloc(ports.pool());
    }
    rte_memcpy(rte_pktmbuf_append(frame, static_cast<std::uint16_t>(report.octets.size())),
               report.octets.data(), report.octets.size());
    std::uint64_t now = rte_rdtsc();
    while (rte_eth_tx_burst(ports.receiver(receiver).number(), 0, &frame, 1) == 0) {
        discard_received(ports.receiver(receiver));
        now = rte_rdtsc();
    }
    return now;
}

std::vector<std::uint64_t> drain(const Ports& ports, double quiet_seconds) {
    const Flows none;
    const ExpectedCopies of_no_trial{.flows = &none, .octets = 0, .trial = kNoTrial};
    std::vector<std::uint64_t> late(ports.receivers());
    std::uint64_t last = rte_rdtsc();
    while (rte_rdtsc() - last < cycles_of(quiet_seconds)) {
        for (unsigned receiver = 0; receiver < ports.receivers(); ++receiver) {
            const dataplane::Port& port = ports.receiver(receiver);
            for_each_received(port, [&](std::span<const std::byte> octets, std::uint64_t now) {
                late[receiver] += read_frame(octets, of_no_trial).kind == FrameKind::kStale ? 1 : 0;
                last = now;
            });
        }
    }
    return late;
}

void send_reports(const Ports& ports, unsigned receiver, const std::vector<ReportFrame>& reports,
                  double reports_per_second) {
    std::uint64_t next = rte_rdtsc();
    for (const ReportFrame& report : reports) {
        while (rte_rdtsc() < next) {
            discard_received(ports.receiver(receiver));
        }
        next = send_report(ports, receiver, report) + cycles_of(1 / reports_per_second);
    }
}

} // namespace mcfwd::wire
