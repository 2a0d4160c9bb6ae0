// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// IGMP as a protocol of this router: registered with the group manager, one state machine per interface,
// packets in from the workers' signals and out through the packet sender.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/signals.hh>

#include <controlplane/forwarding/latency_meter.hh>
#include <controlplane/group_manager/log_limit.hh>
#include <controlplane/protocols/igmp_interface.hh>

namespace mcfwd::protocols {

struct IgmpCounters {
    std::uint64_t received = 0;      ///< IGMP packets from workers
    std::uint64_t no_interface = 0;  ///< of those, on an interface without IGMP
    std::uint64_t send_failures = 0; ///< queries that found no buffer or ring slot
};

/// Control thread only.
class IgmpProtocol {
  public:
    /// Among the clients of the group manager.
    static constexpr group_manager::ComponentId kId{group_manager::kProtocolIgmp, 0};

    /// What IGMP works with; all outlive it.
    struct Environment {
        const Clock& clock;
        TaskQueue& tasks;
        PacketSender& packets;
        group_manager::GroupManager& groups;
        /// Sends a query of a bridge's interface through all of its ports.
        std::function<void(DomainId, const igmp::Transmission&)> send_on_bridge;
        forwarding::LatencyMeter* latencies = nullptr; ///< null: nothing is measured
        /// What hosts want of a group on an interface changed: for the proxy, which tells it upstream. May be
        /// null.
        std::function<void(std::span<const igmp::MembershipChange>)> memberships_changed;
    };

    explicit IgmpProtocol(Environment environment);

    /// Registers with the group manager. Once, before `add`.
    [[nodiscard]] Expected<void> start();

    /// Begins to serve an interface: takes it (beside the protocol that owns it, if any) and starts querying.
    /// kInvalidParameter for settings that contradict the RFC.
    [[nodiscard]] Expected<void> add(IgmpAttachment attachment, igmp::RouterConfig config);

    /// A kIgmp signal.
    void receive(const Signal& signal);

    /// A port has its link again.
    void link_up(PortId port);
    /// Hosts of a bridge may be behind other ports than before, or new.
    void hosts_moved(DomainId bridge);

    /// Does what is due; returns when it wants to be called again at the latest.
    [[nodiscard]] std::optional<Instant> advance();

    /// The router ends: switches are told that it is none any more, if they were told that it is. Memberships
    /// stay as they are in the table. Nothing is served after it.
    void stop();

    /// Membership without a host, at run time. kNotFound: no IGMP on this interface, or (leave) no such
    /// membership; kAlreadyExists; kInvalidParameter: group outside what a router forwards, or an SSM group
    /// without source.
    [[nodiscard]] Expected<void> join_static(std::string_view interface, const igmp::StaticGroup& entry);
    [[nodiscard]] Expected<void> leave_static(std::string_view interface, const igmp::StaticGroup& entry);

    [[nodiscard]] const IgmpCounters& counters() const { return counters_; }
    /// In the order of `add`.
    [[nodiscard]] std::vector<const IgmpInterface*> interfaces() const;
    /// nullptr: no IGMP there.
    [[nodiscard]] const IgmpInterface* find(IfIndex index) const;
    void clear_counters();

  private:
    [[nodiscard]] IgmpInterface* served(IfIndex index);
    [[nodiscard]] Expected<IgmpInterface*> served(std::string_view name);
    void carry_out(IgmpInterface& interface, const igmp::Output& output);
    void send(const IgmpInterface& interface, const igmp::Output& output);
    void await(const IgmpInterface& interface, std::span<const igmp::MembershipChange> changes);
    /// Once all is published that hosts asked for.
    void forget_awaited();
    [[nodiscard]] group_manager::Callbacks callbacks();
    void replay_later(IfIndex interface, std::uint64_t ticket);
    void note_behind(const IgmpInterface& interface);
    [[nodiscard]] std::optional<Instant> next_call() const;
    /// Replays what the group manager had no memory for.
    void catch_up();

    Environment environment_;
    group_manager::ClientHandle client_;
    std::vector<std::unique_ptr<IgmpInterface>> interfaces_;
    std::optional<Instant> next_;        ///< earliest deadline of all interfaces
    std::size_t turn_ = 0;               ///< the interface whose groups are the first to be looked at
    std::optional<Instant> catch_up_at_; ///< an interface is behind
    IgmpCounters counters_;
    group_manager::LogLimit log_limit_; ///< hosts cause queries, and so failures to send them
};

} // namespace mcfwd::protocols
