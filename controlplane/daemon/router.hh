// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The control plane of the process, put together: what belongs to one router and lives on the control
// thread. main.cc builds one and turns its wheel; the commands look into it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/result.hh>

#include <controlplane/config/config.hh>
#include <controlplane/daemon/event_json.hh>
#include <controlplane/daemon/event_log.hh>
#include <controlplane/daemon/memory_reserve.hh>
#include <controlplane/forwarding/bridge_publisher.hh>
#include <controlplane/forwarding/bridge_table.hh>
#include <controlplane/forwarding/interface_table.hh>
#include <controlplane/forwarding/latency_meter.hh>
#include <controlplane/forwarding/table_publisher.hh>
#include <controlplane/group_manager/group_manager.hh>
#include <controlplane/group_manager/rpf_table.hh>
#include <controlplane/group_manager/scope_boundaries.hh>
#include <controlplane/protocols/igmp_protocol.hh>
#include <controlplane/protocols/proxy.hh>
#include <controlplane/protocols/remote_protocols.hh>
#include <controlplane/protocols/rpf_routes.hh>
#include <controlplane/protocols/snooping.hh>
#include <controlplane/protocols/static_interfaces.hh>
#include <controlplane/protocols/static_routes.hh>
#include <dataplane/dataplane.hh>

namespace mcfwd::daemon {

/// Control thread only.
class Router {
  public:
    /// The parts below outlive the router.
    struct Environment {
        const config::Config& config;
        Clock& clock;
        TaskQueue& tasks;
        dataplane::Dataplane& dataplane;
        PrefixSet& prefixes; ///< of the multicast view; empty
        MemoryReserve& memory;
    };

    explicit Router(Environment environment);

    /// Starts the group manager and its clients: the proxy first, which follows what the others join, static
    /// routes, then IGMP, so that no interface has to change hands. Errors name the interface or route.
    [[nodiscard]] Expected<void> start();
    /// Says good-bye on the links, while the workers still send.
    void stop();

    /// One turn: signals of the workers, timers, publication. Bounded work. Returns how long the next turn
    /// may wait.
    [[nodiscard]] Duration turn();

    /// Hosts of a bridge may be behind other ports than before. kNotFound: no such bridge.
    [[nodiscard]] Expected<void> topology_changed(DomainId bridge);

    [[nodiscard]] const config::Config& config() const { return environment_.config; }
    [[nodiscard]] dataplane::Dataplane& dataplane() { return environment_.dataplane; }
    [[nodiscard]] const forwarding::InterfaceTable& interfaces() const { return interfaces_; }
    [[nodiscard]] const group_manager::GroupManager& groups() const { return groups_; }
    [[nodiscard]] protocols::IgmpProtocol& igmp() { return igmp_; }
    [[nodiscard]] const forwarding::BridgeTable& bridges() const { return bridges_; }
    [[nodiscard]] forwarding::LatencyMeter& latencies() { return table_; }
    [[nodiscard]] protocols::Snooping& snooping() { return snooping_; }
    [[nodiscard]] protocols::Proxy& proxy() { return proxy_; }
    [[nodiscard]] protocols::StaticInterfaces& static_interfaces() { return static_interfaces_; }
    [[nodiscard]] protocols::StaticRoutes& static_routes() { return static_routes_; }
    [[nodiscard]] protocols::RpfRoutes& rpf_routes() { return rpf_routes_; }
    [[nodiscard]] const group_manager::MulticastView& view() const { return view_; }
    [[nodiscard]] protocols::RemoteProtocols& remotes() { return remotes_; }
    [[nodiscard]] const MemoryReserve& memory() const { return environment_.memory; }
    [[nodiscard]] EventLog& events() { return events_; }
    [[nodiscard]] EventNames event_names() const { return {environment_.config, interfaces_}; }
    [[nodiscard]] Instant now() const { return environment_.clock.now(); }

  private:
    [[nodiscard]] Expected<void> start_clients();
    [[nodiscard]] Expected<void> start_proxy();
    [[nodiscard]] Expected<void> add_static_routes();
    [[nodiscard]] Expected<void> add_snooping();
    [[nodiscard]] Expected<void> add_igmp();
    /// Last, when it is known which interfaces nobody is on.
    [[nodiscard]] Expected<void> add_rpf_routes();
    void receive(const Signal& signal);
    /// IGMP and PIM hellos.
    void receive_membership(const Signal& signal);
    /// Timers of IGMP and the remote protocols, and the next table version, each if there is memory for it.
    void serve_timers();
    [[nodiscard]] bool advance_table();
    /// Until when nothing but a worker's signal needs a turn.
    [[nodiscard]] Duration sleep();
    void observe(const group_manager::Event& event);
    /// Table versions and links that changed since the last call become events.
    void note_publications();
    void note_links();
    /// Protocols follow the links of their interfaces and bridges.
    void tell_link(PortId port, bool up);

    Environment environment_;
    forwarding::InterfaceTable interfaces_;
    forwarding::BridgeTable bridges_;
    forwarding::LatencyMeter table_; ///< the forwarding table, for all who write it
    group_manager::RpfTable view_;
    group_manager::ScopeBoundaries boundaries_;
    protocols::Snooping snooping_;
    forwarding::TablePublisher publisher_;
    forwarding::BridgePublisher bridge_publisher_;
    EventLog events_;
    TableVersion noted_version_;
    std::vector<bool> noted_links_; ///< per port
    Instant may_sleep_{};           ///< when workers may be asked again to wake this thread
    group_manager::GroupManager groups_;
    protocols::Proxy proxy_;
    protocols::StaticInterfaces static_interfaces_;
    protocols::StaticRoutes static_routes_;
    protocols::RpfRoutes rpf_routes_;
    protocols::IgmpProtocol igmp_;
    protocols::RemoteProtocols remotes_;
};

} // namespace mcfwd::daemon
