// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Runs once per packet on every receiver, so a flow remembers until when it is wanted.
#include "wire_audit.hh"

#include <algorithm>

namespace mcfwd::lab {

std::size_t FlowKeyHash::operator()(const FlowKey& key) const noexcept {
    const std::uint64_t pair = (std::uint64_t{key.group.host()} << 32U) | key.source.host();
    return std::hash<std::uint64_t>{}((pair ^ key.port) * 0x9e3779b97f4a7c15ULL);
}

void WireAudit::want(Ipv4Address group, Ipv4Address source, Asker asker) {
    wanted_.push_back({group, source, asker, kForever});
    ++generation_;
}

void WireAudit::unwant(Ipv4Address group, Ipv4Address source, Asker asker, std::int64_t at_ns) {
    const auto found = std::ranges::find_if(wanted_, [&](const Wanted& wanted) {
        return wanted.group == group && wanted.source == source && wanted.asker == asker &&
               wanted.until_ns == kForever;
    });
    if (found != wanted_.end()) {
        found->until_ns = at_ns;
        ++generation_;
    }
}

void WireAudit::look_up_wish(const FlowKey& key, FlowRecord& flow) const {
    flow.generation = generation_;
    for (const Wanted& wanted : wanted_) {
        if (wanted.group == key.group && (wanted.source == kAnySource || wanted.source == key.source)) {
            flow.wanted_until_ns = std::max(flow.wanted_until_ns, wanted.until_ns);
            flow.asker = std::max(flow.asker, wanted.asker);
        }
    }
}

void WireAudit::see(const Frame& frame, std::size_t octets, VlanId vlan, std::int64_t time_ns) {
    if (frame.kind == FrameKind::kOther || frame.kind == FrameKind::kIgmp) {
        return;
    }
    ++totals_.packets;
    totals_.bytes += octets;
    if (vlan != expectation_.vlan) {
        ++totals_.bad_vlan;
        return;
    }
    switch (frame.kind) {
    case FrameKind::kData:
        see_data(frame, time_ns);
        break;
    case FrameKind::kBadMac:
        ++totals_.bad_mac;
        break;
    case FrameKind::kBadIpHeader:
        ++totals_.bad_ip_header;
        break;
    case FrameKind::kBadIpChecksum:
        ++totals_.bad_ip_checksum;
        break;
    case FrameKind::kBadUdpChecksum:
        ++totals_.bad_udp_checksum;
        break;
    default:
        ++totals_.bad_payload;
        break;
    }
}

void WireAudit::see_data(const Frame& frame, std::int64_t time_ns) {
    const auto [at, is_new] = flows_.try_emplace(FlowKey{frame.source, frame.group, frame.port});
    FlowRecord& flow = at->second;
    if (is_new) {
        flow.flow_id = frame.probe.flow;
        flow.first_ns = time_ns;
    }
    if (flow.flow_id != frame.probe.flow ||
        flow.sequence.see(frame.probe.sequence) == SequenceAudit::Verdict::kAbsurd) {
        ++totals_.bad_payload;
        return;
    }
    if (flow.generation != generation_) {
        flow.wanted_until_ns = 0;
        flow.asker = Asker::kNobody;
        look_up_wish(at->first, flow);
    }
    if (time_ns > flow.wanted_until_ns) {
        ++flow.wrong;
        ++totals_.wrong;
    }
    totals_.bad_ttl += frame.ttl != expectation_.ttl ? 1 : 0;
    flow.last_ns = time_ns;
    flow.longest_delay_ns = std::max(flow.longest_delay_ns, time_ns - frame.probe.sent_ns);
}

} // namespace mcfwd::lab
