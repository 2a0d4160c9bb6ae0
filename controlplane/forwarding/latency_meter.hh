// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Join and leave latency inside the product: from the report received to the table version that is in force.
// Stands between those who write the forwarding table and the table; IGMP and snooping say what hosts asked
// for, and the batches that pass show what came of it.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <mcfwd/histogram.hh>
#include <mcfwd/table.hh>

#include <controlplane/forwarding/bridge_table.hh>

namespace mcfwd::forwarding {

/// Where hosts are: a routed interface (`kRoutedDomain`, IfIndex), or a member of a bridge (BridgePort).
struct HostPlace {
    DomainId domain;
    std::uint16_t number = 0;

    [[nodiscard]] static HostPlace routed(IfIndex interface) { return {kRoutedDomain, interface.value()}; }
    [[nodiscard]] static HostPlace bridged(DomainId bridge, BridgePort port) {
        return {bridge, port.value()};
    }
    constexpr auto operator<=>(const HostPlace&) const = default;
};

/// Of one place. A leave counts from the message that began it, so it holds the last-member query time
/// unless it took effect at once.
struct ChangeLatencies {
    DurationHistogram join;
    DurationHistogram leave;
};

/// What a host asked for in a report or leave.
struct AwaitedChange {
    enum class Effect : std::uint8_t { kJoin, kLeave };
    HostPlace place;
    Ipv4Address group;
    Ipv4Address source; ///< `kAnySource`: of any source
    Effect effect = Effect::kJoin;
    Instant reported{};
};

/// A TableWriter that passes everything on and measures. Counted is a change in force only: the first version
/// in which a flow begins (join) or ceases (leave) to be forwarded where the host is. A routed flow that has
/// no entry yet begins with its first packet, not with a join. Memory for what passes is there from the
/// start: a publication never fails for it, and what is more than that at a time is not measured. Control
/// thread only.
class LatencyMeter final : public TableWriter {
  public:
    /// Both outlive the meter.
    LatencyMeter(TableWriter& table, const BridgeTable& bridges);

    /// Before the change is passed on to those who publish it.
    void await(const AwaitedChange& change);
    /// Whether something of this domain is awaited.
    [[nodiscard]] bool awaits(DomainId domain) const;
    /// All that was passed on has been published: what is still awaited changed nothing.
    void forget_awaited(DomainId domain);

    [[nodiscard]] ChangeLatencies of(HostPlace place) const;
    void clear_latencies();

    [[nodiscard]] Expected<TableVersion> submit(TableBatch batch) override;
    /// Also counts what has been published since the last time.
    bool advance() override;
    [[nodiscard]] TableVersion published() const override { return table_.published(); }
    [[nodiscard]] std::size_t entries() const override { return table_.entries(); }
    [[nodiscard]] std::size_t capacity() const override { return table_.capacity(); }
    [[nodiscard]] std::uint64_t refused() const override { return table_.refused(); }
    [[nodiscard]] std::vector<VersionRecord> history(std::size_t limit) const override {
        return table_.history(limit);
    }
    [[nodiscard]] Expected<EntryCounters> counters(const MfibKey& key) const override {
        return table_.counters(key);
    }
    [[nodiscard]] Expected<std::vector<EgressCounters>> egress_counters(const MfibKey& key) const override {
        return table_.egress_counters(key);
    }
    void visit_from(const MfibKey& from,
                    const std::function<bool(const PutEntry&, const EntryCounters&)>& visit) const override {
        table_.visit_from(from, visit);
    }
    std::optional<MfibKey> clear_counters(const MfibKey& from, std::size_t most) override {
        return table_.clear_counters(from, most);
    }

  private:
    struct Awaited {
        AwaitedChange change;
        DurationHistogram* histogram; ///< where it counts
        bool met = false;             ///< by the batch at hand
    };
    using AwaitedChanges = std::multimap<std::pair<DomainId, Ipv4Address>, Awaited>; ///< by domain, group
    /// In the table, but perhaps not published yet.
    struct Pending {
        TableVersion version;
        Instant reported;
        DurationHistogram* histogram;
    };
    void match(const TableBatch& batch);
    [[nodiscard]] bool meets(const AwaitedChange& change, const MfibKey& key, const PutEntry* put,
                             const TableBatch& batch) const;
    /// Whether the table forwards packets of the key, as last submitted, to the place; nothing: no entry.
    [[nodiscard]] std::optional<bool> forwards(const MfibKey& key, HostPlace place) const;
    [[nodiscard]] bool forwards(const PutEntry& entry, HostPlace place) const;
    void count_published();

    TableWriter& table_;
    const BridgeTable& bridges_;
    std::map<HostPlace, ChangeLatencies> latencies_;
    AwaitedChanges awaited_;
    std::vector<AwaitedChanges::iterator> met_; ///< by the batch at hand
    std::vector<Pending> pending_;
};

} // namespace mcfwd::forwarding
