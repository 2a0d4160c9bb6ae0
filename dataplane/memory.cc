// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The EAL heap behind the memory seam.
#include "memory.hh"

#include <rte_malloc.h>

namespace mcfwd::dataplane {

MemoryBlock allocate_eal_memory(std::size_t bytes) {
    return {static_cast<std::byte*>(rte_zmalloc("mcfwd", bytes, kCacheLine)), rte_free};
}

} // namespace mcfwd::dataplane
