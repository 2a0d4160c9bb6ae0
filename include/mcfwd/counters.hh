// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Counters that cross the planes: written by one worker each, read by the control thread. The names here are
// the names people see in `mcfwdctl show drops`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <mcfwd/ids.hh>
#include <mcfwd/mac.hh>
#include <mcfwd/signals.hh>
#include <mcfwd/table.hh>

namespace mcfwd {

/// Every way a received packet can end other than forwarded, punted or (still) parked.
/// received = forwarded + punted + parked + the sum of these, exactly, at any quiescent moment.
enum class DropReason : std::uint8_t {
    kTooShort,     ///< frame ends before its headers do
    kNotIpv4,      ///< another EtherType
    kNoAttachment, ///< no interface is configured for this port and VLAN
    kBadIpHeader,  ///< version, header length or total length is wrong
    kBadIpChecksum,
    kNotMulticast,     ///< destination is no group (class D) address
    kMartianSource,    ///< source that no packet may have: 0/8, 127/8, class D and E
    kOwnTransmission,  ///< our own frame seen again (AF_PACKET ports)
    kLinkLocalGroup,   ///< 224.0.0.0/24 is never routed
    kUnownedInterface, ///< miss on an interface that neither IGMP nor a protocol owns
    kWrongInterface,   ///< failed the reverse-path check of its entry
    kNegativeEntry,    ///< traffic seen, nobody wants it
    kTtlExceeded,      ///< TTL too low for every egress
    kMtuExceeded,      ///< too big for every egress (mixed causes count here)
    kParkFull,         ///< no room to park while its entry is being created
    kParkTimeout,      ///< the control plane did not answer in time
    kParkDiscarded,    ///< the control plane refused to create the entry (table full)
    kPuntPoliced,      ///< over the punt rate of its class
    kPuntRingFull,     ///< the control thread is behind
    kNoBuffer,         ///< no packet buffer left for even one copy
    kReservedMac,      ///< on a bridge: 01:80:c2:00:00:00 to 0f never pass one (IEEE 802.1Q section 8.6.3)
    kNoMember,         ///< on a bridge: no port but the one it came from wants it
};
inline constexpr std::size_t kDropReasons = static_cast<std::size_t>(DropReason::kNoMember) + 1;

[[nodiscard]] constexpr std::string_view drop_reason_name(DropReason reason) {
    constexpr std::array<std::string_view, kDropReasons> kNames{
        "too_short",       "not_ipv4",       "no_attachment",    "bad_ip_header",    "bad_ip_checksum",
        "not_multicast",   "martian_source", "own_transmission", "link_local_group", "unowned_interface",
        "wrong_interface", "negative_entry", "ttl_exceeded",     "mtu_exceeded",     "park_full",
        "park_timeout",    "park_discarded", "punt_policed",     "punt_ring_full",   "no_buffer",
        "reserved_mac",    "no_member"};
    return kNames[static_cast<std::size_t>(reason)];
}

/// Every way one copy (not the packet) can be lost. copies = sent + the sum of these.
enum class CopyDropReason : std::uint8_t {
    kTtlExceeded, ///< below this egress's TTL threshold
    kMtuExceeded, ///< bigger than this egress's MTU
    kNoBuffer,    ///< no buffer for the copy
    kTxFull,      ///< the port did not take it
    kPortDown,    ///< the port has no link
};
inline constexpr std::size_t kCopyDropReasons = static_cast<std::size_t>(CopyDropReason::kPortDown) + 1;

[[nodiscard]] constexpr std::string_view copy_drop_reason_name(CopyDropReason reason) {
    constexpr std::array<std::string_view, kCopyDropReasons> kNames{"ttl_exceeded", "mtu_exceeded",
                                                                    "no_buffer", "tx_full", "port_down"};
    return kNames[static_cast<std::size_t>(reason)];
}

/// IGMP packets that were not handed to the control thread, by DropReason.
struct IgmpDrops {
    std::uint64_t punt_policed = 0;
    std::uint64_t punt_ring_full = 0;
    constexpr IgmpDrops& operator+=(const IgmpDrops& other) {
        punt_policed += other.punt_policed;
        punt_ring_full += other.punt_ring_full;
        return *this;
    }
    constexpr IgmpDrops& operator-=(const IgmpDrops& other) {
        punt_policed -= other.punt_policed;
        punt_ring_full -= other.punt_ring_full;
        return *this;
    }
    constexpr bool operator==(const IgmpDrops&) const = default;
};

/// The same for one port and VLAN, all workers together.
struct ArrivalDrops {
    PortId port;
    VlanId vlan;
    IfIndex interface; ///< of a bridge: its own, or kNoInterface
    IgmpDrops igmp;
};

/// Bucket i counts bursts that took [2^i, 2^(i+1)) cycles.
inline constexpr std::size_t kCycleBuckets = 40;

struct WorkerCounters {
    WorkerId worker;
    unsigned core = 0;
    TableVersion version; ///< of its last burst
    std::uint64_t received = 0;
    std::uint64_t also_routed = 0;  ///< bridged and also routed: each way has its own end, so these count
                                    ///< twice in `received`
    std::uint64_t forwarded = 0;    ///< received packets replicated towards at least one port; see copy_drops
    std::uint64_t punted = 0;       ///< received packets handed to the control thread (IGMP)
    std::uint64_t parked = 0;       ///< waiting now for their entry
    std::uint64_t copies = 0;       ///< copies meant to leave, one per egress
    std::uint64_t sent = 0;         ///< copies a port accepted
    std::uint64_t injected = 0;     ///< packets of the control thread sent
    std::uint64_t inject_drops = 0; ///< of the control thread: no buffer, no ring slot, port full
    /// Of what is lost, how much no entry has in its statistics: its list was replaced meanwhile, or there
    /// was no room to count. Also in `drops` and `copy_drops`.
    std::uint64_t losses_without_entry = 0;
    std::array<std::uint64_t, kDropReasons> drops{};
    std::array<std::uint64_t, kCopyDropReasons> copy_drops{};
    std::array<std::uint64_t, kSignalKinds> signals{};         ///< per SignalKind, delivered to the ring
    std::array<std::uint64_t, kSignalKinds> signals_policed{}; ///< per SignalKind, over the rate
    std::array<std::uint64_t, kSignalKinds> signals_lost{};    ///< per SignalKind, no room in the ring
    /// Per port and VLAN, in the order of the configuration. The sums are `signals_policed` and
    /// `signals_lost` of kIgmp, exactly and at any moment.
    std::vector<IgmpDrops> igmp_drops;
    std::uint64_t polls = 0;
    std::uint64_t empty_polls = 0;
    std::uint64_t bursts = 0;      ///< polls that received something
    std::uint64_t busy_cycles = 0; ///< spent on those
    std::array<std::uint64_t, kCycleBuckets> cycles_per_burst{};
};

/// What the XDP program of an AF_XDP port did; all zero for other ports.
struct XdpCounters {
    std::uint64_t redirected = 0; ///< to the AF_XDP socket
    std::uint64_t passed = 0;     ///< to the kernel
    std::uint64_t no_socket = 0;  ///< multicast for us on a queue without socket; the kernel got it
};

struct PortStatus {
    PortId port;
    std::string name;
    std::string device;
    std::string driver;
    MacAddress mac;
    std::uint16_t mtu = 0;
    bool link_up = false;
    std::uint32_t speed_mbps = 0; ///< 0: unknown
    std::uint16_t rx_queues = 0;
    std::uint16_t tx_queues = 0;
    std::uint64_t rx_packets = 0, rx_bytes = 0, rx_missed = 0, rx_errors = 0, rx_no_buffer = 0;
    std::uint64_t tx_packets = 0, tx_bytes = 0, tx_errors = 0;
    bool has_xdp = false;
    XdpCounters xdp;
};

struct MemoryStatus {
    bool hugepages = false;
    std::size_t table_bytes = 0;
    std::size_t pool_buffers = 0;
    std::size_t pool_available = 0;
    std::size_t small_buffers = 0; ///< for short copies and headers; 0: they come from the other pool
    std::size_t small_available = 0;
    std::uint64_t clock_hz = 0; ///< of the cycle counter
};

/// Read-only view of the data plane for the control socket. Control thread only.
class DataplaneView {
  public:
    virtual ~DataplaneView() = default;
    [[nodiscard]] virtual std::vector<PortStatus> ports() const = 0;
    [[nodiscard]] virtual std::vector<WorkerCounters> workers() const = 0;
    /// One per port and VLAN in use, in the order of the configuration.
    [[nodiscard]] virtual std::vector<ArrivalDrops> igmp_drops() const = 0;
    [[nodiscard]] virtual MemoryStatus memory() const = 0;
    /// Restarts what people see of port and worker counters from zero; the workers' own counters go on.
    virtual void clear_counters() = 0;
};

} // namespace mcfwd
