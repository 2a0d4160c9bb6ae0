// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Runs once per packet on the generator's only core, hence a prepared header and nothing that is looked up.
#include "frame.hh"

#include <bit>
#include <cstring>

namespace mcfwd::wire {
namespace {

constexpr std::size_t kIp = 14;
constexpr std::size_t kUdp = kIp + 20;
constexpr std::size_t kPayload = kUdp + 8;
constexpr std::uint8_t kTtl = 64; // RFC 3918 section 3.1.4
constexpr std::uint16_t kMagic = 0x6d77;

struct Payload {
    std::uint16_t magic = kMagic;
    std::uint16_t trial = 0;
    std::uint32_t sequence = 0;
    std::uint64_t cycles = 0;
};
static_assert(sizeof(Payload) == 16 && kPayload + sizeof(Payload) <= kSmallestFrame);

template <typename T>
[[nodiscard]] T load(const std::byte* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

template <typename T>
void store(std::byte* at, const T& value) {
    std::memcpy(at, &value, sizeof value);
}

constexpr std::uint16_t network16(std::uint16_t host) {
    return std::endian::native == std::endian::little ? __builtin_bswap16(host) : host;
}

/// Sum of the 16-bit words of a host-order address.
constexpr std::uint32_t words(Ipv4Address address) {
    return (address.host() >> 16U) + (address.host() & 0xffffU);
}

constexpr std::uint16_t folded(std::uint32_t sum) {
    sum = (sum & 0xffffU) + (sum >> 16U);
    return static_cast<std::uint16_t>((sum & 0xffffU) + (sum >> 16U));
}

} // namespace

FrameWriter::FrameWriter(std::size_t octets, const MacAddress& sender, std::uint16_t trial) : trial_(trial) {
    const auto ip_octets = static_cast<std::uint16_t>(octets - kIp);
    std::byte* at = header_.data();
    store(at + 6, sender.bytes);
    store(at + 12, network16(0x0800));
    store(at + kIp, network16(0x4500));
    store(at + kIp + 2, network16(ip_octets));
    store(at + kIp + 8, std::byte{kTtl});
    store(at + kIp + 9, std::byte{17});
    store(at + kUdp, network16(40'000));
    store(at + kUdp + 2, network16(5'000));
    store(at + kUdp + 4, network16(static_cast<std::uint16_t>(ip_octets - 20)));
    checksum_base_ = 0x4500U + ip_octets + ((std::uint32_t{kTtl} << 8U) | 17U);
}

void FrameWriter::write(std::byte* frame, const Flows& flows, std::uint32_t flow,
                        std::uint32_t sequence) const {
    const Ipv4Address source = flows.source(flow);
    const Ipv4Address group = flows.group(flow);
    std::memcpy(frame, header_.data(), header_.size());
    store(frame, multicast_mac(group).bytes);
    store(frame + kIp + 10,
          network16(static_cast<std::uint16_t>(~folded(checksum_base_ + words(source) + words(group)))));
    store(frame + kIp + 12, source.to_network());
    store(frame + kIp + 16, group.to_network());
    store(frame + kPayload, Payload{.trial = trial_, .sequence = sequence});
}

void FrameWriter::stamp(std::byte* frame, std::uint64_t cycles) {
    store(frame + kPayload + offsetof(Payload, cycles), cycles);
}

ReceivedFrame read_frame(std::span<const std::byte> frame, const ExpectedCopies& expected) {
    if (frame.size() < kIp + 20 || load<std::uint16_t>(&frame[12]) != network16(0x0800)) {
        return {};
    }
    const auto protocol = std::to_integer<std::uint8_t>(frame[kIp + 9]);
    if (protocol == 2) {
        return {.kind = FrameKind::kIgmp};
    }
    if (protocol != 17 || frame.size() < kPayload + sizeof(Payload)) {
        return {};
    }
    const auto payload = load<Payload>(&frame[kPayload]);
    if (payload.magic != kMagic) {
        return {};
    }
    if (payload.trial != expected.trial) {
        return {.kind = FrameKind::kStale};
    }
    const std::uint32_t flow = expected.flows->flow_of(payload.sequence);
    const Ipv4Address group = expected.flows->group(flow);
    const bool good = frame.size() == expected.octets &&
                      std::to_integer<std::uint8_t>(frame[kIp + 8]) == kTtl - 1 &&
                      load<MacAddress>(frame.data()) == multicast_mac(group) &&
                      load<std::uint32_t>(&frame[kIp + 16]) == group.to_network() &&
                      load<std::uint32_t>(&frame[kIp + 12]) == expected.flows->source(flow).to_network();
    return {.kind = good ? FrameKind::kCopy : FrameKind::kWrong,
            .sequence = payload.sequence,
            .flow = flow,
            .sent_cycles = payload.cycles};
}

} // namespace mcfwd::wire
