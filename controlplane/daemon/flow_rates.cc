// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// See flow_rates.hh.
#include "flow_rates.hh"

namespace mcfwd::daemon {

namespace {

/// Entries that one call reads: well below a millisecond.
constexpr std::size_t kReadAtOnce = 2048;

} // namespace

FlowRates::Sample FlowRates::follow(const Sample* before, const EntryCounters& counters, Instant now) {
    Sample sample{.taken = now, .packets = counters.packets, .bytes = counters.bytes, .rate = std::nullopt};
    // Counters go back when an entry is rebuilt or people clear them: then there is no rate yet.
    if (before != nullptr && before->taken < now && before->packets <= sample.packets &&
        before->bytes <= sample.bytes) {
        const double seconds = std::chrono::duration<double>(now - before->taken).count();
        sample.rate = rpc::Rate{.packets = static_cast<double>(sample.packets - before->packets) / seconds,
                                .bits = static_cast<double>(sample.bytes - before->bytes) * 8 / seconds};
    }
    return sample;
}

Duration FlowRates::sample(const TableWriter& table, Instant now) {
    if (table.entries() > kMostEntries) {
        samples_.clear();
        behind_.reset();
        return kInterval;
    }
    // Both are ascending: what the table does not have any more is between what it has.
    auto at = behind_ ? samples_.upper_bound(*behind_) : samples_.begin();
    std::size_t left = kReadAtOnce;
    std::optional<MfibKey> last;
    const auto read = [&](const PutEntry& entry, const EntryCounters& counters) {
        if (behind_ && entry.key == *behind_) {
            return true;
        }
        if (left == 0) {
            return false;
        }
        --left;
        while (at != samples_.end() && at->first < entry.key) {
            at = samples_.erase(at);
        }
        if (at != samples_.end() && at->first == entry.key) {
            at->second = follow(&at->second, counters, now);
        } else {
            at = samples_.emplace_hint(at, entry.key, follow(nullptr, counters, now));
        }
        ++at;
        last = entry.key;
        return true;
    };
    table.visit_from(behind_.value_or(MfibKey{}), read);
    if (left > 0) {
        samples_.erase(at, samples_.end());
        behind_.reset();
        return kInterval;
    }
    behind_ = last;
    return Duration::zero();
}

std::optional<rpc::Rate> FlowRates::rate(const MfibKey& key) const {
    const auto at = samples_.find(key);
    return at == samples_.end() ? std::nullopt : at->second.rate;
}

} // namespace mcfwd::daemon
