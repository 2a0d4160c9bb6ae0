// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Packets and bits per second of every forwarding entry, for `show mfib`: two samples of the counters, a
// second apart.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include <mcfwd/clock.hh>
#include <mcfwd/table.hh>

#include <controlplane/rpc/to_json.hh>

namespace mcfwd::daemon {

/// Control thread only.
class FlowRates {
  public:
    /// Reading all counters holds the control thread for about 0.1 us an entry, so tables with more entries
    /// than this have no rates.
    static constexpr std::size_t kMostEntries = 65536;
    static constexpr Duration kInterval = std::chrono::seconds(1);

    /// Reads the counters; called once per kInterval.
    void sample(const TableWriter& table, Instant now);
    /// Nothing until the entry has been sampled twice.
    [[nodiscard]] std::optional<rpc::Rate> rate(const MfibKey& key) const;

  private:
    struct Sample {
        std::uint64_t packets = 0;
        std::uint64_t bytes = 0;
        std::optional<rpc::Rate> rate;
    };
    std::unordered_map<MfibKey, Sample> samples_;
    Instant taken_{};
};

} // namespace mcfwd::daemon
