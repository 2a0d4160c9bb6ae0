// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What the control thread needs for large numbers: handoffs of an interface with 100,000 groups, with all the
// entries that go with them, in every mode; releases, routes, boundaries and wildcards that touch as much;
// and 1,000,000 memberships over 64 interfaces. Real IGMP, group manager, publisher and forwarding table, on
// one thread and without packets.
//
// For every step: time on the control thread, the longest task (which is what a request or a query waits at
// most), the longest step of the forwarding table between tasks, and versions published.
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <controlplane/daemon/heap.hh>
#include <controlplane/forwarding/interface_table.hh>
#include <controlplane/forwarding/table_publisher.hh>
#include <controlplane/group_manager/group_manager.hh>
#include <controlplane/group_manager/rpf_table.hh>
#include <controlplane/group_manager/scope_boundaries.hh>
#include <controlplane/protocols/igmp_protocol.hh>
#include <dataplane/table/table.hh>
#include <igmp/codec.hh>

#include "../unit/slow_prefixes.hh"

namespace {

using namespace mcfwd;
using group_manager::InterfaceKey;
using group_manager::SourceGroup;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::uint32_t kGroups = 100'000;
constexpr unsigned kInterfaces = 64;

class SteadyClock final : public Clock {
  public:
    [[nodiscard]] Instant now() const override { return std::chrono::steady_clock::now(); }
};

class NoBridges final : public forwarding::SnoopedPorts {
  public:
    [[nodiscard]] std::vector<BridgePort> ports_for_flow(DomainId, Ipv4Address, Ipv4Address) const override {
        return {};
    }
};

class NoSender final : public PacketSender {
  public:
    [[nodiscard]] Expected<void> send(PortId, VlanId, MacAddress, std::span<const std::byte>) override {
        return {};
    }
    [[nodiscard]] Expected<void> send_from(PortId, VlanId, MacAddress, MacAddress,
                                           std::span<const std::byte>) override {
        return {};
    }
    void discard_parked(const MfibKey&) override {}
};

class Tasks final : public TaskQueue {
  public:
    void post(std::function<void()> task) override { tasks_.push_back(std::move(task)); }
    [[nodiscard]] bool run_one() {
        if (tasks_.empty()) {
            return false;
        }
        const auto task = std::move(tasks_.front());
        tasks_.pop_front();
        task();
        return true;
    }

  private:
    std::deque<std::function<void()>> tasks_;
};

dataplane::MemoryBlock heap(std::size_t bytes) {
    const std::size_t rounded =
        (bytes + dataplane::kCacheLine - 1) / dataplane::kCacheLine * dataplane::kCacheLine;
    auto* memory = static_cast<std::byte*>(std::aligned_alloc(dataplane::kCacheLine, rounded));
    std::fill_n(memory, rounded, std::byte{0});
    return {memory, std::free};
}

Ipv4Address group_of(std::uint32_t number) {
    return Ipv4Address(Ipv4Address(239, 0, 0, 0).host() + number);
}

/// A router without workers: lan1 to lan64, 10.N.0.1/16 each.
class Router {
  public:
    explicit Router(const group_manager::Settings& settings = {})
        : groups({.clock = clock,
                  .tasks = tasks,
                  .interfaces = interfaces_,
                  .view = view,
                  .boundary = boundaries,
                  .sink = publisher_},
                 settings) {
        for (std::uint8_t n = 1; n <= kInterfaces; ++n) {
            const IfIndex index{n};
            const Ipv4Prefix address{Ipv4Address(10, n, 0, 1), 16};
            interfaces_.put({.name = fmt::format("lan{}", n),
                             .index = index,
                             .port = PortId(static_cast<std::uint16_t>(n - 1)),
                             .vlan = {},
                             .mac = {},
                             .addresses = {address}});
            check(view.add_connected(address, {index, {}}));
        }
        check(groups.start());
        check(igmp.start());
        protocol = groups
                       .register_protocol(
                           {.id = {.protocol = 13, .component = 0}, .name = "dvmrp", .callbacks = counting()})
                       .value();
    }

    static void check(const Expected<void>& done) {
        if (!done) {
            fmt::print(stderr, "{}\n", done.error().what);
            std::exit(1);
        }
    }

    void serve(std::uint8_t n) {
        igmp::RouterConfig config;
        config.address = Ipv4Address(10, n, 0, 1);
        config.host_rate = 0; // one host does what many would
        check(igmp.add({.name = fmt::format("lan{}", n),
                        .index = IfIndex(n),
                        .port = PortId(static_cast<std::uint16_t>(n - 1)),
                        .vlan = {}},
                       config));
    }

    /// Reports from a host of lanN, one per task, as many records each as fit a packet.
    void report(std::uint8_t n, igmp::RecordType type) {
        igmp::ReportV3 report;
        for (std::uint32_t group = 0; group < kGroups; ++group) {
            report.records.push_back({type, group_of(group), {}});
        }
        for (auto& packet : igmp::encode(report, Ipv4Address(10, n, 0, 9), 1500)) {
            tasks.post([this, n, packet = std::move(packet)] {
                igmp.receive({.kind = SignalKind::kIgmp,
                              .domain = kRoutedDomain,
                              .port = {},
                              .vlan = {},
                              .interface = IfIndex(n),
                              .source_mac = {},
                              .packet = packet});
            });
        }
    }

    SteadyClock clock;
    Tasks tasks;
    std::unique_ptr<dataplane::Table> table =
        dataplane::Table::create(
            {.entries = 131'072, .egresses = 1'048'576, .workers = 1, .ports = kInterfaces}, clock, heap)
            .value();
    std::uint64_t callbacks = 0;

  private:
    group_manager::Callbacks counting() {
        group_manager::Callbacks all;
        all.rpf = [this](auto&) { ++callbacks; };
        all.creation_alert = [this](const auto&) { ++callbacks; };
        all.join_alert = [this](const auto&) { ++callbacks; };
        all.prune_alert = [this](auto&) { ++callbacks; };
        all.local_join = [this](const auto&) { ++callbacks; };
        all.local_leave = [this](const auto&) { ++callbacks; };
        return all;
    }

    NoSender sender_;
    forwarding::InterfaceTable interfaces_;
    test::SlowPrefixes prefixes_;
    NoBridges no_bridges_;
    forwarding::BridgeTable bridges_;
    forwarding::TablePublisher publisher_{interfaces_, bridges_, no_bridges_, *table, sender_};

  public:
    group_manager::RpfTable view{prefixes_};
    group_manager::ScopeBoundaries boundaries;
    group_manager::GroupManager groups;
    protocols::IgmpProtocol igmp{{.clock = clock, .tasks = tasks, .packets = sender_, .groups = groups}};
    group_manager::ClientHandle protocol;
};

/// Runs `first` and everything that follows from it, and prints what it took.
void measure(Router& router, const std::string& what, const std::function<void()>& first) {
    double total = 0;
    double longest = 0;
    double longest_advance = 0;
    const auto versions = router.table->published().value();
    const auto callbacks = router.callbacks;
    const auto timed = [&](double& most, auto&& task) {
        const Instant begin = router.clock.now();
        const bool more = task();
        const double took = Milliseconds(router.clock.now() - begin).count();
        total += took;
        most = std::max(most, took);
        return more;
    };
    timed(longest, [&] {
        first();
        return true;
    });
    bool more = true;
    while (more) {
        more = timed(longest, [&] { return router.tasks.run_one(); });
        more |= timed(longest_advance, [&] { return router.table->advance(); });
        daemon::sort_freed();
        timed(longest, [&] {
            router.groups.tick();
            return true;
        });
        const auto deadline = router.groups.next_deadline();
        more |= deadline && *deadline <= router.clock.now();
    }
    fmt::print("{:58} {:9.1f} {:9.2f} {:9.2f} {:9} {:9}\n", what, total, longest, longest_advance,
               router.table->published().value() - versions, router.callbacks - callbacks);
}

std::size_t heap_octets() {
    return mallinfo2().uordblks + mallinfo2().hblkhd;
}

const InterfaceKey kLan1{IfIndex(1), {}};
const InterfaceKey kLan2{IfIndex(2), {}};
const InterfaceKey kLan3{IfIndex(3), {}};

/// A router with things to do to it.
struct Scene : Router {
    using Router::Router;

    [[nodiscard]] std::function<void()> take(InterfaceKey x) {
        return [this, x] { check(groups.take_interface_ownership(protocol, x)); };
    }
    [[nodiscard]] std::function<void()> release(InterfaceKey x) {
        return [this, x] { check(groups.release_interface_ownership(protocol, x)); };
    }
    [[nodiscard]] std::function<void()> down(InterfaceKey x) {
        return [this, x] { check(groups.interface_down(x)); };
    }
    [[nodiscard]] std::function<void()> add(SourceGroup key, InterfaceKey x) {
        return [this, key, x] {
            check(groups.add_group_membership(protocol, key, x, group_manager::MembershipFlags::kJoin));
        };
    }
    [[nodiscard]] std::function<void()> remove(SourceGroup key, InterfaceKey x) {
        return [this, key, x] {
            check(groups.delete_group_membership(protocol, key, x, group_manager::MembershipFlags::kJoin));
        };
    }
    /// One flow of each group, from a host of lan2.
    void flows() {
        for (std::uint32_t group = 0; group < kGroups; ++group) {
            tasks.post([this, group] { groups.new_packet(flow_of(group), kLan2, {}); });
        }
    }
    /// The protocol joins every group, or every flow, on an interface.
    void join_all(InterfaceKey x, Ipv4Address source = {}) {
        for (std::uint32_t group = 0; group < kGroups; ++group) {
            tasks.post(add({group_of(group), source}, x));
        }
    }
    /// As the daemon does it.
    void clear_counters(const MfibKey& from) {
        if (const auto next = table->clear_counters(from, 4096)) {
            tasks.post([this, next = *next] { clear_counters(next); });
        }
    }
    static SourceGroup flow_of(std::uint32_t group) { return {group_of(group), kSource}; }
    static constexpr Ipv4Address kSource{10, 2, 0, 9};
};

void handoffs() {
    Scene router;
    router.serve(1);
    router.serve(2);
    const InterfaceKey lan1 = kLan1;
    const InterfaceKey lan2 = kLan2;
    const auto take = [&](InterfaceKey x) { return router.take(x); };
    const auto release = [&](InterfaceKey x) { return router.release(x); };
    const std::size_t empty = heap_octets();
    measure(router, "a host on lan1 joins 100,000 groups",
            [&] { router.report(1, igmp::RecordType::kToExclude); });
    const std::size_t joined = heap_octets();
    fmt::print("{:58} {:9.0f} octets each (IGMP and group manager)\n", "",
               static_cast<double>(joined - empty) / kGroups);
    measure(router, "handoff of lan1, igmp to dvmrp, no traffic", take(lan1));
    measure(router, "handoff of lan1, dvmrp to igmp, no traffic", release(lan1));
    measure(router, "100,000 flows from lan2 begin", [&] { router.flows(); });
    fmt::print("{:58} {:9.0f} octets each (group manager and publisher)\n", "",
               static_cast<double>(heap_octets() - joined) / kGroups);
    measure(router, "handoff of lan1 (oif of all), igmp to dvmrp", take(lan1));
    measure(router, "handoff of lan1 (oif of all), dvmrp to igmp", release(lan1));
    measure(router, "handoff of lan2 (iif of all), igmp to dvmrp", take(lan2));
    measure(router, "handoff of lan2 (iif of all), dvmrp to igmp", release(lan2));
    measure(router, "the host leaves them all", [&] { router.report(1, igmp::RecordType::kToInclude); });
}

/// The handoffs that leave nothing in force: every membership, every entry goes and comes back.
void harsh_handoffs() {
    Scene router({.handoff_memberships = group_manager::HandoffMemberships::kStrict,
                  .handoff_mfe = group_manager::HandoffMfe::kFlush});
    router.serve(1);
    router.serve(2);
    router.report(1, igmp::RecordType::kToExclude);
    measure(router, "strict, flush: 100,000 groups and flows", [&] { router.flows(); });
    measure(router, "strict handoff of lan1 (oif of all), igmp to dvmrp", router.take(kLan1));
    measure(router, "strict handoff of lan1 (oif of all), dvmrp to igmp", router.release(kLan1));
    measure(router, "flush handoff of lan2 (iif of all), igmp to dvmrp", router.take(kLan2));
    measure(router, "the flows come again", [&] { router.flows(); });
    measure(router, "flush handoff of lan2 (iif of all), dvmrp to igmp", router.release(kLan2));
}

/// What goes without a handoff.
void departures() {
    Scene router;
    router.serve(1);
    measure(router, "a protocol takes lan1 to lan3", [&] {
        for (const InterfaceKey x : {kLan1, kLan2, kLan3}) {
            router.take(x)();
        }
        router.report(1, igmp::RecordType::kToExclude);
    });
    measure(router, "it joins 100,000 groups on lan3", [&] { router.join_all(kLan3); });
    measure(router, "100,000 flows from lan2", [&] { router.flows(); });
    measure(router, "it releases lan3 (joined, oif of all)", router.release(kLan3));
    measure(router, "it releases lan2 (iif of all)", router.release(kLan2));
    measure(router, "it takes lan2", router.take(kLan2));
    measure(router, "100,000 flows from lan2", [&] { router.flows(); });
    measure(router, "lan1 goes down, which igmp shares (joined, oif of all)", router.down(kLan1));
}

/// What changes all entries at once.
void wide_changes() {
    Scene router;
    measure(router, "a protocol takes lan1 to lan3", [&] {
        for (const InterfaceKey x : {kLan1, kLan2, kLan3}) {
            router.take(x)();
        }
    });
    measure(router, "it joins 100,000 (S,G) on lan1", [&] { router.join_all(kLan1, Scene::kSource); });
    measure(router, "100,000 flows from lan2", [&] { router.flows(); });
    measure(router, "their counters are cleared", [&] { router.clear_counters({}); });
    measure(router, "(*,*) joined on lan3", router.add({}, kLan3));
    measure(router, "a boundary for all groups on lan3", [&] {
        router.boundaries.set(kLan3.interface, {{Ipv4Address(239, 0, 0, 0), 8}});
        Router::check(router.groups.boundary_changed(kLan3));
    });
    measure(router, "it goes again", [&] {
        router.boundaries.set(kLan3.interface, {});
        Router::check(router.groups.boundary_changed(kLan3));
    });
    measure(router, "(*,*) left", router.remove({}, kLan3));
    measure(router, "the route to all sources moves to lan3", [&] {
        Router::check(router.view.add_route({Ipv4Address(10, 2, 0, 0), 16}, kLan3));
        Router::check(router.groups.route_changed({Ipv4Address(10, 2, 0, 0), 16}));
    });
}

/// As many keys as memberships.
void keys() {
    Scene router;
    router.take(kLan1)();
    measure(router, "1,000,000 groups joined on lan1", [&] {
        for (std::uint32_t first = 0; first < 1'000'000; first += 1000) {
            router.tasks.post([&router, first] {
                const group_manager::GroupManager::Batch batch(router.groups, "bench");
                for (std::uint32_t group = first; group < first + 1000; ++group) {
                    router.add({group_of(group), {}}, kLan1)();
                }
            });
        }
    });
    const auto begin = [&] {
        return router.groups
            .group_enumeration_start(router.protocol, group_manager::EnumerationKind::kAllSources)
            .value();
    };
    group_manager::EnumerationHandle walk;
    measure(router, "an enumeration of them begins", [&] { walk = begin(); });
    const std::function<void()> go_on = [&] {
        if (router.groups.group_enumeration_next(walk, 1000)->end == Status::kMoreData) {
            router.tasks.post(go_on);
        }
    };
    measure(router, "it lists them, 1,000 at a time", go_on);
    walk = begin();
    measure(router, "lan1 is released, which another one does not see", router.release(kLan1));
    measure(router, "that lists them", go_on);
    measure(router, "it ends", [&] { Router::check(router.groups.group_enumeration_end(walk)); });
}

void memberships() {
    Router router;
    const std::size_t empty = heap_octets();
    const auto each = [&](auto&& call) {
        for (std::uint8_t n = 1; n <= kInterfaces; ++n) {
            router.tasks.post([&router, n, call] {
                const group_manager::GroupManager::Batch batch(router.groups, "bench");
                for (std::uint32_t i = 0; i < 1'000'000 / kInterfaces; ++i) {
                    Router::check(call(router, SourceGroup{group_of(i), {}}, InterfaceKey{IfIndex(n), {}}));
                }
            });
        }
    };
    for (std::uint8_t n = 1; n <= kInterfaces; ++n) {
        Router::check(router.groups.take_interface_ownership(router.protocol, {IfIndex(n), {}}));
    }
    measure(router, "1,000,000 memberships on 64 interfaces come", [&] {
        each([](Router& at, SourceGroup key, InterfaceKey x) {
            return at.groups.add_group_membership(at.protocol, key, x, group_manager::MembershipFlags::kJoin);
        });
    });
    fmt::print("{:58} {:9.0f} octets each\n", "", static_cast<double>(heap_octets() - empty) / 1e6);
    measure(router, "they go", [&] {
        each([](Router& at, SourceGroup key, InterfaceKey x) {
            return at.groups.delete_group_membership(at.protocol, key, x,
                                                     group_manager::MembershipFlags::kJoin);
        });
    });
    malloc_trim(0);
    fmt::print("{:58} {:9.0f} octets left of each\n", "",
               (static_cast<double>(heap_octets()) - static_cast<double>(empty)) / 1e6);
}

} // namespace

int main() {
    spdlog::set_level(spdlog::level::warn);
    daemon::tune_heap();
    fmt::print("{:58} {:>9} {:>9} {:>9} {:>9} {:>9}\n", "", "total ms", "longest", "table", "versions",
               "callbacks");
    handoffs();
    harsh_handoffs();
    departures();
    wide_changes();
    keys();
    memberships();
    return 0;
}
