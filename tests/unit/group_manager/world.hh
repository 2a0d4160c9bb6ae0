// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A group manager with everything around it under the test's control: time, tasks, routes, table, and clients
// that write down what they are told. Interfaces X1..X9 have the subnets 10.0.1.0/24 .. 10.0.9.0/24.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <controlplane/group_manager/group_manager.hh>
#include <controlplane/group_manager/rpf_table.hh>
#include <controlplane/group_manager/scope_boundaries.hh>

#include "../slow_prefixes.hh"

namespace mcfwd::group_manager::test {

using namespace std::chrono_literals;

class ManualClock : public Clock {
  public:
    [[nodiscard]] Instant now() const override { return now_; }
    void advance(Duration by) { now_ += by; }

  private:
    Instant now_{1h};
};

class ManualTasks : public TaskQueue {
  public:
    void post(std::function<void()> task) override { tasks_.push_back(std::move(task)); }
    void run() {
        while (!tasks_.empty()) {
            run_one();
        }
    }
    void run_one() {
        const auto task = std::move(tasks_.front());
        tasks_.pop_front();
        task();
    }
    [[nodiscard]] std::size_t size() const { return tasks_.size(); }

  private:
    std::deque<std::function<void()>> tasks_;
};

class NineInterfaces : public InterfaceDirectory {
  public:
    [[nodiscard]] std::optional<std::string> interface_name(IfIndex interface) const override {
        const auto index = interface.value();
        return index >= 1 && index <= 9 ? std::optional(fmt::format("X{}", index)) : std::nullopt;
    }
};

/// The table as workers would see it, and what it has taken beyond that.
class TableSink : public ForwardingSink {
  public:
    [[nodiscard]] Expected<void> publish(const ForwardingUpdate& update) override;
    void discard_parked(SourceGroup flow) override { discarded.push_back(flow); }
    /// Makes everything visible, as an update of anybody else would.
    void show(const std::string& cause);
    /// Something is taken and not visible.
    [[nodiscard]] bool gathering() const { return gathering_; }
    [[nodiscard]] std::size_t egresses_used() const;
    [[nodiscard]] std::optional<FlowCounters> counters(SourceGroup flow) const override;
    [[nodiscard]] std::vector<OifCounters> oif_counters(SourceGroup flow) const override;

    std::map<SourceGroup, DesiredEntry> entries; ///< visible
    std::map<SourceGroup, DesiredEntry> taken;
    std::map<SourceGroup, FlowCounters> traffic;
    std::set<InterfaceKey> signalling; ///< visible
    std::set<InterfaceKey> taken_signalling;
    std::vector<SourceGroup> discarded;
    std::vector<std::string> causes; ///< one per version
    std::size_t capacity = 1000000;  ///< entries; what does not grow is never refused
    std::size_t egresses = 1000000;  ///< of all entries together
    std::size_t asked = 0;           ///< updates offered, published or refused
    std::function<void()> on_publish;

  private:
    bool gathering_ = false;
    std::string gathered_cause_;
    std::set<SourceGroup> changed_; ///< taken, and may differ from what is visible
};

inline InterfaceKey x(unsigned index, Ipv4Address next_hop = {}) {
    return {IfIndex(static_cast<std::uint16_t>(index)), next_hop};
}
/// "X4", or "X4@10.0.4.1" for a link.
std::string text(InterfaceKey key);
inline Ipv4Address ip(const char* text) {
    return Ipv4Address::parse(text).value();
}
/// (*,G)
inline SourceGroup any(const char* group) {
    return {ip(group), {}};
}
inline SourceGroup sg(const char* source, const char* group) {
    return {ip(group), ip(source)};
}
/// The flow most tests look at, and its group.
inline const SourceGroup kFlow = sg("10.0.3.9", "239.1.1.1");
inline const SourceGroup kGroup = any("239.1.1.1");

inline constexpr auto kJoin = MembershipFlags::kJoin;
inline constexpr auto kForward = MembershipFlags::kForward;

/// A status or success, for comparisons.
template <typename T>
std::optional<Status> status(const Expected<T>& result) {
    return result ? std::nullopt : std::optional(result.error().status);
}
inline constexpr std::optional<Status> kOk = std::nullopt;

/// How a test client behaves; all null by default.
struct Behaviour {
    std::function<void(RpfQuery&)> rpf;
    std::function<void(const CreationAlert&)> creation;
    std::function<void(PruneAlert&)> prune;
    std::function<void(InterfaceKey)> disable;
    std::function<void(InterfaceKey)> enable;
};

class World {
  public:
    /// `memory` as in `Environment`.
    explicit World(Settings settings = {}, bool start = true, Memory* memory = nullptr);

    /// Registers a client that writes every callback into the trace as "NAME CALLBACK ...".
    ClientHandle client(const std::string& name, ComponentId id);
    /// I as the golden traces have it: only DISABLE and ENABLE set.
    ClientHandle igmp(const std::string& name = "I", ComponentId id = {kProtocolIgmp, 0});

    Expected<void> take(ClientHandle client, InterfaceKey on) {
        return gm.take_interface_ownership(client, on);
    }
    Expected<void> release(ClientHandle client, InterfaceKey on) {
        return gm.release_interface_ownership(client, on);
    }
    Expected<void> join(ClientHandle client, SourceGroup key, InterfaceKey on,
                        MembershipFlags flags = kJoin) {
        return gm.add_group_membership(client, key, on, flags);
    }
    Expected<void> leave(ClientHandle client, SourceGroup key, InterfaceKey on,
                         MembershipFlags flags = kJoin) {
        return gm.delete_group_membership(client, key, on, flags);
    }
    void packet(SourceGroup flow, InterfaceKey arrival) { gm.new_packet(flow, arrival, header); }
    void pass(Duration time) {
        clock.advance(time);
        gm.tick();
    }
    /// The trace since the last call, with "publish" where a version was published.
    std::vector<std::string> told() { return std::exchange(trace, {}); }
    /// The trace without the versions.
    std::vector<std::string> callbacks();
    /// oifs of the published entry, as "X1 X2"; "-" for a negative one, "none" without entry.
    std::string forwarded(SourceGroup flow) const;
    /// Everything a query can see, as one text: two equal texts are equal tables.
    std::string tables() const;

    ManualClock clock;
    ManualTasks tasks;
    NineInterfaces directory;
    mcfwd::test::SlowPrefixes prefixes;
    RpfTable view{prefixes};
    ScopeBoundaries boundary;
    TableSink sink;
    std::vector<std::string> trace;
    std::vector<Event> events;
    std::map<std::string, Behaviour> behaviour;
    std::vector<std::byte> header = std::vector<std::byte>(20, std::byte{0x45});
    GroupManager gm;
};

using Trace = std::vector<std::string>;

/// P owns X3 (towards the source) and X4, Q owns X2.
class Entries : public testing::Test {
  protected:
    explicit Entries(Settings settings = {}) : world(settings) {
        p = world.client("P", {100, 1});
        q = world.client("Q", {200, 1});
        EXPECT_EQ(status(world.take(p, x(3))), kOk);
        EXPECT_EQ(status(world.take(p, x(4))), kOk);
        EXPECT_EQ(status(world.take(q, x(2))), kOk);
        world.told();
    }
    void create() {
        world.packet(kFlow, x(3));
        world.told();
    }
    World world;
    ClientHandle p, q;
};

} // namespace mcfwd::group_manager::test
