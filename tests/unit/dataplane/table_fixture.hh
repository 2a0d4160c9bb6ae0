// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The table over ordinary memory, with a reader that holds a grace period open as long as a test wants.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rte_rcu_qsbr.h>

#include <dataplane/table/lookup.hh>
#include <dataplane/table/table.hh>

#include "../ordinary_memory.hh"

namespace mcfwd::dataplane {

/// No two moments are the same.
struct ManualClock final : Clock {
    mutable Instant time{};
    [[nodiscard]] Instant now() const override { return time += std::chrono::milliseconds(1); }
};

/// A table of 8 entries and one reader, as a worker is one.
class TableTest : public testing::Test {
  protected:
    explicit TableTest(const TableSize& size = {.entries = 8, .egresses = 16, .workers = 1, .ports = 4})
        : table_(Table::create(size, clock_, test::ordinary_memory).value()) {
        readers_ = table_->access(WorkerId(0)).publication->readers;
        rte_rcu_qsbr_thread_register(readers_, 0);
        rte_rcu_qsbr_thread_online(readers_, 0);
    }
    void pass() { rte_rcu_qsbr_quiescent(readers_, 0); }
    const Instance& seen() { return *table_->access(WorkerId(0)).publication->current.load(); }
    Answer answer(const MfibKey& key) {
        const FlowKey flow = flow_key(key);
        Answer found;
        look_up(seen(), {&flow, 1}, {&found, 1});
        return found;
    }
    /// What a worker does with packets of an entry.
    void count(const MfibKey& key, std::uint64_t packets) {
        table_->access(WorkerId(0)).counters.usual[answer(key).counters].packets.add(packets);
    }
    static MfibKey key(std::uint8_t n) {
        return {kRoutedDomain, Ipv4Address(239, 0, 0, 1), Ipv4Address(10, 0, 0, n)};
    }
    static Egress egress(std::uint16_t port) {
        return {.interface = IfIndex(static_cast<std::uint16_t>(port + 1)), .port = PortId(port)};
    }
    static PutEntry put(std::uint8_t n, std::vector<Egress> forward = {}) {
        return {.key = key(n), .accept = IfIndex(9), .forward = std::move(forward)};
    }
    Expected<TableVersion> submit(std::vector<TableCommand> commands, std::string cause = "") {
        return table_->submit({.commands = std::move(commands), .cause = std::move(cause)});
    }
    /// More of the same change follows.
    Expected<TableVersion> gather(std::vector<TableCommand> commands, std::string cause = "") {
        return table_->submit({.commands = std::move(commands), .cause = std::move(cause), .more = true});
    }
    [[nodiscard]] bool visible(const MfibKey& key) { return answer(key).list != kNoList; }

    ManualClock clock_;
    std::unique_ptr<Table> table_;
    rte_rcu_qsbr* readers_ = nullptr;
};

} // namespace mcfwd::dataplane
