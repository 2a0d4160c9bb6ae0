// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Kinds are served by quota, so that a storm of misses delays no join and a storm of reports no miss; ports
// take turns, so that a storm of reports on one delays no join on another.
#include "signal_reader.hh"

#include <algorithm>

#include <rte_cycles.h>
#include <rte_mbuf.h>

namespace mcfwd::dataplane {
namespace {

/// IGMP packets of a port in one turn.
constexpr std::size_t kTurn = 16;

/// Time since the cycle counter showed this. Counters of two cores may differ a little: then it is nothing.
Duration since(std::uint64_t cycles) {
    const std::uint64_t now = rte_rdtsc();
    const double passed = now > cycles ? static_cast<double>(now - cycles) : 0;
    return Duration(static_cast<Duration::rep>(passed * 1e9 / static_cast<double>(rte_get_tsc_hz())));
}

} // namespace

std::size_t SignalReader::drain(std::size_t limit, const Deliver& deliver) {
    doorbell_.awake();
    std::size_t done = drain_headers(SignalKind::kPimHello, limit / 4, deliver);
    done += drain_igmp(limit - limit / 2, deliver);
    done += drain_headers(SignalKind::kNoEntry, limit / 4, deliver);
    done += drain_headers(SignalKind::kWrongInterface, limit / 4, deliver);
    done += drain_igmp(limit - done, deliver);
    done += drain_headers(SignalKind::kNoEntry, limit - done, deliver);
    done += drain_headers(SignalKind::kWrongInterface, limit - done, deliver);
    return done;
}

bool SignalReader::sleep() {
    doorbell_.arm();
    const bool empty = std::ranges::all_of(rings_, [](const WorkerRings& rings) {
        const PuntRings& punt = rings.punt;
        return punt.no_entry.empty() && punt.wrong_interface.empty() && punt.pim_hello.empty() &&
               std::ranges::all_of(punt.igmp, &Ring<PuntedPacket>::empty);
    });
    if (!empty) {
        doorbell_.awake();
    }
    return empty;
}

Signal SignalReader::describe(SignalKind kind, std::uint16_t attachment, const MacAddress& source,
                              const MacAddress& destination) const {
    const Arrival& arrival = attachments_[attachment];
    return {.kind = kind,
            .domain = arrival.domain,
            .port = arrival.port,
            .vlan = arrival.vlan,
            .interface = arrival.interface,
            .source_mac = source,
            .destination_mac = destination,
            .packet = {}};
}

std::size_t SignalReader::drain_igmp(std::size_t limit, const Deliver& deliver) {
    const std::size_t ports = rings_.front().punt.igmp.size();
    std::size_t done = 0;
    std::size_t idle = 0; // ports in a row that had nothing
    while (done < limit && idle < ports) {
        const std::size_t some = drain_port(next_port_, std::min(kTurn, limit - done), deliver);
        next_port_ = (next_port_ + 1) % ports;
        done += some;
        idle = some == 0 ? idle + 1 : 0;
    }
    return done;
}

std::size_t SignalReader::drain_port(std::size_t port, std::size_t limit, const Deliver& deliver) {
    std::size_t done = 0;
    PuntedPacket punted;
    for (WorkerRings& rings : rings_) {
        for (; done < limit && rings.punt.igmp[port].pop(punted); ++done) {
            Signal signal =
                describe(SignalKind::kIgmp, punted.attachment, punted.source_mac, punted.destination_mac);
            signal.packet = {rte_pktmbuf_mtod(punted.mbuf, const std::byte*), punted.mbuf->data_len};
            signal.received = clock_.now() - since(punted.received);
            deliver(signal);
            rte_pktmbuf_free(punted.mbuf);
        }
    }
    return done;
}

std::size_t SignalReader::drain_headers(SignalKind kind, std::size_t limit, const Deliver& deliver) {
    std::size_t done = 0;
    PuntedHeader header;
    for (WorkerRings& rings : rings_) {
        auto& ring = kind == SignalKind::kNoEntry          ? rings.punt.no_entry
                     : kind == SignalKind::kWrongInterface ? rings.punt.wrong_interface
                                                           : rings.punt.pim_hello;
        for (; done < limit && ring.pop(header); ++done) {
            Signal signal = describe(kind, header.attachment, header.source_mac, header.destination_mac);
            signal.packet = {header.octets.data(), header.length};
            deliver(signal);
        }
    }
    return done;
}

} // namespace mcfwd::dataplane
