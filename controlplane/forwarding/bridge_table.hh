// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The bridges as forwarding needs them: which port, tag and MTU each member stands for. Filled by the daemon
// from the configuration and the ports.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <mcfwd/ids.hh>
#include <mcfwd/ipv4.hh>

namespace mcfwd::forwarding {

struct BridgeMember {
    std::string name; ///< "p2", or "p3:10"
    PortId port;
    VlanId vlan;
    std::uint16_t mtu = 1500;
};

struct Bridge {
    std::string name;
    DomainId domain;
    std::vector<BridgeMember> members; ///< index: BridgePort
    IfIndex interface;                 ///< its routed interface; kNoInterface: none

    /// Nothing: it is no member.
    [[nodiscard]] std::optional<BridgePort> index_of(PortId port, VlanId vlan) const;
};

class BridgeTable {
  public:
    void add(Bridge bridge);
    /// nullptr: there is none. Valid for the life of the table.
    [[nodiscard]] const Bridge* find(DomainId domain) const;
    [[nodiscard]] const Bridge* find(std::string_view name) const;
    /// Ascending by domain.
    [[nodiscard]] const std::map<DomainId, Bridge>& all() const { return by_domain_; }

  private:
    std::map<DomainId, Bridge> by_domain_;
};

/// What snooping knows. Seam: the table publisher asks it, the snooping protocol answers.
class SnoopedPorts {
  public:
    virtual ~SnoopedPorts() = default;
    /// The members of a bridge that want packets of this flow: those of its most specific entry. Ascending.
    [[nodiscard]] virtual std::vector<BridgePort> ports_for_flow(DomainId bridge, Ipv4Address group,
                                                                 Ipv4Address source) const = 0;
};

} // namespace mcfwd::forwarding
