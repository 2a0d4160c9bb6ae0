// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// How long something took, over and over: one bucket per power of two nanoseconds, so that microseconds and
// minutes fit in one picture of fixed size.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <mcfwd/clock.hh>

namespace mcfwd {

struct DurationHistogram {
    std::uint64_t count = 0;
    Duration last{};
    Duration longest{};
    /// i: 2^i to 2^(i+1) ns; the first one also nothing, the last one also what is longer.
    std::array<std::uint64_t, 40> by_length{};

    void note(Duration length) {
        length = std::max(length, Duration::zero());
        ++count;
        last = length;
        longest = std::max(longest, length);
        const auto bits =
            static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(length.count())));
        ++by_length[std::min(bits == 0 ? 0 : bits - 1, by_length.size() - 1)];
    }

    /// At least so many percent (1 to 100) took no longer than this: the end of their bucket, or the longest
    /// if that is less. Zero when nothing was noted.
    [[nodiscard]] Duration percentile(unsigned percent) const {
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i + 1 < by_length.size(); ++i) {
            seen += by_length[i];
            if (count != 0 && seen * 100 >= count * percent) {
                return std::min(longest, Duration(std::int64_t{1} << (i + 1)));
            }
        }
        return longest;
    }
};

} // namespace mcfwd
