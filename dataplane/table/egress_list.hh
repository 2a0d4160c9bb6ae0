// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// From the egresses of a command to the bytes that workers replicate by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <mcfwd/table.hh>

#include "layout.hh"

namespace mcfwd::dataplane {

/// The most units of kListUnit that `lists` lists with `egresses` egresses in total can take.
[[nodiscard]] std::size_t most_list_units(std::size_t lists, std::size_t egresses);

/// The list of an entry, filled up with zeros to whole units: egresses with equal bytes on the wire next to
/// each other under one Rewrite. Equal lists have equal octets. At most 65,535 egresses.
[[nodiscard]] std::vector<std::byte> encode_list(const PutEntry& put);

} // namespace mcfwd::dataplane
