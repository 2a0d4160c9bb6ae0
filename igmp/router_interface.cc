// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Start, stop and the passing of time; what a packet does is in router_receive.cc.
#include "router_interface.hh"

#include <algorithm>
#include <optional>
#include <utility>

#include "codec.hh"
#include "router_state.hh"

namespace mcfwd::igmp {

RouterInterface::RouterInterface(std::unique_ptr<State> state) : state_(std::move(state)) {}
RouterInterface::RouterInterface(RouterInterface&&) noexcept = default;
RouterInterface& RouterInterface::operator=(RouterInterface&&) noexcept = default;
RouterInterface::~RouterInterface() = default;

Expected<RouterInterface> RouterInterface::create(RouterConfig config) {
    if (auto checked = validate(config); !checked) {
        return std::unexpected(std::move(checked.error()));
    }
    return RouterInterface(std::make_unique<State>(std::move(config)));
}

void RouterInterface::start(Instant now, Output& out) {
    if (state_->running) {
        return;
    }
    state_->running = true;
    state_->querier.start(now);
    for (const StaticGroup& entry : state_->config.static_groups) {
        state_->place_static(entry, {now, out});
    }
    state_->advance({now, out});
}

void RouterInterface::stop(Instant now, Output& out) {
    if (!state_->running) {
        return;
    }
    state_->advance({now, out});
    for (const auto& [address, group] : state_->groups) {
        append_steps(address, group.told, Membership{}, out.changes);
    }
    state_->deadlines = {};
    state_->groups.clear();
    state_->reported_groups = 0;
    state_->running = false;
}

void RouterInterface::receive(std::span<const std::byte> packet, MacAddress sender, Instant now,
                              Output& out) {
    if (!state_->running) {
        return;
    }
    state_->advance({now, out});
    const auto parsed = parse(packet);
    if (!parsed) {
        ++state_->counters.parse_failures[static_cast<std::size_t>(parsed.error())];
        return;
    }
    state_->receive(*parsed, sender, {now, out});
}

void RouterInterface::advance(Instant now, Output& out) {
    if (state_->running) {
        state_->advance({now, out});
    }
}

std::optional<Instant> RouterInterface::next_deadline() const {
    if (!state_->running) {
        return std::nullopt;
    }
    const Instant querier = state_->querier.deadline();
    return state_->deadlines.empty() ? querier : std::min(querier, state_->deadlines.earliest());
}

void RouterInterface::State::advance(Input in) {
    if (querier.take_over(in.now)) {
        ++counters.querier_changes;
    }
    if (querier.query_due(in.now)) {
        queries(in.out).general();
    }
    while (!deadlines.empty() && deadlines.earliest() <= in.now) {
        run_due(deadlines.first(), in);
    }
}

void RouterInterface::State::run_due(Group& group, Input in) {
    const bool changed = group.filter.expire(in.now);
    if (group.filter.empty()) {
        group.last_member = {};
    } else {
        QuerySender sender = queries(in.out);
        group.last_member.repeat(group.address, group.filter, sender, in.now);
    }
    if (changed) {
        settle(group, in);
    } else {
        rearm(group); // a refreshed timer leaves its old deadline behind, that is how we get here for nothing
    }
}

Group& RouterInterface::State::group_for(Ipv4Address address, Instant now) {
    return groups.try_emplace(address, address, now).first->second;
}

void RouterInterface::State::settle(Group& group, Input in) {
    merge_membership(group.filter, group.configured, wanted);
    if (wanted != group.told) {
        append_steps(group.address, group.told, wanted, in.out.changes);
        std::swap(group.told, wanted);
    }
    const bool reported = !group.filter.empty();
    if (reported != group.reported) {
        group.reported = reported;
        reported ? ++reported_groups : --reported_groups;
    }
    if (!reported && group.configured.empty()) {
        deadlines.disarm(group);
        groups.erase(Ipv4Address(group.address));
        return;
    }
    rearm(group);
}

void RouterInterface::State::rearm(Group& group) {
    const auto timer = group.filter.deadline();
    const auto query = group.last_member.deadline();
    if (!timer && !query) {
        deadlines.disarm(group);
        return;
    }
    deadlines.arm(group, std::min(timer.value_or(Instant::max()), query.value_or(Instant::max())));
}

} // namespace mcfwd::igmp
