// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The multicast view of this router: connected subnets, configured routes, and the iifs that static entries
// name.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <mcfwd/prefixes.hh>

#include <controlplane/group_manager/seams.hh>

namespace mcfwd::group_manager {

/// Answers in this order: the static entry of (S,G), that of (*,G), the longest prefix; at equal length a
/// configured route before a connected subnet; the upstream of a proxy where nothing else answers. Tell
/// `GroupManager::route_changed` after a change.
class RpfTable : public MulticastView {
  public:
    /// `prefixes` is empty, outlives the table, and finds the longest match for it.
    explicit RpfTable(PrefixSet& prefixes) : prefixes_(prefixes) {}

    [[nodiscard]] std::optional<RpfInterface> lookup(SourceGroup flow) const override;

    /// Host bits of the prefix are ignored. A second interface for the same subnet or prefix replaces the
    /// first. kNotEnoughMemory: no room for one more prefix.
    [[nodiscard]] Expected<void> add_connected(Ipv4Prefix subnet, InterfaceKey interface);
    void remove_connected(Ipv4Prefix subnet);
    [[nodiscard]] Expected<void> add_route(Ipv4Prefix prefix, InterfaceKey interface,
                                           Ipv4Address upstream = {});
    void remove_route(Ipv4Prefix prefix);
    /// The iif of a static entry; source 0 for (*,G).
    void set_static_iif(SourceGroup key, InterfaceKey iif);
    void clear_static_iif(SourceGroup key);
    /// Where all sources are that nothing else tells of.
    void set_proxy_upstream(InterfaceKey interface) { proxy_upstream_ = interface; }

  private:
    struct Lines {
        std::optional<InterfaceKey> connected;
        std::optional<std::pair<InterfaceKey, Ipv4Address>> configured;
        [[nodiscard]] bool empty() const { return !connected && !configured; }
    };
    /// The lines of a prefix, new ones if need be.
    [[nodiscard]] Expected<Lines*> lines(Ipv4Prefix prefix);
    void drop_if_empty(Ipv4Prefix prefix);

    PrefixSet& prefixes_;
    std::map<Ipv4Prefix, Lines> lines_; ///< of the prefixes in `prefixes_`, without host bits
    std::map<SourceGroup, InterfaceKey> static_iif_;
    std::optional<InterfaceKey> proxy_upstream_;
};

} // namespace mcfwd::group_manager
