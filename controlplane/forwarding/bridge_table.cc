// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Lookup of bridges and their members.
#include <controlplane/forwarding/bridge_table.hh>

#include <algorithm>

namespace mcfwd::forwarding {

std::optional<BridgePort> Bridge::index_of(PortId port, VlanId vlan) const {
    const auto at = std::ranges::find_if(
        members, [&](const BridgeMember& member) { return member.port == port && member.vlan == vlan; });
    return at == members.end() ? std::nullopt
                               : std::optional(BridgePort(static_cast<std::uint16_t>(at - members.begin())));
}

void BridgeTable::add(Bridge bridge) {
    by_domain_.insert_or_assign(bridge.domain, std::move(bridge));
}

const Bridge* BridgeTable::find(DomainId domain) const {
    const auto at = by_domain_.find(domain);
    return at == by_domain_.end() ? nullptr : &at->second;
}

const Bridge* BridgeTable::find(std::string_view name) const {
    const auto at = std::ranges::find(by_domain_, name,
                                      [](const auto& line) -> std::string_view { return line.second.name; });
    return at == by_domain_.end() ? nullptr : &at->second;
}

} // namespace mcfwd::forwarding
