// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One of the two copies of the table. Workers read the published one; the control thread writes the other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <mcfwd/ids.hh>
#include <mcfwd/table.hh>

#include "index.hh"
#include "layout.hh"

namespace mcfwd::dataplane {

/// All that one version of the table says.
struct Instance {
    Index index;
    const std::byte* lists; ///< both instances share the egress lists, which never change
    std::array<std::uint64_t, 1024> signalling{}; ///< bit i: a miss on interface i is parked and signalled
    TableVersion version{};

    [[nodiscard]] const std::byte* list_start(std::uint32_t list) const { return lists + list * kListUnit; }
    [[nodiscard]] EgressList list(std::uint32_t list) const { return EgressList(list_start(list)); }

    [[nodiscard]] MissPolicy miss_policy(std::uint16_t interface) const {
        return ((signalling[interface / 64U] >> (interface % 64U)) & 1U) != 0 ? MissPolicy::kSignal
                                                                              : MissPolicy::kDrop;
    }
    void set_miss_policy(std::uint16_t interface, MissPolicy policy) {
        const std::uint64_t bit = std::uint64_t{1} << (interface % 64U);
        std::uint64_t& word = signalling[interface / 64U];
        word = policy == MissPolicy::kSignal ? word | bit : word & ~bit;
    }
};

} // namespace mcfwd::dataplane
