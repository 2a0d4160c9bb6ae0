// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Wiring of the control plane and its one recurring task.
#include "router.hh"

#include <algorithm>
#include <cstring>
#include <new>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <controlplane/daemon/heap.hh>
#include <controlplane/daemon/translate.hh>

namespace mcfwd::daemon {

namespace {

using namespace std::chrono_literals;

/// Signals handled in one turn: a storm of them leaves room for timers and the socket in between.
constexpr std::size_t kSignalsPerTurn = 256;
/// A worker that has a signal wakes this thread before.
constexpr Duration kIdleTurn = 1ms;
/// No more often than this: it costs the worker a system call, and what comes in between waits no longer.
constexpr Duration kBetweenWakes = 50us;
/// While a grace period is open: one loop of a busy worker takes less than this.
constexpr Duration kPublishingTurn = 20us;

/// A group record of 8 octets may become a group with its timers and membership, a source of 4 half as much.
constexpr std::size_t kOctetsPerIgmpOctet = 256;

constexpr std::size_t kIpSource = 12;
constexpr std::size_t kIpDestination = 16;

/// Callers have checked that a whole IP header is there: workers only signal packets that have one.
Ipv4Address address_at(std::span<const std::byte> packet, std::size_t offset) {
    std::uint32_t network = 0;
    std::memcpy(&network, packet.subspan(offset).data(), sizeof network);
    return Ipv4Address::from_network(network);
}

} // namespace

Router::Router(Environment environment)
    : environment_(environment),
      interfaces_(interface_table(environment.config, environment.dataplane)),
      bridges_(bridge_table(environment.config, environment.dataplane)),
      table_(environment.dataplane.table(), bridges_),
      view_(environment.prefixes),
      boundaries_(scope_boundaries(environment.config)),
      snooping_({.clock = environment.clock,
                 .packets = environment.dataplane.sender(),
                 .bridges = bridges_,
                 .publisher = bridge_publisher_,
                 .latencies = &table_}),
      publisher_(interfaces_, bridges_, snooping_, table_, environment.dataplane.sender()),
      bridge_publisher_(bridges_, publisher_, table_),
      events_([this](const LoggedEvent& event, std::string& out) {
          append_event_line(out, event, event_names());
      }),
      noted_links_(environment.config.ports.size(), true),
      groups_({.clock = environment.clock,
               .tasks = environment.tasks,
               .interfaces = interfaces_,
               .view = view_,
               .boundary = boundaries_,
               .sink = publisher_,
               .memory = &environment.memory},
              group_settings(environment.config),
              [this](const group_manager::Event& event) { observe(event); }),
      proxy_({.clock = environment.clock,
              .packets = environment.dataplane.sender(),
              .groups = groups_,
              .view = view_,
              .boundary = boundaries_,
              .igmp = igmp_}),
      static_interfaces_(groups_, &proxy_),
      static_routes_(groups_, view_, static_interfaces_, &environment.memory),
      rpf_routes_(groups_, view_, static_interfaces_, &environment.memory),
      igmp_({.clock = environment.clock,
             .tasks = environment.tasks,
             .packets = environment.dataplane.sender(),
             .groups = groups_,
             .send_on_bridge =
                 [this](DomainId bridge, const igmp::Transmission& packet) {
                     snooping_.send_local(bridge, {}, packet.destination, packet.packet);
                 },
             .latencies = &table_,
             .memberships_changed =
                 [this](std::span<const igmp::MembershipChange> changes) { proxy_.note(changes); }}),
      remotes_({.clock = environment.clock,
                .tasks = environment.tasks,
                .groups = groups_,
                .interfaces = interfaces_,
                .statics = static_interfaces_}) {}

Expected<void> Router::start() {
    if (auto entered = enter_connected(config(), view_); !entered) {
        return entered;
    }
    for (const auto step : {&Router::start_clients, &Router::start_proxy, &Router::add_static_routes,
                            &Router::add_snooping, &Router::add_igmp, &Router::add_rpf_routes}) {
        if (auto done = (this->*step)(); !done) {
            return done;
        }
    }
    return {};
}

Expected<void> Router::start_clients() {
    if (auto started = groups_.start(); !started) {
        return started;
    }
    if (auto started = static_interfaces_.start(); !started) {
        return started;
    }
    return igmp_.start();
}

Expected<void> Router::start_proxy() {
    if (!config().proxy) {
        return {};
    }
    const config::Proxy& proxy = *config().proxy;
    const forwarding::Interface& at = *interfaces_.find(std::string_view(proxy.upstream));
    const config::Interface& upstream =
        *std::ranges::find(config().interfaces, proxy.upstream, &config::Interface::name);
    return proxy_.start({.name = at.name, .index = at.index, .port = at.port, .vlan = at.vlan},
                        host_config(proxy, upstream, at.mtu));
}

void Router::stop() {
    proxy_.stop(); // first, as what hosts want downstream does not end with us
    igmp_.stop();
}

Expected<void> Router::add_static_routes() {
    for (const config::Mroute& mroute : config().mroutes) {
        protocols::StaticRoute route{.key = {mroute.group, mroute.source},
                                     .iif = config::interface_index(config(), mroute.iif),
                                     .oifs = {}};
        for (const std::string& oif : mroute.oifs) {
            route.oifs.insert(config::interface_index(config(), oif));
        }
        if (auto added = static_routes_.add(route); !added) {
            return added;
        }
    }
    return {};
}

Expected<void> Router::add_snooping() {
    for (const config::Bridge& bridge : config().bridges) {
        if (auto added = snooping_.add(*config::bridge_domain(config(), bridge.name),
                                       snooping_config(config(), bridge, environment_.dataplane));
            !added) {
            return added;
        }
    }
    return {};
}

Expected<void> Router::add_igmp() {
    for (const config::Interface& interface : config().interfaces) {
        if (!interface.igmp.enabled) {
            continue;
        }
        const forwarding::Interface& at = *interfaces_.find(std::string_view(interface.name));
        if (auto added = igmp_.add({.name = at.name,
                                    .index = at.index,
                                    .port = at.port,
                                    .vlan = at.vlan,
                                    .bridge = at.bridge,
                                    .querier_only = config().proxy && config().proxy->querier_only},
                                   router_config(interface, at.mtu));
            !added) {
            return added;
        }
    }
    return {};
}

Expected<void> Router::add_rpf_routes() {
    for (const config::RpfRoute& route : config().rpf_routes) {
        if (auto added = rpf_routes_.add(route.prefix, config::interface_index(config(), route.interface),
                                         route.upstream);
            !added) {
            return added;
        }
    }
    return {};
}

Duration Router::turn() {
    const std::size_t signals =
        environment_.dataplane.signals().drain(kSignalsPerTurn, [this](const Signal& signal) {
            try {
                receive(signal);
            } catch (const std::bad_alloc&) { // the packet is still to be freed, and the next one served
                environment_.memory.note_failure();
            }
        });
    serve_timers();
    groups_.tick();
    environment_.dataplane.watch_links();
    note_links();
    const bool publishing = advance_table();
    note_publications();
    environment_.memory.refill();
    sort_freed();
    if (signals == kSignalsPerTurn) {
        return Duration::zero();
    }
    return publishing ? kPublishingTurn : sleep();
}

Duration Router::sleep() {
    if (now() < may_sleep_) {
        return kBetweenWakes;
    }
    if (!environment_.dataplane.signals().sleep()) {
        return Duration::zero();
    }
    may_sleep_ = now() + kBetweenWakes;
    return kIdleTurn;
}

void Router::serve_timers() {
    const group_manager::MemoryHold hold(&environment_.memory, MemoryReserve::kUsual,
                                         group_manager::Memory::Use::kShrink);
    if (hold) {
        std::ignore = snooping_.advance();
        std::ignore = igmp_.advance();
        proxy_.advance();
        remotes_.advance();
        static_interfaces_.advance(now());
    }
}

bool Router::advance_table() {
    const group_manager::MemoryHold hold(&environment_.memory, MemoryReserve::kUsual,
                                         group_manager::Memory::Use::kShrink);
    return !hold || table_.advance();
}

void Router::observe(const group_manager::Event& event) {
    note_publications(); // what was published before it comes before it
    std::visit([this](const auto& body) { events_.add(environment_.clock.now(), body); }, event);
}

void Router::note_publications() {
    const TableWriter& table = environment_.dataplane.table();
    const TableVersion published = table.published();
    if (published == noted_version_) {
        return;
    }
    const auto fresh = table.history(published.value() - noted_version_.value());
    noted_version_ = published;
    for (auto record = fresh.rbegin(); record != fresh.rend(); ++record) {
        events_.add(record->published, TablePublished{.version = record->version,
                                                      .cause = record->cause,
                                                      .commands = record->commands,
                                                      .entries = record->entries});
    }
}

void Router::note_links() {
    for (std::size_t i = 0; i < noted_links_.size(); ++i) {
        const PortId port(static_cast<std::uint16_t>(i));
        const bool up = environment_.dataplane.link_up(port);
        if (up != noted_links_[i]) {
            noted_links_[i] = up;
            tell_link(port, up);
            spdlog::info("port link port={} link={}", config().ports[i].name, up ? "up" : "down");
            events_.add(environment_.clock.now(), LinkChanged{.port = port, .up = up});
        }
    }
}

void Router::tell_link(PortId port, bool up) {
    snooping_.set_link(port, up);
    proxy_.set_link(port, up);
    if (!up) {
        return;
    }
    igmp_.link_up(port);
    for (const auto& [domain, bridge] : bridges_.all()) {
        if (std::ranges::find(bridge.members, port, &forwarding::BridgeMember::port) !=
            bridge.members.end()) {
            igmp_.hosts_moved(domain);
        }
    }
}

Expected<void> Router::topology_changed(DomainId bridge) {
    igmp_.hosts_moved(bridge);
    return snooping_.topology_changed(bridge);
}

void Router::receive(const Signal& signal) {
    if (signal.kind == SignalKind::kIgmp || signal.kind == SignalKind::kPimHello) {
        receive_membership(signal);
        return;
    }
    const group_manager::SourceGroup flow{address_at(signal.packet, kIpDestination),
                                          address_at(signal.packet, kIpSource)};
    const group_manager::InterfaceKey arrival{signal.interface, {}};
    if (signal.kind == SignalKind::kNoEntry) {
        groups_.new_packet(flow, arrival, signal.packet);
    } else {
        groups_.wrong_interface(flow, arrival, signal.packet);
    }
}

void Router::receive_membership(const Signal& signal) {
    // Without memory it is as if it was lost on the wire: hosts and routers repeat what they say.
    const group_manager::MemoryHold hold(&environment_.memory, signal.packet.size() * kOctetsPerIgmpOctet,
                                         group_manager::Memory::Use::kGrow);
    if (!hold) {
        return;
    }
    const bool bridged = signal.domain != kRoutedDomain;
    if (bridged) {
        snooping_.receive(signal);
    }
    if (signal.kind == SignalKind::kIgmp && proxy_.is_upstream(signal.interface)) {
        proxy_.receive(signal);
        return;
    }
    // A bridge without an interface does not route.
    if (signal.kind == SignalKind::kIgmp && (!bridged || signal.interface != kNoInterface)) {
        igmp_.receive(signal);
    }
}

} // namespace mcfwd::daemon
