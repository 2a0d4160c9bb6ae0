// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One received message: is it to be believed, and what does it mean.
#include <algorithm>
#include <type_traits>
#include <variant>

#include "router_state.hh"

namespace mcfwd::igmp {

void RouterInterface::State::receive(const Packet& packet, MacAddress sender, Input in) {
    ++counters.received[static_cast<std::size_t>(type_of(packet.message))];
    if (!acceptable(packet)) {
        return;
    }
    std::visit(
        [&](const auto& message) {
            if constexpr (std::is_same_v<std::decay_t<decltype(message)>, Query>) {
                handle(message, packet, in);
            } else {
                with_link(in, [&](const LinkInput& link) {
                    members.receive(message, {.address = packet.source, .mac = sender}, link);
                });
            }
        },
        packet.message);
}

void RouterInterface::State::receive_discovery(std::span<const std::byte> packet, Instant now) {
    const auto message = parse_discovery(packet);
    if (!message) {
        ++counters.parse_failures[static_cast<std::size_t>(message.error())];
        return;
    }
    ++discovery.received[static_cast<std::size_t>(message->type)];
    if (message->type != DiscoveryType::kSolicitation) {
        return; // of another router, for switches
    }
    if (message->from_snooper() && !is_ours(message->source)) {
        advertiser.solicited(now);
    } else {
        ++discovery.refused;
    }
}

void RouterInterface::State::send_discovery(DiscoveryType type, std::vector<std::byte> packet, Output& out) {
    ++discovery.sent[static_cast<std::size_t>(type)];
    out.packets.push_back({kAllSnoopers, std::move(packet)});
}

bool RouterInterface::State::is_ours(Ipv4Address address) const {
    return address == config.address ||
           std::ranges::find(config.other_addresses, address) != config.other_addresses.end();
}

bool RouterInterface::State::acceptable(const Packet& packet) {
    if (config.require_router_alert && !packet.router_alert) {
        counters.ignore(IgnoreReason::kNoRouterAlert);
        return false;
    }
    if (is_ours(packet.source)) {
        counters.ignore(IgnoreReason::kOwnPacket);
        return false;
    }
    // Hosts without an address report as 0.0.0.0, snooping switches query so (RFC 9776 section 4.2.14, RFC
    // 4541).
    if (!packet.source.is_unspecified() && !packet.source.is_valid_source()) {
        counters.ignore(IgnoreReason::kBadSource);
        return false;
    }
    return true;
}

void RouterInterface::State::handle(const Query& query, const Packet& packet, Input in) {
    if (query.version < config.version) {
        ++counters.older_queries;
    }
    if (query.version < Version::kV3 && config.older_versions == OlderVersions::kIgnored) {
        counters.ignore(IgnoreReason::kOlderVersion);
        return;
    }
    const bool general = query.group.is_unspecified();
    if (packet.destination != kAllSystems && !is_ours(packet.destination) &&
        (general || packet.destination != query.group)) {
        counters.ignore(IgnoreReason::kBadDestination);
        return;
    }
    if (!general) {
        querier.hear_specific(query, packet.source);
        if (querier.elected()) {
            counters.ignore(IgnoreReason::kNotElected);
        } else {
            with_link(in, [&](const LinkInput& link) { members.obey(query, link); });
        }
        return;
    }
    // One sent to our address alone would make us yield to a router that the others can not hear.
    const bool heard_by_all = packet.destination == kAllSystems;
    if (heard_by_all) {
        members.asked(query.max_response, in.now);
    }
    const auto result = heard_by_all ? querier.hear(query, packet.source, in.now) : Election::kNoEffect;
    if (result == Election::kNoEffect) {
        counters.ignore(IgnoreReason::kNotElected);
    } else if (result == Election::kYielded) {
        ++counters.querier_changes;
    }
}

} // namespace mcfwd::igmp
