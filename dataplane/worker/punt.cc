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

MacAddress read_mac(const std::byte* octets) {
    MacAddress mac;
    std::memcpy(mac.bytes.data(), octets, mac.bytes.size());
    return mac;
}

} // namespace

void read_igmp_drops(const PuntRings& rings, WorkerCounters& into) {
    IgmpDrops sum;
    for (const PuntDrops& drops : rings.igmp_drops) {
        sum += into.igmp_drops.emplace_back(drops.policed.value(), drops.ring_full.value());
    }
    into.signals_policed[static_cast<std::size_t>(SignalKind::kIgmp)] = sum.punt_policed;
    into.signals_lost[static_cast<std::size_t>(SignalKind::kIgmp)] = sum.punt_ring_full;
}

Punt::Punt(PuntRings& rings, Doorbell& doorbell, std::size_t attachments, const Limits& limits, Tally& tally)
    : rings_(rings),
      doorbell_(doorbell),
      tally_(tally) {
    rings.igmp_drops = std::vector<PuntDrops>(attachments);
    const std::uint64_t hz = rte_get_tsc_hz();
    buckets_.assign(attachments,
                    {TokenBucket(limits.igmp, hz), TokenBucket(limits.no_entry, hz),
                     TokenBucket(limits.wrong_interface, hz), TokenBucket(limits.pim_hello, hz)});
}

void Punt::igmp(PacketBurst& packets, PortId port, std::uint64_t now) noexcept {
    Ring<PuntedPacket>& ring = rings_.igmp[port.value()];
    for (Packet& packet : packets.packets()) {
        if (!within_rate(SignalKind::kIgmp, packet.attachment, now)) {
            rings_.igmp_drops[packet.attachment].policed.add(1);
            tally_.drop(packet.mbuf, DropReason::kPuntPoliced);
        } else if (!ring.push({packet.mbuf, packet.attachment,
                               read_mac(packet.ethernet() + RTE_ETHER_ADDR_LEN), read_mac(packet.ethernet()),
                               now})) {
            rings_.igmp_drops[packet.attachment].ring_full.add(1);
            tally_.drop(packet.mbuf, DropReason::kPuntRingFull);
        } else {
            count(SignalKind::kIgmp, Outcome::kSent);
            tally_.punted.add(1);
        }
    }
}

void Punt::wrong_interface(const Packet& packet, std::uint64_t now) noexcept {
    count(SignalKind::kWrongInterface,
          send_header(SignalKind::kWrongInterface, rings_.wrong_interface, header_of(packet), now));
}

bool Punt::no_entry(const Packet& packet, Attempt attempt, std::uint64_t now) noexcept {
    const Outcome outcome = send_header(SignalKind::kNoEntry, rings_.no_entry, header_of(packet), now);
    if (outcome == Outcome::kSent || attempt == Attempt::kFirst) {
        count(SignalKind::kNoEntry, outcome);
    }
    return outcome == Outcome::kSent;
}

bool Punt::within_rate(SignalKind kind, std::uint16_t attachment, std::uint64_t now) noexcept {
    return buckets_[attachment][static_cast<std::size_t>(kind)].take(now);
}

void Punt::pim_hello(const Packet& frame, std::uint16_t length, std::uint64_t now) noexcept {
    const std::byte* ethernet = frame.octets();
    const Header header{frame.attachment, ethernet, ethernet + frame.ethernet_length, length};
    count(SignalKind::kPimHello, send_header(SignalKind::kPimHello, rings_.pim_hello, header, now));
}

Punt::Header Punt::header_of(const Packet& packet) noexcept {
    return {packet.attachment, packet.ethernet(), packet.octets(), packet.length};
}

Punt::Outcome Punt::send_header(SignalKind kind, Ring<PuntedHeader>& ring, const Header& packet,
                                std::uint64_t now) noexcept {
    if (!within_rate(kind, packet.attachment, now)) {
        return Outcome::kPoliced;
    }
    PuntedHeader header;
    header.attachment = packet.attachment;
    header.length = std::min<std::uint16_t>(packet.length, kSignalHeaderOctets);
    header.source_mac = read_mac(packet.ethernet + RTE_ETHER_ADDR_LEN);
    header.destination_mac = read_mac(packet.ethernet);
    std::memcpy(header.octets.data(), packet.ip, header.length);
    return ring.push(header) ? Outcome::kSent : Outcome::kRingFull;
}

void Punt::count(SignalKind kind, Outcome outcome) noexcept {
    auto& counters = outcome == Outcome::kSent      ? tally_.signals
                     : outcome == Outcome::kPoliced ? tally_.signals_policed
                                                    : tally_.signals_lost;
    Tally::of(counters, kind).add(1);
    sent_ = sent_ || outcome == Outcome::kSent;
}

} // namespace mcfwd::dataplane
