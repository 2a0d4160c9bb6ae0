// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The frame is complete before it leaves the control thread; the worker only sends it.
#include "injector.hh"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <rte_ether.h>
#include <rte_mbuf.h>

namespace mcfwd::dataplane {
namespace {

using Frame = std::unique_ptr<rte_mbuf, void (*)(rte_mbuf*)>;

bool append(rte_mbuf* frame, const void* octets, std::size_t count) {
    char* place = rte_pktmbuf_append(frame, static_cast<std::uint16_t>(count));
    if (place != nullptr) {
        std::memcpy(place, octets, count);
    }
    return place != nullptr;
}

bool append16(rte_mbuf* frame, std::uint16_t value) {
    const std::uint16_t network = rte_cpu_to_be_16(value);
    return append(frame, &network, sizeof(network));
}

} // namespace

Expected<void> Injector::send(PortId port, VlanId vlan, MacAddress destination,
                              std::span<const std::byte> ip_packet) {
    const MacAddress own = port.value() < ports_.size() ? ports_[port.value()].mac() : MacAddress{};
    return send_from(port, vlan, own, destination, ip_packet);
}

Expected<void> Injector::send_from(PortId port, VlanId vlan, MacAddress source, MacAddress destination,
                                   std::span<const std::byte> ip_packet) {
    if (port.value() >= ports_.size()) {
        return fail(Status::kInvalidParameter, fmt::format("port {} does not exist", port));
    }
    const Port& out = ports_[port.value()];
    if (ip_packet.size() > out.mtu() || vlan.value() > 4094) {
        return fail(Status::kInvalidParameter,
                    fmt::format("{} octets on VLAN {} do not fit port {} with MTU {}", ip_packet.size(), vlan,
                                out.name(), out.mtu()));
    }
    Frame frame(rte_pktmbuf_alloc(pool_), rte_pktmbuf_free);
    bool fits = frame && append(frame.get(), destination.bytes.data(), destination.bytes.size()) &&
                append(frame.get(), source.bytes.data(), source.bytes.size()) &&
                (vlan.value() == 0 ||
                 (append16(frame.get(), RTE_ETHER_TYPE_VLAN) && append16(frame.get(), vlan.value()))) &&
                append16(frame.get(), RTE_ETHER_TYPE_IPV4) &&
                append(frame.get(), ip_packet.data(), ip_packet.size());
    if (fits && frame->data_len < RTE_ETHER_MIN_LEN - RTE_ETHER_CRC_LEN) {
        constexpr std::array<char, RTE_ETHER_MIN_LEN> kPadding{};
        fits = append(frame.get(), kPadding.data(), RTE_ETHER_MIN_LEN - RTE_ETHER_CRC_LEN - frame->data_len);
    }
    if (!fits || !rings_.front().injections.push({.frame = frame.get(), .flow = {}, .port = port})) {
        ++dropped_.front();
        return fail(Status::kCanNotComplete, fmt::format("no {} for a packet out of port {}",
                                                         fits ? "ring slot" : "buffer", out.name()));
    }
    static_cast<void>(frame.release()); // the worker's now
    return {};
}

void Injector::discard_parked(const MfibKey& flow) {
    for (std::size_t worker = 0; worker < rings_.size(); ++worker) {
        if (!rings_[worker].injections.push({.frame = nullptr, .flow = flow_key(flow), .port = {}})) {
            ++dropped_[worker];
        }
    }
}

} // namespace mcfwd::dataplane
