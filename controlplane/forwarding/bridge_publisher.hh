// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Turns what snooping knows into table commands: the entries of a bridge, and the routed entries that leave
// through it, in one batch, so that no version has one without the other.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <mcfwd/table.hh>

#include <controlplane/forwarding/bridge_table.hh>
#include <controlplane/forwarding/table_publisher.hh>

namespace mcfwd::forwarding {

/// The ports of one key of a bridge.
struct BridgeEntry {
    Ipv4Address group;  ///< or kUnregisteredGroup, kFloodGroup
    Ipv4Address source; ///< kAnySource for (*,G)
    /// Ascending; nothing: there is no entry.
    std::optional<std::vector<BridgePort>> ports;
};

/// Control thread only.
class BridgePublisher {
  public:
    /// All outlive the publisher.
    BridgePublisher(const BridgeTable& bridges, const TablePublisher& routed, TableWriter& table)
        : bridges_(bridges),
          routed_(routed),
          table_(table) {}

    /// Makes `entries` the state of these keys. When the table has no room, what needs none goes first;
    /// returns the keys that found none, which keep the ports that they had.
    [[nodiscard]] std::vector<BridgeEntry> publish(DomainId bridge, std::vector<BridgeEntry> entries,
                                                   const std::string& cause);

  private:
    [[nodiscard]] bool submit(const Bridge& bridge, std::span<const BridgeEntry> entries,
                              const std::string& cause);

    const BridgeTable& bridges_;
    const TablePublisher& routed_;
    TableWriter& table_;
};

} // namespace mcfwd::forwarding
