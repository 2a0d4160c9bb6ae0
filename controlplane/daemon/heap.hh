// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The C library's heap, for a thread that must not stand still. After 100,000 small blocks were freed (the
// lists of a handoff), glibc joins and sorts all of them in the next allocation that is a little larger: 10
// to 40 ms in somebody's task. With these two that work is done as the blocks are freed.
#pragma once

#include <malloc.h>

#include <cstdlib>
#include <tuple>

namespace mcfwd::daemon {

/// Freed blocks are joined with their neighbours at once. Before other threads start.
inline void tune_heap() {
    std::ignore = mallopt(M_MXFAST, 0);
}

/// Sorts what was freed since the last call. Between two tasks: costs what one block costs, and a little for
/// each that was freed.
inline void sort_freed() {
    constexpr std::size_t kLarger = 2048; // than what the C library keeps aside per thread
    void* volatile block = std::malloc(kLarger);
    std::free(block);
}

} // namespace mcfwd::daemon
