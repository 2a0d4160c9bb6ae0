// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// From the egresses of a command to the bytes that workers replicate by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <mcfwd/ipv4.hh>
#include <mcfwd/table.hh>

#include "layout.hh"

namespace mcfwd::dataplane {

/// Units of kListUnit that the list of these egresses takes.
[[nodiscard]] std::uint32_t list_units(std::span<const Egress> forward);
/// The most units that `lists` lists with `egresses` egresses in total can take.
[[nodiscard]] std::size_t most_list_units(std::size_t lists, std::size_t egresses);

/// Writes the list to `start`: egresses with equal bytes on the wire next to each other under one Rewrite.
/// At most 65,535 egresses.
void write_list(std::byte* start, const MfibKey& key, std::span<const Egress> forward,
                std::uint32_t counters);

} // namespace mcfwd::dataplane
