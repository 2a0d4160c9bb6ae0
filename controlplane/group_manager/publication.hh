// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What the forwarding table does not know yet, and the one place that tells it. Private to the group manager.
#pragma once

#include <map>
#include <optional>
#include <set>

#include <controlplane/group_manager/mfe_table.hh>
#include <controlplane/group_manager/seams.hh>

namespace mcfwd::group_manager {

class Publication {
  public:
    Publication(ForwardingSink& sink, MfeTable& entries) : sink_(sink), entries_(entries) {}

    /// The entry changed or went; its latest state is published with the next flush.
    void touch(SourceGroup flow) { flows_.insert(flow); }
    /// As `touch`; the counters start again.
    void restart(SourceGroup flow) {
        flows_.insert(flow);
        restarted_.insert(flow);
    }
    void set_signal(InterfaceKey interface, bool signal) { miss_[interface] = signal; }

    [[nodiscard]] bool pending() const { return !flows_.empty() || !miss_.empty(); }
    /// Publishes everything that differs from what the table holds as one version; nothing differs: no
    /// version. When the table refuses, all of it stays pending.
    [[nodiscard]] Expected<void> flush(std::string cause);
    /// Publishes one new entry by itself, before it is in the table of entries.
    [[nodiscard]] Expected<void> publish_new(Entry& entry, std::string cause);

    [[nodiscard]] std::uint64_t published() const { return published_; }

  private:
    ForwardingSink& sink_;
    MfeTable& entries_;
    std::set<SourceGroup> flows_;
    std::set<SourceGroup> restarted_;
    std::map<InterfaceKey, bool> miss_;
    std::uint64_t published_ = 0;
};

} // namespace mcfwd::group_manager
