// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Memory and counters of egress lists. A list is built when its command is accepted, so that accepting is the
// only moment that can fail, and given back when no worker can read it any more. Entries share lists; each
// counts for itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <mcfwd/ids.hh>
#include <mcfwd/result.hh>
#include <mcfwd/table.hh>

#include <dataplane/memory.hh>

#include "layout.hh"
#include "list_pool.hh"
#include "loss_pool.hh"

namespace mcfwd::dataplane {

/// The use of a list by an entry; copied freely, owned by whoever must call `release`.
struct ListHandle {
    std::uint32_t start = 0;    ///< in units of kListUnit
    std::uint32_t counters = 0; ///< nobody else counts there
};

/// What one use counted at all workers together.
using ListTotals = EntryCounters;
ListTotals& operator+=(ListTotals& totals, const ListTotals& other);
/// Not below 0: a copy may be lost after a clearing that its packet came before.
ListTotals& operator-=(ListTotals& totals, const ListTotals& other);

/// What one egress of a use lost, by its name.
struct ListLosses {
    PortId port;
    VlanId vlan;
    std::uint64_t ttl_exceeded = 0;
    std::uint64_t mtu_exceeded = 0;
    std::uint64_t discarded = 0;
    std::uint64_t bytes = 0;
};

/// Control thread only, but for the memory it hands out to read (`lists`) and to count in (`counters`).
class ListStore {
  public:
    /// Room for `lists` lists with `egresses` egresses in total, whatever their sizes.
    [[nodiscard]] static Expected<ListStore> create(std::size_t lists, std::size_t egresses,
                                                    std::size_t workers, const AllocateMemory& allocate);

    /// The list of an entry, with zeroed counters; nothing when there is no room.
    [[nodiscard]] std::optional<ListHandle> build(const PutEntry& put);
    /// Versions from `since` on have the list.
    void begin_use(const ListHandle& list, TableVersion since);
    /// Versions from `until` on do not.
    void end_use(const ListHandle& list, TableVersion until);
    /// Requires that no worker reads the list for this entry or counts for it any more.
    void release(const ListHandle& list);
    [[nodiscard]] ListTotals totals(const ListHandle& list) const;
    /// Egresses that have lost something, each once.
    [[nodiscard]] std::vector<ListLosses> losses(const ListHandle& list) const;
    /// Forgets what egresses have lost.
    void clear_losses(const ListHandle& list);

    [[nodiscard]] const std::byte* lists() const { return pool_.memory(); }
    [[nodiscard]] CounterMemory counters(WorkerId worker) const;
    /// Memory of a store of this size.
    [[nodiscard]] static std::size_t bytes_for(std::size_t lists, std::size_t egresses, std::size_t workers);

  private:
    ListStore(MemoryBlock memory, std::uint32_t units, std::size_t lists, MemoryBlock losses);
    [[nodiscard]] UseLosses& use(const ListHandle& list) const;
    [[nodiscard]] EgressList egresses(const ListHandle& list) const;

    ListPool pool_;
    std::vector<MemoryBlock> counters_; ///< one block per worker: first what is usual, then exceptions
    MemoryBlock losses_;                ///< UseLosses of all uses
    std::unique_ptr<LossPool> blocks_;
    std::size_t lists_; ///< how many can be used at the same time
    std::vector<std::uint32_t> free_counters_;
};

} // namespace mcfwd::dataplane
