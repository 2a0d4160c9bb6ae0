// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One received packet: where it goes on to, and what it says about its port.
#include <algorithm>
#include <type_traits>
#include <variant>

#include "pim_hello.hh"
#include "snooping_state.hh"

namespace mcfwd::igmp {

void SnoopingBridge::receive(BridgePort port, std::span<const std::byte> packet, const Arrival& from,
                             MacAddress destination, Instant now, SnoopingOutput& out) {
    if (!state_->running) {
        return;
    }
    const State::Input in{now, out};
    state_->advance(in);
    if (state_->at(port).up) {
        state_->receive(port, {packet, from.sender, destination}, {now, out, from.at.value_or(now)});
    } else {
        ++state_->at(port).counters.link_down;
    }
    state_->tell(in);
}

void SnoopingBridge::send_local(std::span<const std::byte> packet, MacAddress source, MacAddress destination,
                                Instant now, SnoopingOutput& out) {
    if (state_->running) {
        const State::Input in{now, out};
        state_->advance(in);
        state_->receive(std::nullopt, {packet, source, destination}, in);
        state_->tell(in);
    }
}

void SnoopingBridge::hear_pim(BridgePort number, std::span<const std::byte> packet, Instant now,
                              SnoopingOutput& out) {
    if (!state_->running) {
        return;
    }
    const State::Input in{now, out};
    state_->advance(in);
    SnoopingPort& port = state_->at(number);
    const auto hello = parse_pim_hello(packet);
    if (!port.up) {
        ++port.counters.link_down;
    } else if (!hello || !hello->source.is_valid_source()) {
        ++port.counters.pim_refused;
    } else {
        ++port.counters.pim_hellos;
        if (hello->hold_time == Duration::zero()) {
            port.routers.end(RouterSign::kPimHello, hello->source);
        } else {
            const bool for_ever = hello->hold_time == Duration::max();
            port.routers.hear(RouterSign::kPimHello, hello->source,
                              for_ever ? Instant::max() : now + hello->hold_time);
        }
    }
    state_->tell(in);
}

void SnoopingBridge::State::receive(Origin from, const Frame& frame, Input in) {
    const auto packet = parse(frame.packet);
    RouterCounters& counters = counters_of(from).igmp;
    if (!packet && packet.error() == ParseFailure::kUnknownType) {
        receive_unknown(from, frame, in);
        return;
    }
    if (!packet) {
        ++counters.parse_failures[static_cast<std::size_t>(packet.error())];
        return;
    }
    ++counters.received[static_cast<std::size_t>(type_of(packet->message))];
    if (!acceptable(*packet, from)) {
        return;
    }
    std::visit(
        [&](const auto& message) {
            if constexpr (std::is_same_v<std::decay_t<decltype(message)>, Query>) {
                relay(frame, all_ports, from, in);
                handle_query(message, *packet, from, in);
            } else {
                if (from && believed(*packet, from)) {
                    const Reporter reporter{.address = packet->source, .mac = frame.source};
                    with_port(*from, in, [&](Members& members, const LinkInput& link) {
                        members.receive(message, reporter, link);
                    });
                }
                // To routers alone: a host that hears another one's report would keep its own back.
                relay(frame, routers, from, in);
            }
        },
        packet->message);
}

void SnoopingBridge::State::receive_unknown(Origin from, const Frame& frame, Input in) {
    SnoopingCounters& counters = counters_of(from);
    const auto message = parse_discovery(frame.packet);
    if (!message && message.error() != ParseFailure::kUnknownType) {
        ++counters.igmp.parse_failures[static_cast<std::size_t>(message.error())];
        return;
    }
    relay(frame, all_ports, from, in);
    if (!message) {
        ++counters.unknown_types;
        return;
    }
    ++counters.discovery_received[static_cast<std::size_t>(message->type)];
    if (message->type == DiscoveryType::kSolicitation || !from) {
        return;
    }
    if (!message->from_router()) {
        ++counters.discovery_refused;
    } else if (message->type == DiscoveryType::kTermination) {
        at(*from).routers.end(RouterSign::kDiscovery, message->source);
    } else {
        at(*from).routers.hear(RouterSign::kDiscovery, message->source, in.now + message->dead_interval());
    }
}

bool SnoopingBridge::State::acceptable(const Packet& packet, Origin from) {
    RouterCounters& counters = counters_of(from).igmp;
    if (from && !config.address.is_unspecified() && packet.source == config.address) {
        counters.ignore(IgnoreReason::kOwnPacket); // a loop: it is not fed
        return false;
    }
    if (!packet.source.is_unspecified() && !packet.source.is_valid_source()) {
        counters.ignore(IgnoreReason::kBadSource);
        return false;
    }
    return true;
}

bool SnoopingBridge::State::believed(const Packet& packet, Origin from) {
    if (config.require_router_alert && !packet.router_alert) {
        counters_of(from).igmp.ignore(IgnoreReason::kNoRouterAlert);
        return false;
    }
    return true;
}

void SnoopingBridge::State::handle_query(const Query& query, const Packet& packet, Origin from, Input in) {
    RouterCounters& counters = counters_of(from).igmp;
    if (!believed(packet, from)) {
        return;
    }
    if (query.version < Version::kV3 && config.older_versions == OlderVersions::kIgnored) {
        counters.ignore(IgnoreReason::kOlderVersion);
        return;
    }
    if (query.version < config.version) {
        ++counters.older_queries;
    }
    const bool general = query.group.is_unspecified();
    if (packet.destination != (general ? kAllSystems : query.group)) {
        counters.ignore(IgnoreReason::kBadDestination);
        return;
    }
    if (general) {
        for (SnoopingPort& port : ports) {
            port.members.asked(query.max_response, in.now);
        }
    }
    if (packet.source.is_unspecified()) {
        counters.ignore(IgnoreReason::kNotElected); // of a bridge that asks without being querier
        return;
    }
    if (general) {
        hear_general(query, packet.source, from, in);
    } else if (elected() || held()) {
        counters.ignore(IgnoreReason::kNotElected);
    } else {
        querier.hear_specific(query, packet.source);
        take_intervals();
        obey(query, from, in);
    }
    if (from) {
        at(*from).routers.hear(RouterSign::kQuery, packet.source, in.now + presence_of(query));
    }
}

void SnoopingBridge::State::obey(const Query& query, Origin from, Input in) {
    for (const BridgePort port : all_ports) {
        if (port != from && at(port).up) {
            with_port(port, in, [&](Members& members, const LinkInput& link) { members.obey(query, link); });
        }
    }
}

void SnoopingBridge::State::relay(const Frame& frame, std::span<const BridgePort> to, Origin from, Input in) {
    std::vector<BridgePort> ports_to;
    for (const BridgePort port : to) {
        if (port != from && at(port).up) {
            ports_to.push_back(port);
            ++at(port).counters.relayed;
        }
    }
    if (!ports_to.empty()) {
        in.out.packets.push_back({std::move(ports_to),
                                  frame.source,
                                  frame.destination,
                                  {frame.packet.begin(), frame.packet.end()}});
    }
}

} // namespace mcfwd::igmp
