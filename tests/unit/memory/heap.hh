// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// operator new of this executable: counts what is allocated, and fails when a test says so.
#pragma once

#include <cstddef>

namespace mcfwd::heap {

/// Octets that are allocated now, with what the C library adds to each.
[[nodiscard]] std::size_t live();
/// The most since `restart_peak`.
[[nodiscard]] std::size_t peak();
void restart_peak();
/// Since the start of the process: allocations, what was given back, and octets that were asked for.
[[nodiscard]] std::size_t allocations();
[[nodiscard]] std::size_t releases();
[[nodiscard]] std::size_t allocated();

/// From the `n`-th allocation on (1: the next) each fails, until the new-handler has made room or
/// `never_fail`.
void fail_from(std::size_t n);
/// What a new-handler that succeeds does: the allocation that failed is tried again, and the next `n`
/// succeed.
void make_room(std::size_t n);
void never_fail();

} // namespace mcfwd::heap
