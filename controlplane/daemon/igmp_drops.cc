// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// See igmp_drops.hh.
#include "igmp_drops.hh"

#include <string>

#include <nlohmann/json.hpp>

namespace mcfwd::daemon {
namespace {

template <typename Key>
IgmpDrops found(const std::map<Key, IgmpDrops>& drops, const Key& key) {
    const auto at = drops.find(key);
    return at == drops.end() ? IgmpDrops{} : at->second;
}

} // namespace

IgmpDropTable::IgmpDropTable(const std::vector<ArrivalDrops>& all) {
    for (const ArrivalDrops& arrival : all) {
        by_place_[{arrival.port, arrival.vlan}] += arrival.igmp;
        by_interface_[arrival.interface] += arrival.igmp;
    }
}

IgmpDrops IgmpDropTable::at(PortId port, VlanId vlan) const {
    return found(by_place_, std::pair(port, vlan));
}

IgmpDrops IgmpDropTable::of(IfIndex interface) const {
    return found(by_interface_, interface);
}

void add_igmp_drops(nlohmann::json& counters, const IgmpDrops& drops) {
    counters[std::string(drop_reason_name(DropReason::kPuntPoliced))] = drops.punt_policed;
    counters[std::string(drop_reason_name(DropReason::kPuntRingFull))] = drops.punt_ring_full;
}

} // namespace mcfwd::daemon
