// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Set-up is what `Workers` does for one worker, without its thread.
#include "pipeline_test.hh"

#include <numeric>

#include <rte_mempool.h>

#include <dataplane/memory.hh>

namespace mcfwd::pipeline {

using namespace dataplane;

namespace {

constexpr std::uint32_t kShortestChained = 46;

} // namespace

PipelineTest::PipelineTest(const Size& size, const Limits& limits) : size_(size), limits_(limits) {
    limits_.chain_from = kShortestChained;
}

void PipelineTest::SetUp() {
    Environment& environment = Environment::get();
    level_ = environment.free_buffers();
    auto table = Table::create(
        {.entries = size_.entries, .egresses = size_.egresses, .workers = size_.workers, .ports = kPorts},
        clock_, allocate_eal_memory);
    ASSERT_TRUE(table) << table.error().what;
    table_ = std::move(*table);
    std::vector<MacAddress> macs;
    std::vector<Inlet> inlets;
    std::vector<Outlet> outlets;
    for (const Port& port : environment.ports) {
        macs.push_back(port.mac());
        inlets.push_back({port.id(), port.number(), 0});
        outlets.push_back({.number = port.number(),
                           .link_up = links_.up(port.id()),
                           .multi_segment = strategy() == Strategy::kChain});
    }
    auto attachments = Attachments::create(places(), macs);
    ASSERT_TRUE(attachments) << attachments.error().what;
    attachments_ = std::move(*attachments);
    auto rings = WorkerRings::create(WorkerId(0), environment.ports.size(), limits_);
    ASSERT_TRUE(rings) << rings.error().what;
    rings_.push_back(std::move(*rings));
    auto doorbell = Doorbell::create();
    ASSERT_TRUE(doorbell) << doorbell.error().what;
    doorbell_ = std::move(*doorbell);
    reader_ = std::make_unique<SignalReader>(rings_, *doorbell_, *attachments_, clock_);
    injector_ = std::make_unique<Injector>(rings_, environment.ports, environment.pool.get());
    worker_ = std::make_unique<Worker>(
        WorkerSetup{.id = WorkerId(0),
                    .limits = limits_,
                    .table = table_->access(WorkerId(0)),
                    .attachments = &*attachments_,
                    .inlets = std::move(inlets),
                    .outlets = std::move(outlets),
                    .punt = &rings_[0].punt,
                    .doorbell = doorbell_.get(),
                    .injections = &rings_[0].injections,
                    .pool = environment.pool.get(),
                    .small_pool = strategy() == Strategy::kCopy ? nullptr : environment.small_pool.get(),
                    .tally = &tally_});
    worker_->enter();
}

std::vector<Attachment> PipelineTest::places() const {
    std::vector<Attachment> places{{.port = kLan1, .vlan = VlanId(kTag), .interface = kTaggedInterface}};
    for (const Port& port : Environment::get().ports) {
        places.push_back({.port = port.id(), .interface = interface_of(port.id())});
    }
    return places;
}

void PipelineTest::TearDown() {
    stop();
    static_cast<void>(signals());
    for (MemoryPort& port : Environment::get().wires) {
        port.clear();
    }
    expect_counts_add_up();
    EXPECT_EQ(counters().parked, 0U);
    EXPECT_EQ(Environment::get().free_buffers(), level_) << "buffers were lost";
}

void PipelineTest::stop() {
    if (worker_) {
        worker_->leave();
        worker_.reset();
    }
}

void PipelineTest::turn_until_idle() {
    for (int turns = 0; turn() && turns < 100'000; ++turns) {
        if (counters().parked > 0 && turns > 1000) {
            return; // waits for an answer
        }
    }
}

void PipelineTest::publish(std::vector<TableCommand> commands, const std::string& cause) {
    const auto version = table_->submit({.commands = std::move(commands), .cause = cause});
    ASSERT_TRUE(version) << version.error().what;
    while (table_->advance()) {
        turn();
    }
}

std::vector<SeenSignal> PipelineTest::signals(std::size_t limit) {
    std::vector<SeenSignal> seen;
    reader_->drain(limit, [&seen](const Signal& signal) {
        const auto* first = reinterpret_cast<const std::uint8_t*>(signal.packet.data());
        seen.push_back({signal.kind, signal.domain, signal.port, signal.vlan, signal.interface,
                        signal.source_mac, signal.destination_mac,
                        Octets(first, first + signal.packet.size())});
    });
    return seen;
}

void PipelineTest::expect_counts_add_up() const {
    const WorkerCounters c = counters();
    EXPECT_EQ(c.received, c.forwarded + c.punted + c.parked + std::reduce(c.drops.begin(), c.drops.end()));
    EXPECT_EQ(c.copies, c.sent + std::reduce(c.copy_drops.begin(), c.copy_drops.end()));
}

Egress PipelineTest::egress(PortId port, std::uint16_t vlan) {
    return {.interface = vlan == 0 ? interface_of(port) : IfIndex(static_cast<std::uint16_t>(1000 + vlan)),
            .port = port,
            .vlan = VlanId(vlan),
            .source_mac = router_mac(static_cast<std::uint8_t>(port.value())),
            .ttl_threshold = 1,
            .mtu = 1500};
}

} // namespace mcfwd::pipeline
