// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The lookup of a worker: a whole burst at once, so that its cache misses overlap. (S,G) first, then (*,G).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <rte_prefetch.h>

#include "instance.hh"

namespace mcfwd::dataplane {

/// Packets handled together.
inline constexpr std::size_t kBurst = 64;

/// What the table says about a flow: `list` is kNoList when it says nothing.
struct Answer {
    std::uint32_t list = kNoList;
    std::uint32_t counters = 0; ///< Slot::counters
};

/// Answers for `count` keys (at most kBurst), in order; `key(i)` is the i-th. Wait-free.
template <typename Key>
inline void look_up(const Instance& table, std::size_t count, Key key, Answer* answers) noexcept {
    std::array<std::uint32_t, kBurst> home;
    std::array<std::uint8_t, kBurst> missed;
    std::size_t misses = 0;
    const Index& index = table.index;
    for (std::size_t i = 0; i < count; ++i) {
        home[i] = index.home(key(i));
        rte_prefetch0(&index.bucket(home[i]));
    }
    const auto take = [&](std::size_t i, const Slot& slot) {
        answers[i].list = static_cast<std::uint32_t>(slot.list);
        answers[i].counters = static_cast<std::uint32_t>(slot.counters);
    };
    for (std::size_t i = 0; i < count; ++i) {
        if (const Slot* slot = index.find_from(home[i], key(i))) [[likely]] {
            take(i, *slot);
        } else {
            home[i] = index.home(any_source(key(i)));
            rte_prefetch0(&index.bucket(home[i]));
            missed[misses++] = static_cast<std::uint8_t>(i);
        }
    }
    for (std::size_t n = 0; n < misses; ++n) {
        const std::size_t i = missed[n];
        if (const Slot* slot = index.find_from(home[i], any_source(key(i)))) {
            take(i, *slot);
        } else {
            answers[i] = {};
        }
    }
}
inline void look_up(const Instance& table, std::span<const FlowKey> keys,
                    std::span<Answer> answers) noexcept {
    look_up(table, keys.size(), [keys](std::size_t i) -> const FlowKey& { return keys[i]; }, answers.data());
}

} // namespace mcfwd::dataplane
