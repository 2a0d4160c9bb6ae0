// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A table without room refuses a batch as a whole; it is then cut in halves until only what really finds no
// room is left.
#include <controlplane/forwarding/bridge_publisher.hh>

#include <algorithm>
#include <set>
#include <utility>

namespace mcfwd::forwarding {

namespace {

bool is_group(const BridgeEntry& entry) {
    return entry.group != kUnregisteredGroup && entry.group != kFloodGroup;
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

} // namespace

bool BridgePublisher::submit(const Bridge& bridge, std::span<const BridgeEntry> entries,
                             const std::string& cause) {
    TableBatch batch{.commands = {}, .cause = cause};
    std::set<Ipv4Address> groups;
    bool all = false;
    for (const BridgeEntry& entry : entries) {
        batch.commands.push_back(command_for(bridge, entry));
        if (is_group(entry)) {
            groups.insert(entry.group);
        } else {
            all = true; // routed packets of groups without an entry go where those of the bridge go
        }
    }
    if (all) {
        routed_.append_bridged(bridge.domain, std::nullopt, batch);
    } else {
        for (const Ipv4Address group : groups) {
            routed_.append_bridged(bridge.domain, group, batch);
        }
    }
    return table_.submit(std::move(batch)).has_value();
}

std::vector<BridgeEntry> BridgePublisher::publish(DomainId domain, std::vector<BridgeEntry> entries,
                                                  const std::string& cause) {
    const Bridge& bridge = *bridges_.find(domain);
    if (entries.empty() || submit(bridge, entries, cause)) {
        return {};
    }
    // What goes makes room for what comes.
    const auto puts =
        std::ranges::stable_partition(entries, [](const BridgeEntry& entry) { return !entry.ports; });
    const std::span<BridgeEntry> erased(entries.begin(), puts.begin());
    if (!erased.empty() && !submit(bridge, erased, cause)) {
        return entries;
    }
    std::vector<BridgeEntry> refused;
    std::vector<std::span<BridgeEntry>> parts{puts};
    while (!parts.empty()) {
        const std::span<BridgeEntry> part = parts.back();
        parts.pop_back();
        if (part.empty() || submit(bridge, part, cause)) {
            continue;
        }
        if (part.size() == 1) {
            refused.push_back(std::move(part.front()));
        } else {
            parts.push_back(part.subspan(part.size() / 2));
            parts.push_back(part.first(part.size() / 2));
        }
    }
    return refused;
}

} // namespace mcfwd::forwarding
