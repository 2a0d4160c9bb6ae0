// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A router without a data plane: real group manager and real protocols over a table that only remembers, a
// sender that only collects, and time that stands still until a test moves it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <controlplane/forwarding/interface_table.hh>
#include <controlplane/group_manager/group_manager.hh>
#include <controlplane/group_manager/rpf_table.hh>
#include <controlplane/group_manager/scope_boundaries.hh>
#include <controlplane/protocols/igmp_protocol.hh>
#include <controlplane/protocols/proxy.hh>
#include <controlplane/protocols/static_routes.hh>
#include <igmp/codec.hh>

#include "../slow_prefixes.hh"

namespace mcfwd::protocols {

class FakeClock final : public Clock {
  public:
    [[nodiscard]] Instant now() const override { return now_; }
    void move(Duration by) { now_ += by; }

  private:
    Instant now_{std::chrono::hours(1)};
};

class FakeTasks final : public TaskQueue {
  public:
    void post(std::function<void()> task) override {
        if (out_of_memory) {
            throw std::bad_alloc();
        }
        tasks_.push_back(std::move(task));
    }
    [[nodiscard]] std::size_t waiting() const { return tasks_.size(); }
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
    bool out_of_memory = false;

  private:
    std::deque<std::function<void()>> tasks_;
};

/// The forwarding table as the workers would have it after the last publication.
class FakeTable final : public group_manager::ForwardingSink {
  public:
    [[nodiscard]] Expected<void> publish(const group_manager::ForwardingUpdate& update) override {
        gathered_.push_back(update);
        if (update.more) {
            return {};
        }
        const auto updates = std::exchange(gathered_, {});
        if (std::ranges::all_of(updates, &group_manager::ForwardingUpdate::empty)) {
            return {};
        }
        ++versions;
        std::ranges::for_each(updates, [this](const auto& each) { show(each); });
        causes.push_back(update.cause);
        if (on_publish) {
            on_publish();
        }
        return {};
    }
    /// Taken, and not visible.
    [[nodiscard]] bool gathering() const { return !gathered_.empty(); }
    void discard_parked(group_manager::SourceGroup) override {}
    [[nodiscard]] std::optional<group_manager::FlowCounters>
    counters(group_manager::SourceGroup flow) const override {
        return entries.contains(flow) ? std::optional(group_manager::FlowCounters{}) : std::nullopt;
    }
    [[nodiscard]] std::vector<group_manager::OifCounters>
    oif_counters(group_manager::SourceGroup) const override {
        return {};
    }

    std::map<group_manager::SourceGroup, group_manager::DesiredEntry> entries;
    std::map<IfIndex, bool> signals;
    std::vector<std::string> causes;
    std::size_t versions = 0;
    std::function<void()> on_publish;

  private:
    void show(const group_manager::ForwardingUpdate& update) {
        for (const auto& entry : update.put) {
            entries[entry.flow] = entry;
        }
        for (const auto& flow : update.erase) {
            entries.erase(flow);
        }
        for (const auto& policy : update.miss) {
            signals[policy.interface.interface] = policy.signal;
        }
    }

    std::vector<group_manager::ForwardingUpdate> gathered_;
};

class FakeSender final : public PacketSender {
  public:
    struct Sent {
        PortId port;
        VlanId vlan;
        MacAddress destination;
        std::vector<std::byte> packet;
    };
    [[nodiscard]] Expected<void> send(PortId port, VlanId vlan, MacAddress destination,
                                      std::span<const std::byte> packet) override {
        sent.push_back({port, vlan, destination, {packet.begin(), packet.end()}});
        return {};
    }
    [[nodiscard]] Expected<void> send_from(PortId, VlanId, MacAddress, MacAddress,
                                           std::span<const std::byte>) override {
        return fail(Status::kCanNotComplete, "there is no bridge");
    }
    void discard_parked(const MfibKey&) override {}

    std::vector<Sent> sent;
};

class FakeMemory final : public group_manager::Memory {
  public:
    [[nodiscard]] bool begin(std::size_t /*octets*/, Use use) override {
        if (refuses || left == 0 || (refuses_growth && use == Use::kGrow)) {
            return false;
        }
        --left;
        return true;
    }
    void end() override {}
    bool refuses = false, refuses_growth = false;
    std::size_t left = SIZE_MAX; ///< that begin; all others are refused
};

/// lan1 (10.0.1.1/24, port 0), lan2 (10.0.2.1/24, port 1), lan3 (10.0.3.1/24, port 1 VLAN 30).
class RouterFixture : public testing::Test {
  protected:
    static constexpr IfIndex kLan1{1};
    static constexpr IfIndex kLan2{2};
    static constexpr IfIndex kLan3{3};
    static constexpr Ipv4Address kSource{10, 0, 1, 2};
    static constexpr Ipv4Address kOtherSource{10, 0, 1, 3};
    static constexpr Ipv4Address kGroup{239, 1, 1, 1};

    explicit RouterFixture(group_manager::Settings with = {}) : settings(with) {
        for (const IfIndex index : {kLan1, kLan2, kLan3}) {
            const auto number = static_cast<std::uint8_t>(index.value());
            const Ipv4Prefix address{Ipv4Address(10, 0, number, 1), 24};
            interfaces.put({.name = "lan" + std::to_string(number),
                            .index = index,
                            .port = PortId(number == 1 ? 0 : 1),
                            .vlan = VlanId(number == 3 ? 30 : 0),
                            .mac = {},
                            .addresses = {address}});
            EXPECT_TRUE(view.add_connected(address, {index, {}}));
        }
        EXPECT_TRUE(groups.start());
        EXPECT_TRUE(statics.start());
        EXPECT_TRUE(igmp.start());
    }

    void serve(IfIndex index) {
        const forwarding::Interface& at = *interfaces.find(index);
        igmp::RouterConfig config;
        config.address = at.addresses.front().address;
        ASSERT_TRUE(igmp.add(
            {.name = at.name, .index = index, .port = at.port, .vlan = at.vlan, .querier_only = querier_only},
            config));
    }

    /// A host of the interface's subnet sends an IGMP message.
    void report(IfIndex index, const igmp::Message& message, std::uint8_t host = 9) {
        const Ipv4Address from(10, 0, static_cast<std::uint8_t>(index.value()), host);
        for (const auto& packet : igmp::encode(message, from, 1500)) {
            igmp.receive({.kind = SignalKind::kIgmp,
                          .domain = kRoutedDomain,
                          .port = {},
                          .vlan = {},
                          .interface = index,
                          .source_mac = {{2, 0, 0, 0, 0, host}},
                          .packet = packet});
        }
        tasks.run();
    }

    void report(IfIndex index, igmp::RecordType type, std::vector<Ipv4Address> sources = {},
                std::uint8_t host = 9) {
        report(index,
               igmp::ReportV3{.records = {{.type = type, .group = kGroup, .sources = std::move(sources)}}},
               host);
    }

    /// The first packet of a flow arrives; afterwards it has an entry.
    void packet(Ipv4Address source, IfIndex arrival) {
        groups.new_packet({kGroup, source}, {arrival, {}}, {});
        tasks.run();
    }

    /// Where packets of (source, kGroup) go now; empty: nowhere.
    [[nodiscard]] std::vector<IfIndex> oifs(Ipv4Address source) const {
        std::vector<IfIndex> result;
        const auto at = table.entries.find({kGroup, source});
        if (at != table.entries.end()) {
            for (const group_manager::InterfaceKey key : at->second.oifs) {
                result.push_back(key.interface);
            }
        }
        return result;
    }

    void wait(Duration time) {
        const Instant end = clock.now() + time;
        while (true) {
            const auto due = igmp.advance();
            groups.tick();
            tasks.run();
            if (!due || *due > end) {
                break;
            }
            clock.move(*due - clock.now());
        }
        clock.move(end - clock.now());
        std::ignore = igmp.advance();
        groups.tick();
        tasks.run();
    }

    [[nodiscard]] std::string owner(IfIndex index) const {
        for (const group_manager::OwnershipView& record : groups.ownership()) {
            if (record.interface.interface == index) {
                return record.owner.name.empty() ? record.igmp.name : record.owner.name;
            }
        }
        return "none";
    }

    group_manager::Settings settings;
    bool querier_only = false; ///< of the interfaces served from now on
    FakeClock clock;
    FakeTasks tasks;
    FakeTable table;
    FakeMemory reserve;
    FakeSender sender;
    forwarding::InterfaceTable interfaces;
    mcfwd::test::SlowPrefixes prefixes;
    group_manager::RpfTable view{prefixes};
    group_manager::ScopeBoundaries boundaries;
    group_manager::GroupManager groups{{.clock = clock,
                                        .tasks = tasks,
                                        .interfaces = interfaces,
                                        .view = view,
                                        .boundary = boundaries,
                                        .sink = table,
                                        .memory = &reserve},
                                       settings};
    Proxy proxy{{.clock = clock,
                 .packets = sender,
                 .groups = groups,
                 .view = view,
                 .boundary = boundaries,
                 .igmp = igmp}};
    StaticInterfaces statics{groups, &proxy};
    StaticRoutes routes{groups, view, statics, &reserve};
    IgmpProtocol igmp{{.clock = clock,
                       .tasks = tasks,
                       .packets = sender,
                       .groups = groups,
                       .send_on_bridge = {},
                       .memberships_changed = [this](std::span<const igmp::MembershipChange> changes) {
                           proxy.note(changes);
                       }}};
};

} // namespace mcfwd::protocols
