// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What each prefix means; which one matches is found by the set of prefixes.
#include <controlplane/group_manager/rpf_table.hh>

namespace mcfwd::group_manager {

namespace {

Ipv4Prefix without_host_bits(Ipv4Prefix prefix) {
    return {prefix.network(), prefix.length};
}

} // namespace

std::optional<RpfInterface> RpfTable::lookup(SourceGroup flow) const {
    for (const SourceGroup& key : {flow, SourceGroup{flow.group, kAnySource}}) {
        if (const auto at = static_iif_.find(key); at != static_iif_.end()) {
            const std::uint8_t length = key.source.is_unspecified() ? 0 : 32;
            return RpfInterface{at->second, {}, {RouteKind::kStaticEntry, {key.source, length}}};
        }
    }
    const auto matched = prefixes_.longest_match(flow.source);
    if (!matched) {
        return proxy_upstream_ ? std::optional(RpfInterface{*proxy_upstream_, {}, {RouteKind::kProxy, {}}})
                               : std::nullopt;
    }
    const Lines& found = lines_.at(*matched);
    if (found.configured) {
        return RpfInterface{
            found.configured->first, found.configured->second, {RouteKind::kConfigured, *matched}};
    }
    return RpfInterface{*found.connected, {}, {RouteKind::kConnected, *matched}};
}

Expected<void> RpfTable::add_connected(Ipv4Prefix subnet, InterfaceKey interface) {
    const auto at = lines(subnet);
    if (!at) {
        return std::unexpected(at.error());
    }
    (*at)->connected = interface;
    return {};
}

void RpfTable::remove_connected(Ipv4Prefix subnet) {
    if (const auto at = lines_.find(without_host_bits(subnet)); at != lines_.end()) {
        at->second.connected.reset();
        drop_if_empty(at->first);
    }
}

Expected<void> RpfTable::add_route(Ipv4Prefix prefix, InterfaceKey interface, Ipv4Address upstream) {
    const auto at = lines(prefix);
    if (!at) {
        return std::unexpected(at.error());
    }
    (*at)->configured = {interface, upstream};
    return {};
}

void RpfTable::remove_route(Ipv4Prefix prefix) {
    if (const auto at = lines_.find(without_host_bits(prefix)); at != lines_.end()) {
        at->second.configured.reset();
        drop_if_empty(at->first);
    }
}

void RpfTable::set_static_iif(SourceGroup key, InterfaceKey iif) {
    static_iif_.insert_or_assign(key, iif);
}

void RpfTable::clear_static_iif(SourceGroup key) {
    static_iif_.erase(key);
}

Expected<RpfTable::Lines*> RpfTable::lines(Ipv4Prefix prefix) {
    const Ipv4Prefix key = without_host_bits(prefix);
    if (auto inserted = prefixes_.insert(key); !inserted) {
        return std::unexpected(std::move(inserted.error()));
    }
    return &lines_[key];
}

void RpfTable::drop_if_empty(Ipv4Prefix prefix) {
    if (const auto at = lines_.find(prefix); at->second.empty()) {
        prefixes_.erase(prefix);
        lines_.erase(at);
    }
}

} // namespace mcfwd::group_manager
