// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Wiring only: which bridge a packet belongs to, where its packets and lists go.
#include "snooping.hh"

#include <algorithm>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <controlplane/protocols/reported_changes.hh>

namespace mcfwd::protocols {

namespace {

/// A table without room is tried again so often.
constexpr std::chrono::seconds kTableRetry{1};

using Key = std::pair<Ipv4Address, Ipv4Address>;

forwarding::BridgeEntry entry_for(const igmp::SnoopingBridge& state, const Key& key) {
    return {.group = key.first, .source = key.second, .ports = state.ports_for(key.first, key.second)};
}

} // namespace

Expected<void> Snooping::add(DomainId domain, igmp::SnoopingConfig config) {
    const forwarding::Bridge& facts = *environment_.bridges.find(domain);
    auto state = igmp::SnoopingBridge::create(std::move(config));
    if (!state) {
        return fail(state.error().status,
                    fmt::format("bridge {}: snooping: {}", facts.name, state.error().what));
    }
    auto bridge = std::make_unique<Bridge>(Bridge{.facts = facts, .state = std::move(*state)});
    igmp::SnoopingOutput output;
    bridge->state.start(environment_.clock.now(), output);
    output.floods_changed = true; // the table has none yet
    Bridge& added = *bridges_.emplace(domain, std::move(bridge)).first->second;
    carry_out(added, output, "start");
    return {};
}

void Snooping::receive(const Signal& signal) {
    Bridge* bridge = at(signal.domain);
    if (bridge == nullptr) {
        return;
    }
    const auto port = bridge->facts.index_of(signal.port, signal.vlan);
    if (!port) {
        return;
    }
    ++counters_.received;
    igmp::SnoopingOutput output;
    const Instant now = environment_.clock.now();
    if (signal.kind == SignalKind::kPimHello) {
        bridge->state.hear_pim(*port, signal.packet, now, output);
    } else {
        bridge->state.receive(*port, signal.packet, {signal.source_mac, signal.received},
                              signal.destination_mac, now, output);
    }
    carry_out(*bridge, output, bridge->facts.members[port->value()].name);
}

void Snooping::send_local(DomainId domain, MacAddress source, Ipv4Address destination,
                          std::span<const std::byte> packet) {
    if (Bridge* bridge = at(domain)) {
        igmp::SnoopingOutput output;
        bridge->state.send_local(packet, source, multicast_mac(destination), environment_.clock.now(),
                                 output);
        carry_out(*bridge, output, "router");
    }
}

void Snooping::set_link(PortId port, bool up) {
    for (const auto& [domain, bridge] : bridges_) {
        const std::vector<forwarding::BridgeMember>& members = bridge->facts.members;
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (members[i].port == port) {
                igmp::SnoopingOutput output;
                bridge->state.set_link(BridgePort(static_cast<std::uint16_t>(i)), up,
                                       environment_.clock.now(), output);
                carry_out(*bridge, output, members[i].name);
            }
        }
    }
}

std::optional<Instant> Snooping::advance() {
    const Instant now = environment_.clock.now();
    std::optional<Instant> next;
    for (const auto& [domain, bridge] : bridges_) {
        if (const auto deadline = bridge->state.next_deadline(); deadline && *deadline <= now) {
            igmp::SnoopingOutput output;
            bridge->state.advance(now, output);
            carry_out(*bridge, output, "timer");
        }
        if (bridge->retry_at && *bridge->retry_at <= now) {
            retry(*bridge);
        }
        for (const std::optional<Instant> due : {bridge->state.next_deadline(), bridge->retry_at}) {
            next = due && (!next || *due < *next) ? due : next;
        }
    }
    return next;
}

void Snooping::carry_out(Bridge& bridge, igmp::SnoopingOutput& output, std::string_view cause) {
    forwarding::LatencyMeter* const latencies = environment_.latencies;
    for (std::size_t i = 0; latencies != nullptr && i < output.reported.size(); ++i) {
        const igmp::PortChange& reported = output.reported[i];
        await_reported(*latencies, forwarding::HostPlace::bridged(bridge.facts.domain, reported.port),
                       std::span(&reported.change, 1));
    }
    publish(bridge, output, cause);
    if (latencies != nullptr) {
        latencies->forget_awaited(bridge.facts.domain);
    }
    for (const igmp::Relay& relay : output.packets) {
        send(bridge, relay);
    }
}

void Snooping::send(const Bridge& bridge, const igmp::Relay& relay) {
    for (const BridgePort port : relay.ports) {
        const forwarding::BridgeMember& to = bridge.facts.members[port.value()];
        const auto sent = relay.source == MacAddress{}
                              ? environment_.packets.send(to.port, to.vlan, relay.destination, relay.packet)
                              : environment_.packets.send_from(to.port, to.vlan, relay.source,
                                                               relay.destination, relay.packet);
        if (!sent) {
            ++counters_.send_failures;
            if (send_log_.allow(environment_.clock.now())) {
                spdlog::warn("snooping packet not sent bridge={} port={} reason=\"{}\" total={}",
                             bridge.facts.name, to.name, sent.error().what, counters_.send_failures);
            }
        }
    }
}

void Snooping::publish(Bridge& bridge, igmp::SnoopingOutput& output, std::string_view cause) {
    std::vector<forwarding::BridgeEntry> entries;
    for (const auto& [group, source] : output.changed) {
        entries.push_back(entry_for(bridge.state, {group, source}));
    }
    if (output.floods_changed) {
        entries.push_back({kUnregisteredGroup, kAnySource, bridge.state.unregistered_ports()});
        entries.push_back({kFloodGroup, kAnySource, bridge.state.flood_ports()});
    }
    if (entries.empty()) {
        return;
    }
    const std::string what = output.changed.empty() ? "ports" : fmt::to_string(output.changed.front().group);
    note_refused(bridge, environment_.publisher.publish(
                             bridge.facts.domain, std::move(entries),
                             fmt::format("snooping {} on {} {}", what, bridge.facts.name, cause)));
}

void Snooping::note_refused(Bridge& bridge, const std::vector<forwarding::BridgeEntry>& refused) {
    if (refused.empty()) {
        return;
    }
    igmp::SnoopingOutput output;
    const Instant now = environment_.clock.now();
    for (const forwarding::BridgeEntry& entry : refused) {
        bridge.refused.emplace(entry.group, entry.source);
        bridge.state.table_full(entry.group, true, now, output);
    }
    counters_.refused_lists += refused.size();
    bridge.retry_at = now + kTableRetry;
    if (const auto held_back = full_log_.allow(now)) {
        spdlog::error(
            "snooping: no room in the table bridge={} group={} of={}: groups without an entry are flooded "
            "until there is more={}",
            bridge.facts.name, refused.front().group, bridge.refused.size(), *held_back);
    }
    publish(bridge, output, "table full");
}

void Snooping::retry(Bridge& bridge) {
    bridge.retry_at.reset();
    const std::set<Key> waiting = std::exchange(bridge.refused, {});
    std::vector<forwarding::BridgeEntry> entries;
    std::ranges::transform(waiting, std::back_inserter(entries),
                           [&](const Key& key) { return entry_for(bridge.state, key); });
    const auto refused = environment_.publisher.publish(bridge.facts.domain, std::move(entries),
                                                        fmt::format("room on {}", bridge.facts.name));
    std::set<Ipv4Address> still;
    std::ranges::transform(refused, std::inserter(still, still.end()), &forwarding::BridgeEntry::group);
    igmp::SnoopingOutput output;
    for (const auto& [group, source] : waiting) {
        if (!still.contains(group)) {
            bridge.state.table_full(group, false, environment_.clock.now(), output);
        }
    }
    publish(bridge, output, "room again");
    note_refused(bridge, refused);
}

std::vector<BridgePort> Snooping::ports_for_flow(DomainId domain, Ipv4Address group,
                                                 Ipv4Address source) const {
    const igmp::SnoopingBridge* bridge = find(domain);
    if (bridge == nullptr) {
        return {};
    }
    if (const auto ports = bridge->ports_for(group, source)) {
        return *ports;
    }
    if (const auto ports = bridge->ports_for(group, kAnySource)) {
        return *ports;
    }
    return bridge->unregistered_ports();
}

const igmp::SnoopingBridge* Snooping::find(DomainId domain) const {
    const auto at = bridges_.find(domain);
    return at == bridges_.end() ? nullptr : &at->second->state;
}

Snooping::Bridge* Snooping::at(DomainId domain) {
    const auto at = bridges_.find(domain);
    return at == bridges_.end() ? nullptr : at->second.get();
}

void Snooping::clear_counters() {
    counters_ = {};
    for (const auto& [domain, bridge] : bridges_) {
        bridge->state.clear_counters();
    }
}

} // namespace mcfwd::protocols
