// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// show igmp proxy: what the upstream is told, and because of whom.
#include "commands.hh"

#include <nlohmann/json.hpp>

#include <controlplane/daemon/igmp_json.hh>
#include <controlplane/daemon/mfe_json.hh>
#include <controlplane/daemon/page.hh>
#include <controlplane/rpc/parameters.hh>
#include <controlplane/rpc/to_json.hh>

namespace mcfwd::daemon {

namespace {

using nlohmann::json;

const char* upstream_state(const protocols::Proxy& proxy) {
    return !proxy.owns_upstream() ? "taken" : proxy.link_up() ? "active" : "no_link";
}

json upstream_json(Router& router) {
    const protocols::Proxy& proxy = router.proxy();
    if (proxy.host() == nullptr) {
        return {};
    }
    const igmp::HostInterfaceView view = proxy.host()->view(router.now());
    json counters = host_counters_json(proxy.host()->counters());
    counters["send_failures"] = proxy.counters().send_failures;
    counters["reports_dropped"] = proxy.counters().reports_dropped;
    counters["upstream_losses"] = proxy.counters().losses;
    return {{"interface", proxy.upstream().name},
            {"state", upstream_state(proxy)},
            {"version", static_cast<int>(view.version)},
            {"configured_version", static_cast<int>(proxy.host()->config().version)},
            {"version1_querier_expires", seconds_or_null(view.version1_querier_expires)},
            {"version2_querier_expires", seconds_or_null(view.version2_querier_expires)},
            {"querier", view.querier.is_unspecified() ? json() : rpc::address_json(view.querier)},
            {"queried", seconds_or_null(view.queried)},
            {"robustness", view.robustness},
            {"query_interval", rpc::seconds_json(view.query_interval)},
            {"groups", view.groups},
            {"leaving", view.leaving},
            {"pending_changes", view.pending_changes},
            {"counters", std::move(counters)}};
}

json sources_json(const igmp::Membership& membership) {
    json sources = json::array();
    for (const Ipv4Address source : membership.sources) {
        sources.push_back(rpc::address_json(source));
    }
    return sources;
}

json reception_json(const igmp::Membership& membership) {
    return {{"mode", membership.mode == igmp::FilterMode::kInclude ? "include" : "exclude"},
            {"sources", sources_json(membership)}};
}

json group_json(Router& router, Ipv4Address group, const igmp::Membership& membership) {
    json from = json::array();
    for (const protocols::ProxyContribution& part : router.proxy().contributions(group)) {
        json entry{{"interface", name_of(router, part.interface)},
                   {"for", part.igmp ? "hosts" : "routing_protocol"}};
        entry.update(reception_json(part.membership));
        from.push_back(std::move(entry));
    }
    json entry{{"group", rpc::address_json(group)}};
    entry.update(reception_json(membership));
    entry["from"] = std::move(from);
    return entry;
}

Expected<json> show_proxy(Router& router, const json& params) {
    const auto only = rpc::address_in(params, "group");
    const auto after = params.find("after");
    const Ipv4Address behind =
        after == params.end() ? Ipv4Address{} : rpc::address_in(*after, "group").value_or(Ipv4Address{});
    Page page(params);
    json last;
    bool more = false;
    const auto add = [&](Ipv4Address group, const igmp::Membership& membership) {
        if (group == behind) {
            return true;
        }
        if (only && group != *only) {
            return false;
        }
        more = page.full();
        if (!more) {
            page.add(group_json(router, group, membership));
            last = {{"group", rpc::address_json(group)}};
        }
        return !more;
    };
    if (router.proxy().host() != nullptr) {
        router.proxy().host()->visit_groups(only ? std::max(*only, behind) : behind, add);
    }
    json answer = std::move(page).answer(more ? std::move(last) : json());
    answer["upstream"] = upstream_json(router);
    return answer;
}

} // namespace

void add_proxy_command(rpc::Registry& registry, CommandContext& context) {
    registry.add("show.igmp.proxy",
                 [&context](const json& params) { return show_proxy(context.router, params); });
}

} // namespace mcfwd::daemon
