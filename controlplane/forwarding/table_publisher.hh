// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Turns what the group manager wants into table commands: interface keys become resolved egresses, one update
// becomes one batch. Created by the daemon between group manager and table writer.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include <mcfwd/signals.hh>
#include <mcfwd/table.hh>

#include <controlplane/forwarding/bridge_table.hh>
#include <controlplane/forwarding/interface_table.hh>
#include <controlplane/group_manager/seams.hh>

namespace mcfwd::forwarding {

/// Control thread only. Links of one point-to-multipoint interface share its egress: one copy leaves.
class TablePublisher : public group_manager::ForwardingSink {
  public:
    /// All outlive the publisher. `snooped` answers for the bridges that interfaces are on.
    TablePublisher(const InterfaceTable& interfaces, const BridgeTable& bridges, const SnoopedPorts& snooped,
                   TableWriter& table, PacketSender& packets);

    [[nodiscard]] Expected<void> publish(const group_manager::ForwardingUpdate& update) override;
    void discard_parked(group_manager::SourceGroup flow) override;
    [[nodiscard]] std::optional<group_manager::FlowCounters>
    counters(group_manager::SourceGroup flow) const override;
    [[nodiscard]] std::vector<group_manager::OifCounters>
    oif_counters(group_manager::SourceGroup flow) const override;

    /// Appends the routed entries of a group that have an oif on the bridge, resolved anew.
    void append_bridged(DomainId bridge, Ipv4Address group, TableBatch& batch) const;
    /// The same for up to `most` entries of all groups from `from` on; the first one after these, if any.
    [[nodiscard]] std::optional<group_manager::SourceGroup>
    append_bridged_from(DomainId bridge, group_manager::SourceGroup from, std::size_t most,
                        TableBatch& batch) const;

  private:
    [[nodiscard]] PutEntry resolve(const group_manager::DesiredEntry& entry) const;
    /// The ports of its bridge that want the flow.
    void append_egresses(const Interface& interface, group_manager::SourceGroup flow,
                         std::vector<Egress>& forward) const;
    void append_if_bridged(DomainId bridge, const group_manager::DesiredEntry& entry,
                           TableBatch& batch) const;
    [[nodiscard]] bool leaves_by_bridge(const group_manager::DesiredEntry& entry) const;

    const InterfaceTable& interfaces_;
    const BridgeTable& bridges_;
    const SnoopedPorts& snooped_;
    TableWriter& table_;
    PacketSender& packets_;
    std::map<group_manager::SourceGroup, group_manager::DesiredEntry> bridged_; ///< with an oif on a bridge
    bool gathers_ = false;                                ///< the table waits for more of the same change
    std::map<IfIndex, std::set<Ipv4Address>> signalling_; ///< next hops that have an owner, per interface
};

} // namespace mcfwd::forwarding
