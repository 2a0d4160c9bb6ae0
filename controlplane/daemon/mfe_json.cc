// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// See mfe_json.hh.
#include "mfe_json.hh"

#include <array>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <controlplane/group_manager/mfe_status.hh>
#include <controlplane/rpc/to_json.hh>

namespace mcfwd::daemon {

namespace {

using nlohmann::json;

json oif_json(const Router& router, const group_manager::OifView& oif, const group_manager::MfeView& mfe) {
    json contributions = json::array();
    const std::pair<bool, const char*> kinds[] = {
        {oif.source_group, "sg"}, {oif.any_source, "wg"}, {oif.any_group, "ww"}, {oif.forward, "fwd"}};
    for (const auto& [present, kind] : kinds) {
        if (present) {
            contributions.push_back(kind);
        }
    }
    return {{"interface", name_of(router, oif.interface.interface)},
            {"next_hop", next_hop_json(oif.interface)},
            {"contributions", std::move(contributions)},
            {"veto", oif.vetoed},
            {"waits_for_owner", oif.unconfirmed},
            {"boundary", oif.boundary},
            {"effective", oif.forwarding},
            {"status", group_manager::status_name(group_manager::status_of(oif, mfe))},
            {"age", oif.forwarding ? rpc::seconds_json(oif.up_time) : json()}};
}

json route_json(const group_manager::Route& route) {
    if (route.kind == group_manager::RouteKind::kNone) {
        return {};
    }
    return {{"kind", group_manager::route_kind_name(route.kind)},
            {"prefix", fmt::format("{}", route.prefix)}};
}

json counters_json(const Router& router, const group_manager::MfeStatsView& stats,
                   group_manager::StatsLevel level) {
    const EntryCounters& counters = stats.counters;
    json entry{{"packets", counters.packets},
               {"bytes", counters.bytes},
               {"wrong_interface", counters.wrong_interface},
               {"uninitialized", counters.uninitialized},
               {"queue_overflow", counters.queue_overflow},
               {"negative", counters.negative},
               {"input_discards", counters.input_discards},
               {"header_errors", counters.header_errors},
               {"copies", counters.copies},
               {"sent", counters.sent()},
               {"age_centiseconds", stats.up_time.count()}};
    if (level == group_manager::StatsLevel::kExtended) {
        json oifs = json::array();
        for (const group_manager::OifCounters& oif : stats.oifs) {
            oifs.push_back({{"interface", name_of(router, oif.interface)},
                            {"packets", oif.packets},
                            {"bytes", oif.bytes},
                            {"ttl_exceeded", oif.ttl_exceeded},
                            {"mtu_exceeded", oif.mtu_exceeded},
                            {"discards", oif.discards}});
        }
        entry["oif_counters"] = std::move(oifs);
    }
    return entry;
}

} // namespace

std::string name_of(const Router& router, IfIndex index) {
    return router.interfaces().interface_name(index).value_or("-");
}

json next_hop_json(group_manager::InterfaceKey key) {
    return key.next_hop.is_unspecified() ? json() : rpc::address_json(key.next_hop);
}

json mfe_json(const Router& router, const group_manager::MfeView& mfe) {
    json oifs = json::array();
    for (const group_manager::OifView& oif : mfe.oifs) {
        oifs.push_back(oif_json(router, oif, mfe));
    }
    return {{"source", rpc::source_json(mfe.flow.source)},
            {"group", rpc::address_json(mfe.flow.group)},
            {"iif", name_of(router, mfe.iif.interface)},
            {"next_hop", next_hop_json(mfe.iif)},
            {"owner", mfe.iif_owner.name.empty() ? "none" : mfe.iif_owner.name},
            {"upstream_neighbour", mfe.upstream.is_unspecified() ? json() : rpc::address_json(mfe.upstream)},
            {"upstream_from", mfe.upstream_chosen ? "owner" : "route"},
            {"route", route_json(mfe.route)},
            {"state", group_manager::state_name(mfe.state)},
            {"status", group_manager::status_name(group_manager::status_of(mfe))},
            {"reason", mfe.state == group_manager::MfeState::kActive
                           ? json()
                           : json(group_manager::reason_name(mfe.reason))},
            {"age", rpc::seconds_json(mfe.up_time)},
            {"expires", rpc::seconds_json(mfe.expires_in)},
            {"timeout", rpc::seconds_json(mfe.timeout)},
            {"oifs", std::move(oifs)}};
}

json mfe_stats_json(const Router& router, const group_manager::MfeStatsView& stats,
                    group_manager::StatsLevel level) {
    json entry = mfe_json(router, stats.mfe);
    entry.update(counters_json(router, stats, level));
    return entry;
}

json statistics_json(const Router& router, const group_manager::MfeStatsView& stats) {
    json entry{{"source", rpc::source_json(stats.mfe.flow.source)},
               {"group", rpc::address_json(stats.mfe.flow.group)},
               {"iif", name_of(router, stats.mfe.iif.interface)}};
    entry.update(counters_json(router, stats, group_manager::StatsLevel::kExtended));
    return entry;
}

} // namespace mcfwd::daemon
