// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The kernel's side of an AF_XDP or AF_PACKET port: checks before the driver starts, what is changed on the
// interface meanwhile, and explanations when the driver fails.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <mcfwd/counters.hh>
#include <mcfwd/result.hh>

#include "device.hh"
#include "eal_log.hh"
#include "netdev.hh"
#include "xdp/sockets.hh"
#include "xdp/steering.hh"

namespace mcfwd::dataplane {

/// Use of a kernel interface by one port. Outlives the DPDK device; its destructor leaves the interface as it
/// was found, but for a steering program left there by a process that was killed, which is gone.
class NetdevUse {
  public:
    /// Claims and prepares the interface of `device`. Errors say what to do.
    [[nodiscard]] static Expected<NetdevUse> create(const Device& device);

    NetdevUse(NetdevUse&& other) noexcept;
    NetdevUse& operator=(NetdevUse&&) = delete;
    ~NetdevUse();

    /// Arguments for the DPDK driver, which serves `workers`.
    [[nodiscard]] Expected<std::string> driver_arguments(const Device& device, unsigned workers) const;

    /// To be called when the DPDK device has its queues: the steering program is attached now, and told which
    /// VLANs are bridged.
    [[nodiscard]] Expected<void> driver_attached(std::span<const VlanId> bridged);

    /// Turns what DPDK and the kernel complained about into one message.
    [[nodiscard]] std::string explain(const Complaints& complaints, const std::string& failure) const;

    /// AF_XDP sockets of the port; the driver owns them.
    [[nodiscard]] const std::vector<int>& sockets() const { return sockets_; }
    [[nodiscard]] bool steered() const { return kind_ == DeviceKind::kAfXdp; }
    [[nodiscard]] const Netdev& facts() const { return netdev_; }
    [[nodiscard]] const std::optional<xdp::Steering>& steering() const { return steering_; }

  private:
    NetdevUse(DeviceKind kind, Netdev netdev, Descriptor claim)
        : kind_(kind),
          netdev_(std::move(netdev)),
          claim_(std::move(claim)) {}
    [[nodiscard]] Expected<void> prepare_for_xdp();

    DeviceKind kind_;
    Netdev netdev_;
    Descriptor claim_;
    Descriptor multicast_;
    std::optional<KeptVlanTags> tags_;
    std::optional<xdp::Steering> steering_;
    std::vector<int> sockets_; // of the driver: before it starts those of other ports, then of this one
};

} // namespace mcfwd::dataplane
