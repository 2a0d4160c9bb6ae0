// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Plain and slow on purpose: this is what the fast path is judged by.
#include "frames.hh"

#include <algorithm>

namespace mcfwd::pipeline {
namespace {

void put16(Octets& out, unsigned value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8U));
    out.push_back(static_cast<std::uint8_t>(value));
}

void put(Octets& out, Ipv4Address address) {
    for (unsigned i = 0; i < 4; ++i) {
        out.push_back(address.octet(i));
    }
}

Octets ethernet(const MacAddress& to, const MacAddress& from, std::uint16_t vlan, std::uint16_t type) {
    Octets out(to.bytes.begin(), to.bytes.end());
    out.insert(out.end(), from.bytes.begin(), from.bytes.end());
    if (vlan != 0) {
        put16(out, 0x8100);
        put16(out, vlan);
    }
    put16(out, type);
    return out;
}

} // namespace

std::uint16_t internet_checksum(const Octets& octets) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i + 1 < octets.size(); i += 2) {
        sum += static_cast<std::uint64_t>(octets[i]) * 256 + octets[i + 1];
    }
    while (sum > 0xffff) {
        sum = (sum & 0xffff) + (sum >> 16U);
    }
    return static_cast<std::uint16_t>(~sum);
}

void fix_checksum(Octets& frame, std::size_t offset) {
    const std::size_t length = static_cast<std::size_t>(frame[offset] & 0x0fU) * 4;
    frame[offset + 10] = frame[offset + 11] = 0;
    const auto first = frame.begin() + static_cast<std::ptrdiff_t>(offset);
    const std::uint16_t sum = internet_checksum(Octets(first, first + static_cast<std::ptrdiff_t>(length)));
    frame[offset + 10] = static_cast<std::uint8_t>(sum >> 8U);
    frame[offset + 11] = static_cast<std::uint8_t>(sum);
}

Octets ip_packet(const FrameText& text) {
    const std::size_t header = 20 + text.options.size();
    Octets out{static_cast<std::uint8_t>(0x40U | (header / 4)), 0};
    put16(out, static_cast<unsigned>(header + text.payload.size()));
    put16(out, 0x1234);
    put16(out, 0);
    out.push_back(text.ttl);
    out.push_back(text.protocol);
    put16(out, 0);
    put(out, text.source);
    put(out, text.group);
    out.insert(out.end(), text.options.begin(), text.options.end());
    out.insert(out.end(), text.payload.begin(), text.payload.end());
    fix_checksum(out, 0);
    return out;
}

Octets frame(const FrameText& text) {
    Octets out = ethernet(multicast_mac(text.group), text.source_mac, text.vlan, text.ether_type);
    const Octets packet = ip_packet(text);
    out.insert(out.end(), packet.begin(), packet.end());
    return out;
}

Octets routed(const FrameText& text, const MacAddress& source_mac, std::uint16_t vlan) {
    FrameText copy = text;
    --copy.ttl;
    copy.vlan = vlan;
    copy.source_mac = source_mac;
    copy.ether_type = 0x0800;
    Octets out = frame(copy);
    out.resize(std::max<std::size_t>(60, out.size()), 0);
    return out;
}

} // namespace mcfwd::pipeline
