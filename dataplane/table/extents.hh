// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Which parts of the egress list memory are free. Control thread only; the memory itself is not touched.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace mcfwd::dataplane {

/// Best-fit allocator of ranges [start, start + units) that joins neighbours when they are given back.
class Extents {
  public:
    explicit Extents(std::uint32_t units);

    /// Start of a range, or nothing when no gap is large enough. `units` is at least 1.
    [[nodiscard]] std::optional<std::uint32_t> take(std::uint32_t units);
    /// Gives back exactly what `take` returned.
    void give_back(std::uint32_t start, std::uint32_t units);
    [[nodiscard]] std::uint32_t free_units() const { return free_units_; }

  private:
    void insert(std::uint32_t start, std::uint32_t units);
    void remove(std::map<std::uint32_t, std::uint32_t>::iterator gap);

    std::map<std::uint32_t, std::uint32_t> by_start_;           ///< gaps: start -> units
    std::set<std::pair<std::uint32_t, std::uint32_t>> by_size_; ///< the same gaps: (units, start)
    std::uint32_t free_units_;
};

} // namespace mcfwd::dataplane
