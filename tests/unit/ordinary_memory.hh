// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Memory for a forwarding table without EAL.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include <dataplane/memory.hh>

namespace mcfwd::test {

/// From the heap; ends the process when there is none.
inline dataplane::MemoryBlock ordinary_memory(std::size_t bytes) {
    const std::size_t rounded =
        (bytes + dataplane::kCacheLine - 1) / dataplane::kCacheLine * dataplane::kCacheLine;
    auto* memory = static_cast<std::byte*>(std::aligned_alloc(dataplane::kCacheLine, rounded));
    if (memory == nullptr) {
        std::abort();
    }
    std::fill_n(memory, rounded, std::byte{0});
    return {memory, std::free};
}

} // namespace mcfwd::test
