// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Read-only answers of a bridge for people.
#include <algorithm>
#include <tuple>

#include "snooping_state.hh"

namespace mcfwd::igmp {
namespace {

/// Nothing to show of a timer that is held.
void show_held(std::optional<Duration>& expires) {
    if (expires > Intervals::kUnlimited / 2) {
        expires.reset();
    }
}

} // namespace

const SnoopingConfig& SnoopingBridge::config() const {
    return state_->config;
}

const SnoopingCounters& SnoopingBridge::counters(BridgePort port) const {
    return state_->at(port).counters;
}

const SnoopingCounters& SnoopingBridge::local_counters() const {
    return state_->local;
}

void SnoopingBridge::clear_counters() {
    for (SnoopingPort& port : state_->ports) {
        port.counters = {};
    }
    state_->local = {};
    state_->querier_changes = 0;
}

SnoopingView SnoopingBridge::view(Instant now) const {
    const State& state = *state_;
    SnoopingView view{.running = state.running,
                      .querier = state.running && state.elected(),
                      .address = state.config.address,
                      .querier_address = state.elected() ? state.config.address : state.querier.address(),
                      .version = state.elected() ? state.config.version : state.heard_version,
                      .held = state.running && state.held(),
                      .intervals = state.intervals,
                      .refused_groups = state.refused.size(),
                      .querier_changes = state.querier_changes};
    if (state.running && !state.held()) {
        (state.elected() ? view.next_general_query : view.other_querier_expires) =
            state.querier.deadline() - now;
    }
    return view;
}

SnoopingPortView SnoopingBridge::view(BridgePort number, Instant now) const {
    const SnoopingPort& port = state_->at(number);
    SnoopingPortView view{.up = port.up,
                          .router = port.is_router(),
                          .static_router = port.static_router,
                          .unregistered = std::ranges::binary_search(state_->unregistered, number),
                          .learning =
                              port.learning_until ? std::optional(*port.learning_until - now) : std::nullopt,
                          .groups = port.members.group_count(),
                          .hosts = port.members.host_count()};
    for (const RouterNeighbour& neighbour : port.routers.entries()) {
        const bool for_ever = neighbour.until == Instant::max();
        view.routers.push_back({neighbour.sign, neighbour.address,
                                for_ever ? std::nullopt : std::optional(neighbour.until - now)});
    }
    std::ranges::sort(view.routers, {}, [](const RouterNeighbourView& router) {
        return std::tuple(router.address, router.sign);
    });
    return view;
}

void SnoopingBridge::visit_groups(BridgePort number, Instant now, Ipv4Address from,
                                  const std::function<bool(const GroupView&)>& visit, WithHosts hosts) const {
    const auto show = [&](const GroupView& group) {
        GroupView shown = group;
        show_held(shown.expires);
        show_held(shown.version1_expires);
        show_held(shown.version2_expires);
        std::ranges::for_each(shown.sources, show_held, &SourceView::expires);
        return visit(shown);
    };
    state_->at(number).members.visit_groups(now, from, show, hosts);
}

} // namespace mcfwd::igmp
