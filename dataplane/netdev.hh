// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Kernel interfaces under AF_XDP and AF_PACKET ports: what they are, and what a port changes on them while it
// is open. Everything goes through sockets of the current network namespace; sysfs may show another one.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <mcfwd/result.hh>

namespace mcfwd::dataplane {

struct Netdev {
    std::string name;
    unsigned index = 0;
    bool up = false;      ///< administratively (IFF_UP)
    bool carrier = false; ///< can send and receive now
    std::string driver;   ///< e.g. "veth", "ixgbe"; empty if the interface has none
    unsigned mtu = 0;
    std::uint32_t speed_mbps = 0; ///< 0: unknown
    unsigned rx_queues = 1;       ///< queues that frames can arrive on
    unsigned xdp_queues = 1;      ///< of these, how many the AF_XDP driver can serve
};

/// Names of all interfaces, sorted.
[[nodiscard]] std::vector<std::string> netdev_names();

/// Whether this interface exists, is up and has a carrier now.
[[nodiscard]] bool has_carrier(const std::string& name, unsigned index);

/// kNotFound, with the interfaces that exist, if there is none of this name.
[[nodiscard]] Expected<Netdev> inspect_netdev(const std::string& name);

/// Owns a file descriptor.
class Descriptor {
  public:
    explicit Descriptor(int value = -1) : value_(value) {}
    Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    ~Descriptor();
    [[nodiscard]] int value() const { return value_; }

  private:
    int value_;
};

/// One port per interface: kAlreadyExists with the process id while another port of any mcfwd process in this
/// network namespace has it. The claim is a socket, so it ends with its process whatever happens.
[[nodiscard]] Expected<Descriptor> claim_netdev(const std::string& name);

/// The interface receives all multicast frames as long as the descriptor is open.
[[nodiscard]] Expected<Descriptor> receive_all_multicast(const Netdev& netdev);

/// Keeps the VLAN tag in received frames, where an XDP program sees it, by turning the interface's tag
/// stripping off. Turned on again at the end if it was on before.
class KeptVlanTags {
  public:
    [[nodiscard]] static Expected<KeptVlanTags> create(const Netdev& netdev);
    KeptVlanTags(KeptVlanTags&& other) noexcept : name_(std::exchange(other.name_, {})) {}
    KeptVlanTags& operator=(KeptVlanTags&& other) noexcept {
        std::swap(name_, other.name_);
        return *this;
    }
    ~KeptVlanTags();

  private:
    explicit KeptVlanTags(std::string name) : name_(std::move(name)) {}
    std::string name_; // to be restored; empty: nothing was changed
};

} // namespace mcfwd::dataplane
