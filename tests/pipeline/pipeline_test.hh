// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The fixture: one worker (`transmit_test.cc` adds a second one) with its real stages and table between
// memory ports, turned by hand. After every test the packet counts must add up and every buffer must be back
// in the pool.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <mcfwd/clock.hh>
#include <mcfwd/counters.hh>
#include <mcfwd/signals.hh>
#include <mcfwd/table.hh>

#include <dataplane/injector.hh>
#include <dataplane/link_watch.hh>
#include <dataplane/signal_reader.hh>
#include <dataplane/table/table.hh>
#include <dataplane/worker/worker.hh>

#include "environment.hh"
#include "frames.hh"

namespace mcfwd::pipeline {

inline constexpr PortId kLan1{0};
inline constexpr PortId kLan2{1};
inline constexpr PortId kLan3{2};

/// Interface n + 1 is on port n; interface 11 is VLAN 10 on port 0.
[[nodiscard]] constexpr IfIndex interface_of(PortId port) {
    return IfIndex(static_cast<std::uint16_t>(port.value() + 1));
}
inline constexpr IfIndex kTaggedInterface{11};
inline constexpr std::uint16_t kTag = 10;

[[nodiscard]] constexpr MacAddress router_mac(std::uint8_t last) {
    return MacAddress{{0x02, 0xaa, 0, 0, 0, last}};
}

struct ManualClock final : Clock {
    Instant time{};
    [[nodiscard]] Instant now() const override { return time; }
};

/// A signal that outlives its delivery.
struct SeenSignal {
    SignalKind kind;
    DomainId domain;
    PortId port;
    VlanId vlan;
    IfIndex interface;
    MacAddress source_mac;
    MacAddress destination_mac;
    Octets packet;
};

class PipelineTest : public testing::Test {
  protected:
    struct Size {
        std::size_t entries = 1024;
        std::size_t egresses = 4096;
        std::size_t workers = 1;
    };
    PipelineTest() : PipelineTest(Size{}, dataplane::Limits{}) {}
    PipelineTest(const Size& size, const dataplane::Limits& limits);
    void SetUp() override;
    /// What the ports are attached to.
    [[nodiscard]] virtual std::vector<dataplane::Attachment> places() const;
    void TearDown() override;

    void arrive(PortId port, const FrameText& text) { wire(port).arrive(frame(text)); }
    [[nodiscard]] MemoryPort& wire(PortId port) { return Environment::get().wires[port.value()]; }
    /// Turns every worker once; false if none had anything to do.
    virtual bool turn() { return worker_->turn(); }
    /// Ends the workers with what they hold.
    virtual void stop();
    /// Turns until there is nothing to do.
    void turn_until_idle();
    /// Publishes and lets the worker see it.
    void publish(std::vector<TableCommand> commands, const std::string& cause = "test");
    [[nodiscard]] std::vector<SeenSignal> signals(std::size_t limit = 100'000);
    /// Of all workers.
    [[nodiscard]] virtual WorkerCounters counters() const {
        WorkerCounters read = tally_.snapshot(WorkerId(0), 0);
        dataplane::read_igmp_drops(rings_[0].punt, read);
        return read;
    }
    [[nodiscard]] std::uint64_t drops(DropReason reason) const {
        return counters().drops[static_cast<std::size_t>(reason)];
    }
    [[nodiscard]] std::uint64_t copy_drops(CopyDropReason reason) const {
        return counters().copy_drops[static_cast<std::size_t>(reason)];
    }
    /// received = forwarded + punted + parked + drops, copies = sent + dropped copies.
    void expect_counts_add_up() const;

    /// An egress on a port with a MAC of its own.
    [[nodiscard]] static Egress egress(PortId port, std::uint16_t vlan = 0);
    [[nodiscard]] static MfibKey key(const FrameText& text) {
        return {kRoutedDomain, text.group, text.source};
    }
    [[nodiscard]] static MfibKey any_source(const FrameText& text) {
        return {kRoutedDomain, text.group, kAnySource};
    }

    Size size_;
    dataplane::Limits limits_;
    ManualClock clock_;
    dataplane::LinkWatch links_{kPorts};
    unsigned level_ = 0;
    dataplane::Tally tally_;
    std::unique_ptr<dataplane::Table> table_;
    std::optional<dataplane::Attachments> attachments_;
    std::vector<dataplane::WorkerRings> rings_;
    std::unique_ptr<dataplane::Doorbell> doorbell_;
    std::unique_ptr<dataplane::SignalReader> reader_;
    std::unique_ptr<dataplane::Injector> injector_;
    std::unique_ptr<dataplane::Worker> worker_;
};

} // namespace mcfwd::pipeline
