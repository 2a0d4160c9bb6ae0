// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A whole router between numbered wires: the data plane with its running worker, forwarding, group manager
// and IGMP, wired as the daemon does it. The control thread is the test's own; `turn` is one round of it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include <mcfwd/clock.hh>
#include <mcfwd/ids.hh>
#include <mcfwd/prefixes.hh>

#include <controlplane/forwarding/interface_table.hh>
#include <controlplane/forwarding/table_publisher.hh>
#include <controlplane/group_manager/group_manager.hh>
#include <controlplane/group_manager/rpf_table.hh>
#include <controlplane/group_manager/scope_boundaries.hh>
#include <controlplane/protocols/igmp_protocol.hh>
#include <dataplane/dataplane.hh>
#include <igmp/message.hh>

#include "numbered_traffic.hh"

namespace mcfwd::pipeline {

/// The rig has none.
class NoBridge final : public forwarding::SnoopedPorts {
  public:
    [[nodiscard]] std::vector<BridgePort> ports_for_flow(DomainId, Ipv4Address, Ipv4Address) const override {
        return {};
    }
};

/// LAN n is interface n + 1 with the address 10.0.(n + 1).1/24 and IGMP. One per process: EAL starts once.
class HandoffRig final : public Clock, public TaskQueue {
  public:
    /// The first groups have a member on every LAN, whatever happens.
    static constexpr std::size_t kSteadyGroups = 64;
    /// Members of these come and go.
    static constexpr std::size_t kChangingGroups = 12;
    /// The rest has a member on every LAN too, but a routing protocol that refuses it on its interfaces.
    static constexpr std::size_t kFirstRefused = kSteadyGroups + kChangingGroups;

    /// The worker runs; the routed interfaces have no member and no traffic. Throws if anything refuses.
    HandoffRig();
    ~HandoffRig() override;
    HandoffRig(const HandoffRig&) = delete;
    HandoffRig& operator=(const HandoffRig&) = delete;

    /// Lets hosts join and every flow get its entry, one packet each.
    void populate();
    /// A host of the LAN reports.
    void report(std::size_t lan, const igmp::ReportV3& message);
    /// One round of the control thread: signals, timers, publication, and the tasks posted before. False if
    /// nothing is left to do for now.
    bool turn();
    /// The same, and then sleeps as the daemon does: until a worker signals, but for a millisecond at most.
    void turn_or_sleep();
    /// Turns until nothing is left to do and all reports have arrived: what was asked for is in force.
    void settle();
    /// Turns as an idle daemon does until the worker has had that many bursts more.
    void idle(std::uint64_t bursts);

    [[nodiscard]] static group_manager::InterfaceKey key(std::size_t lan) {
        return {IfIndex(static_cast<std::uint16_t>(lan + 1)), {}};
    }
    [[nodiscard]] NumberedTraffic& traffic() { return *traffic_; }
    [[nodiscard]] group_manager::GroupManager& groups() { return *groups_; }
    [[nodiscard]] TableWriter& table() { return plane_->table(); }
    [[nodiscard]] WorkerCounters worker() const { return plane_->view().workers().front(); }
    /// Packet buffers not in use. Exact while the traffic is silent.
    /// Of both pools.
    [[nodiscard]] std::size_t free_buffers() const {
        const MemoryStatus memory = plane_->view().memory();
        return memory.pool_available + memory.small_available;
    }
    [[nodiscard]] std::uint64_t igmp_received() const { return igmp_->counters().received; }
    [[nodiscard]] std::uint64_t refused_igmp_calls() const;
    /// Every event of the group manager goes there.
    void observe(group_manager::Observer observer) { observer_ = std::move(observer); }

    [[nodiscard]] Instant now() const override { return std::chrono::steady_clock::now(); }
    void post(std::function<void()> task) override { tasks_.push_back(std::move(task)); }

  private:
    void add_interfaces();
    void receive(const Signal& signal);

    std::unique_ptr<dataplane::Dataplane> plane_;
    std::unique_ptr<NumberedTraffic> traffic_;
    std::unique_ptr<PrefixSet> prefixes_;
    forwarding::InterfaceTable interfaces_;
    group_manager::RpfTable view_;
    group_manager::ScopeBoundaries boundaries_;
    forwarding::BridgeTable bridges_;
    NoBridge no_bridge_;
    std::optional<forwarding::TablePublisher> publisher_;
    std::deque<std::function<void()>> tasks_;
    group_manager::Observer observer_;
    std::optional<group_manager::GroupManager> groups_;
    std::optional<protocols::IgmpProtocol> igmp_;
    std::uint64_t reports_ = 0; ///< sent by hosts
    Instant may_sleep_{};
};

} // namespace mcfwd::pipeline
