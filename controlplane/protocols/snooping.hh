// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// IGMP snooping on the bridges of this router: one state machine per bridge, IGMP packets and PIM hellos in
// from the workers' signals, packets out through the packet sender, port lists out to the table.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/signals.hh>

#include <controlplane/forwarding/bridge_publisher.hh>
#include <controlplane/forwarding/bridge_table.hh>
#include <controlplane/forwarding/latency_meter.hh>
#include <controlplane/group_manager/log_limit.hh>
#include <controlplane/protocols/refusal_log.hh>
#include <igmp/snooping_bridge.hh>

namespace mcfwd::protocols {

struct SnoopingCounters {
    std::uint64_t received = 0;       ///< IGMP packets and PIM hellos from workers
    std::uint64_t send_failures = 0;  ///< packets that found no buffer or ring slot, per port they were for
    std::uint64_t refused_groups = 0; ///< for which the table had no room, each time it was tried
};

/// Control thread only.
class Snooping final : public forwarding::SnoopedPorts {
  public:
    /// What snooping works with; all outlive it.
    struct Environment {
        const Clock& clock;
        PacketSender& packets;
        const forwarding::BridgeTable& bridges;
        forwarding::BridgePublisher& publisher;
        forwarding::LatencyMeter* latencies = nullptr; ///< null: nothing is measured
    };

    explicit Snooping(Environment environment) : environment_(environment) {}

    /// Begins to snoop on a bridge of the table. kInvalidParameter for settings that contradict the RFC.
    [[nodiscard]] Expected<void> add(DomainId domain, igmp::SnoopingConfig config);

    /// A kIgmp or kPimHello signal from a bridge.
    void receive(const Signal& signal);
    /// What the routed interface of a bridge sends: an IGMP packet. The bridge notes it, as any other
    /// router's.
    void send_local(DomainId domain, MacAddress source, Ipv4Address destination,
                    std::span<const std::byte> packet);
    /// A port has its link again, or has lost it.
    void set_link(PortId port, bool up);
    /// Hosts of a bridge may be behind other ports than before (spanning tree, a ring, a failover): every
    /// port is asked and gets everything for a while. kNotFound: no such bridge.
    [[nodiscard]] Expected<void> topology_changed(DomainId domain);
    /// Does what is due; returns when it wants to be called again at the latest.
    [[nodiscard]] std::optional<Instant> advance();

    [[nodiscard]] std::vector<BridgePort> ports_for_flow(DomainId bridge, Ipv4Address group,
                                                         Ipv4Address source) const override;
    /// nullptr: no such bridge.
    [[nodiscard]] const igmp::SnoopingBridge* find(DomainId domain) const;
    [[nodiscard]] const SnoopingCounters& counters() const { return counters_; }
    void clear_counters();

  private:
    /// All lists of a bridge are gone through, some at a time. Nothing: that part is done.
    struct Walk {
        std::optional<igmp::SourceGroupKey> lists;
        std::optional<group_manager::SourceGroup> routed;
        bool again = false; ///< something changed behind its back: once more
        [[nodiscard]] bool done() const { return !lists && !routed; }
    };
    struct Bridge {
        const forwarding::Bridge& facts;
        igmp::SnoopingBridge state;
        Walk walk = {};
        Instant next_slice{};
        /// False while an input is carried out, and for ever if memory ran out in it: then what it changed is
        /// not known.
        bool settled = true;
        std::vector<RefusalLog> refusals = {}; ///< by BridgePort
        bool floods_refused = false;
        bool routed_refused = false;
        Ipv4Address retry_from = {};
        std::optional<Instant> retry_at = {}; ///< what the table refused is tried again
    };
    [[nodiscard]] Bridge* at(DomainId domain);
    /// One input of a bridge: `act(state, output)`, and what follows from it.
    template <typename Act>
    void input(Bridge& bridge, std::string_view cause, Act act);
    void carry_out(Bridge& bridge, igmp::SnoopingOutput& output, std::string_view cause);
    void send(const Bridge& bridge, const igmp::Relay& relay);
    void publish(Bridge& bridge, igmp::SnoopingOutput& output, std::string_view cause);
    /// Notes what found no room; the groups concerned are flooded from now on.
    void note_refused(Bridge& bridge, const forwarding::Refusal& refused);
    void retry(Bridge& bridge);
    static void begin_walk(Bridge& bridge);
    static void begin_routed_walk(Bridge& bridge);
    void walk_on(Bridge& bridge);
    void walk_lists(Bridge& bridge, std::size_t most);

    Environment environment_;
    std::map<DomainId, std::unique_ptr<Bridge>> bridges_;
    SnoopingCounters counters_;
    group_manager::LogLimit send_log_;
    group_manager::LogLimit full_log_;
};

} // namespace mcfwd::protocols
