// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Found by a hash of the octets, compared octet by octet.
#include "list_pool.hh"

#include <algorithm>
#include <cstring>
#include <functional>
#include <string_view>
#include <utility>

#include "layout.hh"

namespace mcfwd::dataplane {

ListPool::ListPool(MemoryBlock memory, std::uint32_t units) : memory_(std::move(memory)), extents_(units) {}

std::optional<std::uint32_t> ListPool::take(std::span<const std::byte> content) {
    const std::size_t hash =
        std::hash<std::string_view>{}({reinterpret_cast<const char*>(content.data()), content.size()});
    if (const auto start = find(content, hash)) {
        ++lists_.at(*start).uses;
        return start;
    }
    const auto units = static_cast<std::uint32_t>(content.size() / kListUnit);
    const auto start = extents_.take(units);
    if (start) {
        lists_.emplace(*start, List{.units = units, .uses = 1, .hash = hash});
        by_hash_.emplace(hash, *start);
        std::ranges::copy(content, memory_.get() + std::size_t{*start} * kListUnit);
    }
    return start;
}

std::optional<std::uint32_t> ListPool::find(std::span<const std::byte> content, std::size_t hash) const {
    const auto [first, last] = by_hash_.equal_range(hash);
    const auto same = std::find_if(first, last, [&](const auto& candidate) {
        const List& list = lists_.at(candidate.second);
        return list.units * kListUnit == content.size() &&
               std::memcmp(memory_.get() + std::size_t{candidate.second} * kListUnit, content.data(),
                           content.size()) == 0;
    });
    return same != last ? std::optional(same->second) : std::nullopt;
}

void ListPool::give_back(std::uint32_t start) {
    const auto list = lists_.find(start);
    if (--list->second.uses > 0) {
        return;
    }
    const auto [first, last] = by_hash_.equal_range(list->second.hash);
    by_hash_.erase(
        std::find_if(first, last, [start](const auto& candidate) { return candidate.second == start; }));
    extents_.give_back(start, list->second.units);
    lists_.erase(list);
}

} // namespace mcfwd::dataplane
