// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Memory and counters of egress lists. A list is built when its command is accepted, so that accepting is the
// only moment that can fail, and given back when no worker can read it any more. Entries share lists; each
// counts for itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <mcfwd/ids.hh>
#include <mcfwd/result.hh>
#include <mcfwd/table.hh>

#include <dataplane/memory.hh>

#include "layout.hh"
#include "list_pool.hh"

namespace mcfwd::dataplane {

/// The use of a list by an entry; copied freely, owned by whoever must call `release`.
struct ListHandle {
    std::uint32_t start = 0;    ///< in units of kListUnit
    std::uint32_t counters = 0; ///< nobody else counts there
};

/// What one list counted at all workers together.
struct ListTotals {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    std::uint64_t wrong_interface = 0;
    std::uint64_t copies = 0;

    ListTotals& operator+=(const ListTotals& other);
    ListTotals& operator-=(const ListTotals& other);
};

/// Control thread only, but for the memory it hands out to read (`lists`) and to count in (`counters`).
class ListStore {
  public:
    /// Room for `lists` lists with `egresses` egresses in total, whatever their sizes.
    [[nodiscard]] static Expected<ListStore> create(std::size_t lists, std::size_t egresses,
                                                    std::size_t workers, const AllocateMemory& allocate);

    /// The list of an entry, with zeroed counters; nothing when there is no room.
    [[nodiscard]] std::optional<ListHandle> build(const PutEntry& put);
    /// Requires that no worker reads the list for this entry or counts for it any more.
    void release(const ListHandle& list);
    [[nodiscard]] ListTotals totals(const ListHandle& list) const;

    [[nodiscard]] const std::byte* lists() const { return pool_.memory(); }
    [[nodiscard]] CounterMemory counters(WorkerId worker) const;
    /// Memory of a store of this size.
    [[nodiscard]] static std::size_t bytes_for(std::size_t lists, std::size_t egresses, std::size_t workers);

  private:
    ListStore(MemoryBlock memory, std::uint32_t units, std::size_t lists);

    ListPool pool_;
    std::vector<MemoryBlock> counters_; ///< one block per worker: first what is usual, then exceptions
    std::size_t lists_;                 ///< how many can be used at the same time
    std::vector<std::uint32_t> free_counters_;
};

} // namespace mcfwd::dataplane
