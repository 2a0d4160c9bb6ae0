// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One entry as the control thread knows it: what was asked for, and what it has counted so far. Counts move
// from list to list while egresses come and go; this is where none of them gets lost.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <rte_prefetch.h>

#include <mcfwd/ids.hh>
#include <mcfwd/table.hh>

#include "list_store.hh"

namespace mcfwd::dataplane {

class Entry;

/// What an entry counts for one of its egresses; a port and VLAN name it.
struct EgressTotal {
    PortId port;
    VlanId vlan;
    TableVersion since; ///< first version with this egress: what older lists count for its name is not its
    EgressCounters counters; ///< of lists that are gone
};

/// A list that is or was the list of an entry.
struct ListUse {
    ListHandle list;
    ListTotals base;        ///< counts that are not to be shown: those from before `clear`
    Entry* owner = nullptr; ///< who gets the counts; none after the entry is gone or restarted
    TableVersion since;     ///< first version with it: before that no worker knows it
};

/// Control thread only.
class Entry {
  public:
    /// Takes a new state with its new list, from version `since` on, which is not published yet. Returns the
    /// list it had, if any, which still belongs to the entry (`owner`) as long as its counts do.
    [[nodiscard]] std::unique_ptr<ListUse> replace(PutEntry desired, const ListHandle& list,
                                                   TableVersion since, bool restart);
    /// Ends the entry; returns its list, which belongs to nobody now.
    [[nodiscard]] std::unique_ptr<ListUse> end();

    /// Adds the final counts of a retired list of this entry.
    void fold(const ListUse& use, const ListStore& store);
    /// Counts start from 0 from now on.
    void clear_counters(ListStore& store);
    /// The same for a rebuilt entry that keeps its list: what older lists still count is forgotten, too.
    void restart_counters(ListStore& store);

    /// Into the cache: the entry, and then what it points to.
    void fetch() const {
        rte_prefetch0(&desired_);
        rte_prefetch0(&current_);
        rte_prefetch0(&egress_totals_);
    }
    void fetch_parts() const {
        rte_prefetch0(desired_.forward.data());
        rte_prefetch0(current_.get());
        rte_prefetch0(egress_totals_.data());
    }

    [[nodiscard]] const PutEntry& desired() const { return desired_; }
    [[nodiscard]] const ListUse& current() const { return *current_; }
    [[nodiscard]] EntryCounters counters(const ListStore& store) const;
    /// In the order of `desired().forward`.
    [[nodiscard]] std::vector<EgressCounters> egress_counters(const ListStore& store) const;

  private:
    void disown_older();
    void carry_egress_totals(TableVersion since);
    /// The same in place. False: there is more to be done than that is good for.
    [[nodiscard]] bool take_few_changes(TableVersion since);
    static void add(std::vector<EgressTotal>& totals, const ListUse& use, const ListStore& store);

    PutEntry desired_;
    std::unique_ptr<ListUse> current_;
    std::vector<ListUse*> older_;            ///< lists of before that workers may still count in
    ListTotals totals_;                      ///< of lists that are gone
    std::vector<EgressTotal> egress_totals_; ///< the same per egress, sorted by port and VLAN
};

} // namespace mcfwd::dataplane
