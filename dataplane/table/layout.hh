// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The forwarding table as it lies in memory and as workers read it. Sizes are chosen for cache lines: four
// entries a line, the egress list of an entry with one egress on one line.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include <mcfwd/ids.hh>
#include <mcfwd/table.hh>

#include <dataplane/memory.hh>
#include <dataplane/relaxed_counter.hh>
#include <dataplane/shared_counter.hh>

namespace mcfwd::dataplane {

/// What a packet is looked up by, in host byte order. `source` 0 finds the (*,G) entry.
struct FlowKey {
    std::uint32_t group = 0;
    std::uint32_t source = 0;
    std::uint16_t domain = 0;

    constexpr auto operator<=>(const FlowKey&) const = default;
};

/// The (*,G) entry that a packet without an (S,G) entry is forwarded by.
[[nodiscard]] constexpr FlowKey any_source(const FlowKey& key) {
    return {key.group, 0, key.domain};
}
[[nodiscard]] constexpr FlowKey flow_key(const MfibKey& key) {
    return {key.group.host(), key.source.host(), key.domain.value()};
}
[[nodiscard]] constexpr MfibKey mfib_key(const FlowKey& key) {
    return {DomainId(key.domain), Ipv4Address(key.group), Ipv4Address(key.source)};
}

/// Group and source, with which keys and slots begin, in one word.
template <typename Addresses>
[[nodiscard]] inline std::uint64_t addresses_of(const Addresses& of) {
    std::uint64_t word = 0;
    std::memcpy(&word, &of, sizeof word);
    return word;
}

/// How many of each a slot can tell apart.
inline constexpr std::uint32_t kMostDomains = std::uint32_t{1} << 14U;
inline constexpr std::uint32_t kMostListUnits = std::uint32_t{1} << 26U;
inline constexpr std::uint32_t kMostCounters = std::uint32_t{1} << 24U;

/// One entry. Group 0, which no entry has, marks a free slot.
struct Slot {
    std::uint32_t group = 0;
    std::uint32_t source = 0;
    std::uint64_t domain : 14 = 0;
    std::uint64_t list : 26 = 0;     ///< its egress list, in units of kListUnit
    std::uint64_t counters : 24 = 0; ///< where its packets are counted

    [[nodiscard]] std::uint64_t addresses() const { return addresses_of(*this); }
    [[nodiscard]] bool holds(const FlowKey& key) const {
        return addresses() == addresses_of(key) && domain == key.domain;
    }
    [[nodiscard]] bool free() const { return group == 0; }
    [[nodiscard]] FlowKey key() const { return {group, source, static_cast<std::uint16_t>(domain)}; }
};
static_assert(sizeof(Slot) == 16 && std::is_trivially_copyable_v<Slot>);

inline constexpr std::size_t kSlotsPerBucket = 4;
struct alignas(kCacheLine) Bucket {
    std::array<Slot, kSlotsPerBucket> slots;
};
static_assert(sizeof(Bucket) == kCacheLine);

/// Egress lists start at multiples of this.
inline constexpr std::size_t kListUnit = kCacheLine;

/// Start of an egress list in memory; `rewrites` Rewrite and then `egresses` Replica follow it directly. Says
/// nothing of the group, so that entries with the same egresses and the same iif share one list.
struct ListHeader {
    std::uint16_t accept = 0;   ///< IfIndex; of a bridge kNoInterface
    std::uint16_t egresses = 0; ///< 0: negative entry
    std::uint16_t rewrites = 0;
    std::uint16_t smallest_mtu = 0;         ///< of all egresses: a packet no longer than this needs no check
    std::uint8_t largest_ttl_threshold = 0; ///< of all egresses: a TTL not below this needs no check
    std::array<std::uint8_t, 7> reserved{};
};
static_assert(sizeof(ListHeader) == 16 && std::is_trivially_copyable_v<ListHeader>);

/// What the next `egresses` replicas have in common on the wire. Routed: what follows the destination in the
/// Ethernet header: source, perhaps a tag, type. On a bridge: the tag alone, or nothing.
struct Rewrite {
    std::array<std::uint8_t, 12> header{};
    std::uint8_t length = 0; ///< of `header`: routed 8 or 12, on a bridge 0 or 4
    std::uint8_t reserved = 0;
    std::uint16_t egresses = 0;
};
static_assert(sizeof(Rewrite) == 16 && std::is_trivially_copyable_v<Rewrite>);

/// The tag of a Rewrite of a bridge: 0 for none.
[[nodiscard]] constexpr std::uint16_t vlan_of(const Rewrite& rewrite) {
    return rewrite.length == 0 ? std::uint16_t{0}
                               : static_cast<std::uint16_t>((rewrite.header[2] << 8U) | rewrite.header[3]);
}

/// The same of a router's.
[[nodiscard]] constexpr std::uint16_t routed_vlan_of(const Rewrite& rewrite) {
    return rewrite.length == 8 ? std::uint16_t{0}
                               : static_cast<std::uint16_t>((rewrite.header[8] << 8U) | rewrite.header[9]);
}

/// One egress of a Rewrite.
struct Replica {
    std::uint16_t port = 0; ///< PortId
    std::uint16_t mtu = 0;
    std::uint8_t ttl_threshold = 0;
    std::uint8_t reserved = 0;
};
static_assert(sizeof(Replica) == 6 && std::is_trivially_copyable_v<Replica>);

/// An egress list, read in place.
class EgressList {
  public:
    explicit EgressList(const std::byte* start) : start_(start) {}
    [[nodiscard]] const ListHeader& header() const { return *reinterpret_cast<const ListHeader*>(start_); }
    [[nodiscard]] std::span<const Rewrite> rewrites() const {
        return {reinterpret_cast<const Rewrite*>(start_ + sizeof(ListHeader)), header().rewrites};
    }
    /// Of a list with egresses.
    [[nodiscard]] const Rewrite& first_rewrite() const {
        return *reinterpret_cast<const Rewrite*>(start_ + sizeof(ListHeader));
    }
    /// Replicas of all rewrites, in their order.
    [[nodiscard]] std::span<const Replica> replicas() const {
        return replicas_after(header().rewrites, header().egresses);
    }
    /// The same for who knows these numbers of the header.
    [[nodiscard]] std::span<const Replica> replicas_after(std::size_t rewrites, std::size_t egresses) const {
        return {reinterpret_cast<const Replica*>(start_ + sizeof(ListHeader) + rewrites * sizeof(Rewrite)),
                egresses};
    }

  private:
    const std::byte* start_;
};

/// Traffic of one entry through one egress list at one worker: what every packet touches, four to a line.
struct ListCounters {
    RelaxedCounter packets;
    RelaxedCounter bytes;
};
static_assert(sizeof(ListCounters) == 16);

/// The same, what few packets touch.
struct ListExceptions {
    RelaxedCounter wrong_interface;
    RelaxedCounter copies_not_made; ///< of `packets` times the egresses of the list
};

/// No egress list.
inline constexpr std::uint32_t kNoList = ~std::uint32_t{0};

/// Egresses with consecutive positions in a list whose losses are counted in one block.
inline constexpr std::uint32_t kEgressesPerLossBlock = 6;

/// Copies that one egress of one entry did not get, by reason.
struct EgressLosses {
    SharedCounter ttl_exceeded;
    SharedCounter mtu_exceeded;
    SharedCounter discarded; ///< no buffer, or the port did not take it
    SharedCounter bytes;     ///< IP octets of all three
};

/// Where workers count what is lost of the packets of one entry under one list. Few entries ever lose any, so
/// blocks are taken from a LossPool when there is something to count: a chain, all workers the same.
struct alignas(kCacheLine) LossBlock {
    std::atomic<std::uint32_t> next{0}; ///< number of the next block of the chain, or of the next free one
    std::uint32_t first = 0;            ///< position in the list of the first of `egresses`
    // Of the entry, in the first block of a chain.
    SharedCounter copies_refused; ///< made, and not taken by their port
    SharedCounter queue_overflow; ///< packets for which there was no room to park
    SharedCounter input_discards; ///< packets for which there was no buffer
    SharedCounter header_errors;  ///< packets whose TTL does not allow another hop
    std::array<EgressLosses, kEgressesPerLossBlock> egresses;
};
static_assert(sizeof(LossBlock) == 4 * kCacheLine);

/// One per use of a list by an entry, for all workers. Versions are modulo 2^32.
struct UseLosses {
    std::atomic<std::uint32_t> list{0};
    std::atomic<std::uint32_t> since{0};         ///< the first version with it
    std::atomic<std::uint32_t> until{0};         ///< the first version without it; equal to `since`: none yet
    std::atomic<std::uint32_t> block{0};         ///< number of the first block; 0: nothing lost so far
    std::atomic<std::uint32_t> uninitialized{0}; ///< packets that came while the entry was made
};
static_assert(sizeof(UseLosses) == 20);

class LossPool;

/// Where one worker counts for entries; arrays are indexed by Slot::counters.
struct CounterMemory {
    ListCounters* usual = nullptr;        ///< its own
    ListExceptions* exceptions = nullptr; ///< its own
    UseLosses* losses = nullptr;
    LossPool* blocks = nullptr;
    const std::byte* lists = nullptr; ///< to find the egress that a copy was for
};

} // namespace mcfwd::dataplane
