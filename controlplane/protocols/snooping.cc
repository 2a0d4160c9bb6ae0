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

/// A table without room is tried again so often, with so many groups.
constexpr std::chrono::seconds kTableRetry{1};
constexpr std::size_t kRetriedGroups = 256;

/// Lists are gone through in slices of two or three milliseconds: so many ports are looked at, and so long is
/// the time to the next, in which everything else has its turn.
constexpr std::size_t kSlicePorts = 24'000;
constexpr std::size_t kMostPerSlice = 1'000;
constexpr std::chrono::milliseconds kSliceGap{5};
/// Groups and hosts, over all bridges, that one task looks at because of the time.
constexpr std::size_t kSliceGroups = 1'000;

forwarding::BridgeEntry entry_for(const igmp::SnoopingBridge& state, const igmp::SourceGroupKey& key) {
    return {.group = key.group, .source = key.source, .ports = state.ports_for(key.group, key.source)};
}

std::vector<forwarding::BridgeEntry> flood_lists(const igmp::SnoopingBridge& state) {
    return {{kUnregisteredGroup, kAnySource, state.unregistered_ports()},
            {kFloodGroup, kAnySource, state.flood_ports()}};
}

} // namespace

template <typename Act>
void Snooping::input(Bridge& bridge, std::string_view cause, Act act) {
    const bool was_settled = std::exchange(bridge.settled, false);
    igmp::SnoopingOutput output;
    act(bridge.state, output);
    carry_out(bridge, output, cause);
    bridge.settled = was_settled;
}

Expected<void> Snooping::add(DomainId domain, igmp::SnoopingConfig config) {
    const forwarding::Bridge& facts = *environment_.bridges.find(domain);
    auto state = igmp::SnoopingBridge::create(std::move(config));
    if (!state) {
        return fail(state.error().status,
                    fmt::format("bridge {}: snooping: {}", facts.name, state.error().what));
    }
    auto bridge = std::make_unique<Bridge>(Bridge{.facts = facts, .state = std::move(*state)});
    for (const forwarding::BridgeMember& member : facts.members) {
        bridge->refusals.emplace_back(fmt::format("bridge={} port={}", facts.name, member.name));
    }
    Bridge& added = *bridges_.emplace(domain, std::move(bridge)).first->second;
    input(added, "start", [&](igmp::SnoopingBridge& started, igmp::SnoopingOutput& output) {
        started.start(environment_.clock.now(), output);
        output.floods_changed = true; // the table has none yet
    });
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
    const Instant now = environment_.clock.now();
    input(*bridge, bridge->facts.members[port->value()].name,
          [&](igmp::SnoopingBridge& state, igmp::SnoopingOutput& output) {
              if (signal.kind == SignalKind::kPimHello) {
                  state.hear_pim(*port, signal.packet, now, output);
              } else {
                  state.receive(*port, signal.packet, {signal.source_mac, signal.received},
                                signal.destination_mac, now, output);
              }
          });
    bridge->refusals[port->value()].note(bridge->state.counters(*port).igmp, bridge->state.config().version,
                                         now);
}

void Snooping::send_local(DomainId domain, MacAddress source, Ipv4Address destination,
                          std::span<const std::byte> packet) {
    if (Bridge* bridge = at(domain)) {
        input(*bridge, "router", [&](igmp::SnoopingBridge& state, igmp::SnoopingOutput& output) {
            state.send_local(packet, source, multicast_mac(destination), environment_.clock.now(), output);
        });
    }
}

void Snooping::set_link(PortId port, bool up) {
    for (const auto& [domain, bridge] : bridges_) {
        const std::vector<forwarding::BridgeMember>& members = bridge->facts.members;
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (members[i].port == port) {
                input(*bridge, members[i].name,
                      [&](igmp::SnoopingBridge& state, igmp::SnoopingOutput& output) {
                          state.set_link(BridgePort(static_cast<std::uint16_t>(i)), up,
                                         environment_.clock.now(), output);
                      });
            }
        }
    }
}

Expected<void> Snooping::topology_changed(DomainId domain) {
    const auto bridge = bridges_.find(domain);
    if (bridge == bridges_.end()) {
        return fail(Status::kNotFound, fmt::format("no bridge has the domain {}", domain.value()));
    }
    spdlog::info("topology change of bridge {}: every port is asked", bridge->second->facts.name);
    input(*bridge->second, "topology change", [&](igmp::SnoopingBridge& state, igmp::SnoopingOutput& output) {
        state.topology_changed(environment_.clock.now(), output);
    });
    return {};
}

std::optional<Instant> Snooping::advance() {
    const Instant now = environment_.clock.now();
    std::optional<Instant> next;
    std::size_t left = kSliceGroups;
    for (const auto& [domain, bridge] : bridges_) {
        if (!bridge->settled) {
            begin_walk(*bridge);
            bridge->floods_refused = true;
            bridge->retry_at = now;
            bridge->settled = true;
        }
        if (const auto deadline = bridge->state.next_deadline(); deadline && *deadline <= now) {
            input(*bridge, "timer", [&](igmp::SnoopingBridge& state, igmp::SnoopingOutput& output) {
                left = state.advance(now, output, left);
            });
        }
        if (bridge->retry_at && *bridge->retry_at <= now) {
            retry(*bridge);
        }
        if (!bridge->walk.done() && bridge->next_slice <= now) {
            walk_on(*bridge);
        }
        const auto slice = bridge->walk.done() ? std::nullopt : std::optional(bridge->next_slice);
        for (const std::optional<Instant> due : {bridge->state.next_deadline(), bridge->retry_at, slice}) {
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
    if (output.floods_changed) {
        entries = flood_lists(bridge.state);
    }
    for (const igmp::SourceGroupKey& key : output.changed) {
        entries.push_back(entry_for(bridge.state, key));
    }
    if (output.all_changed) {
        begin_walk(bridge);
    } else if (output.floods_changed) {
        begin_routed_walk(bridge);
    }
    if (!entries.empty()) {
        const std::string what =
            output.changed.empty() ? "ports" : fmt::to_string(output.changed.front().group);
        note_refused(bridge, environment_.publisher.publish(
                                 bridge.facts.domain, std::move(entries),
                                 fmt::format("snooping {} on {} {}", what, bridge.facts.name, cause)));
    }
    if (!bridge.walk.done() && bridge.next_slice <= environment_.clock.now()) {
        walk_on(bridge);
    }
}

void Snooping::note_refused(Bridge& bridge, const forwarding::Refusal& refused) {
    if (refused.empty()) {
        return;
    }
    const Instant now = environment_.clock.now();
    bridge.retry_at = bridge.retry_at.value_or(now + kTableRetry);
    bridge.routed_refused |= refused.routed;
    bridge.floods_refused |= std::ranges::find(refused.groups, kUnregisteredGroup) != refused.groups.end() ||
                             std::ranges::find(refused.groups, kFloodGroup) != refused.groups.end();
    if (refused.groups.empty()) {
        return;
    }
    igmp::SnoopingOutput output;
    bridge.state.table_full(refused.groups, true, now, output);
    counters_.refused_groups += refused.groups.size();
    if (const auto held_back = full_log_.allow(now)) {
        spdlog::error("snooping: no room in the table bridge={} group={} of={}: they, and groups without an "
                      "entry, are flooded until there is more={}",
                      bridge.facts.name, refused.groups.front(), bridge.state.view(now).refused_groups,
                      *held_back);
    }
    publish(bridge, output, "table full");
}

void Snooping::retry(Bridge& bridge) {
    bridge.retry_at.reset();
    const Instant now = environment_.clock.now();
    if (std::exchange(bridge.floods_refused, false)) {
        note_refused(bridge, environment_.publisher.publish(bridge.facts.domain, flood_lists(bridge.state),
                                                            fmt::format("room on {}", bridge.facts.name)));
    }
    if (std::exchange(bridge.routed_refused, false)) {
        begin_routed_walk(bridge);
    }
    std::vector<Ipv4Address> groups;
    if (environment_.publisher.has_room()) {
        groups = bridge.state.refused_from(bridge.retry_from, kRetriedGroups);
        bridge.retry_from =
            groups.size() < kRetriedGroups ? Ipv4Address() : Ipv4Address(groups.back().host() + 1);
    }
    std::vector<forwarding::BridgeEntry> entries;
    for (const Ipv4Address group : groups) {
        for (const auto& [of, source] : bridge.state.keys_of(group)) {
            entries.push_back({of, source, bridge.state.wanted_ports(of, source)});
        }
    }
    const forwarding::Refusal refused = environment_.publisher.publish_lists(
        bridge.facts.domain, std::move(entries), fmt::format("room on {}", bridge.facts.name));
    counters_.refused_groups += refused.groups.size();
    std::erase_if(groups, [&](Ipv4Address group) {
        return std::ranges::find(refused.groups, group) != refused.groups.end();
    });
    if (!groups.empty()) {
        igmp::SnoopingOutput output;
        bridge.state.table_full(groups, false, now, output);
        publish(bridge, output, "room again");
    }
    if (bridge.state.view(now).refused_groups > 0) {
        bridge.retry_at = now + kTableRetry;
    }
}

void Snooping::begin_walk(Bridge& bridge) {
    const igmp::SourceGroupKey first;
    bridge.walk.again |= bridge.walk.lists && bridge.walk.lists != first;
    if (!bridge.walk.lists) {
        bridge.walk.lists = first;
    }
    begin_routed_walk(bridge);
}

void Snooping::begin_routed_walk(Bridge& bridge) {
    const group_manager::SourceGroup first;
    bridge.walk.again |= bridge.walk.routed && bridge.walk.routed != first;
    if (!bridge.walk.routed) {
        bridge.walk.routed = first;
    }
}

/// One slice. Each change is followed by a whole walk that began after it, and one that is under way comes to
/// its end, so that no list waits for ever however often things change.
void Snooping::walk_on(Bridge& bridge) {
    bridge.next_slice = environment_.clock.now() + kSliceGap;
    const std::size_t most =
        std::clamp<std::size_t>(kSlicePorts / bridge.facts.members.size(), 1, kMostPerSlice);
    if (bridge.walk.lists) {
        walk_lists(bridge, most);
    }
    if (!bridge.walk.lists && bridge.walk.routed) {
        const auto part = environment_.publisher.publish_routed(
            bridge.facts.domain, *bridge.walk.routed, most, fmt::format("routed on {}", bridge.facts.name));
        bridge.walk.routed = part.next;
        note_refused(bridge, {.groups = {}, .routed = part.refused});
    }
    if (bridge.walk.done() && std::exchange(bridge.walk.again, false)) {
        begin_walk(bridge);
    }
}

void Snooping::walk_lists(Bridge& bridge, std::size_t most) {
    const igmp::SourceGroupKey from = *bridge.walk.lists;
    std::vector<igmp::SourceGroupKey> keys = bridge.state.keys_from(from, most);
    std::optional<igmp::SourceGroupKey> last = keys.size() < most ? std::nullopt : std::optional(keys.back());
    // What the table has beside them was lost sight of.
    const std::size_t known = keys.size();
    environment_.publisher.visit_keys(
        bridge.facts.domain, from.group, from.source, [&](Ipv4Address group, Ipv4Address source) {
            const igmp::SourceGroupKey key{group, source};
            if (last && key > *last) {
                return false;
            }
            const auto listed = keys.begin() + static_cast<std::ptrdiff_t>(known);
            if (!std::binary_search(keys.begin(), listed, key)) {
                keys.push_back(key);
            }
            if (keys.size() - known == most) {
                last = key;
            }
            return keys.size() - known < most;
        });
    std::vector<forwarding::BridgeEntry> entries;
    for (const igmp::SourceGroupKey& key : keys) {
        entries.push_back(entry_for(bridge.state, key));
    }
    bridge.walk.lists =
        last ? std::optional(igmp::SourceGroupKey{last->group, Ipv4Address(last->source.host() + 1)})
             : std::nullopt;
    note_refused(bridge, environment_.publisher.publish_lists(bridge.facts.domain, std::move(entries),
                                                              fmt::format("ports of {}", bridge.facts.name)));
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
        std::ranges::for_each(bridge->refusals, &RefusalLog::clear);
    }
}

} // namespace mcfwd::protocols
