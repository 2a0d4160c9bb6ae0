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
    state_->members.start();
    state_->advertiser.start(now);
    for (const StaticGroup& entry : state_->config.static_groups) {
        state_->with_link({now, out}, [&](const LinkInput& in) { state_->members.add_static(entry, in); });
    }
    state_->advance({now, out});
}

void RouterInterface::stop(Instant now, Output& out) {
    if (!state_->running) {
        return;
    }
    state_->advance({now, out});
    state_->members.clear(out);
    if (state_->advertiser.stop()) {
        state_->send_discovery(DiscoveryType::kTermination, encode_termination(state_->config.address), out);
    }
    state_->running = false;
}

void RouterInterface::link_up(Instant now, Output& out) {
    if (!state_->running) {
        return;
    }
    state_->advance({now, out});
    state_->members.start();
    state_->querier.ask_anew(now);
    state_->advertiser.solicited(now);
    state_->advance({now, out});
}

void RouterInterface::hosts_moved() {
    state_->members.start();
}

void RouterInterface::receive(std::span<const std::byte> packet, const Arrival& from, Instant now,
                              Output& out) {
    if (!state_->running) {
        return;
    }
    state_->advance({now, out});
    const auto parsed = parse(packet);
    if (!parsed && parsed.error() == ParseFailure::kUnknownType) {
        state_->receive_discovery(packet, now);
        return;
    }
    if (!parsed) {
        ++state_->counters.parse_failures[static_cast<std::size_t>(parsed.error())];
        return;
    }
    state_->receive(*parsed, from.sender, {now, out, from.at.value_or(now)});
}

std::size_t RouterInterface::advance(Instant now, Output& out, std::size_t most) {
    return state_->running ? state_->advance({now, out}, most) : most;
}

std::optional<Instant> RouterInterface::next_deadline() const {
    if (!state_->running) {
        return std::nullopt;
    }
    const Instant timed = std::min(state_->querier.deadline(), state_->advertiser.deadline());
    return std::min(timed, state_->members.next_deadline().value_or(timed));
}

std::size_t RouterInterface::State::advance(Input in, std::size_t most) {
    if (querier.take_over(in.now)) {
        ++counters.querier_changes;
    }
    if (querier.query_due(in.now)) {
        queries(in.out).general();
        members.asked(querier.intervals().query_response_interval, in.now);
    }
    if (advertiser.due(in.now)) {
        const Intervals& intervals = querier.intervals();
        send_discovery(DiscoveryType::kAdvertisement,
                       encode_advertisement(config.address, *advertiser.interval(), intervals.query_interval,
                                            intervals.robustness),
                       in.out);
    }
    with_link(in, [&](const LinkInput& link) { most = members.advance(link, most); });
    return most;
}

} // namespace mcfwd::igmp
