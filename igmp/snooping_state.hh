// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The inside of SnoopingBridge: its state and the steps of one input. Split by cause over snooping_*.cc.
#pragma once

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

/// General queries to one port beside those of the querier: for hosts that may have come, or come back.
struct PortQuestions {
    unsigned left = 0;
    Instant next{};
    std::optional<Instant> last;
};

struct SnoopingPort {
    explicit SnoopingPort(const MembersConfig& config) : members(config) {}

    [[nodiscard]] bool is_router() const { return static_router || !routers.empty(); }

    Members members;
    RouterNeighbours routers;
    PortQuestions questions;
    std::optional<Instant> solicited; ///< last time
    SnoopingCounters counters;
    std::vector<StaticGroup> static_groups;
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
    void advance(Input in);
    void advance_port(BridgePort port, Input in);
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
    /// Memberships in force since then stay.
    void hold(Instant since, Instant now);
    /// Begins a train of general queries to a port, unless a router there asks anyway.
    void ask(BridgePort port, Input in);
    void repeat_questions(BridgePort port, Input in);
    void solicit(BridgePort port, Input in);

    // snooping_lists.cc
    /// Ends an input: router ports are counted anew, and what changed becomes keys.
    void tell(Input in);
    void refresh_routers(Input in);
    [[nodiscard]] bool has_group(Ipv4Address group) const;
    void append_keys(Ipv4Address group, std::vector<SourceGroupKey>& keys) const;
    void append_all_keys(std::vector<SourceGroupKey>& keys) const;

    SnoopingConfig config;
    MembersConfig members_config;               ///< of ports without limits of their own
    std::vector<MembersConfig> limited_members; ///< of the others, by `config.port_limits`
    Querier querier;
    Intervals intervals;   ///< in force
    Version heard_version; ///< of the last general query that counted
    std::vector<SnoopingPort> ports;
    std::vector<BridgePort> all_ports; ///< ascending
    std::vector<BridgePort> routers;   ///< of those, router ports
    std::set<Ipv4Address> refused;     ///< groups for which the table has no room
    SnoopingCounters local;
    std::uint64_t querier_changes = 0;
    bool running = false;
    Output link_out;                       ///< room for the output of one call on Members
    std::vector<MembershipChange> changes; ///< of the input at hand
    bool routers_changed = false;          ///< the same
};

template <typename Act>
void SnoopingBridge::State::with_port(BridgePort number, Input in, Act act) {
    SnoopingPort& port = at(number);
    QuerySender sender(query_form(), intervals, port.counters.igmp, link_out);
    const bool asks = elected() || held();
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
        in.out.packets.push_back(
            {{number}, MacAddress{}, multicast_mac(sent.destination), std::move(sent.packet)});
    }
    link_out.packets.clear();
    take_changes();
}

} // namespace mcfwd::igmp
