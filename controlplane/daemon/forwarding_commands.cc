// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// show interfaces, mfib, mfe, ownership, memberships, mroutes, clients.
#include "commands.hh"

#include <algorithm>
#include <array>
#include <map>

#include <nlohmann/json.hpp>

#include <controlplane/daemon/igmp_json.hh>
#include <controlplane/daemon/mfe_json.hh>
#include <controlplane/daemon/page.hh>
#include <controlplane/rpc/parameters.hh>
#include <controlplane/rpc/to_json.hh>

namespace mcfwd::daemon {

namespace {

using nlohmann::json;

std::string owner_name(const group_manager::OwnershipView& record) {
    return !record.owner.name.empty() ? record.owner.name : record.igmp.name;
}

/// Who is on which interface; an interface that is not here has nobody.
std::map<IfIndex, group_manager::OwnershipView> ownership_records(const Router& router) {
    std::map<IfIndex, group_manager::OwnershipView> records;
    for (group_manager::OwnershipView& record : router.groups().ownership()) {
        const IfIndex index = record.interface.interface;
        records.emplace(index, std::move(record));
    }
    return records;
}

json interfaces(Router& router) {
    const std::vector<PortStatus> ports = router.dataplane().view().ports();
    auto records = ownership_records(router);
    json entries = json::array();
    for (const auto& [index, interface] : router.interfaces().all()) {
        const PortStatus& port = ports.at(interface.port.value());
        const forwarding::Bridge* bridge = router.bridges().find(interface.bridge);
        const bool up =
            bridge == nullptr
                ? port.link_up
                : std::ranges::any_of(bridge->members, [&](const forwarding::BridgeMember& member) {
                      return ports.at(member.port.value()).link_up;
                  });
        const std::string owner = owner_name(records[index]);
        const protocols::IgmpInterface* igmp = router.igmp().find(index);
        json addresses = json::array();
        for (const Ipv4Prefix& address : interface.addresses) {
            addresses.push_back(fmt::format("{}", address));
        }
        json querier;
        if (igmp != nullptr) {
            const Ipv4Address address = igmp->router().view(router.now()).querier_address;
            querier = address.is_unspecified() ? json() : rpc::address_json(address);
        }
        entries.push_back({{"interface", interface.name},
                           {"index", index.value()},
                           {"port", bridge == nullptr ? port.name : bridge->name},
                           {"vlan", interface.vlan.value()},
                           {"addresses", std::move(addresses)},
                           {"mac", fmt::format("{}", interface.mac)},
                           {"mtu", interface.mtu},
                           {"link", up ? "up" : "down"},
                           {"ttl_threshold", interface.ttl_threshold},
                           {"owner", owner.empty() ? "none" : owner},
                           {"querier", std::move(querier)}});
    }
    return {{"entries", std::move(entries)}};
}

std::string domain_name(const Router& router, DomainId domain) {
    const forwarding::Bridge* bridge = router.bridges().find(domain);
    return bridge == nullptr ? "routed" : bridge->name;
}

rpc::PlaceNames place_names(const Router& router, DomainId domain) {
    const auto interface = [&router](IfIndex index) { return name_of(router, index); };
    const forwarding::Bridge* bridge = router.bridges().find(domain);
    if (bridge == nullptr) {
        return {.interface = interface,
                .egress = [interface](const Egress& egress) { return interface(egress.interface); }};
    }
    return {.interface = interface, .egress = [bridge](const Egress& egress) {
                const auto port = bridge->index_of(egress.port, egress.vlan);
                return port ? bridge->members[port->value()].name : "-";
            }};
}

/// Where the page begins, if it is not the first.
Expected<DomainId> domain_in(const Router& router, const json& params) {
    const auto after = params.find("after");
    const std::string name =
        after == params.end() ? "routed" : rpc::text_in(*after, "domain").value_or("routed");
    if (name == "routed") {
        return kRoutedDomain;
    }
    const forwarding::Bridge* bridge = router.bridges().find(std::string_view(name));
    if (bridge == nullptr) {
        return unknown_bridge(router, name);
    }
    return bridge->domain;
}

Expected<json> mfib(CommandContext& context, const json& params) {
    Router& router = context.router;
    const auto begin = domain_in(router, params);
    if (!begin) {
        return std::unexpected(begin.error());
    }
    FlowPage page(params);
    DomainId domain = *begin;
    const auto last =
        static_cast<std::uint16_t>(router.bridges().all().size()); // domains are numbered through
    while (true) {
        const rpc::PlaceNames names = place_names(router, domain);
        const std::string name = domain_name(router, domain);
        const auto offer = [&](const PutEntry& entry, const EntryCounters& counters) {
            return entry.key.domain == domain && page.offer({entry.key.group, entry.key.source}, [&] {
                return rpc::mfib_entry_json(entry, counters, name, names, context.rates.rate(entry.key));
            });
        };
        router.dataplane().table().visit_from({domain, page.begin().group, page.begin().source}, offer);
        if (page.cut() || domain.value() == last) {
            return std::move(page).answer({{"domain", name}});
        }
        domain = DomainId(static_cast<std::uint16_t>(domain.value() + 1));
        page.next_list();
    }
}

/// A page of entries: `read(after, limit)` gets some of the group manager, `spell` says them.
template <typename Read, typename Spell>
json entry_page(const json& params, Read read, Spell spell) {
    constexpr std::size_t kChunk = 32;
    FlowPage page(params);
    const auto offer = [&](const auto& entry) {
        return page.offer(flow_of(entry), [&] { return spell(entry); });
    };
    auto chunk = read(page.begin(), kChunk);
    while (chunk && std::ranges::all_of(chunk->items, offer) && chunk->end == Status::kMoreData) {
        chunk = read(flow_of(chunk->items.back()), kChunk);
    }
    return std::move(page).answer();
}

json mfes(const Router& router, const json& params) {
    return entry_page(
        params,
        [&router](SourceGroup after, std::size_t limit) { return router.groups().next_mfe(after, limit); },
        [&router](const group_manager::MfeView& mfe) { return mfe_json(router, mfe); });
}

json statistics(const Router& router, const json& params) {
    return entry_page(
        params,
        [&router](SourceGroup after, std::size_t limit) {
            return router.groups().next_mfe_stats(after, limit, group_manager::StatsLevel::kExtended);
        },
        [&router](const group_manager::MfeStatsView& stats) { return statistics_json(router, stats); });
}

json ownership_json(const std::string& interface, const group_manager::OwnershipView& record,
                    const group_manager::HandoffStats& stats) {
    const std::string owner = owner_name(record);
    const DurationHistogram& windows = stats.windows;
    return {{"interface", interface},
            {"next_hop", next_hop_json(record.interface)},
            {"owner", owner.empty() ? "none" : owner},
            {"igmp", !record.igmp.name.empty()},
            {"phase", group_manager::phase_name(record.phase)},
            {"memberships", record.memberships},
            {"stale", record.stale},
            {"awaiting_replay", record.awaiting_replay},
            {"handoffs", windows.count},
            {"window_last_ns", windows.count == 0 ? json() : json(windows.last.count())},
            {"window_max_ns", windows.count == 0 ? json() : json(windows.longest.count())},
            {"windows_ns", buckets_json(windows, "windows")},
            {"calls_refused", stats.calls_refused},
            {"stale_swept", stats.stale_swept},
            {"sweep_timeouts", stats.sweep_timeouts}};
}

/// Every interface, also one that nobody is on; and the links of those that have some.
json ownership(const Router& router) {
    std::map<group_manager::InterfaceKey, group_manager::OwnershipView> records;
    for (const auto& [index, interface] : router.interfaces().all()) {
        records[{index, {}}].interface = {index, {}};
    }
    for (group_manager::OwnershipView& record : router.groups().ownership()) {
        const group_manager::InterfaceKey key = record.interface;
        records[key] = std::move(record);
    }
    const auto& handoffs = router.groups().handoffs();
    json entries = json::array();
    for (const auto& [key, record] : records) {
        const auto stats = handoffs.find(key);
        entries.push_back(
            ownership_json(name_of(router, key.interface), record,
                           stats == handoffs.end() ? group_manager::HandoffStats{} : stats->second));
    }
    return {{"entries", std::move(entries)}};
}

json membership_json(const Router& router, const group_manager::MembershipView& membership) {
    return {{"source", rpc::source_json(membership.key.source)},
            {"group", rpc::source_json(membership.key.group)},
            {"interface", name_of(router, membership.interface.interface)},
            {"next_hop", next_hop_json(membership.interface)},
            {"client", membership.component.name},
            {"counts_for", membership.counts_for.name},
            {"stale", membership.stale},
            {"announced", membership.announced},
            {"waits_for_owner", membership.unconfirmed},
            {"age", rpc::seconds_json(membership.age)}};
}

Expected<group_manager::MembershipPlace> membership_place_in(const Router& router, const json& params) {
    const auto after = params.find("after");
    if (after == params.end()) {
        return group_manager::MembershipPlace{};
    }
    const std::string name = rpc::text_in(*after, "interface").value_or("");
    const forwarding::Interface* interface = router.interfaces().find(std::string_view(name));
    if (interface == nullptr) {
        return unknown_interface(router, name);
    }
    const auto handle = static_cast<std::uint64_t>(rpc::integer_in(*after, "handle").value_or(0));
    return group_manager::MembershipPlace{
        .interface = {interface->index, rpc::address_in(*after, "next_hop").value_or(Ipv4Address{})},
        .key = {rpc::address_in(*after, "group").value_or(Ipv4Address{}),
                rpc::address_in(*after, "source").value_or(kAnySource)},
        .component = group_manager::ClientHandle(handle)};
}

json membership_cursor(const Router& router, const group_manager::MembershipPlace& place) {
    return {{"interface", name_of(router, place.interface.interface)},
            {"next_hop", next_hop_json(place.interface)},
            {"group", rpc::source_json(place.key.group)},
            {"source", rpc::source_json(place.key.source)},
            {"handle", place.component.value()}};
}

Expected<json> memberships(const Router& router, const json& params) {
    constexpr std::size_t kChunk = 32;
    const auto begin = membership_place_in(router, params);
    if (!begin) {
        return std::unexpected(begin.error());
    }
    const group_manager::MembershipFilter filter{rpc::address_in(params, "group"),
                                                 rpc::address_in(params, "source")};
    Page page(params);
    group_manager::MembershipPlace place = *begin;
    while (true) {
        const std::size_t most = std::min(page.room(), kChunk);
        const auto chunk = router.groups().memberships_behind(place, most, filter);
        for (const group_manager::MembershipView& membership : chunk.items) {
            page.add(membership_json(router, membership));
        }
        if (!chunk.next) {
            return std::move(page).answer(nullptr);
        }
        place = *chunk.next;
        if (page.full() || chunk.items.size() < most) {
            return std::move(page).answer(membership_cursor(router, place));
        }
    }
}

json mroutes(Router& router, const json& params) {
    FlowPage page(params);
    const auto& routes = router.static_routes().routes();
    const auto offer = [&](const auto& item) {
        return page.offer(item.first, [&]() -> json {
            json oifs = json::array();
            for (const IfIndex oif : item.second.oifs) {
                oifs.push_back(name_of(router, oif));
            }
            return {{"source", rpc::source_json(item.first.source)},
                    {"group", rpc::address_json(item.first.group)},
                    {"iif", name_of(router, item.second.iif)},
                    {"oifs", std::move(oifs)}};
        });
    };
    std::ignore = std::all_of(routes.upper_bound(page.begin()), routes.end(), offer);
    return std::move(page).answer();
}

std::string_view remote_state_name(protocols::RemoteView::State state) {
    constexpr std::array<std::string_view, 3> kRemoteStates{"connected", "waiting", "leaving"};
    return kRemoteStates[static_cast<std::size_t>(state)];
}

/// Null for a protocol of the router itself.
json remote_json(Router& router, group_manager::ClientHandle handle) {
    const auto view = router.remotes().view(handle);
    if (!view) {
        return {};
    }
    return {{"pid", view->pid},
            {"uid", view->uid},
            {"state", remote_state_name(view->state)},
            {"restart_time", rpc::seconds_json(view->restart_time)},
            {"expires", view->expires_in ? rpc::seconds_json(*view->expires_in) : json()},
            {"unclaimed", view->unclaimed},
            {"notifications_sent", view->sent},
            {"notifications_queued", view->queued}};
}

json clients(Router& router) {
    json entries = json::array();
    for (const group_manager::ClientView& client : router.groups().clients()) {
        json interfaces = json::array();
        for (const group_manager::InterfaceKey key : client.interfaces) {
            interfaces.push_back(key.next_hop.is_unspecified()
                                     ? name_of(router, key.interface)
                                     : fmt::format("{}/{}", name_of(router, key.interface), key.next_hop));
        }
        entries.push_back({{"name", client.name.name},
                           {"handle", client.handle.value()},
                           {"protocol_id", client.name.id.protocol},
                           {"component_id", client.name.id.component},
                           {"interfaces", std::move(interfaces)},
                           {"memberships", client.memberships},
                           {"age", rpc::seconds_json(client.age)},
                           {"remote", remote_json(router, client.handle)}});
    }
    return {{"entries", std::move(entries)}};
}

} // namespace

void add_forwarding_commands(rpc::Registry& registry, CommandContext& context) {
    registry.add("show.interfaces",
                 [&context](const json&) -> Expected<json> { return interfaces(context.router); });
    registry.add("show.mfib",
                 [&context](const json& params) -> Expected<json> { return mfib(context, params); });
    registry.add("show.mfe",
                 [&context](const json& params) -> Expected<json> { return mfes(context.router, params); });
    registry.add("show.statistics", [&context](const json& params) -> Expected<json> {
        return statistics(context.router, params);
    });
    registry.add("show.ownership",
                 [&context](const json&) -> Expected<json> { return ownership(context.router); });
    registry.add("show.memberships", [&context](const json& params) -> Expected<json> {
        return memberships(context.router, params);
    });
    registry.add("show.mroutes", [&context](const json& params) -> Expected<json> {
        return mroutes(context.router, params);
    });
    registry.add("show.clients",
                 [&context](const json&) -> Expected<json> { return clients(context.router); });
}

} // namespace mcfwd::daemon
