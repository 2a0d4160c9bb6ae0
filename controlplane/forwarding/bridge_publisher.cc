// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A table without room refuses a batch as a whole; it is then cut in halves between groups until only what
// really finds no room is left.
#include <controlplane/forwarding/bridge_publisher.hh>

#include <algorithm>
#include <utility>

namespace mcfwd::forwarding {

namespace {

bool is_group(Ipv4Address group) {
    return group != kUnregisteredGroup && group != kFloodGroup;
}

TableCommand command_for(const Bridge& bridge, const BridgeEntry& entry) {
    const MfibKey key{bridge.domain, entry.group, entry.source};
    if (!entry.ports) {
        return EraseEntry{key};
    }
    PutEntry put{.key = key, .accept = kNoInterface, .forward = {}};
    for (const BridgePort port : *entry.ports) {
        const BridgeMember& member = bridge.members[port.value()];
        put.forward.push_back({.port = member.port, .vlan = member.vlan, .mtu = member.mtu});
    }
    return put;
}

TableBatch batch_of(const Bridge& bridge, std::span<const BridgeEntry> entries, const std::string& cause) {
    TableBatch batch{.commands = {}, .cause = cause};
    batch.commands.reserve(entries.size());
    for (const BridgeEntry& entry : entries) {
        batch.commands.push_back(command_for(bridge, entry));
    }
    return batch;
}

/// Ascending, each once.
std::vector<Ipv4Address> groups_of(std::span<const BridgeEntry> entries) {
    std::vector<Ipv4Address> groups;
    for (const BridgeEntry& entry : entries) {
        if (is_group(entry.group)) {
            groups.push_back(entry.group);
        }
    }
    std::ranges::sort(groups);
    groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
    return groups;
}

/// The first entry of the second half, which begins with a group; the end: it is all one group.
std::size_t middle_of(std::span<const BridgeEntry> part) {
    if (part.size() < 2) {
        return part.size();
    }
    std::size_t middle = part.size() / 2;
    while (middle < part.size() && part[middle].group == part[middle - 1].group) {
        ++middle;
    }
    if (middle != part.size()) {
        return middle;
    }
    middle = part.size() / 2;
    while (middle > 0 && part[middle].group == part[middle - 1].group) {
        --middle;
    }
    return middle == 0 ? part.size() : middle;
}

} // namespace

bool BridgePublisher::submit(const Bridge& bridge, std::span<const BridgeEntry> entries,
                             const std::string& cause) {
    return table_.submit(batch_of(bridge, entries, cause)).has_value();
}

bool BridgePublisher::submit_routed(DomainId bridge, std::span<const Ipv4Address> groups, TableBatch batch) {
    for (const Ipv4Address group : groups) {
        routed_.append_bridged(bridge, group, batch);
    }
    return batch.commands.empty() || table_.submit(std::move(batch)).has_value();
}

Refusal BridgePublisher::publish(DomainId domain, std::vector<BridgeEntry> entries,
                                 const std::string& cause) {
    const Bridge& bridge = *bridges_.find(domain);
    const std::vector<Ipv4Address> groups = groups_of(entries);
    if (entries.empty() || submit_routed(domain, groups, batch_of(bridge, entries, cause))) {
        return {};
    }
    Refusal refused = publish_lists(domain, std::move(entries), cause);
    if (!submit_routed(domain, groups, {.commands = {}, .cause = cause})) {
        for (const Ipv4Address group : groups) {
            refused.routed |= !submit_routed(domain, {&group, 1}, {.commands = {}, .cause = cause});
        }
    }
    return refused;
}

/// Saves a full table the trouble of refusing what can only be refused.
bool BridgePublisher::can_fit(const Bridge& bridge, std::span<const BridgeEntry> entries) const {
    return has_room() || std::ranges::all_of(entries, [&](const BridgeEntry& entry) {
               const MfibKey key{bridge.domain, entry.group, entry.source};
               bool known = !is_group(entry.group);
               table_.visit_from(key, [&](const PutEntry& put, const EntryCounters&) {
                   known |= put.key == key;
                   return false;
               });
               return known;
           });
}

Refusal BridgePublisher::publish_lists(DomainId domain, std::vector<BridgeEntry> entries,
                                       const std::string& cause) {
    const Bridge& bridge = *bridges_.find(domain);
    if (entries.empty() || submit(bridge, entries, cause)) {
        return {};
    }
    // What goes makes room for what comes.
    const auto puts = std::ranges::partition(entries, [](const BridgeEntry& entry) { return !entry.ports; });
    const std::span<BridgeEntry> erased(entries.begin(), puts.begin());
    Refusal refused;
    if (!erased.empty() && !submit(bridge, erased, cause)) { // never for want of room
        refused.groups = groups_of(entries);
        return refused;
    }
    std::ranges::sort(puts, {}, &BridgeEntry::group);
    std::vector<std::span<BridgeEntry>> parts{puts};
    while (!parts.empty()) {
        const std::span<BridgeEntry> part = parts.back();
        parts.pop_back();
        if (part.empty() || (can_fit(bridge, part) && submit(bridge, part, cause))) {
            continue;
        }
        if (const std::size_t middle = middle_of(part); middle < part.size()) {
            parts.push_back(part.subspan(middle));
            parts.push_back(part.first(middle));
        } else {
            refused.groups.push_back(part.front().group);
        }
    }
    return refused;
}

BridgePublisher::RoutedPart BridgePublisher::publish_routed(DomainId domain, group_manager::SourceGroup from,
                                                            std::size_t most, const std::string& cause) {
    TableBatch batch{.commands = {}, .cause = cause};
    RoutedPart part{.next = routed_.append_bridged_from(domain, from, most, batch)};
    if (batch.commands.empty() || table_.submit(batch).has_value()) {
        return part;
    }
    for (TableCommand& command : batch.commands) {
        part.refused |= !table_.submit({.commands = {std::move(command)}, .cause = cause}).has_value();
    }
    return part;
}

void BridgePublisher::visit_keys(
    DomainId bridge, Ipv4Address group, Ipv4Address source,
    const std::function<bool(Ipv4Address group, Ipv4Address source)>& visit) const {
    table_.visit_from({bridge, group, source}, [&](const PutEntry& put, const EntryCounters&) {
        return put.key.domain == bridge && is_group(put.key.group) && visit(put.key.group, put.key.source);
    });
}

} // namespace mcfwd::forwarding
