// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Whether a batch does what a host asked for is seen by comparing its lists with those of the table before.
// While nothing is awaited, a batch costs one look at an empty map.
#include <controlplane/forwarding/latency_meter.hh>

#include <algorithm>

namespace mcfwd::forwarding {

namespace {

/// Changes awaited at a time: those of one report, or of the hosts' reports during an ownership handoff.
constexpr std::size_t kMostAwaited = 4096;
/// Changes of versions that are not published yet.
constexpr std::size_t kMostPending = 4096;

MfibKey key_of(const TableCommand& command) {
    if (const auto* put = std::get_if<PutEntry>(&command)) {
        return put->key;
    }
    const auto* erase = std::get_if<EraseEntry>(&command);
    return erase != nullptr ? erase->key : MfibKey{};
}

/// The last word of the batch about a key; nullptr: none.
const TableCommand* last_on(const TableBatch& batch, const MfibKey& key) {
    const auto at = std::find_if(batch.commands.rbegin(), batch.commands.rend(),
                                 [&](const TableCommand& command) { return key_of(command) == key; });
    return at == batch.commands.rend() ? nullptr : &*at;
}

} // namespace

LatencyMeter::LatencyMeter(TableWriter& table, const BridgeTable& bridges)
    : table_(table),
      bridges_(bridges) {
    met_.reserve(kMostPending);
    pending_.reserve(kMostPending);
}

void LatencyMeter::await(const AwaitedChange& change) {
    if (awaited_.size() >= kMostAwaited) {
        return;
    }
    ChangeLatencies& place = latencies_[change.place];
    awaited_.emplace(
        std::pair(change.place.domain, change.group),
        Awaited{change, change.effect == AwaitedChange::Effect::kJoin ? &place.join : &place.leave});
}

bool LatencyMeter::awaits(DomainId domain) const {
    const auto at = awaited_.lower_bound({domain, Ipv4Address{}});
    return at != awaited_.end() && at->first.first == domain;
}

void LatencyMeter::forget_awaited(DomainId domain) {
    const auto first = awaited_.lower_bound({domain, Ipv4Address{}});
    const auto last = awaited_.upper_bound({domain, Ipv4Address(UINT32_MAX)});
    awaited_.erase(first, last);
}

ChangeLatencies LatencyMeter::of(HostPlace place) const {
    const auto at = latencies_.find(place);
    return at == latencies_.end() ? ChangeLatencies{} : at->second;
}

void LatencyMeter::clear_latencies() {
    for (auto& [place, latencies] : latencies_) {
        latencies = {}; // what is on its way keeps its place
    }
}

Expected<TableVersion> LatencyMeter::submit(TableBatch batch) {
    if (awaited_.empty()) {
        return table_.submit(std::move(batch));
    }
    match(batch);
    auto version = table_.submit(std::move(batch));
    for (const auto& at : met_) {
        at->second.met = false;
        if (version) {
            if (pending_.size() < kMostPending) {
                pending_.push_back({*version, at->second.change.reported, at->second.histogram});
            }
            awaited_.erase(at);
        }
    }
    met_.clear();
    return version;
}

bool LatencyMeter::advance() {
    const bool more = table_.advance();
    count_published();
    return more;
}

void LatencyMeter::match(const TableBatch& batch) {
    for (const TableCommand& command : batch.commands) {
        const MfibKey key = key_of(command);
        const auto* put = std::get_if<PutEntry>(&command);
        const auto [first, last] = awaited_.equal_range({key.domain, key.group});
        for (auto at = first; at != last && met_.size() < kMostPending; ++at) {
            Awaited& awaited = at->second;
            if (!awaited.met && meets(awaited.change, key, put, batch)) {
                awaited.met = true;
                met_.push_back(at);
            }
        }
    }
}

bool LatencyMeter::meets(const AwaitedChange& change, const MfibKey& key, const PutEntry* put,
                         const TableBatch& batch) const {
    const bool bridged = key.domain != kRoutedDomain;
    // A routed entry is one flow and follows joins of its group; on a bridge each key has its own entry.
    if (change.source != key.source && (bridged || change.source != kAnySource)) {
        return false;
    }
    // On a bridge a flow without an entry of its own falls to that of its group.
    const MfibKey whole_group{key.domain, key.group, kAnySource};
    const bool falls = bridged && key.source != kAnySource;
    std::optional<bool> before = forwards(key, change.place);
    if (!before && falls) {
        before = forwards(whole_group, change.place);
    }
    bool after = put != nullptr && forwards(*put, change.place);
    if (put == nullptr && falls) {
        const TableCommand* const group = last_on(batch, whole_group);
        const auto* const list = group != nullptr ? std::get_if<PutEntry>(group) : nullptr;
        after = list != nullptr ? forwards(*list, change.place)
                                : group == nullptr && forwards(whole_group, change.place).value_or(false);
    }
    if (change.effect == AwaitedChange::Effect::kLeave) {
        return before.value_or(false) && !after;
    }
    return after && !before.value_or(!bridged);
}

std::optional<bool> LatencyMeter::forwards(const MfibKey& key, HostPlace place) const {
    std::optional<bool> result;
    table_.visit_from(key, [&](const PutEntry& entry, const EntryCounters&) {
        if (entry.key == key) {
            result = forwards(entry, place);
        }
        return false;
    });
    return result;
}

bool LatencyMeter::forwards(const PutEntry& entry, HostPlace place) const {
    if (place.domain == kRoutedDomain) {
        return std::ranges::find(entry.forward, IfIndex(place.number), &Egress::interface) !=
               entry.forward.end();
    }
    const BridgeMember& member = bridges_.find(place.domain)->members[place.number];
    return std::ranges::any_of(entry.forward, [&](const Egress& egress) {
        return egress.port == member.port && egress.vlan == member.vlan;
    });
}

void LatencyMeter::count_published() {
    const TableVersion newest = table_.published();
    const auto is_out = [&](const Pending& pending) { return pending.version <= newest; };
    const auto oldest = std::ranges::min_element(pending_, {}, &Pending::version);
    if (oldest == pending_.end() || !is_out(*oldest)) {
        return;
    }
    const auto records = table_.history(newest.value() - oldest->version.value() + 1);
    for (const Pending& pending : pending_) {
        const auto record = std::ranges::find(records, pending.version, &VersionRecord::version);
        if (record != records.end()) {
            pending.histogram->note(record->published - pending.reported);
        }
    }
    std::erase_if(pending_, is_out);
}

} // namespace mcfwd::forwarding
