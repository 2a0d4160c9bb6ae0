// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The data plane as the daemon sees it: settings in, four narrow interfaces out. Nothing of DPDK shows here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/counters.hh>
#include <mcfwd/ids.hh>
#include <mcfwd/mac.hh>
#include <mcfwd/result.hh>
#include <mcfwd/signals.hh>
#include <mcfwd/table.hh>

namespace mcfwd::dataplane {

/// What a worker does when nothing arrives.
enum class PollMode : std::uint8_t {
    kBusy,     ///< polls on
    kAdaptive, ///< backs off step by step to sleeps of at most 500 us, which is what the next packet may wait
};

enum class MemoryMode : std::uint8_t {
    kAuto,      ///< hugepages if enough of them are free, else ordinary memory
    kHugepages, ///< fails without them
    kNoHuge,
};

/// A `[[port]]`. Its index in `Settings::ports` is its PortId.
struct PortSettings {
    std::string name;
    std::string device; ///< as in the configuration: PCI address, "af_xdp:IF", "af_packet:IF" or vdev devargs
};

/// Ethernet source of the copies that leave an interface.
enum class SourceMac : std::uint8_t {
    kPort,   ///< the port's own
    kShared, ///< the router's one address: that of its first port
};

/// Packets that arrive on (port, vlan) belong to this interface of this domain. Everything else is dropped.
/// In the domain of a bridge frames are bridged; if the bridge has an interface, they are routed from there,
/// too.
struct Attachment {
    PortId port;
    VlanId vlan; ///< 0: untagged and priority-tagged frames
    DomainId domain = kRoutedDomain;
    IfIndex interface; ///< of a bridge: its own, or kNoInterface
    SourceMac source_mac = SourceMac::kPort;
};

/// A token bucket: `per_second` on average, `burst` at once.
struct Rate {
    std::uint32_t per_second = 0;
    std::uint32_t burst = 0;
};

/// Bounds of what a worker may hold or hand over. Each worker has its own.
struct Limits {
    std::uint32_t parked_flows = 4096;    ///< flows that wait for their entry; a power of two
    std::uint32_t parked_per_flow = 1024; ///< packets of one such flow
    std::uint32_t parked_packets = 16384; ///< packets of all of them
    Duration park_timeout = std::chrono::seconds(1);
    /// Octets of IP from which on packets are not copied for egresses with different headers, but shared
    /// behind a buffer with the header; only where the drivers of all egresses take that. At least 46, so
    /// that no frame needs padding. Sharing costs what copying does at 64 octets, and a NIC a second
    /// descriptor; copying costs 1.3 times as much at 512 octets and 2 to 2.8 times at 1,514
    /// (`fastpath_bench --headers different --chain-from N`).
    std::uint32_t chain_from = 128;
    std::uint32_t transmit_backlog = 512;             ///< packets kept per port that did not take them yet
    std::uint32_t punt_ring = 4096;                   ///< slots per class of signal; a power of two
    std::uint32_t igmp_ring = 2048;                   ///< slots for IGMP packets of one port; a power of two
    Rate igmp{.per_second = 100'000, .burst = 2'000}; ///< per port and VLAN; the burst fits the ring
    Rate no_entry{.per_second = 100'000, .burst = 10'000};     ///< per interface, one per flow
    Rate wrong_interface{.per_second = 1'000, .burst = 1'000}; ///< per interface
    Rate pim_hello{.per_second = 100, .burst = 100};           ///< per port and VLAN of a bridge
};

struct Settings {
    unsigned main_core = 0;
    std::vector<unsigned> worker_cores{1};
    PollMode poll = PollMode::kBusy;
    MemoryMode memory = MemoryMode::kAuto;
    std::size_t mfib_entries = 65536;
    /// Egresses of all entries together; 0: four times mfib_entries, but in a small table at least 65,535
    /// more than mfib_entries. Equal lists are not shared.
    std::size_t mfib_egresses = 0;
    std::vector<std::string> eal; ///< further EAL arguments, verbatim
    std::vector<PortSettings> ports;
    std::vector<Attachment> attachments;
    Limits limits;
};

/// EAL, memory, ports, table and workers of one process. One at a time: EAL cannot start twice.
/// All calls on the control thread, which is the thread that called `create`.
class Dataplane {
  public:
    /// Starts EAL (which pins the calling thread to `main_core`), opens every port and builds the empty
    /// table. On failure nothing is left behind but EAL itself; the error names the setting that caused it.
    [[nodiscard]] static Expected<std::unique_ptr<Dataplane>> create(const Settings& settings);
    /// Stops if that has not happened.
    ~Dataplane();
    Dataplane(const Dataplane&) = delete;
    Dataplane& operator=(const Dataplane&) = delete;

    /// Starts the ports and launches the workers.
    [[nodiscard]] Expected<void> start();
    /// Joins the workers, stops and closes the ports, gives all buffers back. The table can still be read.
    void stop();

    /// Publishes forwarding state. Call `advance()` on it every millisecond or so while it returns true.
    [[nodiscard]] TableWriter& table();
    /// Drain it again at once as long as it delivers `limit` signals; then sleep until its descriptor is
    /// readable, but not much longer than a millisecond, as `watch_links` and `table` want to be called too.
    [[nodiscard]] SignalSource& signals();
    [[nodiscard]] PacketSender& sender();
    [[nodiscard]] DataplaneView& view();

    /// Lets the workers know which ports have a link. Call it about as often as `signals()` is drained; it
    /// looks every 100 ms.
    void watch_links();
    /// As last looked at; true before the first time.
    [[nodiscard]] bool link_up(PortId port) const;

    /// Facts of a port that do not change while it is open; `port` is an index of `Settings::ports`.
    [[nodiscard]] MacAddress port_mac(PortId port) const;
    [[nodiscard]] std::uint16_t port_mtu(PortId port) const;

  private:
    struct Parts;
    explicit Dataplane(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

} // namespace mcfwd::dataplane
