// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Packets and bits per second of every forwarding entry, for `show mfib`: two samples of the counters, a
// second apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include <mcfwd/clock.hh>
#include <mcfwd/table.hh>

#include <controlplane/rpc/to_json.hh>

namespace mcfwd::daemon {

/// Control thread only.
class FlowRates {
  public:
    /// Tables with more entries than this have no rates: reading all their counters every second would take
    /// more than a few hundredths of the control thread.
    static constexpr std::size_t kMostEntries = 65536;
    static constexpr Duration kInterval = std::chrono::seconds(1);

    /// Reads some of the counters, goes on with the next call, and begins anew after the last. Returns how
    /// long to wait for that: nothing in between.
    [[nodiscard]] Duration sample(const TableWriter& table, Instant now);
    /// Nothing until the entry has been sampled twice.
    [[nodiscard]] std::optional<rpc::Rate> rate(const MfibKey& key) const;

  private:
    struct Sample {
        Instant taken{};
        std::uint64_t packets = 0;
        std::uint64_t bytes = 0;
        std::optional<rpc::Rate> rate;
    };
    /// What the counters come to since the sample before, which may be nothing.
    static Sample follow(const Sample* before, const EntryCounters& counters, Instant now);

    std::map<MfibKey, Sample> samples_;
    std::optional<MfibKey> behind_; ///< go on here
};

} // namespace mcfwd::daemon
