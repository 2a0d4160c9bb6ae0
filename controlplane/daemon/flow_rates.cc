// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// See flow_rates.hh.
#include "flow_rates.hh"

#include <utility>

namespace mcfwd::daemon {

void FlowRates::sample(const TableWriter& table, Instant now) {
    const double seconds = std::chrono::duration<double>(now - taken_).count();
    std::unordered_map<MfibKey, Sample> fresh;
    if (table.entries() <= kMostEntries) {
        fresh.reserve(table.entries());
        table.for_each([&](const PutEntry& entry, const EntryCounters& counters) {
            Sample sample{.packets = counters.packets, .bytes = counters.bytes, .rate = std::nullopt};
            const auto before = samples_.find(entry.key);
            // Counters go back when an entry is rebuilt or people clear them: then there is no rate yet.
            if (before != samples_.end() && before->second.packets <= sample.packets &&
                before->second.bytes <= sample.bytes) {
                sample.rate = rpc::Rate{
                    .packets = static_cast<double>(sample.packets - before->second.packets) / seconds,
                    .bits = static_cast<double>(sample.bytes - before->second.bytes) * 8 / seconds};
            }
            fresh.emplace(entry.key, sample);
        });
    }
    samples_ = std::move(fresh);
    taken_ = now;
}

std::optional<rpc::Rate> FlowRates::rate(const MfibKey& key) const {
    const auto at = samples_.find(key);
    return at == samples_.end() ? std::nullopt : at->second.rate;
}

} // namespace mcfwd::daemon
