// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The set of prefixes behind the multicast view, on DPDK's RIB library.
#pragma once

#include <cstddef>
#include <memory>

#include <mcfwd/prefixes.hh>
#include <mcfwd/result.hh>

namespace mcfwd::dataplane {

/// Room for `capacity` prefixes, about 200 octets each. EAL must have been started and outlive the set; one
/// at a time. kNotEnoughMemory: EAL has no room.
[[nodiscard]] Expected<std::unique_ptr<PrefixSet>> make_rib(std::size_t capacity);

} // namespace mcfwd::dataplane
