// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The routed interfaces as forwarding needs them: which port, tag and MAC a copy leaves with. Filled by the
// daemon from the configuration and the ports.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include <mcfwd/ids.hh>
#include <mcfwd/ipv4.hh>
#include <mcfwd/mac.hh>

#include <controlplane/group_manager/seams.hh>

namespace mcfwd::forwarding {

struct Interface {
    std::string name;
    IfIndex index;
    PortId port; ///< on a bridge: of its first member
    VlanId vlan;
    DomainId bridge; ///< kRoutedDomain: it is on its port alone
    MacAddress mac;  ///< source of routed copies
    std::vector<Ipv4Prefix> addresses;
    std::uint8_t ttl_threshold = 1;
    std::uint16_t mtu = 1500;
};

class InterfaceTable : public group_manager::InterfaceDirectory {
  public:
    /// Adds or replaces the line of `interface.index`.
    void put(Interface interface);
    void remove(IfIndex index);
    /// nullptr: there is none. Valid until that line changes.
    [[nodiscard]] const Interface* find(IfIndex index) const;
    [[nodiscard]] const Interface* find(std::string_view name) const;
    /// Ascending by index.
    [[nodiscard]] const std::map<IfIndex, Interface>& all() const { return by_index_; }

    [[nodiscard]] std::optional<std::string> interface_name(IfIndex index) const override;

  private:
    std::map<IfIndex, Interface> by_index_;
};

} // namespace mcfwd::forwarding
