// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Turns what the group manager wants into table commands: interface keys become resolved egresses, one update
// becomes one batch. Created by the daemon between group manager and table writer.
#pragma once

#include <map>
#include <set>

#include <mcfwd/signals.hh>
#include <mcfwd/table.hh>

#include <controlplane/forwarding/interface_table.hh>
#include <controlplane/group_manager/seams.hh>

namespace mcfwd::forwarding {

/// Control thread only. Links of one point-to-multipoint interface share its egress: one copy leaves.
class TablePublisher : public group_manager::ForwardingSink {
  public:
    /// All outlive the publisher.
    TablePublisher(const InterfaceTable& interfaces, TableWriter& table, PacketSender& packets);

    [[nodiscard]] Expected<void> publish(const group_manager::ForwardingUpdate& update) override;
    void discard_parked(group_manager::SourceGroup flow) override;
    [[nodiscard]] std::optional<group_manager::FlowCounters>
    counters(group_manager::SourceGroup flow) const override;
    [[nodiscard]] std::vector<group_manager::OifCounters>
    oif_counters(group_manager::SourceGroup flow) const override;

  private:
    [[nodiscard]] PutEntry resolve(const group_manager::DesiredEntry& entry) const;

    const InterfaceTable& interfaces_;
    TableWriter& table_;
    PacketSender& packets_;
    std::map<IfIndex, std::set<Ipv4Address>> signalling_; ///< next hops that have an owner, per interface
};

} // namespace mcfwd::forwarding
