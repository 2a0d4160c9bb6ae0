// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// State of the host side of an interface, shared by the sources that implement it. Private to this folder.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "codec.hh"
#include "deadline_heap.hh"
#include "host_group.hh"
#include "host_interface.hh"

namespace mcfwd::igmp {

/// What stands for an unknown querier (RFC 9776 sections 8.1 and 8.2).
inline constexpr unsigned kDefaultHostRobustness = 2;
inline constexpr Duration kDefaultQuerierInterval = std::chrono::seconds(125);

struct HostInterface::State {
    using Groups = std::map<Ipv4Address, HostGroup>;

    State(HostConfig settings, RandomDelay delays) : config(std::move(settings)), random(std::move(delays)) {}

    HostConfig config;
    RandomDelay random;
    HostCounters counters;
    bool running = false;

    Groups groups;                ///< received, or left and not told often enough
    std::size_t received = 0;     ///< of those, received
    std::set<Ipv4Address> fresh;  ///< changed since the last report
    std::set<Ipv4Address> repeat; ///< told, but not often enough
    std::optional<Instant> repeat_at;
    DeadlineHeap<HostGroup> answers; ///< to queries about a group

    /// An answer to a general query of version 3. It is given in packets spread over the time that is left.
    struct GeneralAnswer {
        Instant at; ///< of the next packet
        Instant end;
        bool begun = false;
        Ipv4Address next; ///< first group that was not told
        Duration step{};  ///< between packets
    };
    std::optional<GeneralAnswer> general;

    Version mode = Version::kV3;
    std::optional<Instant> version1_until;
    std::optional<Instant> version2_until;
    unsigned robustness = kDefaultHostRobustness;
    Duration query_interval = kDefaultQuerierInterval;
    Ipv4Address querier;
    std::optional<Instant> queried_at;

    // host_interface.cc
    void start();
    void advance(Instant now, Output& out);
    void receive_group(Ipv4Address group, const Membership& state);
    /// To be told as if all of it was new; of a group that was left, that it was.
    void announce(HostGroup& group);
    void farewell(Output& out);
    void silence();
    [[nodiscard]] std::optional<Instant> deadline() const;

    // host_receive.cc
    void receive(const Packet& packet, Instant now);
    void hear(const Query& query, const Packet& packet, Instant now);
    /// Another host reported the group in a version that our router understands.
    void suppress(Ipv4Address group);
    void note_querier(const Query& query, const Packet& packet, Instant now);
    void settle_mode(Instant now);
    void answer(const Query& query, Instant now);
    void answer_group(HostGroup& group, const Query& query, Instant at);
    [[nodiscard]] bool acceptable(const Query& query, const Packet& packet);
    [[nodiscard]] bool is_ours(Ipv4Address address) const;

    // host_report.cc
    void tell(const std::set<Ipv4Address>& changed, Instant now, Output& out);
    void tell_older(HostGroup& group, Output& out);
    void answer_groups(Instant now, Output& out);
    void answer_general(Instant now, Output& out);
    void send(const Message& message, Output& out);
    /// Forgets a group that was left when nothing is to be said about it any more.
    void tidy(Ipv4Address group);
    [[nodiscard]] Duration unsolicited_report_interval() const;
    [[nodiscard]] Duration delay(Duration limit);
};

} // namespace mcfwd::igmp
