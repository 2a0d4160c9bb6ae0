// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Where tables and rings live. The seam that lets the table be built over ordinary memory, without EAL.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace mcfwd::dataplane {

/// Owner of zeroed memory, aligned to a cache line.
using MemoryBlock = std::unique_ptr<std::byte, void (*)(void*)>;

/// Returns an empty block when there is not enough.
using AllocateMemory = std::function<MemoryBlock(std::size_t bytes)>;

inline constexpr std::size_t kCacheLine = 64;

/// Hugepage memory where EAL has it. Requires a running Eal, also when the block is given back.
[[nodiscard]] MemoryBlock allocate_eal_memory(std::size_t bytes);

} // namespace mcfwd::dataplane
