// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Read-only answers of a routed interface.
#include "router_state.hh"

namespace mcfwd::igmp {

const Membership* RouterInterface::membership(Ipv4Address group) const {
    return state_->members.membership(group);
}

bool RouterInterface::is_querier() const {
    return state_->running && state_->querier.elected();
}

Ipv4Address RouterInterface::querier_address() const {
    return state_->querier.address();
}

void RouterInterface::for_each_membership(const std::function<void(const MembershipChange&)>& visit) const {
    state_->members.for_each_membership(visit);
}

const RouterConfig& RouterInterface::config() const {
    return state_->config;
}

const RouterCounters& RouterInterface::counters() const {
    return state_->counters;
}

const DiscoveryCounters& RouterInterface::discovery_counters() const {
    return state_->discovery;
}

void RouterInterface::clear_counters() {
    state_->counters = {};
    state_->discovery = {};
}

InterfaceView RouterInterface::view(Instant now) const {
    const Querier& querier = state_->querier;
    InterfaceView view{.running = state_->running,
                       .querier = state_->running && querier.elected(),
                       .address = state_->config.address,
                       .querier_address = querier.address(),
                       .version = state_->config.version,
                       .startup_queries_left = querier.startup_queries_left(),
                       .intervals = querier.intervals(),
                       .groups = state_->members.group_count(),
                       .version1_groups = state_->members.version1_groups(now),
                       .hosts = state_->members.host_count()};
    if (state_->running && state_->advertiser.interval()) {
        view.next_advertisement = state_->advertiser.deadline() - now;
    }
    if (state_->running) {
        (querier.elected() ? view.next_general_query : view.other_querier_expires) = querier.deadline() - now;
    }
    return view;
}

void RouterInterface::visit_groups(Instant now, Ipv4Address from,
                                   const std::function<bool(const GroupView&)>& visit,
                                   WithHosts hosts) const {
    state_->members.visit_groups(now, from, visit, hosts);
}

} // namespace mcfwd::igmp
