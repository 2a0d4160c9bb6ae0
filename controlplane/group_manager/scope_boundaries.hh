// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Administrative scope boundaries per interface (RFC 2365): a blocked group neither enters nor leaves.
#pragma once

#include <unordered_map>
#include <vector>

#include <controlplane/group_manager/seams.hh>

namespace mcfwd::group_manager {

/// Tell `GroupManager::boundary_changed` after a change.
class ScopeBoundaries : public Boundary {
  public:
    /// Replaces the blocked group ranges of an interface.
    void set(IfIndex interface, std::vector<Ipv4Prefix> blocked) { blocked_[interface] = std::move(blocked); }

    [[nodiscard]] bool blocks_input(InterfaceKey interface, Ipv4Address group) const override {
        const auto at = blocked_.find(interface.interface);
        if (at == blocked_.end()) {
            return false;
        }
        for (const Ipv4Prefix& range : at->second) {
            if (range.contains(group)) {
                return true;
            }
        }
        return false;
    }
    [[nodiscard]] bool blocks_output(InterfaceKey interface, Ipv4Address group) const override {
        return blocks_input(interface, group);
    }

  private:
    std::unordered_map<IfIndex, std::vector<Ipv4Prefix>> blocked_;
};

} // namespace mcfwd::group_manager
