// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Best fit keeps large gaps whole; lists of one size, the usual case, fill the gaps that their like left.
#include "extents.hh"

#include <cassert>
#include <iterator>

namespace mcfwd::dataplane {

Extents::Extents(std::uint32_t units) : free_units_(units) {
    if (units > 0) {
        insert(0, units);
    }
}

std::optional<std::uint32_t> Extents::take(std::uint32_t units) {
    assert(units > 0);
    const auto fit = by_size_.lower_bound({units, 0});
    if (fit == by_size_.end()) {
        return std::nullopt;
    }
    const auto [size, start] = *fit;
    remove(by_start_.find(start));
    if (size > units) {
        insert(start + units, size - units);
    }
    free_units_ -= units;
    return start;
}

void Extents::give_back(std::uint32_t start, std::uint32_t units) {
    free_units_ += units;
    auto next = by_start_.lower_bound(start);
    if (next != by_start_.end() && next->first == start + units) {
        units += next->second;
        const auto joined = next++;
        remove(joined);
    }
    if (next != by_start_.begin()) {
        const auto before = std::prev(next);
        assert(before->first + before->second <= start);
        if (before->first + before->second == start) {
            start = before->first;
            units += before->second;
            remove(before);
        }
    }
    insert(start, units);
}

void Extents::insert(std::uint32_t start, std::uint32_t units) {
    by_start_.emplace(start, units);
    by_size_.emplace(units, start);
}

void Extents::remove(std::map<std::uint32_t, std::uint32_t>::iterator gap) {
    by_size_.erase({gap->second, gap->first});
    by_start_.erase(gap);
}

} // namespace mcfwd::dataplane
