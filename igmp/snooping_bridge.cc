// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The life of a bridge: start, stop, links, the passing of time.
#include "snooping_state.hh"

#include <algorithm>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

namespace mcfwd::igmp {
namespace {

/// The election of a bridge that only listens: every router wins.
RouterConfig election_config(const SnoopingConfig& config) {
    RouterConfig result = config;
    if (!config.querier || config.local_router) {
        result.address = {};
    }
    return result;
}

MembersConfig members_config_of(const SnoopingConfig& config) {
    MembersConfig result = config;
    result.ssm_range = {Ipv4Address(), 32}; // no group
    return result;
}

std::string name_of(BridgePort port, const StaticGroup& entry) {
    const auto source = entry.source == kAnySource ? "*" : fmt::to_string(entry.source);
    return fmt::format("static membership of port {} in ({}, {})", port, source, entry.group);
}

} // namespace

SnoopingBridge::State::State(SnoopingConfig checked)
    : config(std::move(checked)),
      members_config(members_config_of(config)),
      querier(election_config(config)),
      heard_version(config.version) {
    limited_members.assign(config.port_limits.size(), members_config);
    std::vector<const MembersConfig*> granted(config.ports, &members_config);
    for (std::size_t i = 0; i < config.port_limits.size(); ++i) {
        apply(config.port_limits[i], limited_members[i]);
        granted[config.port_limits[i].port.value()] = &limited_members[i];
    }
    for (std::size_t i = 0; i < config.ports; ++i) {
        ports.emplace_back(*granted[i]);
        all_ports.emplace_back(static_cast<std::uint16_t>(i));
    }
    for (const BridgePort port : config.router_ports) {
        at(port).static_router = true;
    }
    routers = config.router_ports;
    std::ranges::sort(routers);
    wide = routers;
    unregistered = config.unregistered_ports;
    std::ranges::sort(unregistered);
    take_intervals();
}

SnoopingBridge::SnoopingBridge(std::unique_ptr<State> state) : state_(std::move(state)) {}
SnoopingBridge::SnoopingBridge(SnoopingBridge&&) noexcept = default;
SnoopingBridge& SnoopingBridge::operator=(SnoopingBridge&&) noexcept = default;
SnoopingBridge::~SnoopingBridge() = default;

Expected<SnoopingBridge> SnoopingBridge::create(SnoopingConfig config) {
    if (auto checked = validate(config); !checked) {
        return std::unexpected(std::move(checked.error()));
    }
    return SnoopingBridge(std::make_unique<State>(std::move(config)));
}

void SnoopingBridge::start(Instant now, SnoopingOutput& out) {
    State& state = *state_;
    if (state.running) {
        return;
    }
    const State::Input in{now, out};
    state.running = true;
    state.querier.start(now);
    state.heard_version = state.config.version;
    state.take_intervals();
    for (const BridgePort port : state.all_ports) {
        state.at(port).members.start();
        state.settle_static(port, in);
        state.solicit(port, in);
        if (!state.takes_part()) {
            state.ask(port, state.questions_per_port(), in);
        } else if (state.learning_time() == Duration::zero()) {
            // Our own queries leave hosts more time to answer than they have when nothing is flooded
            // meanwhile.
            state.ask(port, 1, in);
        }
        state.begin_learning(port, state.learning_time(), in);
    }
    out.floods_changed = true;
    advance(now, out);
}

void SnoopingBridge::stop(Instant now, SnoopingOutput& out) {
    State& state = *state_;
    if (!state.running) {
        return;
    }
    advance(now, out);
    for (SnoopingPort& port : state.ports) {
        port.members.clear(state.link_out);
        port.routers.clear();
        port.questions = {};
        port.learning_until.reset();
        port.router_since.reset();
    }
    state.take_changes();
    state.refused.clear();
    state.unsure_from.reset();
    state.ended.clear();
    out.floods_changed = true;
    state.running = false;
    state.tell({now, out});
}

void SnoopingBridge::State::take_changes() {
    changes.insert(changes.end(), link_out.changes.begin(), link_out.changes.end());
    link_out.changes.clear();
}

void SnoopingBridge::State::settle_static(BridgePort port, Input in) {
    for (const StaticGroup& entry : at(port).static_groups) {
        with_port(port, in,
                  [&](Members& members, const LinkInput& link) { members.add_static(entry, link); });
    }
}

void SnoopingBridge::set_link(BridgePort number, bool up, Instant now, SnoopingOutput& out) {
    SnoopingPort& port = state_->at(number);
    if (!state_->running) {
        port.up = up;
        return;
    }
    const State::Input in{now, out};
    state_->advance(in);
    if (port.up != up) {
        port.up = up;
        port.questions.left = 0;
        if (up) {
            port.members.start();
            state_->solicit(number, in);
            state_->ask(number, state_->questions_per_port(), in);
            state_->begin_learning(number, kHelloTime, in);
            state_->advance_port(number, in, state_->config.slice);
        } else {
            port.routers.clear();
            port.learning_until.reset();
            port.router_since.reset();
            state_->forget_hosts(number, in);
            state_->settle_static(number, in);
        }
    }
    state_->tell(in);
}

void SnoopingBridge::topology_changed(Instant now, SnoopingOutput& out) {
    if (!state_->running) {
        return;
    }
    const State::Input in{now, out};
    state_->advance(in);
    for (const BridgePort port : state_->all_ports) {
        state_->at(port).members.start(); // hosts may be there now that hold their reports back
        if (!state_->at(port).is_router()) {
            state_->ask(port, state_->questions_per_port(), in);
            state_->begin_learning(port, kHelloTime, in);
            state_->advance_port(port, in, state_->config.slice);
        }
    }
    state_->tell(in);
}

Expected<void> SnoopingBridge::add_static(BridgePort port, const StaticGroup& entry, Instant now,
                                          SnoopingOutput& out) {
    if (auto checked = validate(entry, state_->members_config.ssm_range); !checked) {
        return checked;
    }
    auto& entries = state_->at(port).static_groups;
    if (std::ranges::find(entries, entry) != entries.end()) {
        return fail(Status::kAlreadyExists, name_of(port, entry) + " is there already");
    }
    entries.push_back(entry);
    if (state_->running) {
        const State::Input in{now, out};
        state_->advance(in);
        state_->with_port(port, in,
                          [&](Members& members, const LinkInput& link) { members.add_static(entry, link); });
        state_->tell(in);
    }
    return {};
}

Expected<void> SnoopingBridge::remove_static(BridgePort port, const StaticGroup& entry, Instant now,
                                             SnoopingOutput& out) {
    if (std::erase(state_->at(port).static_groups, entry) == 0) {
        return fail(Status::kNotFound, "there is no " + name_of(port, entry));
    }
    if (state_->running) {
        const State::Input in{now, out};
        state_->advance(in);
        state_->with_port(
            port, in, [&](Members& members, const LinkInput& link) { members.remove_static(entry, link); });
        state_->tell(in);
    }
    return {};
}

std::size_t SnoopingBridge::advance(Instant now, SnoopingOutput& out, std::size_t most) {
    if (!state_->running) {
        return most;
    }
    const std::size_t left = state_->advance({now, out}, most);
    state_->tell({now, out});
    return left;
}

std::optional<Instant> SnoopingBridge::next_deadline() const {
    const State& state = *state_;
    if (!state.running) {
        return std::nullopt;
    }
    Instant earliest = state.held() ? Instant::max() : state.querier.deadline();
    if (!state.ended.empty() || state.unsure_from) {
        earliest = std::min(earliest, state.slices_since);
    }
    for (const SnoopingPort& port : state.ports) {
        const bool lingers = port.router_since && !port.is_router();
        earliest = std::min({earliest, port.learning_until.value_or(Instant::max()),
                             lingers ? *port.router_since + kLeastRouterTime : Instant::max(),
                             port.members.next_deadline().value_or(Instant::max()),
                             port.routers.deadline().value_or(Instant::max()),
                             port.questions.left > 0 ? port.questions.next : Instant::max()});
    }
    return earliest == Instant::max() ? std::nullopt : std::optional(earliest);
}

std::size_t SnoopingBridge::State::advance(Input in, std::size_t most) {
    advance_querier(in); // first: it decides whether memberships still end by themselves
    const std::size_t first = turn;
    for (std::size_t i = 0; i < all_ports.size(); ++i) {
        const std::size_t number = (first + i) % all_ports.size();
        const bool had_room = most > 0;
        most = advance_port(all_ports[number], in, most);
        if (had_room && most == 0) {
            turn = (number + 1) % all_ports.size(); // those after it had nothing of this slice
        }
    }
    while (most > 0 && !ended.empty()) {
        most = ended.back().dissolve(most);
        if (most > 0) {
            ended.pop_back();
        }
    }
    refresh_routers(in);
    return most;
}

void SnoopingBridge::State::forget_hosts(BridgePort number, Input in) {
    Members& members = at(number).members;
    if (members.group_count() <= kMostNamed) {
        members.clear(link_out);
        take_changes();
        return;
    }
    static_assert(std::is_nothrow_move_constructible_v<Members>, "or `ended` would copy what it has");
    ended.push_back(std::exchange(members, Members(members.config())));
    unnamed = true;
    slices_since = in.now;
    if (!refused.empty()) {
        unsure_from = Ipv4Address();
    }
}

std::size_t SnoopingBridge::State::advance_port(BridgePort number, Input in, std::size_t most) {
    SnoopingPort& port = at(number);
    port.routers.expire(in.now);
    if (port.learning_until && *port.learning_until <= in.now) {
        port.learning_until.reset();
    }
    repeat_questions(number, in);
    if (const auto due = port.members.next_deadline(); due && *due <= in.now) {
        with_port(number, in,
                  [&](Members& members, const LinkInput& link) { most = members.advance(link, most); });
    }
    return most;
}

} // namespace mcfwd::igmp
