// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Memory and counters of egress lists. A list is built when its command is accepted, so that accepting is the
// only moment that can fail, and given back when no worker can read it any more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <mcfwd/ids.hh>
#include <mcfwd/result.hh>
#include <mcfwd/table.hh>

#include <dataplane/memory.hh>

#include "extents.hh"
#include "layout.hh"

namespace mcfwd::dataplane {

/// A list in memory; copied freely, owned by whoever must call `release`.
struct ListHandle {
    std::uint32_t start = 0; ///< in units of kListUnit
    std::uint32_t units = 0;
    std::uint32_t counters = 0;
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

    /// Builds a list with zeroed counters; nothing when there is no room.
    [[nodiscard]] std::optional<ListHandle> build(const MfibKey& key, std::span<const Egress> forward);
    /// Requires that no worker reads the list or counts for it any more.
    void release(const ListHandle& list);
    [[nodiscard]] ListTotals totals(const ListHandle& list) const;

    [[nodiscard]] const std::byte* lists() const { return memory_.get(); }
    /// Counters of one worker, indexed by ListHeader::counters.
    [[nodiscard]] ListCounters* counters(WorkerId worker) const;
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

  private:
    ListStore(MemoryBlock memory, std::uint32_t units, std::size_t lists);

    MemoryBlock memory_;
    Extents extents_;
    std::vector<MemoryBlock> counters_; ///< one block per worker
    std::vector<std::uint32_t> free_counters_;
    std::size_t bytes_ = 0;
};

} // namespace mcfwd::dataplane
