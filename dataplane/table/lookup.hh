// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The lookup of a worker: a whole burst at once, so that its cache misses overlap. (S,G) first, then (*,G).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "instance.hh"

namespace mcfwd::dataplane {

/// Packets handled together.
inline constexpr std::size_t kBurst = 64;

inline constexpr std::uint32_t kNoList = ~std::uint32_t{0};

/// What the table says about a flow: `list` is kNoList when it says nothing.
struct Answer {
    std::uint32_t list = kNoList;
    std::uint16_t accept = 0;
};

/// Answers for `keys` (at most kBurst), in order. Wait-free.
inline void look_up(const Instance& table, std::span<const FlowKey> keys,
                    std::span<Answer> answers) noexcept {
    std::array<std::uint32_t, kBurst> home;
    std::array<std::uint8_t, kBurst> missed;
    std::size_t misses = 0;
    const Index& index = table.index;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        home[i] = index.home(keys[i]);
        __builtin_prefetch(&index.bucket(home[i]));
    }
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (const Slot* slot = index.find_from(home[i], keys[i])) {
            answers[i] = {slot->list, slot->accept};
            __builtin_prefetch(table.list_start(slot->list));
        } else {
            const FlowKey any_source{keys[i].group, 0, keys[i].domain};
            home[i] = index.home(any_source);
            __builtin_prefetch(&index.bucket(home[i]));
            missed[misses++] = static_cast<std::uint8_t>(i);
        }
    }
    for (std::size_t n = 0; n < misses; ++n) {
        const std::size_t i = missed[n];
        const Slot* slot = index.find_from(home[i], {keys[i].group, 0, keys[i].domain});
        answers[i] = slot != nullptr ? Answer{slot->list, slot->accept} : Answer{};
        if (slot != nullptr) {
            __builtin_prefetch(table.list_start(slot->list));
        }
    }
}

} // namespace mcfwd::dataplane
