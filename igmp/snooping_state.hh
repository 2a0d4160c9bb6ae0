// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The inside of SnoopingBridge: its state and the steps of one input. Split by cause over snooping_*.cc.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "codec.hh"
#include "members.hh"
#include "querier.hh"
#include "router_neighbours.hh"
#include "snooping_bridge.hh"

namespace mcfwd::igmp {

/// A router that sees its link come up, or a new neighbour, says hello at once; others within 30 seconds.
inline constexpr Duration kHelloTime = std::chrono::seconds(35);
/// A router port stays one for so long at least: each change is one of all keys.
inline constexpr Duration kLeastRouterTime = std::chrono::seconds(1);

/// Changes of one input whose keys are named one by one: more than a report in a jumbo frame makes. Beyond
/// them, when a link goes, all lists are gone through.
inline constexpr std::size_t kMostNamed = 2'000;

/// General queries to one port beside those of the querier: for hosts that may have come, or come back.
struct PortQuestions {
    unsigned left = 0;
    Instant next{};
    std::optional<Instant> last;
};

struct SnoopingPort {
    explicit SnoopingPort(const MembersConfig& config) : members(config) {}

    [[nodiscard]] bool is_router() const { return static_router || !routers.empty(); }
    /// Hosts and routers behind it may not have spoken yet: it gets everything.
    [[nodiscard]] bool learns() const { return learning_until.has_value(); }

    Members members;
    RouterNeighbours routers;
    PortQuestions questions;
    std::optional<Instant> solicited; ///< last time
    SnoopingCounters counters;
    std::vector<StaticGroup> static_groups;
    Instant learning_since{};
    std::optional<Instant> learning_until;
    std::optional<Instant> router_since; ///< a router port since then, or stays one for a moment
    bool static_router = false;
    bool up = true;
};

/// A packet as it came, with the addresses of its frame.
struct Frame {
    std::span<const std::byte> packet;
    MacAddress source;
    MacAddress destination;
};

/// Where a packet came from: a port, or the bridge's own routed interface.
using Origin = std::optional<BridgePort>;

struct SnoopingBridge::State {
    explicit State(SnoopingConfig checked);

    /// When an input happens and where its consequences go.
    struct Input {
        Instant now;
        SnoopingOutput& out;
        std::optional<Instant> reported = {}; ///< when the packet at hand was received
    };

    [[nodiscard]] SnoopingPort& at(BridgePort port) { return ports[port.value()]; }
    [[nodiscard]] SnoopingCounters& counters_of(Origin from) { return from ? at(*from).counters : local; }
    /// Calls `act` with what a call on the members of a port happens in.
    template <typename Act>
    void with_port(BridgePort port, Input in, Act act);

    // snooping_bridge.cc
    std::size_t advance(Input in, std::size_t most);
    void advance(Input in) { advance(in, config.slice); }
    /// Up to `most` groups and hosts of the port; returns what is left of it.
    std::size_t advance_port(BridgePort port, Input in, std::size_t most);
    /// All that hosts of a port said is forgotten.
    void forget_hosts(BridgePort port, Input in);
    void settle_static(BridgePort port, Input in);
    void take_changes();

    // snooping_receive.cc
    void receive(Origin from, const Frame& frame, Input in);
    void receive_unknown(Origin from, const Frame& frame, Input in);
    void handle_query(const Query& query, const Packet& packet, Origin from, Input in);
    void obey(const Query& query, Origin from, Input in);
    [[nodiscard]] bool acceptable(const Packet& packet, Origin from);
    [[nodiscard]] bool believed(const Packet& packet, Origin from);
    /// Sends a frame on to those of the ports that have a link, but never to where it came from.
    void relay(const Frame& frame, std::span<const BridgePort> to, Origin from, Input in);

    // snooping_querier.cc
    [[nodiscard]] bool takes_part() const { return config.querier && !config.local_router; }
    [[nodiscard]] bool elected() const { return takes_part() && querier.elected(); }
    /// Nobody asks, neither we.
    [[nodiscard]] bool held() const { return !takes_part() && querier.elected(); }
    [[nodiscard]] QueryForm query_form() const;
    void hear_general(const Query& query, Ipv4Address source, Origin from, Input in);
    void advance_querier(Input in);
    void take_intervals();
    void general_query(std::span<const BridgePort> to, QueryForm form, const Intervals& announced, Input in);
    /// How long a query shows that its sender is there.
    [[nodiscard]] Duration presence_of(const Query& query) const;
    /// Router ports that hear a question to a port about a group, too: routers that lost the election to us
    /// act on questions alone, not on leaves (RFC 9776 section 6.6.1). None while members of other ports, who
    /// are not asked, could not answer.
    [[nodiscard]] std::vector<BridgePort> routers_to_ask(Ipv4Address group, BridgePort asked) const;
    /// Counts a query of ours at ports that it leaves through.
    void count_sent(const Transmission& query, std::span<const BridgePort> to);
    /// What left without a question is asked of the routers' ports alone.
    void tell_routers_of_leaves(BridgePort left, Input in);
    /// Memberships in force since then stay.
    void hold(Instant since, Instant now);
    /// Begins a train of general queries to a port, unless a router there asks anyway.
    void ask(BridgePort port, unsigned count, Input in);
    [[nodiscard]] unsigned questions_per_port() const {
        return config.startup_query_count.value_or(config.robustness);
    }
    /// A port gets everything for a time.
    void begin_learning(BridgePort port, Duration time, Input in);
    [[nodiscard]] Duration learning_time() const;
    /// A router asked all hosts: who did not speak by the end of their response time is not there.
    void shorten_learning(Duration response, Input in);
    void repeat_questions(BridgePort port, Input in);
    void solicit(BridgePort port, Input in);

    // snooping_lists.cc
    /// Ends an input: router ports are counted anew, and what changed becomes keys.
    void tell(Input in);
    void refresh_routers(Input in);
    /// One slice: groups that ended without being named are refused no more.
    void forget_refusals();
    [[nodiscard]] bool stays_router(BridgePort port, Instant now) const;
    [[nodiscard]] bool has_group(Ipv4Address group) const;
    /// The (S,G) keys of a group, in any order and number.
    void append_sources(Ipv4Address group, std::vector<SourceGroupKey>& keys) const;
    [[nodiscard]] std::optional<std::vector<BridgePort>> list_of(Ipv4Address group, Ipv4Address source) const;
    /// The first group from `from` on that any port has.
    [[nodiscard]] std::optional<Ipv4Address> group_from(Ipv4Address from) const;

    SnoopingConfig config;
    MembersConfig members_config;               ///< of ports without limits of their own
    std::vector<MembersConfig> limited_members; ///< of the others, by `config.port_limits`
    Querier querier;
    Intervals intervals;   ///< in force
    Version heard_version; ///< of the last general query that counted
    std::vector<SnoopingPort> ports;
    std::vector<BridgePort> all_ports;    ///< ascending
    std::vector<BridgePort> routers;      ///< of those, router ports
    std::vector<BridgePort> wide;         ///< those that get everything: router ports, and who learns
    std::vector<BridgePort> unregistered; ///< by configuration: those that get what nobody asked for
    std::set<Ipv4Address> refused;        ///< groups for which the table has no room
    std::optional<Ipv4Address> unsure_from; ///< refused groups from there on may have ended
    std::vector<Members> ended;             ///< of links that went; freed by and by
    Instant slices_since{};                 ///< of these two
    std::size_t turn = 0;                   ///< the port whose groups are the first to be looked at
    SnoopingCounters local;
    std::uint64_t querier_changes = 0;
    bool running = false;
    Output link_out;                       ///< room for the output of one call on Members
    std::vector<MembershipChange> changes; ///< of the input at hand
    bool unnamed = false;                  ///< there were more than `changes` has
    bool wide_changed = false;             ///< of the input at hand, too
};

template <typename Act>
void SnoopingBridge::State::with_port(BridgePort number, Input in, Act act) {
    SnoopingPort& port = at(number);
    QuerySender sender(query_form(), intervals, port.counters.igmp, link_out);
    const bool asks = elected() || held();
    const std::uint64_t fast_before = port.counters.igmp.fast_leaves;
    act(port.members, LinkInput{.now = in.now,
                                .asking = asks ? Asking::kYes : Asking::kNo,
                                .queries = sender,
                                .counters = port.counters.igmp,
                                .out = link_out,
                                .reported = in.reported});
    for (const MembershipChange& change : link_out.changes) {
        if (change.reported) {
            in.out.reported.push_back({number, change});
        }
    }
    for (Transmission& sent : link_out.packets) {
        std::vector<BridgePort> to = routers_to_ask(sent.destination, number);
        count_sent(sent, to);
        to.insert(std::ranges::lower_bound(to, number), number);
        in.out.packets.push_back(
            {std::move(to), MacAddress{}, multicast_mac(sent.destination), std::move(sent.packet)});
    }
    link_out.packets.clear();
    if (port.counters.igmp.fast_leaves != fast_before) {
        tell_routers_of_leaves(number, in);
    }
    take_changes();
}

} // namespace mcfwd::igmp
