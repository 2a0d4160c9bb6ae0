// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The inside of RouterInterface: its state and the steps of one input. Split by cause over router_*.cc.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "advertiser.hh"
#include "codec.hh"
#include "members.hh"
#include "querier.hh"
#include "router_interface.hh"

namespace mcfwd::igmp {

/// When an input happens and where its consequences go.
struct Input {
    Instant now;
    Output& out;
    std::optional<Instant> reported = {}; ///< when the packet at hand was received
};

struct RouterInterface::State {
    explicit State(RouterConfig checked)
        : config(std::move(checked)),
          querier(config),
          members(config),
          advertiser(config.advertisement_interval, config.address.host()) {}

    [[nodiscard]] QuerySender queries(Output& out) {
        return {{.source = config.address, .mtu = config.mtu, .version = config.version},
                querier.intervals(),
                counters,
                out};
    }
    /// Calls `act` with what a call on `members` happens in.
    template <typename Act>
    void with_link(Input in, Act act) {
        QuerySender sender = queries(in.out);
        act(LinkInput{.now = in.now,
                      .asking = querier.elected() ? Asking::kYes : Asking::kNo,
                      .queries = sender,
                      .counters = counters,
                      .out = in.out,
                      .reported = in.reported});
    }

    // router_interface.cc
    std::size_t advance(Input in, std::size_t most);
    void advance(Input in) { advance(in, config.slice); }

    // router_receive.cc
    void receive(const Packet& packet, MacAddress sender, Input in);
    [[nodiscard]] bool is_ours(Ipv4Address address) const;
    [[nodiscard]] bool acceptable(const Packet& packet);
    void handle(const Query& query, const Packet& packet, Input in);
    /// A packet that is none of IGMP proper.
    void receive_discovery(std::span<const std::byte> packet, Instant now);
    void send_discovery(DiscoveryType type, std::vector<std::byte> packet, Output& out);

    RouterConfig config;
    RouterCounters counters;
    Querier querier;
    Members members;
    Advertiser advertiser;
    DiscoveryCounters discovery;
    bool running = false;
};

} // namespace mcfwd::igmp
