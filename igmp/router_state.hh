// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The inside of RouterInterface: its state and the steps of one input. Split by cause over router_*.cc.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <vector>

#include "codec.hh"
#include "deadline_heap.hh"
#include "group.hh"
#include "querier.hh"
#include "query_sender.hh"
#include "router_interface.hh"

namespace mcfwd::igmp {

/// When an input happens and where its consequences go.
struct Input {
    Instant now;
    Output& out;
};

/// Who sent a report.
struct Reporter {
    Ipv4Address address;
    MacAddress mac;
};

/// A group record after its source list was put in order.
struct OrderedRecord {
    RecordType type;
    Ipv4Address group;
    std::span<const Ipv4Address> sources; ///< ascending, without repetition, each a possible source
};

struct RouterInterface::State {
    explicit State(RouterConfig checked) : config(std::move(checked)), querier(config) {}

    void ignore(IgnoreReason reason, std::uint64_t count = 1) {
        counters.ignored[static_cast<std::size_t>(reason)] += count;
    }
    [[nodiscard]] QuerySender queries(Output& out) { return {config, querier.intervals(), counters, out}; }

    // router_interface.cc
    void advance(Input in);
    void run_due(Group& group, Input in);
    [[nodiscard]] Group& group_for(Ipv4Address address, Instant now);
    /// Tells what changed, then forgets the group or arms its deadline.
    void settle(Group& group, Input in);
    /// Arms the exact deadline of a group, or none.
    void rearm(Group& group);

    // router_receive.cc
    void receive(const Packet& packet, MacAddress sender, Input in);
    [[nodiscard]] bool acceptable(const Packet& packet);
    void handle(const Query& query, const Packet& packet, Input in);
    void obey(const Query& query, Input in);
    void handle(const ReportV1& report, const Reporter& reporter, Input in);
    void handle(const ReportV2& report, const Reporter& reporter, Input in);
    void handle(const Leave& leave, const Reporter& reporter, Input in);
    void handle(const ReportV3& report, const Reporter& reporter, Input in);

    // router_records.cc
    [[nodiscard]] std::span<const Ipv4Address> in_order(const std::vector<Ipv4Address>& sources);
    /// The group after the record, or nothing if the record had no effect.
    Group* apply(OrderedRecord record, const Reporter& reporter, Input in);
    [[nodiscard]] bool admissible(const OrderedRecord& record);
    [[nodiscard]] bool translate(OrderedRecord& record, Version mode);
    void question(Group& group, RecordEffect& effect, Input in);

    // router_static.cc
    void place_static(const StaticGroup& entry, Input in);

    RouterConfig config;
    RouterCounters counters;
    Querier querier;
    std::map<Ipv4Address, Group> groups;
    DeadlineHeap<Group> deadlines;
    std::size_t reported_groups = 0;
    bool running = false;
    std::vector<Ipv4Address> listed; ///< room for one source list, kept between records
    Membership wanted;               ///< room for one merge
};

} // namespace mcfwd::igmp
