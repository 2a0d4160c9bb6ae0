// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A port: one Ethernet device that workers poll, whatever kind it is (PCI NIC, AF_XDP, AF_PACKET, vdev).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <mcfwd/counters.hh>
#include <mcfwd/ids.hh>
#include <mcfwd/mac.hh>
#include <mcfwd/result.hh>

struct rte_mempool;

namespace mcfwd::dataplane {

struct PortRequest {
    PortId id;
    std::string name; ///< of the configuration; every error names it
    /// "af_xdp:IFNAME", "af_packet:IFNAME", a PCI address, vdev devargs ("net_null0",
    /// "net_memif0,role=client"), or the name of an Ethernet device that this process has already (EAL's
    /// --vdev, rte_eth_from_rings).
    std::string device;
    unsigned workers = 1;        ///< that will receive from it and send to it
    rte_mempool* pool = nullptr; ///< for received packets; outlives the port
    std::vector<VlanId> bridged =
        {}; ///< VLANs (0: untagged) whose multicast is all for us, also what is not IPv4
    std::uint16_t rx_descriptors = 2048; ///< per queue; rounded to what the driver takes
    std::uint16_t tx_descriptors = 1024;
};

/// What the fast path must know about a driver.
struct PortCapabilities {
    bool multi_segment_tx = false;  ///< takes chained mbufs; false: send single-segment packets only
    bool echoes_own_frames = false; ///< what we send comes back on RX: drop by source MAC
};

/// A configured device. Owned by the control thread; workers use `number()` with rte_eth_rx_burst and
/// rte_eth_tx_burst only. Destroy it after the workers have stopped and before its pool: the destructor stops
/// and removes the device and undoes what `create` changed in the kernel (XDP program, interface flags).
class Port {
  public:
    /// Finds or plugs in the device and sets up its queues; no packet arrives yet. Requires a running Eal.
    /// Errors name the port, say what was tried and what to do: kNotFound (no such device), kInvalidParameter
    /// (device text), kNotEnoughMemory (pool), kCanNotComplete (the rest).
    [[nodiscard]] static Expected<Port> create(const PortRequest& request);

    Port(Port&&) noexcept;
    Port& operator=(Port&&) noexcept;
    ~Port();

    /// Lets packets flow. Once.
    [[nodiscard]] Expected<void> start();

    [[nodiscard]] PortId id() const;
    [[nodiscard]] const std::string& name() const;
    /// DPDK's port number.
    [[nodiscard]] std::uint16_t number() const;
    /// All of these must be polled, each by exactly one worker. May be more or fewer than `workers`.
    [[nodiscard]] std::uint16_t rx_queues() const;
    /// At most one per worker. May be fewer: a TX queue then has an owner that sends for the others.
    [[nodiscard]] std::uint16_t tx_queues() const;
    [[nodiscard]] MacAddress mac() const;
    /// Largest IP packet in octets.
    [[nodiscard]] std::uint16_t mtu() const;
    [[nodiscard]] PortCapabilities capabilities() const;

    /// Cheaper than all of `status`. Control thread only.
    [[nodiscard]] bool link_up() const;
    /// Link, counters, XDP counts as of now; makes system calls. Control thread only.
    [[nodiscard]] PortStatus status() const;

  private:
    struct State;
    explicit Port(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace mcfwd::dataplane
