// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Longest prefix match by one hash table per prefix length, longest first.
#include <controlplane/group_manager/rpf_table.hh>

namespace mcfwd::group_manager {

std::optional<RpfInterface> RpfTable::lookup(SourceGroup flow) const {
    for (const SourceGroup& key : {flow, SourceGroup{flow.group, kAnySource}}) {
        if (const auto at = static_iif_.find(key); at != static_iif_.end()) {
            const std::uint8_t length = key.source.is_unspecified() ? 0 : 32;
            return RpfInterface{at->second, {}, {RouteKind::kStaticEntry, {key.source, length}}};
        }
    }
    for (std::size_t length = by_length_.size(); length-- > 0;) {
        if (by_length_[length].empty()) {
            continue;
        }
        const Ipv4Prefix prefix{flow.source, static_cast<std::uint8_t>(length)};
        const auto at = by_length_[length].find(prefix.network());
        if (at == by_length_[length].end()) {
            continue;
        }
        const Ipv4Prefix matched{prefix.network(), prefix.length};
        if (const auto& configured = at->second.configured) {
            return RpfInterface{configured->first, configured->second, {RouteKind::kConfigured, matched}};
        }
        return RpfInterface{*at->second.connected, {}, {RouteKind::kConnected, matched}};
    }
    return std::nullopt;
}

void RpfTable::add_connected(Ipv4Prefix subnet, InterfaceKey interface) {
    lines(subnet).connected = interface;
}

void RpfTable::remove_connected(Ipv4Prefix subnet) {
    lines(subnet).connected.reset();
    drop_if_empty(subnet);
}

void RpfTable::add_route(Ipv4Prefix prefix, InterfaceKey interface, Ipv4Address upstream) {
    lines(prefix).configured = {interface, upstream};
}

void RpfTable::remove_route(Ipv4Prefix prefix) {
    lines(prefix).configured.reset();
    drop_if_empty(prefix);
}

void RpfTable::set_static_iif(SourceGroup key, InterfaceKey iif) {
    static_iif_.insert_or_assign(key, iif);
}

void RpfTable::clear_static_iif(SourceGroup key) {
    static_iif_.erase(key);
}

RpfTable::Lines& RpfTable::lines(Ipv4Prefix prefix) {
    return by_length_[prefix.length][prefix.network()];
}

void RpfTable::drop_if_empty(Ipv4Prefix prefix) {
    auto& table = by_length_[prefix.length];
    if (const auto at = table.find(prefix.network()); at != table.end() && at->second.empty()) {
        table.erase(at);
    }
}

} // namespace mcfwd::group_manager
