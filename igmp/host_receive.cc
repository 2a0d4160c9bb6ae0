// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What a host hears: queries, which of them count, and when they are answered (RFC 9776 sections 5.2, 7.2 and
// 9.1); reports of others, which suppress its own in the older versions (RFC 2236 section 3).
#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "host_state.hh"

namespace mcfwd::igmp {
namespace {

/// Queries that ask for more sources of a group are answered with its whole state.
constexpr std::size_t kMostAsked = 4096;

} // namespace

void HostInterface::State::receive(const Packet& packet, Instant now) {
    ++counters.received[static_cast<std::size_t>(type_of(packet.message))];
    if (is_ours(packet.source)) {
        counters.ignore(HostIgnoreReason::kOwnPacket);
        return;
    }
    if (!packet.source.is_unspecified() && !packet.source.is_valid_source()) {
        counters.ignore(HostIgnoreReason::kBadSource);
        return;
    }
    if (const auto* query = std::get_if<Query>(&packet.message)) {
        hear(*query, packet, now);
    } else if (const auto* first = std::get_if<ReportV1>(&packet.message); first && mode < Version::kV3) {
        suppress(first->group);
    } else if (const auto* second = std::get_if<ReportV2>(&packet.message); second && mode == Version::kV2) {
        suppress(second->group); // a version 1 router would not understand it
    } else {
        counters.ignore(HostIgnoreReason::kNotForHosts);
    }
}

bool HostInterface::State::is_ours(Ipv4Address address) const {
    return (address == config.address && !address.is_unspecified()) ||
           std::ranges::find(config.other_addresses, address) != config.other_addresses.end();
}

void HostInterface::State::suppress(Ipv4Address address) {
    const auto at = groups.find(address);
    if (at == groups.end() || at->second.state.empty()) {
        counters.ignore(HostIgnoreReason::kNotMember);
        return;
    }
    HostGroup& group = at->second;
    if (group.slot.armed() || group.repeats > 0) {
        ++counters.suppressed;
    }
    answers.disarm(group);
    group.repeats = 0;
    repeat.erase(address);
}

bool HostInterface::State::acceptable(const Query& query, const Packet& packet) {
    if (config.require_router_alert && query.version != Version::kV1 && !packet.router_alert) {
        counters.ignore(HostIgnoreReason::kNoRouterAlert);
        return false;
    }
    const bool is_general = query.group.is_unspecified();
    if (!is_general && !query.group.is_multicast()) {
        counters.ignore(HostIgnoreReason::kNotGroup);
        return false;
    }
    const bool to_us = packet.destination == kAllSystems || is_ours(packet.destination);
    if (is_general ? packet.destination != kAllSystems : !to_us && packet.destination != query.group) {
        counters.ignore(HostIgnoreReason::kBadDestination);
        return false;
    }
    return true;
}

void HostInterface::State::hear(const Query& query, const Packet& packet, Instant now) {
    if (acceptable(query, packet)) {
        note_querier(query, packet, now);
        answer(query, now);
    }
}

void HostInterface::State::note_querier(const Query& query, const Packet& packet, Instant now) {
    querier = packet.source;
    queried_at = now;
    if (query.version == Version::kV3) {
        query_interval =
            query.querier_interval == Duration::zero() ? kDefaultQuerierInterval : query.querier_interval;
        if (!config.robustness) {
            robustness = query.robustness == 0 ? kDefaultHostRobustness : query.robustness;
        }
        return;
    }
    if (!query.group.is_unspecified()) {
        return; // only general queries show which version the querier speaks
    }
    // RFC 9776 section 8.12
    const Instant until = now + robustness * query_interval + 10 * query.max_response;
    (query.version == Version::kV1 ? version1_until : version2_until) = until;
    settle_mode(now);
}

void HostInterface::State::settle_mode(Instant now) {
    for (std::optional<Instant>* until : {&version1_until, &version2_until}) {
        if (*until && **until <= now) {
            until->reset();
        }
    }
    const Version heard = version1_until ? Version::kV1 : version2_until ? Version::kV2 : Version::kV3;
    if (const Version next = std::min(heard, config.version); next != mode) {
        mode = next;
        ++counters.mode_changes;
        const std::set<Ipv4Address> untold = std::exchange(fresh, {});
        silence();
        for (const Ipv4Address address : untold) {
            announce(groups.try_emplace(address, address).first->second);
        }
    }
}

void HostInterface::State::answer(const Query& query, Instant now) {
    const bool is_general = query.group.is_unspecified();
    const auto at = groups.find(query.group);
    if (!is_general && (at == groups.end() || at->second.state.empty())) {
        counters.ignore(HostIgnoreReason::kNotMember);
        return;
    }
    if (received == 0) {
        return;
    }
    if (is_general && mode < Version::kV3) {
        for (auto& [address, group] : groups) {
            if (!group.state.empty()) {
                answer_group(group, query, now + delay(query.max_response));
            }
        }
        return;
    }
    const Instant when = now + delay(query.max_response);
    if (!is_general) {
        // An answer that has begun may have told of this group before the query came.
        const bool told_sooner = general && !general->begun && general->at <= when;
        if (!told_sooner) {
            answer_group(at->second, query, when);
        }
        return;
    }
    if (!general || (!general->begun && when < general->at)) {
        general = GeneralAnswer{.at = when, .end = now + query.max_response};
    }
}

void HostInterface::State::answer_group(HostGroup& group, const Query& query, Instant at) {
    std::vector<Ipv4Address> sources = query.sources;
    std::ranges::sort(sources);
    sources.erase(std::ranges::unique(sources).begin(), sources.end());
    if (!group.slot.armed()) {
        group.asked = std::move(sources);
    } else if (sources.empty() || group.asked.empty()) {
        group.asked.clear();
    } else {
        std::vector<Ipv4Address> both;
        std::ranges::set_union(group.asked, sources, std::back_inserter(both));
        group.asked = std::move(both);
    }
    if (group.asked.size() > kMostAsked) {
        group.asked.clear();
    }
    answers.arm_no_later(group, at);
}

} // namespace mcfwd::igmp
