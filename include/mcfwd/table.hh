// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What the control plane tells the workers: commands on the forwarding table (MFIB), grouped in batches that
// become visible at once as one numbered version.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/entry_counters.hh>
#include <mcfwd/ids.hh>
#include <mcfwd/ipv4.hh>
#include <mcfwd/mac.hh>
#include <mcfwd/result.hh>

namespace mcfwd {

/// What a bridge does with frames that no group entry is about is written in two more entries of its domain,
/// put and erased like the others, with source `kAnySource`. A bridge without them drops these frames.
inline constexpr Ipv4Address kUnregisteredGroup{255, 255, 255, 254}; ///< groups without an entry
/// 224.0.0.0/24 and group-addressed frames that are not IPv4 multicast (RFC 4541 section 2.1.2).
inline constexpr Ipv4Address kFloodGroup{255, 255, 255, 255};

/// Key of one forwarding entry. `source` == kAnySource makes it a (*,G) entry.
struct MfibKey {
    DomainId domain;
    Ipv4Address group;
    Ipv4Address source;

    constexpr auto operator<=>(const MfibKey&) const = default;
};

/// One copy of a packet, fully resolved: no lookup is left to the worker. In an entry of a bridge the copy is
/// the frame as it came but for its tag; it does not go to the port and VLAN that it came from.
struct Egress {
    IfIndex interface; ///< for counters and for people; kNoInterface in an entry of a bridge
    PortId port;
    VlanId vlan;                    ///< 0: sent untagged
    MacAddress source_mac;          ///< Ethernet source of the copy (routed only)
    std::uint8_t ttl_threshold = 1; ///< the copy is sent only if its TTL after the decrement is at least this
                                    ///< (routed only)
    std::uint16_t mtu = 1500;       ///< most octets behind the Ethernet header; bigger ones are dropped and
                                    ///< counted

    auto operator<=>(const Egress&) const = default;
};

enum class CounterPolicy : std::uint8_t {
    kKeep,    ///< the entry's totals go on
    kRestart, ///< a rebuilt entry starts from 0 (group manager specification 5.8)
};

/// Creates or replaces an entry. An empty `forward` is a negative entry: accepted packets are dropped and
/// counted.
struct PutEntry {
    MfibKey key;
    /// The only interface packets of this entry may arrive on (iif); kNoInterface on a bridge, where every
    /// port may be the one.
    IfIndex accept;
    std::vector<Egress> forward; ///< never contains the accept interface
    CounterPolicy counters = CounterPolicy::kKeep;
};

/// Removes an entry; removing what is not there is no error.
struct EraseEntry {
    MfibKey key;
};

enum class MissPolicy : std::uint8_t {
    kDrop,   ///< nobody owns the interface: drop and count (specification 5.1)
    kSignal, ///< park the packet and tell the control plane
};

/// What workers do with packets without an entry that arrive on a routed interface. The default is kDrop.
struct SetMissPolicy {
    IfIndex interface;
    MissPolicy policy = MissPolicy::kDrop;
};

using TableCommand = std::variant<PutEntry, EraseEntry, SetMissPolicy>;

/// Commands that become visible together. Later commands on the same key win.
struct TableBatch {
    std::vector<TableCommand> commands;
    std::string cause; ///< for people, e.g. "igmp join 239.1.1.1 on lan2"
    /// More of the same change follows: the version may wait for it. The next batch of anybody without this,
    /// even one without commands, makes one version of all that came before and itself.
    bool more = false;
};

/// A version does not wait for more than this: then `TableWriter::advance` publishes what came until then.
inline constexpr std::chrono::seconds kGatherLimit{5};

/// One line of the table history.
struct VersionRecord {
    TableVersion version;
    Instant submitted{}; ///< when the first of its batches was submitted; with `more`, well before it was due
    Instant published{}; ///< when workers could first see it
    Instant retired{};   ///< when the last worker left the version before; zero while that is going on
    std::string cause;   ///< causes of merged batches, joined by "; "
    std::size_t commands = 0;
    std::size_t entries = 0; ///< entries in the table from this version on
};

/// The one way into the forwarding table. Control thread only; never waits for a worker.
class TableWriter {
  public:
    virtual ~TableWriter() = default;

    /// Takes the batch as a whole or not at all and returns the version it will be part of: the next one when
    /// the workers have the one before and the table has caught up with it, else the one after, together with
    /// whatever else is submitted meanwhile. A batch that changes nothing workers see (entries that are like
    /// that already, counters that restart) makes no version: the newest one holds it.
    /// kNotEnoughMemory when the table has no room for all new entries (nothing is changed, the refusal is
    /// counted); kInvalidParameter for a malformed command.
    [[nodiscard]] virtual Expected<TableVersion> submit(TableBatch batch) = 0;

    /// Moves the publication in flight forward: finishes a grace period that has passed, catches up, starts
    /// the next version, all in steps of at most a few milliseconds. Returns true while there is more to do,
    /// so the caller polls again soon.
    virtual bool advance() = 0;

    [[nodiscard]] virtual TableVersion published() const = 0;
    [[nodiscard]] virtual std::size_t entries() const = 0;
    [[nodiscard]] virtual std::size_t capacity() const = 0;
    /// Batches refused for want of room since start.
    [[nodiscard]] virtual std::uint64_t refused() const = 0;
    /// The newest `limit` versions, newest first; at least the last 1,000 are kept.
    [[nodiscard]] virtual std::vector<VersionRecord> history(std::size_t limit) const = 0;

    /// kNotFound when there is no such entry.
    [[nodiscard]] virtual Expected<EntryCounters> counters(const MfibKey& key) const = 0;
    [[nodiscard]] virtual Expected<std::vector<EgressCounters>> egress_counters(const MfibKey& key) const = 0;
    /// Calls `visit` for the entries as last submitted, in ascending key order from the first that is not
    /// less than `from`, until it returns false.
    virtual void
    visit_from(const MfibKey& from,
               const std::function<bool(const PutEntry&, const EntryCounters&)>& visit) const = 0;
    /// Counters of at most `most` entries, from the first that is not less than `from`, begin at zero again.
    /// Returns the one to go on with, if there is one.
    virtual std::optional<MfibKey> clear_counters(const MfibKey& from, std::size_t most) = 0;
};

} // namespace mcfwd

template <>
struct std::hash<mcfwd::MfibKey> {
    std::size_t operator()(const mcfwd::MfibKey& key) const noexcept {
        const std::uint64_t flow = (std::uint64_t{key.group.host()} << 32U) | key.source.host();
        return std::hash<std::uint64_t>{}((flow ^ key.domain.value()) * 0x9e3779b97f4a7c15ULL);
    }
};
