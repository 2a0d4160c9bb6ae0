// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A forwarding table of a bridge that follows nothing but what the bridge says has changed.
#pragma once

#include <limits>
#include <map>
#include <utility>
#include <vector>

#include <igmp/snooping_bridge.hh>

namespace mcfwd::igmp::test {

struct MirrorTable {
    std::map<SourceGroupKey, std::vector<BridgePort>> lists;
    std::vector<BridgePort> unregistered;

    void follow(const SnoopingBridge& bridge, const SnoopingOutput& out) {
        for (const SourceGroupKey& key : out.changed) {
            if (auto ports = bridge.ports_for(key.group, key.source)) {
                lists[key] = std::move(*ports);
            } else {
                lists.erase(key);
            }
        }
        if (out.all_changed) {
            lists = all_of(bridge);
        }
        if (out.floods_changed) {
            unregistered = bridge.unregistered_ports();
        }
    }

    [[nodiscard]] static std::map<SourceGroupKey, std::vector<BridgePort>>
    all_of(const SnoopingBridge& bridge) {
        std::map<SourceGroupKey, std::vector<BridgePort>> all;
        for (const SourceGroupKey& key : bridge.keys_from({}, std::numeric_limits<std::size_t>::max())) {
            all[key] = bridge.ports_for(key.group, key.source).value_or(std::vector<BridgePort>{});
        }
        return all;
    }
    [[nodiscard]] bool agrees_with(const SnoopingBridge& bridge) const {
        return all_of(bridge) == lists && unregistered == bridge.unregistered_ports();
    }

    /// As the data plane looks it up.
    [[nodiscard]] const std::vector<BridgePort>& flow(Ipv4Address group, Ipv4Address source) const {
        for (const SourceGroupKey& key : {SourceGroupKey{group, source}, SourceGroupKey{group, kAnySource}}) {
            if (const auto at = lists.find(key); at != lists.end()) {
                return at->second;
            }
        }
        return unregistered;
    }
};

} // namespace mcfwd::igmp::test
