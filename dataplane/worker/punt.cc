// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A signal that is policed or finds no room is counted and forgotten here; parked flows ask again by
// themselves.
#include "punt.hh"

#include <algorithm>
#include <cstring>

#include <rte_cycles.h>
#include <rte_ether.h>

namespace mcfwd::dataplane {
namespace {

MacAddress ethernet_source(const Packet& packet) {
    MacAddress source;
    std::memcpy(source.bytes.data(), packet.ethernet() + RTE_ETHER_ADDR_LEN, source.bytes.size());
    return source;
}

} // namespace

Punt::Punt(PuntRings& rings, std::size_t attachments, const Limits& limits, Tally& tally)
    : rings_(rings),
      tally_(tally) {
    const std::uint64_t hz = rte_get_tsc_hz();
    buckets_.assign(attachments, {TokenBucket(limits.igmp, hz), TokenBucket(limits.no_entry, hz),
                                  TokenBucket(limits.wrong_interface, hz)});
}

void Punt::igmp(PacketBurst& packets, std::uint64_t now) noexcept {
    for (Packet& packet : packets.packets()) {
        if (!within_rate(SignalKind::kIgmp, packet.attachment, now)) {
            count(SignalKind::kIgmp, Outcome::kPoliced);
            tally_.drop(packet.mbuf, DropReason::kPuntPoliced);
        } else if (!rings_.igmp.push({packet.mbuf, packet.attachment, ethernet_source(packet)})) {
            count(SignalKind::kIgmp, Outcome::kRingFull);
            tally_.drop(packet.mbuf, DropReason::kPuntRingFull);
        } else {
            count(SignalKind::kIgmp, Outcome::kSent);
            tally_.punted.add(1);
        }
    }
}

void Punt::wrong_interface(const Packet& packet, std::uint64_t now) noexcept {
    count(SignalKind::kWrongInterface,
          send_header(SignalKind::kWrongInterface, rings_.wrong_interface, packet, now));
}

bool Punt::no_entry(const Packet& packet, Attempt attempt, std::uint64_t now) noexcept {
    const Outcome outcome = send_header(SignalKind::kNoEntry, rings_.no_entry, packet, now);
    if (outcome == Outcome::kSent || attempt == Attempt::kFirst) {
        count(SignalKind::kNoEntry, outcome);
    }
    return outcome == Outcome::kSent;
}

bool Punt::within_rate(SignalKind kind, std::uint16_t attachment, std::uint64_t now) noexcept {
    return buckets_[attachment][static_cast<std::size_t>(kind)].take(now);
}

Punt::Outcome Punt::send_header(SignalKind kind, Ring<PuntedHeader>& ring, const Packet& packet,
                                std::uint64_t now) noexcept {
    if (!within_rate(kind, packet.attachment, now)) {
        return Outcome::kPoliced;
    }
    PuntedHeader header;
    header.attachment = packet.attachment;
    header.length = std::min<std::uint16_t>(packet.length, kSignalHeaderOctets);
    header.source_mac = ethernet_source(packet);
    std::memcpy(header.octets.data(), packet.octets(), header.length);
    return ring.push(header) ? Outcome::kSent : Outcome::kRingFull;
}

void Punt::count(SignalKind kind, Outcome outcome) noexcept {
    auto& counters = outcome == Outcome::kSent      ? tally_.signals
                     : outcome == Outcome::kPoliced ? tally_.signals_policed
                                                    : tally_.signals_lost;
    Tally::of(counters, kind).add(1);
}

} // namespace mcfwd::dataplane
