// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The order of the sentences is that of the decisions: entry, incoming interface, interest, veto, boundary,
// link.
#include "explain.hh"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <controlplane/daemon/link_local.hh>
#include <controlplane/daemon/mfe_json.hh>

namespace mcfwd::daemon {

namespace {

using group_manager::InterfaceKey;
using group_manager::MfeView;
using group_manager::NegativeReason;
using group_manager::OifView;
using group_manager::SourceGroup;

std::string seconds(Duration duration) {
    return fmt::format("{:.0f} s", std::chrono::duration<double>(duration).count());
}

std::string flow_text(const ExplainedFlow& flow) {
    return flow.source == kAnySource ? fmt::format("(*, {})", flow.group)
                                     : fmt::format("({}, {})", flow.source, flow.group);
}

/// What hosts of a link want of the group, and whether that covers the source.
std::string hosts_text(const igmp::GroupView& group) {
    const bool include = group.mode == igmp::FilterMode::kInclude;
    std::vector<std::string> sources;
    for (const igmp::SourceView& source : group.sources) {
        if (source.forwarded == include) {
            sources.push_back(fmt::to_string(source.address));
        }
    }
    std::string text = include           ? fmt::format("hosts want {} only", fmt::join(sources, ", "))
                       : sources.empty() ? std::string("hosts want all sources")
                                         : fmt::format("hosts want all but {}", fmt::join(sources, ", "));
    if (group.is_static) {
        text = "a static group";
    } else if (!group.last_reporter.is_unspecified()) {
        text += fmt::format(", last report from {} (IGMPv{})", group.last_reporter,
                            static_cast<int>(group.version));
    }
    if (group.expires) {
        text += fmt::format(", {} left", seconds(*group.expires));
    }
    return group.leaving ? text + ", being asked whether anybody stays" : text;
}

std::optional<std::string> igmp_text(Router& router, IfIndex index, Ipv4Address group) {
    const protocols::IgmpInterface* igmp = router.igmp().find(index);
    std::optional<std::string> text;
    if (igmp != nullptr) {
        igmp->router().visit_groups(router.now(), group, [&](const igmp::GroupView& view) {
            if (view.group == group) {
                text = hosts_text(view);
            }
            return false;
        });
    }
    return text;
}

/// Who added something for the group on the interface, IGMP aside.
std::vector<std::string> protocols_that_want(const Router& router, InterfaceKey interface, SourceGroup key) {
    std::vector<std::string> names;
    const auto page = router.groups().memberships_behind(
        {.interface = interface, .key = key, .component = group_manager::ClientHandle(0)}, 8, {});
    for (const group_manager::MembershipView& membership : page.items) {
        if (membership.interface == interface && membership.key == key &&
            !group_manager::is_igmp(membership.component.id)) {
            names.push_back(membership.component.name);
        }
    }
    return names;
}

/// Every reason why the interface is wanted.
std::string interest_text(Router& router, InterfaceKey interface, const ExplainedFlow& flow) {
    std::vector<std::string> reasons;
    if (router.proxy().is_upstream(interface.interface) && router.proxy().owns_upstream()) {
        return "upstream of the proxy, where everything from other interfaces goes";
    }
    if (auto hosts = igmp_text(router, interface.interface, flow.group)) {
        reasons.push_back(std::move(*hosts));
    }
    for (const SourceGroup key :
         {SourceGroup{flow.group, flow.source}, SourceGroup{flow.group, kAnySource}, SourceGroup{}}) {
        for (const std::string& name : protocols_that_want(router, interface, key)) {
            reasons.push_back(fmt::format("{} joined ({}, {})", name,
                                          key.source == kAnySource ? "*" : fmt::to_string(key.source),
                                          key.group.is_unspecified() ? "*" : fmt::to_string(key.group)));
        }
    }
    return reasons.empty() ? std::string() : fmt::format("{}", fmt::join(reasons, "; "));
}

std::string owner_of(const Router& router, InterfaceKey interface) {
    const auto owner = router.groups().protocol_on_interface(interface);
    if (!owner) {
        return {};
    }
    for (const group_manager::ClientView& client : router.groups().clients()) {
        if (client.name.id == *owner) {
            return client.name.name;
        }
    }
    return {};
}

/// Nobody is interested: why not.
std::string no_interest_text(Router& router, IfIndex index) {
    if (owner_of(router, {index, {}}).empty()) {
        return "nobody owns this interface";
    }
    return router.igmp().find(index) == nullptr ? "no protocol joined it, and IGMP is off here"
                                                : "no host and no protocol asked for it";
}

Explanation at_interface(Router& router, const forwarding::Interface& interface, const ExplainedFlow& flow,
                         const std::optional<MfeView>& mfe) {
    Explanation place{.at = interface.name, .bridge = {}, .gets = false, .why = {}};
    if (flow.group.is_link_local_multicast()) {
        const bool igmp_here = router.igmp().find(interface.index) != nullptr;
        place.why = link_local_interface_text(flow.group, igmp_here ? IgmpHere::kYes : IgmpHere::kNo);
        return place;
    }
    const InterfaceKey key{interface.index, {}};
    const std::string interest = interest_text(router, key, flow);
    if (mfe && mfe->iif.interface == interface.index) {
        place.why = fmt::format("{} comes in here", flow_text(flow));
        return place;
    }
    if (mfe) {
        const auto oif = std::ranges::find_if(
            mfe->oifs, [&](const OifView& view) { return view.interface.interface == interface.index; });
        if (oif != mfe->oifs.end() && oif->forwarding) {
            place.gets = router.dataplane().link_up(interface.port) || interface.bridge != kRoutedDomain;
            place.why =
                interest.empty() ? fmt::format("{} forwards it here", owner_of(router, key)) : interest;
            if (!place.gets) {
                place.why += "; but its port has no link";
            }
            if (interface.ttl_threshold > 1) {
                place.why +=
                    fmt::format("; packets with a TTL below {} stay here", interface.ttl_threshold + 1);
            }
            return place;
        }
        if (oif != mfe->oifs.end() && oif->vetoed) {
            place.why = fmt::format("{} vetoes it{}", owner_of(router, key),
                                    interest.empty() ? "" : ", though " + interest);
            return place;
        }
        if (oif != mfe->oifs.end() && oif->boundary) {
            place.why = fmt::format("a scope_boundary stops {}{}", flow.group,
                                    interest.empty() ? "" : ", though " + interest);
            return place;
        }
        if (oif != mfe->oifs.end() && oif->unconfirmed) {
            place.why = fmt::format("{} has not confirmed it (igmp.on_owned), though {}",
                                    owner_of(router, key), interest);
            return place;
        }
    }
    const protocols::IgmpInterface* igmp = router.igmp().find(interface.index);
    if (igmp != nullptr && igmp->yields() && !interest.empty()) {
        place.why =
            fmt::format("{} is the querier here, and the proxy leaves forwarding to it (proxy.querier_only), "
                        "though {}",
                        igmp->router().querier_address(), interest);
        return place;
    }
    if (interest.empty()) {
        place.why = no_interest_text(router, interface.index);
    } else if (mfe) {
        place.why = fmt::format("this source is not among what is wanted: {}", interest);
    } else {
        place.why = fmt::format("{}; it gets it when a packet comes", interest);
    }
    return place;
}

std::string negative_text(const MfeView& mfe) {
    switch (mfe.reason) {
    case NegativeReason::kNoRoute:
        return fmt::format("no route towards {}: [[rpf_route]] or a connected subnet is missing",
                           mfe.flow.source);
    case NegativeReason::kUnownedIif:
        return "nobody owns the interface towards the source";
    case NegativeReason::kBoundary:
        return "a scope_boundary of the incoming interface stops the group";
    default:
        return "nobody wants it";
    }
}

/// "; the proxy ...": whether it asks for the flow where it comes from.
std::string proxy_text(Router& router, const ExplainedFlow& flow, IfIndex iif) {
    if (!router.proxy().is_upstream(iif)) {
        return {};
    }
    const igmp::Membership wanted = router.proxy().host()->reception(flow.group);
    const bool listed = std::ranges::binary_search(wanted.sources, flow.source);
    const bool asks = listed == (wanted.mode == igmp::FilterMode::kInclude);
    return fmt::format("; the proxy {} there",
                       asks && router.proxy().owns_upstream() ? "asks for it" : "does not ask for it");
}

FlowExplanation routed_flow(Router& router, const ExplainedFlow& flow, const std::optional<MfeView>& mfe) {
    if (flow.group.is_link_local_multicast()) {
        return {.state = "none", .iif = "-", .why = link_local_flow_text(flow.group)};
    }
    if (mfe) {
        const bool active = mfe->state == group_manager::MfeState::kActive;
        return {.state = active ? "active" : "negative",
                .iif = name_of(router, mfe->iif.interface),
                .why =
                    (active ? fmt::format("packets must come in on {}", name_of(router, mfe->iif.interface))
                            : negative_text(*mfe)) +
                    proxy_text(router, flow, mfe->iif.interface)};
    }
    if (router.interfaces().all().empty()) {
        return {.state = "none", .iif = "-", .why = "nothing is routed: there are bridges only"};
    }
    if (flow.source == kAnySource) {
        return {.state = "none", .iif = "-", .why = "no source named, and not exactly one is known"};
    }
    const auto rpf = router.view().lookup({flow.group, flow.source});
    if (!rpf) {
        return {.state = "none",
                .iif = "-",
                .why = fmt::format("no packet came yet; no route towards {}", flow.source)};
    }
    const std::string iif = name_of(router, rpf->iif.interface);
    return {.state = "none",
            .iif = iif,
            .why = fmt::format("no packet came yet; it would have to come in on {}{}", iif,
                               proxy_text(router, flow, rpf->iif.interface))};
}

bool wants(const igmp::GroupView& group, Ipv4Address source) {
    const auto at = std::ranges::find(group.sources, source, &igmp::SourceView::address);
    return at == group.sources.end() ? group.mode == igmp::FilterMode::kExclude : at->forwarded;
}

Explanation at_port(Router& router, const forwarding::Bridge& bridge, BridgePort port,
                    const ExplainedFlow& flow) {
    const igmp::SnoopingBridge& state = *router.snooping().find(bridge.domain);
    const std::vector<BridgePort> ports =
        router.snooping().ports_for_flow(bridge.domain, flow.group, flow.source);
    const igmp::SnoopingPortView view = state.view(port, router.now());
    Explanation place{.at = bridge.members[port.value()].name,
                      .bridge = bridge.name,
                      .gets = std::ranges::find(ports, port) != ports.end() && view.up,
                      .why = {}};
    if (flow.group.is_link_local_multicast()) {
        place.gets = view.up;
        place.why = link_local_port_text(flow.group) + (view.up ? "" : "; but the port has no link");
        return place;
    }
    std::vector<std::string> reasons;
    state.visit_groups(port, router.now(), flow.group, [&](const igmp::GroupView& group) {
        if (group.group == flow.group) {
            const bool wanted = flow.source == kAnySource || wants(group, flow.source);
            reasons.push_back(wanted ? hosts_text(group)
                                     : "this source is not among what is wanted: " + hosts_text(group));
        }
        return false;
    });
    if (view.static_router) {
        reasons.emplace_back("a router port by configuration");
    }
    for (const igmp::RouterNeighbourView& neighbour : view.routers) {
        reasons.push_back(fmt::format("a router port ({} of {})", igmp::router_sign_name(neighbour.sign),
                                      neighbour.address));
    }
    if (view.learning) {
        reasons.push_back(
            fmt::format("it gets everything for {:.0f} s, until everybody had a chance to speak",
                        std::chrono::duration<double>(*view.learning).count()));
    }
    const bool known = state.ports_for(flow.group, kAnySource).has_value();
    if (state.is_refused(flow.group)) {
        reasons.push_back(fmt::format("the table has no room for {}, which is flooded", flow.group));
    } else if (!known && state.view(router.now()).refused_groups > 0) {
        reasons.emplace_back("the table is full, so groups without an entry are flooded");
    } else if (!known && state.config().flood_unregistered) {
        reasons.emplace_back("nobody asked for the group, which is flooded then (unregistered)");
    } else if (!known && view.unregistered) {
        reasons.emplace_back(
            "nobody asked for the group, and this port gets such groups (unregistered_ports)");
    }
    if (!view.up) {
        reasons.emplace_back("the port has no link");
    }
    place.why = reasons.empty() ? "no host asked for it, and no router is here"
                                : fmt::format("{}", fmt::join(reasons, "; "));
    return place;
}

/// The only source that is known, if none was named.
Ipv4Address only_source(const Router& router, Ipv4Address group) {
    const auto page = router.groups().next_mfe({group, kAnySource}, 2);
    if (!page) {
        return kAnySource;
    }
    const auto of_group = [&](const MfeView& mfe) { return mfe.flow.group == group; };
    return std::ranges::count_if(page->items, of_group) == 1 ? page->items.front().flow.source : kAnySource;
}

} // namespace

Expected<ExplainedFlow> explain(Router& router, Ipv4Address group, std::optional<Ipv4Address> source,
                                const std::optional<std::string>& at) {
    ExplainedFlow flow{.group = group, .source = source.value_or(kAnySource), .routed = {}, .places = {}};
    if (flow.source == kAnySource) {
        flow.source = only_source(router, group);
    }
    std::optional<MfeView> mfe;
    if (auto found = router.groups().mfe({group, flow.source})) {
        mfe = std::move(*found);
    }
    flow.routed = routed_flow(router, flow, mfe);
    for (const auto& [index, interface] : router.interfaces().all()) {
        if (!at || *at == interface.name) {
            flow.places.push_back(at_interface(router, interface, flow, mfe));
        }
    }
    for (const auto& [domain, bridge] : router.bridges().all()) {
        for (std::size_t i = 0; i < bridge.members.size(); ++i) {
            const bool named = at && (*at == bridge.name || *at == bridge.members[i].name ||
                                      bridge.members[i].name.starts_with(*at + ":"));
            if (!at || named) {
                flow.places.push_back(
                    at_port(router, bridge, BridgePort(static_cast<std::uint16_t>(i)), flow));
            }
        }
    }
    if (flow.places.empty()) {
        return fail(Status::kNotFound,
                    fmt::format("there is no interface, bridge or bridged port '{}'", at.value_or("")));
    }
    return flow;
}

} // namespace mcfwd::daemon
