// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Who asks on the bridge: an election for all of it, general queries of our own, questions to single ports,
// and what becomes of memberships while nobody asks.
#include <algorithm>
#include <iterator>
#include <map>

#include "discovery.hh"
#include "snooping_state.hh"

namespace mcfwd::igmp {
namespace {

/// Between two questions to one port, however often links and topology change.
constexpr Duration kLeastGap = std::chrono::seconds(1);
/// Other-querier-present interval of the defaults.
constexpr Duration kUsualPresence = std::chrono::seconds(255);
/// Query interval and query response interval of the defaults.
constexpr Duration kUsualQueries = std::chrono::seconds(135);
constexpr Duration kAnswerOnItsWay = std::chrono::seconds(1);

} // namespace

/// Without being querier we ask from 0.0.0.0 and in the querier's version: an address would take part in the
/// election, an older version would make hosts fall back to it (RFC 4541 section 2.1.1).
QueryForm SnoopingBridge::State::query_form() const {
    return elected() ? QueryForm{.source = config.address, .mtu = config.mtu, .version = config.version}
                     : QueryForm{.mtu = config.mtu, .version = heard_version};
}

void SnoopingBridge::State::take_intervals() {
    intervals = querier.intervals();
    intervals.unqueried = held();
}

void SnoopingBridge::State::hear_general(const Query& query, Ipv4Address source, Origin from, Input in) {
    const bool was_held = held();
    const bool shown_as_router =
        from && std::ranges::any_of(at(*from).routers.entries(), [&](const RouterNeighbour& neighbour) {
            return neighbour.sign != RouterSign::kQuery && neighbour.address == source;
        });
    const Election result =
        querier.hear(query, source, in.now, shown_as_router ? Contest::kWon : Contest::kByAddress);
    if (result == Election::kNoEffect) {
        counters_of(from).igmp.ignore(IgnoreReason::kNotElected);
        return;
    }
    querier_changes += result == Election::kYielded ? 1 : 0;
    heard_version = query.version;
    take_intervals();
    shorten_learning(query.max_response, in);
    if (was_held) {
        const Instant end = in.now + intervals.group_membership_interval();
        for (SnoopingPort& port : ports) {
            port.members.retime(end, end, in.now);
        }
    }
}

/// Queries of version 1 and 2 do not say how often they come: as often as RFC 9776 section 8 has it, or less.
Duration SnoopingBridge::State::presence_of(const Query& query) const {
    const Duration announced = querier.announced(query).other_querier_present_interval();
    return query.version == Version::kV3 ? announced : std::max(announced, kUsualPresence);
}

void SnoopingBridge::State::advance_querier(Input in) {
    const Instant lost_at = querier.deadline();
    if (querier.take_over(in.now)) {
        ++querier_changes;
        take_intervals();
        if (held()) {
            hold(lost_at, in.now);
        }
    }
    if (takes_part() && querier.query_due(in.now)) {
        general_query(all_ports, query_form(), intervals, in);
    }
}

/// Who answered the querier's last query would have stayed for longer than this; who did not answer a
/// specific query goes.
void SnoopingBridge::State::hold(Instant since, Instant now) {
    const Instant past =
        since + std::min(intervals.last_member_query_time(), intervals.query_response_interval);
    for (SnoopingPort& port : ports) {
        port.members.retime(past, now + Intervals::kUnlimited, now);
    }
}

std::vector<BridgePort> SnoopingBridge::State::routers_to_ask(Ipv4Address group, BridgePort asked) const {
    std::vector<BridgePort> result;
    if (!elected() || config.address.is_unspecified() || routers.empty()) {
        return result;
    }
    for (const BridgePort port : all_ports) {
        const Membership* membership = ports[port.value()].members.membership(group);
        if (port != asked && membership != nullptr && !membership->empty()) {
            return result;
        }
    }
    std::ranges::copy_if(routers, std::back_inserter(result),
                         [&](BridgePort port) { return port != asked && ports[port.value()].up; });
    return result;
}

void SnoopingBridge::State::count_sent(const Transmission& query, std::span<const BridgePort> to) {
    if (to.empty()) {
        return;
    }
    const auto type = static_cast<std::size_t>(type_of(parse(query.packet)->message));
    for (const BridgePort port : to) {
        ++at(port).counters.igmp.sent[type];
    }
}

void SnoopingBridge::State::tell_routers_of_leaves(BridgePort left, Input in) {
    std::map<Ipv4Address, std::vector<Ipv4Address>> sources; // none: the group as a whole
    for (const MembershipChange& change : link_out.changes) {
        if (change.event == MembershipEvent::kLeave) {
            sources[change.group].push_back(change.source);
        }
    }
    for (const auto& [group, leaves] : sources) {
        const std::vector<BridgePort> to = routers_to_ask(group, left);
        if (to.empty()) {
            continue;
        }
        const bool whole = std::ranges::find(leaves, kAnySource) != leaves.end();
        RouterCounters counted; // per port below
        QuerySender sender(query_form(), intervals, counted, link_out);
        if (whole) {
            sender.group(group, Suppress::kNo);
        } else if (config.version == Version::kV3) {
            sender.group_and_sources(group, leaves, Suppress::kNo);
        }
        for (Transmission& sent : link_out.packets) {
            count_sent(sent, to);
            in.out.packets.push_back(
                {to, MacAddress{}, multicast_mac(sent.destination), std::move(sent.packet)});
        }
        link_out.packets.clear();
    }
}

void SnoopingBridge::State::general_query(std::span<const BridgePort> to, QueryForm form,
                                          const Intervals& announced, Input in) {
    RouterCounters counted; // per port below
    QuerySender(form, announced, counted, link_out).general();
    std::vector<BridgePort> up;
    std::ranges::copy_if(to, std::back_inserter(up), [&](BridgePort port) { return at(port).up; });
    for (const BridgePort port : up) {
        ++at(port).counters.igmp.sent[static_cast<std::size_t>(MessageType::kGeneralQuery)];
        at(port).members.asked(announced.query_response_interval, in.now);
    }
    if (!up.empty()) {
        Transmission& sent = link_out.packets.front();
        in.out.packets.push_back(
            {std::move(up), MacAddress{}, multicast_mac(sent.destination), std::move(sent.packet)});
    }
    link_out.packets.clear();
}

Duration SnoopingBridge::State::learning_time() const {
    const Duration own = config.query_interval + config.query_response_interval;
    return config.learning_time.value_or(std::max(own, kUsualQueries));
}

void SnoopingBridge::State::begin_learning(BridgePort number, Duration time, Input in) {
    SnoopingPort& port = at(number);
    const Duration longest = std::min(time, learning_time());
    if (port.up && longest > Duration::zero()) {
        port.learning_since = in.now;
        port.learning_until = std::max(port.learning_until.value_or(in.now), in.now + longest);
    }
}

void SnoopingBridge::State::shorten_learning(Duration response, Input in) {
    for (SnoopingPort& port : ports) {
        if (port.learning_until) {
            const Instant enough =
                std::max(port.learning_since + kHelloTime, in.now + response + kAnswerOnItsWay);
            port.learning_until = std::min(*port.learning_until, enough);
        }
    }
}

void SnoopingBridge::State::ask(BridgePort number, unsigned count, Input in) {
    SnoopingPort& port = at(number);
    if (!port.up) {
        return;
    }
    PortQuestions& questions = port.questions;
    questions.left = count;
    questions.next = questions.last ? std::max(in.now, *questions.last + kLeastGap) : in.now;
}

void SnoopingBridge::State::repeat_questions(BridgePort number, Input in) {
    PortQuestions& questions = at(number).questions;
    if (questions.left == 0 || questions.next > in.now) {
        return;
    }
    --questions.left;
    questions.last = in.now;
    questions.next = in.now + config.startup_query_interval.value_or(config.query_interval / 4);
    // Without an address always: nobody adopts the short response time, which is that of one port's hosts.
    QueryForm form = query_form();
    form.source = {};
    Intervals hurried = intervals;
    hurried.query_response_interval =
        std::min(intervals.query_response_interval, intervals.last_member_query_interval);
    general_query({{number}}, form, hurried, in);
}

void SnoopingBridge::State::solicit(BridgePort number, Input in) {
    SnoopingPort& port = at(number);
    if (!config.solicit_routers || !port.up || (port.solicited && in.now - *port.solicited < kLeastGap)) {
        return;
    }
    port.solicited = in.now;
    ++port.counters.solicitations;
    in.out.packets.push_back(
        {{number}, MacAddress{}, multicast_mac(kAllRouters), encode_solicitation(config.address)});
}

} // namespace mcfwd::igmp
