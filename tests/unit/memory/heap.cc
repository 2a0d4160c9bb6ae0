// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// See heap.hh. As the standard has it: a failed allocation calls the new-handler again and again, and throws
// when there is none.
#include "heap.hh"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <malloc.h>
#include <new>

namespace {

std::size_t live_octets = 0, most = 0, count = 0, released = 0, asked_for = 0;
std::size_t left = SIZE_MAX; ///< allocations that succeed

constexpr std::size_t kChunkHeader = 8;

std::size_t octets_of(void* block) {
    return malloc_usable_size(block) + kChunkHeader;
}

void* allocate(std::size_t octets) {
    for (;;) {
        if (left > 0) {
            if (void* block = std::malloc(std::max<std::size_t>(octets, 1))) {
                left -= left == SIZE_MAX ? 0 : 1;
                ++count;
                asked_for += octets;
                live_octets += octets_of(block);
                most = std::max(most, live_octets);
                return block;
            }
        }
        const std::new_handler handler = std::get_new_handler();
        if (handler == nullptr) {
            throw std::bad_alloc();
        }
        handler();
    }
}

void release(void* block) {
    if (block != nullptr) {
        ++released;
        live_octets -= octets_of(block);
        std::free(block);
    }
}

} // namespace

void* operator new(std::size_t octets) {
    return allocate(octets);
}
void* operator new[](std::size_t octets) {
    return allocate(octets);
}
void* operator new(std::size_t octets, const std::nothrow_t&) noexcept {
    try {
        return allocate(octets);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}
void operator delete(void* block) noexcept {
    release(block);
}
void operator delete[](void* block) noexcept {
    release(block);
}
void operator delete(void* block, std::size_t) noexcept {
    release(block);
}
void operator delete[](void* block, std::size_t) noexcept {
    release(block);
}
void operator delete(void* block, const std::nothrow_t&) noexcept {
    release(block);
}

namespace mcfwd::heap {

std::size_t live() {
    return live_octets;
}
std::size_t peak() {
    return most;
}
void restart_peak() {
    most = live_octets;
}
std::size_t allocations() {
    return count;
}
std::size_t releases() {
    return released;
}
std::size_t allocated() {
    return asked_for;
}
void fail_from(std::size_t n) {
    left = n - 1;
}
void make_room(std::size_t n) {
    left = n;
}
void never_fail() {
    left = SIZE_MAX;
}

} // namespace mcfwd::heap
