// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// DPDK's receive and transmit callbacks are the wire: the port itself receives nothing and frees what it
// sends. `fill` writes only what differs from packet to packet, `judge` reads all of it.
#include "numbered_traffic.hh"

#include <algorithm>
#include <bit>
#include <cstring>
#include <stdexcept>
#include <string>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_ip.h>

#include "memory_ports.hh"

namespace mcfwd::pipeline {
namespace {

constexpr std::uint8_t kTtl = 16;
// Of an Ethernet frame without tag.
constexpr std::size_t kMacGroup = 5;
constexpr std::size_t kIp = 14;
constexpr std::size_t kIpTtl = kIp + 8;
constexpr std::size_t kIpProtocol = kIp + 9;
constexpr std::size_t kIpChecksum = kIp + 10;
constexpr std::size_t kIpSource = kIp + 12;
constexpr std::size_t kIpGroup = kIp + 16;
// Of what the source writes behind the IP header.
constexpr std::size_t kFlow = kIp + 20;
constexpr std::size_t kPlace = kFlow + 2; ///< in the burst
constexpr std::size_t kNumber = kPlace + 2;
constexpr std::size_t kPayload = 26;

constexpr unsigned kHostFrames = 64;
constexpr unsigned kHostFramesPerBurst = 8;

template <typename T>
T read(const std::uint8_t* at) {
    T value;
    std::memcpy(&value, at, sizeof(value));
    return value;
}
template <typename T>
void put(std::uint8_t* at, T value) {
    std::memcpy(at, &value, sizeof(value));
}

FrameText text(std::size_t lan, std::size_t group) {
    return {.source = source_address(lan),
            .group = group_address(group),
            .ttl = kTtl,
            .payload = Octets(kPayload, 0)};
}

} // namespace

NumberedTraffic::NumberedTraffic(const std::vector<std::uint16_t>& ports, rte_mempool* pool) : pool_(pool) {
    for (const std::uint16_t port : ports) {
        auto lan = std::make_unique<Lan>();
        lan->traffic = this;
        lan->number = lans_.size();
        std::ranges::copy(frame(text(lan->number, 0)), lan->frame.begin());
        lan->hosts = rte_ring_create(("hosts" + std::to_string(lan->number)).c_str(), kHostFrames,
                                     SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
        if (lan->hosts == nullptr || rte_eth_add_rx_callback(port, 0, on_receive, lan.get()) == nullptr ||
            rte_eth_add_tx_callback(port, 0, on_transmit, lan.get()) == nullptr) {
            throw std::runtime_error("a port takes no callbacks");
        }
        lans_.push_back(std::move(lan));
    }
}

NumberedTraffic::~NumberedTraffic() {
    for (const auto& lan : lans_) {
        rte_ring_free(lan->hosts);
    }
}

void NumberedTraffic::expect(std::size_t lan, std::size_t group, Expectation expectation) {
    const auto may = static_cast<std::uint16_t>(1U << lan);
    const auto both = static_cast<std::uint16_t>(may | (may << 8U));
    std::uint16_t next = expected_[group].load(std::memory_order_relaxed);
    next = static_cast<std::uint16_t>(next & ~both);
    if (expectation != Expectation::kNever) {
        next = static_cast<std::uint16_t>(next | (expectation == Expectation::kMust ? both : may));
    }
    // Relaxed: the ring through which a host's frame follows orders the two.
    expected_[group].store(next, std::memory_order_relaxed);
}

void NumberedTraffic::send(std::size_t lan, const Octets& frame) {
    rte_mbuf* buffer = buffer_of(frame, pool_);
    while (rte_ring_enqueue(lans_[lan]->hosts, buffer) != 0) {
        rte_pause(); // the worker empties it
    }
}

void NumberedTraffic::open_flows() {
    for (const auto& lan : lans_) {
        lan->unopened = kGroups;
    }
    // Release: the worker sees what is to be opened.
    mode_.store(Mode::kOpen, std::memory_order_release);
}

void NumberedTraffic::silence() {
    mode_.store(Mode::kSilent, std::memory_order_release);
    const std::uint64_t before = silent_polls_.load(std::memory_order_relaxed);
    // Acquire: what the worker wrote about its bursts can be read now. Each LAN has been polled twice.
    while (silent_polls_.load(std::memory_order_acquire) < before + 2 * kLans) {
        rte_pause();
    }
}

std::uint16_t NumberedTraffic::on_receive(std::uint16_t, std::uint16_t, rte_mbuf** frames, std::uint16_t,
                                          std::uint16_t room, void* lan) {
    auto& at = *static_cast<Lan*>(lan);
    NumberedTraffic& traffic = *at.traffic;
    const std::uint64_t now = rte_rdtsc();
    if (traffic.in_work_size_ > 0) {
        if (traffic.recording_ != nullptr && traffic.numbered_only_) {
            traffic.recording_->add(now - traffic.handed_over_ - traffic.judged_cycles_);
        }
        traffic.judge_burst();
    }
    const std::uint16_t count = traffic.fill(at, frames, room);
    traffic.judged_cycles_ = 0;
    traffic.handed_over_ = rte_rdtsc();
    return count;
}

std::uint16_t NumberedTraffic::fill(Lan& lan, rte_mbuf** frames, std::uint16_t room) {
    auto count = static_cast<std::uint16_t>(rte_ring_dequeue_burst(
        lan.hosts, reinterpret_cast<void**>(frames), std::min<unsigned>(room, kHostFramesPerBurst), nullptr));
    numbered_only_ = count == 0;
    recording_ = histogram_.load(std::memory_order_acquire);
    const Mode mode = mode_.load(std::memory_order_acquire);
    const std::size_t packets = mode == Mode::kSaturate ? room - count
                                : mode == Mode::kOpen   ? std::min<std::size_t>(lan.unopened, room - count)
                                                        : 0;
    if (packets == 0 || rte_pktmbuf_alloc_bulk(pool_, frames + count, static_cast<unsigned>(packets)) != 0) {
        silent_polls_.store(silent_polls_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
        return count;
    }
    for (std::size_t i = 0; i < packets; ++i) {
        const std::size_t group = lan.next_group;
        lan.next_group = group + 1 < kGroups ? group + 1 : 0;
        const std::uint32_t number = mode == Mode::kOpen ? 0 : ++lan.last_sent[group];
        write(lan, group, number, frames[count++]);
    }
    if (mode == Mode::kOpen) {
        lan.unopened -= packets;
        in_work_size_ = 0;
        return count;
    }
    bursts_.store(bursts_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    verdict_.packets += packets;
    return count;
}

void NumberedTraffic::write(Lan& lan, std::size_t group, std::uint32_t number, rte_mbuf* frame) {
    const std::size_t flow = lan.number * kGroups + group;
    const auto own = static_cast<std::uint16_t>(1U << lan.number);
    const std::uint16_t expected = expected_[group].load(std::memory_order_relaxed);
    const std::size_t place = in_work_size_++;
    in_work_[place] = {.number = number,
                       .flow = static_cast<std::uint16_t>(flow),
                       .must = static_cast<std::uint8_t>((expected >> 8U) & ~own),
                       .may = static_cast<std::uint8_t>(expected & 0xffU & ~own)};
    auto* octets = reinterpret_cast<std::uint8_t*>(rte_pktmbuf_append(frame, kFrame));
    std::memcpy(octets, lan.frame.data(), kFrame);
    octets[kMacGroup] = static_cast<std::uint8_t>(octets[kMacGroup] + group);
    octets[kIpGroup + 3] = static_cast<std::uint8_t>(octets[kIpGroup + 3] + group);
    // The group's last octet is the low half of its checksum word. One's complement: no carry is lost.
    std::uint32_t sum =
        (~std::uint32_t{rte_be_to_cpu_16(read<std::uint16_t>(octets + kIpChecksum))} & 0xffffU) +
        static_cast<std::uint32_t>(group);
    sum = (sum & 0xffffU) + (sum >> 16U);
    put(octets + kIpChecksum, rte_cpu_to_be_16(static_cast<std::uint16_t>(~sum)));
    put(octets + kFlow, static_cast<std::uint16_t>(flow));
    put(octets + kPlace, static_cast<std::uint16_t>(place));
    put(octets + kNumber, number);
}

// All copies of the burst have left: the worker sends before it polls again, and the ports take everything.
void NumberedTraffic::judge_burst() {
    for (std::size_t place = 0; place < in_work_size_; ++place) {
        const InWork& packet = in_work_[place];
        verdict_.lost +=
            static_cast<unsigned>(std::popcount(static_cast<unsigned>(packet.must & ~packet.seen)));
        verdict_.outside +=
            static_cast<unsigned>(std::popcount(static_cast<unsigned>(packet.seen & ~packet.may)));
    }
    in_work_size_ = 0;
}

std::uint16_t NumberedTraffic::on_transmit(std::uint16_t, std::uint16_t, rte_mbuf** frames,
                                           std::uint16_t count, void* lan) {
    const std::uint64_t start = rte_rdtsc();
    auto& at = *static_cast<Lan*>(lan);
    for (std::uint16_t i = 0; i < count; ++i) {
        at.traffic->judge(at, *frames[i]);
    }
    at.traffic->judged_cycles_ += rte_rdtsc() - start;
    return count;
}

void NumberedTraffic::judge(Lan& lan, const rte_mbuf& frame) {
    const auto* octets = rte_pktmbuf_mtod(&frame, const std::uint8_t*);
    if (octets[kIpProtocol] == IPPROTO_IGMP) {
        return; // a query
    }
    const auto flow = read<std::uint16_t>(octets + kFlow);
    const auto place = read<std::uint16_t>(octets + kPlace);
    const auto number = read<std::uint32_t>(octets + kNumber);
    const std::size_t group = flow % kGroups;
    const bool intact =
        frame.pkt_len == kFrame && flow < kFlows && octets[kIpTtl] == kTtl - 1 &&
        rte_raw_cksum(octets + kIp, sizeof(rte_ipv4_hdr)) == 0xffff &&
        octets[kMacGroup] == octets[kIpGroup + 3] &&
        Ipv4Address::from_network(read<std::uint32_t>(octets + kIpGroup)) == group_address(group) &&
        Ipv4Address::from_network(read<std::uint32_t>(octets + kIpSource)) == source_address(flow / kGroups);
    if (!intact) {
        ++verdict_.damaged;
        return;
    }
    if (number == 0) {
        opened_copies_.store(opened_copies_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        return;
    }
    ++verdict_.copies;
    verdict_.reordered += number <= lan.last_seen[flow] ? 1U : 0U;
    lan.last_seen[flow] = number;
    if (place >= in_work_size_ || in_work_[place].number != number || in_work_[place].flow != flow) {
        ++verdict_.late;
        return;
    }
    const auto bit = static_cast<std::uint8_t>(1U << lan.number);
    verdict_.duplicated += (in_work_[place].seen & bit) != 0 ? 1U : 0U;
    in_work_[place].seen = static_cast<std::uint8_t>(in_work_[place].seen | bit);
}

} // namespace mcfwd::pipeline
