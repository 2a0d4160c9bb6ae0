// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Turns what snooping knows into table commands: the entries of a bridge, and the routed entries that leave
// through it, in one batch, so that no version has one without the other.
#pragma once

#include <cstddef>
#include <functional>
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

/// What a table without room did not take.
struct Refusal {
    std::vector<Ipv4Address> groups; ///< none of their entries, which are as they were
    bool routed = false;             ///< some routed entries, which keep the ports that they had
    [[nodiscard]] bool empty() const { return groups.empty() && !routed; }
};

/// Control thread only.
class BridgePublisher {
  public:
    /// All outlive the publisher.
    BridgePublisher(const BridgeTable& bridges, const TablePublisher& routed, TableWriter& table)
        : bridges_(bridges),
          routed_(routed),
          table_(table) {}

    /// Makes `entries` the state of these keys, and has the routed entries of their groups follow. When the
    /// table has no room, what needs none goes first; then each group goes in as a whole or not at all.
    [[nodiscard]] Refusal publish(DomainId bridge, std::vector<BridgeEntry> entries,
                                  const std::string& cause);
    /// The same without the routed entries.
    [[nodiscard]] Refusal publish_lists(DomainId bridge, std::vector<BridgeEntry> entries,
                                        const std::string& cause);

    struct RoutedPart {
        std::optional<group_manager::SourceGroup> next; ///< where to go on; nothing: that was all
        bool refused = false;
    };
    /// Has up to `most` routed entries from `from` on follow what snooping knows.
    [[nodiscard]] RoutedPart publish_routed(DomainId bridge, group_manager::SourceGroup from,
                                            std::size_t most, const std::string& cause);

    /// Keys of groups of the bridge that the table has, ascending from there on, until `visit` returns false.
    void visit_keys(DomainId bridge, Ipv4Address group, Ipv4Address source,
                    const std::function<bool(Ipv4Address group, Ipv4Address source)>& visit) const;
    /// Whether a key that is not there yet could find room.
    [[nodiscard]] bool has_room() const { return table_.entries() < table_.capacity(); }

  private:
    [[nodiscard]] bool submit(const Bridge& bridge, std::span<const BridgeEntry> entries,
                              const std::string& cause);
    [[nodiscard]] bool submit_routed(DomainId bridge, std::span<const Ipv4Address> groups, TableBatch batch);
    [[nodiscard]] bool can_fit(const Bridge& bridge, std::span<const BridgeEntry> entries) const;

    const BridgeTable& bridges_;
    const TablePublisher& routed_;
    TableWriter& table_;
};

} // namespace mcfwd::forwarding
