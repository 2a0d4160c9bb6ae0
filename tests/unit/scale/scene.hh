// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A router without workers and packets, for what large numbers take: real IGMP, group manager, publisher and
// forwarding table on one thread. Whoever wants to know what a step takes gives it a Meter: the benchmark
// takes the time, the test counts.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <controlplane/forwarding/interface_table.hh>
#include <controlplane/forwarding/table_publisher.hh>
#include <controlplane/group_manager/group_manager.hh>
#include <controlplane/group_manager/rpf_table.hh>
#include <controlplane/group_manager/scope_boundaries.hh>
#include <controlplane/protocols/igmp_protocol.hh>
#include <dataplane/table/table.hh>
#include <igmp/message.hh>

#include "../slow_prefixes.hh"

namespace mcfwd::scale {

using group_manager::InterfaceKey;
using group_manager::SourceGroup;

/// What the group manager asked others and told them, since the start.
struct Counts {
    std::uint64_t callbacks = 0;  ///< of the protocol
    std::uint64_t commands = 0;   ///< for the forwarding table
    std::uint64_t versions = 0;   ///< of that
    std::uint64_t lookups = 0;    ///< of routes
    std::uint64_t boundaries = 0; ///< asked for, one per interface of an entry that is computed
};

/// Is told of every step of a scenario, and runs the tasks of which it consists.
class Meter {
  public:
    enum class Part : std::uint8_t {
        kTask,  ///< of the control thread: what a request or a query waits for at most
        kTable, ///< a step of the forwarding table between two of them
    };
    virtual ~Meter() = default;
    virtual void begin(const std::string& what, const Counts& counts) = 0;
    virtual void run(Part part, const std::function<void()>& body) = 0;
    virtual void end() = 0;
    /// The steps since the last call left so many of these behind: for whoever looks at the heap.
    virtual void left(std::size_t /*number*/, const char* /*of_what*/) {}
};

class Tasks final : public TaskQueue {
  public:
    void post(std::function<void()> task) override { tasks_.push_back(std::move(task)); }
    [[nodiscard]] bool empty() const { return tasks_.empty(); }
    void run_one();

  private:
    std::deque<std::function<void()>> tasks_;
};

/// lan1 to lan64, 10.N.0.1/16 each. A routing protocol is registered, and owns nothing.
class Scene {
  public:
    static constexpr unsigned kInterfaces = 64;

    /// The forwarding table has room for `entries`.
    Scene(const Clock& base, Meter& meter, std::uint32_t entries, const group_manager::Settings& settings);

    /// Runs `first` and everything that follows from it.
    void step(const std::string& what, const std::function<void()>& first);
    /// Time passes.
    void pass(Duration time) { clock_.ahead += time; }
    /// What time has brought, before anything that was posted.
    void tick_while_due();
    /// `call(0)` to `call(count - 1)`, each in a task that comes after what the one before has posted: as
    /// packets and requests do.
    void one_by_one(std::uint32_t count, std::function<void(std::uint32_t)> call);
    /// The same, 1,000 calls of the group manager in a task.
    void in_batches(std::uint32_t count, std::function<void(std::uint32_t)> call);
    /// Ends the process unless a step of a scenario could be done.
    static void check(const Expected<void>& done);

    /// IGMP is on lanN from now on.
    void serve(std::uint8_t n);
    /// A host of lanN says the same of so many groups: one packet per task, as many records each as fit it.
    [[nodiscard]] std::function<void()> report(std::uint8_t n, igmp::RecordType type, std::uint32_t groups);
    /// What time has brought for IGMP, in as many tasks as it asks for.
    void advance_igmp();

    /// The protocol takes an interface, and so on.
    [[nodiscard]] std::function<void()> take(InterfaceKey x);
    [[nodiscard]] std::function<void()> release(InterfaceKey x);
    [[nodiscard]] std::function<void()> down(InterfaceKey x);
    [[nodiscard]] std::function<void()> add(SourceGroup key, InterfaceKey x);
    [[nodiscard]] std::function<void()> remove(SourceGroup key, InterfaceKey x);
    /// It joins so many groups, or flows of that source, on an interface.
    void join_all(std::uint32_t groups, InterfaceKey x, Ipv4Address source = {});
    /// The first packet of a flow of each comes in on lan2.
    void flows(std::uint32_t groups);
    /// As the daemon does it.
    void clear_counters(const MfibKey& from = {});

    [[nodiscard]] static Ipv4Address group_of(std::uint32_t number);
    [[nodiscard]] static SourceGroup flow_of(std::uint32_t number) { return {group_of(number), kSource}; }
    static constexpr Ipv4Address kSource{10, 2, 0, 9};

  private:
    struct LaterClock final : Clock {
        explicit LaterClock(const Clock& from) : base(from) {}
        [[nodiscard]] Instant now() const override { return base.now() + ahead; }
        const Clock& base;
        Duration ahead{};
    };
    struct NoBridges final : forwarding::SnoopedPorts {
        [[nodiscard]] std::vector<BridgePort> ports_for_flow(DomainId, Ipv4Address,
                                                             Ipv4Address) const override {
            return {};
        }
    };
    struct NoSender final : PacketSender {
        [[nodiscard]] Expected<void> send(PortId, VlanId, MacAddress, std::span<const std::byte>) override {
            return {};
        }
        [[nodiscard]] Expected<void> send_from(PortId, VlanId, MacAddress, MacAddress,
                                               std::span<const std::byte>) override {
            return {};
        }
        void discard_parked(const MfibKey&) override {}
    };
    struct CountedView final : group_manager::MulticastView {
        CountedView(const group_manager::RpfTable& of, Counts& into) : view(of), counts(into) {}
        [[nodiscard]] std::optional<group_manager::RpfInterface> lookup(SourceGroup flow) const override {
            ++counts.lookups;
            return view.lookup(flow);
        }
        const group_manager::RpfTable& view;
        Counts& counts;
    };
    struct CountedBoundaries final : group_manager::Boundary {
        CountedBoundaries(const group_manager::ScopeBoundaries& of, Counts& into)
            : boundaries(of),
              counts(into) {}
        [[nodiscard]] bool blocks_input(InterfaceKey interface, Ipv4Address group) const override {
            ++counts.boundaries;
            return boundaries.blocks_input(interface, group);
        }
        [[nodiscard]] bool blocks_output(InterfaceKey interface, Ipv4Address group) const override {
            ++counts.boundaries;
            return boundaries.blocks_output(interface, group);
        }
        const group_manager::ScopeBoundaries& boundaries;
        Counts& counts;
    };
    struct CountedPublisher final : group_manager::ForwardingSink {
        CountedPublisher(forwarding::TablePublisher& of, Counts& into) : publisher(of), counts(into) {}
        [[nodiscard]] Expected<void> publish(const group_manager::ForwardingUpdate& update) override {
            counts.commands += update.put.size() + update.erase.size() + update.miss.size();
            return publisher.publish(update);
        }
        void discard_parked(SourceGroup flow) override { publisher.discard_parked(flow); }
        [[nodiscard]] std::optional<group_manager::FlowCounters> counters(SourceGroup flow) const override {
            return publisher.counters(flow);
        }
        [[nodiscard]] std::vector<group_manager::OifCounters> oif_counters(SourceGroup flow) const override {
            return publisher.oif_counters(flow);
        }
        forwarding::TablePublisher& publisher;
        Counts& counts;
    };
    [[nodiscard]] group_manager::Callbacks counting();
    [[nodiscard]] bool is_due() const;

    Meter& meter_;
    LaterClock clock_;
    Counts counts_;
    NoSender sender_;
    mcfwd::test::SlowPrefixes prefixes_;
    NoBridges no_bridges_;
    forwarding::BridgeTable bridges_;

  public:
    const Clock& clock = clock_;
    Tasks tasks;
    forwarding::InterfaceTable interfaces;
    std::unique_ptr<dataplane::Table> table;

  private:
    forwarding::TablePublisher publisher_;
    CountedPublisher sink_{publisher_, counts_};

  public:
    group_manager::RpfTable view{prefixes_};
    group_manager::ScopeBoundaries boundaries;

  private:
    CountedView counted_view_{view, counts_};
    CountedBoundaries counted_boundaries_{boundaries, counts_};

  public:
    group_manager::GroupManager groups;
    protocols::IgmpProtocol igmp{{.clock = clock_, .tasks = tasks, .packets = sender_, .groups = groups}};
    group_manager::ClientHandle protocol;
};

inline constexpr InterfaceKey kLan1{IfIndex(1), {}};
inline constexpr InterfaceKey kLan2{IfIndex(2), {}};
inline constexpr InterfaceKey kLan3{IfIndex(3), {}};

} // namespace mcfwd::scale
