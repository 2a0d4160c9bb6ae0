// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One update of the group manager becomes one batch of table commands.
#include <controlplane/forwarding/table_publisher.hh>

#include <algorithm>

namespace mcfwd::forwarding {

namespace {

MfibKey key_of(group_manager::SourceGroup flow) {
    return {kRoutedDomain, flow.group, flow.source};
}

} // namespace

TablePublisher::TablePublisher(const InterfaceTable& interfaces, const BridgeTable& bridges,
                               const SnoopedPorts& snooped, TableWriter& table, PacketSender& packets)
    : interfaces_(interfaces),
      bridges_(bridges),
      snooped_(snooped),
      table_(table),
      packets_(packets) {}

PutEntry TablePublisher::resolve(const group_manager::DesiredEntry& entry) const {
    PutEntry put{.key = key_of(entry.flow),
                 .accept = entry.iif.interface,
                 .forward = {},
                 .counters = entry.restart_counters ? CounterPolicy::kRestart : CounterPolicy::kKeep};
    // The oifs ascend, so links of one interface are neighbours.
    IfIndex previous = entry.iif.interface;
    for (const group_manager::InterfaceKey& oif : entry.oifs) {
        const Interface* interface = interfaces_.find(oif.interface);
        if (interface == nullptr || oif.interface == previous || oif.interface == entry.iif.interface) {
            continue;
        }
        previous = oif.interface;
        append_egresses(*interface, entry.flow, put.forward);
    }
    return put;
}

void TablePublisher::append_egresses(const Interface& interface, group_manager::SourceGroup flow,
                                     std::vector<Egress>& forward) const {
    Egress egress{.interface = interface.index,
                  .port = interface.port,
                  .vlan = interface.vlan,
                  .source_mac = interface.mac,
                  .ttl_threshold = interface.ttl_threshold,
                  .mtu = interface.mtu};
    const Bridge* bridge = bridges_.find(interface.bridge);
    if (bridge == nullptr) {
        forward.push_back(egress);
        return;
    }
    for (const BridgePort port : snooped_.ports_for_flow(bridge->domain, flow.group, flow.source)) {
        const BridgeMember& member = bridge->members[port.value()];
        egress.port = member.port;
        egress.vlan = member.vlan;
        egress.mtu = std::min(interface.mtu, member.mtu);
        forward.push_back(egress);
    }
}

bool TablePublisher::leaves_by_bridge(const group_manager::DesiredEntry& entry) const {
    return std::ranges::any_of(entry.oifs, [this](const group_manager::InterfaceKey& oif) {
        const Interface* interface = interfaces_.find(oif.interface);
        return interface != nullptr && interface->bridge != kRoutedDomain;
    });
}

void TablePublisher::append_if_bridged(DomainId bridge, const group_manager::DesiredEntry& entry,
                                       TableBatch& batch) const {
    const bool concerned = std::ranges::any_of(entry.oifs, [&](const group_manager::InterfaceKey& oif) {
        const Interface* interface = interfaces_.find(oif.interface);
        return interface != nullptr && interface->bridge == bridge;
    });
    if (concerned) {
        PutEntry put = resolve(entry);
        put.counters = CounterPolicy::kKeep;
        batch.commands.emplace_back(std::move(put));
    }
}

void TablePublisher::append_bridged(DomainId bridge, Ipv4Address group, TableBatch& batch) const {
    for (auto at = bridged_.lower_bound({group, {}}); at != bridged_.end() && at->first.group == group;
         ++at) {
        append_if_bridged(bridge, at->second, batch);
    }
}

std::optional<group_manager::SourceGroup> TablePublisher::append_bridged_from(DomainId bridge,
                                                                              group_manager::SourceGroup from,
                                                                              std::size_t most,
                                                                              TableBatch& batch) const {
    auto at = bridged_.lower_bound(from);
    for (std::size_t seen = 0; at != bridged_.end() && seen < most; ++at, ++seen) {
        append_if_bridged(bridge, at->second, batch);
    }
    return at == bridged_.end() ? std::nullopt : std::optional(at->first);
}

Expected<void> TablePublisher::publish(const group_manager::ForwardingUpdate& update) {
    TableBatch batch{.commands = {}, .cause = update.cause, .more = update.more};
    batch.commands.reserve(update.put.size() + update.erase.size() + update.miss.size());
    std::map<IfIndex, std::set<Ipv4Address>> changed;
    for (const auto& [key, signal] : update.miss) {
        const auto [at, fresh] = changed.try_emplace(key.interface);
        std::set<Ipv4Address>& owned = at->second;
        if (const auto known = signalling_.find(key.interface); fresh && known != signalling_.end()) {
            owned = known->second;
        }
        const bool before = !owned.empty();
        if (signal) {
            owned.insert(key.next_hop);
        } else {
            owned.erase(key.next_hop);
        }
        if (before != !owned.empty()) {
            const MissPolicy policy = owned.empty() ? MissPolicy::kDrop : MissPolicy::kSignal;
            batch.commands.emplace_back(SetMissPolicy{key.interface, policy});
        }
    }
    for (const group_manager::SourceGroup& flow : update.erase) {
        batch.commands.emplace_back(EraseEntry{key_of(flow)});
    }
    for (const group_manager::DesiredEntry& entry : update.put) {
        batch.commands.emplace_back(resolve(entry));
    }
    std::map<group_manager::SourceGroup, group_manager::DesiredEntry> bridged;
    for (const group_manager::DesiredEntry& entry : update.put) {
        if (leaves_by_bridge(entry)) {
            bridged.insert_or_assign(entry.flow, entry);
        }
    }
    if (!batch.commands.empty() || (gathers_ && !batch.more)) {
        if (const auto version = table_.submit(std::move(batch)); !version) {
            return std::unexpected(version.error());
        }
        gathers_ = update.more;
    }
    // Nothing is allocated any more: the table has taken it.
    while (!changed.empty()) {
        auto line = changed.extract(changed.begin());
        if (const auto known = signalling_.find(line.key()); known != signalling_.end()) {
            known->second.swap(line.mapped());
        } else {
            signalling_.insert(std::move(line));
        }
    }
    for (const group_manager::SourceGroup& flow : update.erase) {
        bridged_.erase(flow);
    }
    for (const group_manager::DesiredEntry& entry : update.put) {
        bridged_.erase(entry.flow);
    }
    bridged_.merge(bridged);
    return {};
}

void TablePublisher::discard_parked(group_manager::SourceGroup flow) {
    packets_.discard_parked(key_of(flow));
}

std::optional<group_manager::FlowCounters> TablePublisher::counters(group_manager::SourceGroup flow) const {
    const auto counters = table_.counters(key_of(flow));
    return counters ? std::optional(*counters) : std::nullopt;
}

std::vector<group_manager::OifCounters> TablePublisher::oif_counters(group_manager::SourceGroup flow) const {
    return table_.egress_counters(key_of(flow)).value_or(std::vector<EgressCounters>{});
}

} // namespace mcfwd::forwarding
