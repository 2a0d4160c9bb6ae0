// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Rates of entries that come and go, read in slices.
#include <map>

#include <gtest/gtest.h>

#include <controlplane/daemon/flow_rates.hh>

namespace mcfwd::daemon {
namespace {

/// Only the reading side.
class CountingTable final : public TableWriter {
  public:
    Expected<TableVersion> submit(TableBatch) override { return TableVersion{}; }
    bool advance() override { return false; }
    TableVersion published() const override { return {}; }
    std::size_t entries() const override { return packets.size(); }
    std::size_t capacity() const override { return 0; }
    std::uint64_t refused() const override { return 0; }
    std::vector<VersionRecord> history(std::size_t) const override { return {}; }
    Expected<EntryCounters> counters(const MfibKey&) const override { return EntryCounters{}; }
    Expected<std::vector<EgressCounters>> egress_counters(const MfibKey&) const override {
        return std::vector<EgressCounters>{};
    }
    void visit_from(const MfibKey& from,
                    const std::function<bool(const PutEntry&, const EntryCounters&)>& visit) const override {
        for (auto at = packets.lower_bound(from); at != packets.end(); ++at) {
            ++visited;
            if (!visit({.key = at->first}, {.packets = at->second, .bytes = at->second * 100})) {
                return;
            }
        }
    }
    std::optional<MfibKey> clear_counters(const MfibKey&, std::size_t) override { return {}; }

    std::map<MfibKey, std::uint64_t> packets;
    mutable std::size_t visited = 0;
};

MfibKey key(std::uint32_t n) {
    return {kRoutedDomain, Ipv4Address(Ipv4Address(239, 1, 0, 0).host() + n), Ipv4Address(10, 0, 0, 1)};
}

class FlowRatesTest : public testing::Test {
  protected:
    /// A whole round of samples, every call of it a millisecond later.
    int round() {
        int calls = 1;
        while (rates.sample(table, now) == Duration::zero()) {
            now += std::chrono::milliseconds(1);
            ++calls;
        }
        return calls;
    }
    void pass(Duration time) { now += time; }
    [[nodiscard]] double rate(std::uint32_t n) const {
        const auto rate = rates.rate(key(n));
        return rate ? rate->packets : -1;
    }

    CountingTable table;
    FlowRates rates;
    Instant now{std::chrono::hours(1)};
};

TEST_F(FlowRatesTest, AreThereAfterTwoSamples) {
    table.packets = {{key(1), 10}, {key(2), 20}};
    EXPECT_EQ(round(), 1);
    EXPECT_EQ(rate(1), -1);
    pass(std::chrono::seconds(2));
    table.packets = {{key(0), 5}, {key(2), 50}, {key(3), 7}};
    round();
    EXPECT_EQ(rate(0), -1);
    EXPECT_EQ(rate(1), -1) << "it is gone";
    EXPECT_EQ(rate(2), 15);
    EXPECT_EQ(rates.rate(key(2))->bits, 15 * 800);
    pass(std::chrono::seconds(1));
    table.packets = {{key(0), 5}, {key(2), 1}};
    round();
    EXPECT_EQ(rate(0), 0);
    EXPECT_EQ(rate(2), -1) << "the counters began anew";
}

TEST_F(FlowRatesTest, OfManyEntriesAreReadInSlices) {
    for (std::uint32_t n = 0; n < 10000; ++n) {
        table.packets[key(n)] = n;
    }
    EXPECT_GE(round(), 5);
    EXPECT_LE(table.visited, 10020U) << "every entry once";
    pass(std::chrono::seconds(1));
    for (auto& [flow, packets] : table.packets) {
        packets += 1000;
    }
    static_cast<void>(rates.sample(table, now));
    table.packets.erase(key(2047)); // where the next slice begins
    table.packets.erase(key(9999));
    round();
    for (const std::uint32_t n : {0U, 2046U, 2048U, 9998U}) {
        EXPECT_NEAR(rate(n), 1000, 10) << n;
    }
    EXPECT_EQ(rate(9999), -1);
}

} // namespace
} // namespace mcfwd::daemon
