// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The table as packets see it: full, replaced under a running worker, and its counts over many versions.
#include <atomic>
#include <cmath>
#include <thread>

#include <rte_launch.h>

#include "pipeline_test.hh"

namespace mcfwd::pipeline {
namespace {

class SmallTable : public PipelineTest {
  protected:
    SmallTable() : PipelineTest({.entries = 16, .egresses = 24}, {}) {}
    static FrameText flow(std::uint8_t n) { return {.source = Ipv4Address(10, 0, 2, n)}; }
    PutEntry entry(std::uint8_t n, std::vector<Egress> forward) const {
        return {.key = key(flow(n)), .accept = interface_of(kLan1), .forward = std::move(forward)};
    }
};

TEST_F(SmallTable, FullTableRefusesNewEntriesAndForwardsTheOldOnesExactly) {
    for (std::uint8_t n = 0; n < 16; ++n) {
        publish({entry(n, {egress(kLan2)})});
    }
    const auto refused =
        table_->submit({.commands = {EraseEntry{key(flow(99))}, entry(16, {egress(kLan2)})}, .cause = "x"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, Status::kNotEnoughMemory);
    EXPECT_EQ(table_->refused(), 1U);
    EXPECT_EQ(table_->entries(), 16U);
    EXPECT_EQ(table_->capacity(), 16U);
    EXPECT_EQ(table_->published(), TableVersion(16));
    for (std::uint8_t n = 0; n < 17; ++n) {
        arrive(kLan1, flow(n));
    }
    turn_until_idle();
    const auto frames = wire(kLan2).take();
    ASSERT_EQ(frames.size(), 16U);
    for (std::uint8_t n = 0; n < 16; ++n) {
        EXPECT_EQ(frames[n], routed(flow(n), router_mac(1)));
        EXPECT_EQ(table_->counters(key(flow(n)))->packets, 1U);
    }
    EXPECT_EQ(drops(DropReason::kUnownedInterface), 1U);
    // A batch that makes its own room fits.
    publish({entry(16, {egress(kLan3)}), EraseEntry{key(flow(3))}});
    arrive(kLan1, flow(16));
    turn_until_idle();
    EXPECT_EQ(wire(kLan3).take().size(), 1U);
}

TEST_F(SmallTable, EgressesHaveABoundOfTheirOwn) {
    std::vector<Egress> many;
    for (std::uint16_t vlan = 1; vlan <= 24; ++vlan) {
        many.push_back(egress(kLan2, vlan));
    }
    publish({entry(0, many)});
    EXPECT_FALSE(table_->submit({.commands = {entry(1, {egress(kLan2)})}, .cause = "x"}));
    publish({entry(1, {})});
    many.pop_back();
    publish({entry(0, many), entry(1, {egress(kLan2)})});
    EXPECT_EQ(table_->refused(), 1U);
}

class RunningWorker : public PipelineTest {
  protected:
    void SetUp() override {
        PipelineTest::SetUp();
        worker_->leave();
        lcore_ = Environment::get().eal.lcore(WorkerId(0));
        const auto run = [](void* self) {
            auto* test = static_cast<RunningWorker*>(self);
            test->worker_->run(test->stop_);
            return 0;
        };
        ASSERT_EQ(rte_eal_remote_launch(run, this, lcore_), 0);
    }
    void TearDown() override {
        stop_worker();
        PipelineTest::TearDown();
    }
    void stop_worker() {
        stop_ = true;
        rte_eal_wait_lcore(lcore_);
        worker_->enter(); // turned by hand from here on
        stop_ = false;
    }
    std::atomic<bool> stop_{false};
    unsigned lcore_ = 0;
};

// Version n gives both flows the egress VLAN n. Packets of the two alternate on one port, so what leaves must
// never go back to a lower VLAN: that would be a packet that saw half of a batch, or an older table than the
// one before.
TEST_F(RunningWorker, BatchesAreAtomicAndCountsComplete) {
    const FrameText a{.source = Ipv4Address(10, 0, 1, 1)};
    const FrameText b{.source = Ipv4Address(10, 0, 1, 2)};
    const auto batch = [this, &a, &b](std::uint16_t vlan) {
        return TableBatch{
            .commands =
                {PutEntry{.key = key(a), .accept = interface_of(kLan1), .forward = {egress(kLan2, vlan)}},
                 PutEntry{.key = key(b), .accept = interface_of(kLan1), .forward = {egress(kLan2, vlan)}}},
            .cause = "version"};
    };
    ASSERT_TRUE(table_->submit(batch(1)));
    constexpr std::uint16_t kVersions = 3000;
    constexpr unsigned kPairs = 8;
    std::uint64_t sent = 0;
    std::uint64_t seen = 0;
    unsigned vlan_before = 0;
    std::uint64_t shown_before = 0;
    const auto check = [&](rte_mbuf* buffer) {
        const Octets octets = octets_of(buffer);
        rte_pktmbuf_free(buffer);
        const unsigned vlan = octets[14] * 256U + octets[15];
        ASSERT_GE(vlan, vlan_before) << "packet " << seen;
        vlan_before = vlan;
        ++seen;
    };
    for (std::uint16_t version = 2; version <= kVersions; ++version) {
        for (unsigned i = 0; i < kPairs; ++i, sent += 2) {
            arrive(kLan1, a);
            arrive(kLan1, b);
        }
        ASSERT_TRUE(table_->submit(batch(version)));
        // Otherwise a worker that is slow to run sees few of the versions.
        while (table_->advance() && version % 20 == 0) {
            std::this_thread::yield();
        }
        const std::uint64_t shown = table_->counters(key(a))->packets;
        ASSERT_GE(shown, shown_before) << "totals never go backwards";
        shown_before = shown;
        for (rte_mbuf* buffer : wire(kLan2).take_buffers()) {
            check(buffer);
        }
    }
    while (table_->advance() || seen < sent) {
        for (rte_mbuf* buffer : wire(kLan2).take_buffers()) {
            check(buffer);
        }
        ASSERT_EQ(drops(DropReason::kUnownedInterface), 0U);
    }
    EXPECT_EQ(seen, sent);
    EXPECT_EQ(table_->counters(key(a))->packets, sent / 2);
    EXPECT_EQ(table_->counters(key(b))->copies, sent / 2);
    EXPECT_GT(table_->history(10)[0].version, TableVersion(100));
}

// Entries come and go at random while the worker looks them up; the flow that is always there never misses.
TEST_F(RunningWorker, ChurnAroundAnEntryDoesNotTouchIt) {
    const FrameText constant{};
    ASSERT_TRUE(
        table_->submit({.commands = {PutEntry{
                            .key = key(constant), .accept = interface_of(kLan1), .forward = {egress(kLan2)}}},
                        .cause = "constant"}));
    std::uint64_t sent = 0;
    std::uint64_t seen = 0;
    for (unsigned round = 0; round < 2000; ++round) {
        TableBatch batch{.commands = {}, .cause = "churn"};
        for (unsigned i = 0; i < 50; ++i) {
            const MfibKey other{kRoutedDomain, Ipv4Address(239, 2, 0, 1),
                                Ipv4Address(0x0a100000U + (round * 31 + i * 17) % 900)};
            if ((round + i) % 2 == 0) {
                batch.commands.emplace_back(
                    PutEntry{.key = other, .accept = interface_of(kLan1), .forward = {egress(kLan3)}});
            } else {
                batch.commands.emplace_back(EraseEntry{other});
            }
        }
        ASSERT_TRUE(table_->submit(std::move(batch)));
        table_->advance();
        for (unsigned i = 0; i < 10; ++i, ++sent) {
            arrive(kLan1, constant);
        }
        seen += wire(kLan2).take().size();
    }
    while (table_->advance() || seen < sent) {
        seen += wire(kLan2).take().size();
        ASSERT_EQ(drops(DropReason::kUnownedInterface), 0U);
    }
    EXPECT_EQ(table_->counters(key(constant))->packets, sent);
}

class TableCounts : public PipelineTest {};

TEST_F(TableCounts, GoOnWhenEgressesChangeAndStartAnewOnRequest) {
    const FrameText text{};
    const auto put = [&](std::vector<Egress> forward, CounterPolicy policy = CounterPolicy::kKeep) {
        publish({PutEntry{.key = key(text),
                          .accept = interface_of(kLan1),
                          .forward = std::move(forward),
                          .counters = policy}});
    };
    const auto send = [&](int count) {
        for (int i = 0; i < count; ++i) {
            arrive(kLan1, text);
        }
        turn_until_idle();
    };
    put({egress(kLan2)});
    send(3);
    put({egress(kLan2), egress(kLan3)});
    send(4);
    EXPECT_EQ(table_->counters(key(text))->packets, 7U);
    EXPECT_EQ(table_->counters(key(text))->bytes, 7U * 84U);
    EXPECT_EQ(table_->counters(key(text))->copies, 11U);
    const auto egresses = table_->egress_counters(key(text));
    ASSERT_EQ(egresses->size(), 2U);
    EXPECT_EQ((*egresses)[0].interface, interface_of(kLan2));
    EXPECT_EQ((*egresses)[0].packets, 7U);
    EXPECT_EQ((*egresses)[1].packets, 4U);
    put({egress(kLan3)});
    put({egress(kLan3), egress(kLan2)});
    EXPECT_EQ((*table_->egress_counters(key(text)))[1].packets, 0U) << "counts since it is part of the entry";
    EXPECT_EQ((*table_->egress_counters(key(text)))[0].packets, 4U);
    EXPECT_FALSE(table_->clear_counters({}, 10));
    EXPECT_EQ(table_->counters(key(text))->packets, 0U);
    send(2);
    EXPECT_EQ(table_->counters(key(text))->packets, 2U);
    put({egress(kLan2)}, CounterPolicy::kRestart);
    EXPECT_EQ(table_->counters(key(text))->packets, 0U);
    send(1);
    EXPECT_EQ(table_->counters(key(text))->packets, 1U);
    EXPECT_EQ(table_->egress_counters(key(text))->at(0).packets, 1U);
    put({egress(kLan2)}, CounterPolicy::kRestart); // the same list goes on
    EXPECT_EQ(table_->counters(key(text))->packets, 0U);
    EXPECT_EQ(table_->egress_counters(key(text))->at(0).packets, 0U);
    send(3);
    put({egress(kLan2)}, CounterPolicy::kKeep);
    EXPECT_EQ(table_->counters(key(text))->packets, 3U);
    EXPECT_EQ(table_->counters(key(text))->copies, 3U);
    EXPECT_EQ(table_->egress_counters(key(text))->at(0).packets, 3U);
}

} // namespace
} // namespace mcfwd::pipeline
