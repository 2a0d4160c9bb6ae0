// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// IGMP packets that workers did not hand over, for the counters of interfaces and ports.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <mcfwd/counters.hh>

namespace mcfwd::daemon {

/// A picture of one moment. Control thread only.
class IgmpDropTable {
  public:
    explicit IgmpDropTable(const std::vector<ArrivalDrops>& all);

    /// Zero where nothing is configured.
    [[nodiscard]] IgmpDrops at(PortId port, VlanId vlan) const;
    /// Of a bridge's interface: those of all ports of the bridge.
    [[nodiscard]] IgmpDrops of(IfIndex interface) const;

  private:
    std::map<std::pair<PortId, VlanId>, IgmpDrops> by_place_;
    std::map<IfIndex, IgmpDrops> by_interface_;
};

/// Members named as in `show drops`.
void add_igmp_drops(nlohmann::json& counters, const IgmpDrops& drops);

} // namespace mcfwd::daemon
