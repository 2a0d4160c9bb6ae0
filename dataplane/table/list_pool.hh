// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Egress lists in memory, each content once. Most entries of a router have the egresses of many others: what
// they share stays in the caches of the workers, however many entries there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>

#include <dataplane/memory.hh>

#include "extents.hh"

namespace mcfwd::dataplane {

/// Control thread only, but for the memory it hands out to read.
class ListPool {
  public:
    /// `memory` has room for `units` units of kListUnit.
    ListPool(MemoryBlock memory, std::uint32_t units);

    /// Where a list of these octets, whole units, lies; another use of it if there is one already. Nothing
    /// when there is no room. In units of kListUnit.
    [[nodiscard]] std::optional<std::uint32_t> take(std::span<const std::byte> content);
    /// Ends a use. The last one requires that no worker reads the list any more.
    void give_back(std::uint32_t start);

    [[nodiscard]] const std::byte* memory() const { return memory_.get(); }
    /// Different lists at present.
    [[nodiscard]] std::size_t size() const { return lists_.size(); }

  private:
    struct List {
        std::uint32_t units = 0;
        std::uint32_t uses = 0;
        std::size_t hash = 0;
    };
    [[nodiscard]] std::optional<std::uint32_t> find(std::span<const std::byte> content,
                                                    std::size_t hash) const;

    MemoryBlock memory_;
    Extents extents_;
    std::unordered_map<std::uint32_t, List> lists_; ///< by where they start
    std::unordered_multimap<std::size_t, std::uint32_t> by_hash_;
};

} // namespace mcfwd::dataplane
