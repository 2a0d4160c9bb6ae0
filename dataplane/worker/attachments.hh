// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Which interface a frame arrives on. Made from the configuration before the workers start, never changed
// after.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <mcfwd/ids.hh>
#include <mcfwd/mac.hh>
#include <mcfwd/result.hh>

#include <dataplane/dataplane.hh>

namespace mcfwd::dataplane {

/// An attachment as workers need it.
struct Arrival {
    DomainId domain;
    IfIndex interface; ///< of a bridge: its own, or none
    PortId port;
    VlanId vlan;
    MacAddress port_mac; ///< frames from one of these two are our own
    MacAddress copy_mac; ///< source of the copies we send there

    [[nodiscard]] bool is_bridge() const { return domain != kRoutedDomain; }
    [[nodiscard]] bool is_own(const MacAddress& source) const {
        return source == port_mac || source == copy_mac;
    }
};

class Attachments {
  public:
    static constexpr std::uint16_t kNone = 0xffff;
    static constexpr std::size_t kVlans = 4096;

    /// `port_macs` has one address per port. kInvalidParameter for unknown ports or VLANs and for a routed
    /// place without interface, kAlreadyExists for doubles.
    [[nodiscard]] static Expected<Attachments> create(std::span<const Attachment> attachments,
                                                      std::span<const MacAddress> port_macs);

    /// Index of the attachment, or kNone. `vlan` is below kVlans.
    [[nodiscard]] std::uint16_t find(PortId port, std::uint16_t vlan) const {
        return by_place_[port.value() * kVlans + vlan];
    }
    [[nodiscard]] const Arrival& operator[](std::size_t index) const { return arrivals_[index]; }
    [[nodiscard]] std::size_t size() const { return arrivals_.size(); }

  private:
    std::vector<std::uint16_t> by_place_;
    std::vector<Arrival> arrivals_;
};

} // namespace mcfwd::dataplane
