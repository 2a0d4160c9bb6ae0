// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The multicast view of this router: connected subnets, configured routes, and the iifs that static entries
// name.
#pragma once

#include <array>
#include <map>
#include <unordered_map>

#include <controlplane/group_manager/seams.hh>

namespace mcfwd::group_manager {

/// Answers in this order: the static entry of (S,G), that of (*,G), the longest prefix; at equal length a
/// configured route before a connected subnet. Tell `GroupManager::route_changed` after a change.
class RpfTable : public MulticastView {
  public:
    [[nodiscard]] std::optional<RpfInterface> lookup(SourceGroup flow) const override;

    /// Host bits of the prefix are ignored. A second interface for the same subnet replaces the first.
    void add_connected(Ipv4Prefix subnet, InterfaceKey interface);
    void remove_connected(Ipv4Prefix subnet);
    void add_route(Ipv4Prefix prefix, InterfaceKey interface, Ipv4Address upstream = {});
    void remove_route(Ipv4Prefix prefix);
    /// The iif of a static entry; source 0 for (*,G).
    void set_static_iif(SourceGroup key, InterfaceKey iif);
    void clear_static_iif(SourceGroup key);

  private:
    struct Lines {
        std::optional<InterfaceKey> connected;
        std::optional<std::pair<InterfaceKey, Ipv4Address>> configured;
        [[nodiscard]] bool empty() const { return !connected && !configured; }
    };
    Lines& lines(Ipv4Prefix prefix);
    void drop_if_empty(Ipv4Prefix prefix);

    std::array<std::unordered_map<Ipv4Address, Lines>, 33> by_length_;
    std::map<SourceGroup, InterfaceKey> static_iif_;
};

} // namespace mcfwd::group_manager
