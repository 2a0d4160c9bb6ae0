// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The reserve under a real limit of the address space. Each test is a process of its own: it ends with 0, or
// with the number of the line that was wrong.
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <list>
#include <new>

#include <controlplane/daemon/memory_reserve.hh>

#include "world.hh"

namespace mcfwd::daemon {
namespace {

using group_manager::Memory;
using group_manager::test::any;
using group_manager::test::x;

#define REQUIRE(condition)                                                                                   \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            std::fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                                     \
            std::_Exit(1);                                                                                   \
        }                                                                                                    \
    } while (false)

/// The address space may grow by so much.
void limit_growth(std::size_t octets) {
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const rlimit limit{pages * 4096 + octets, RLIM_INFINITY};
    REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
}

constexpr std::size_t kGrowth = std::size_t{4} << 20U;

/// Everything there is, in small pieces.
std::list<std::array<char, 1000>> use_up() {
    std::list<std::array<char, 1000>> pieces;
    try {
        for (;;) {
            pieces.emplace_back();
        }
    } catch (const std::bad_alloc&) {
        return pieces;
    }
}

void ordinary_work_leaves_the_part_set_aside() {
    MemoryReserve reserve;
    REQUIRE(reserve.view().held == reserve.view().size && !reserve.view().short_of_memory);
    limit_growth(kGrowth);
    {
        auto pieces = use_up();
        reserve.refill();
        REQUIRE(reserve.view().short_of_memory);
        REQUIRE(reserve.view().held == MemoryReserve::kSetAside * MemoryReserve::kBlock);
        REQUIRE(!reserve.begin(1000, Memory::Use::kGrow));
        REQUIRE(reserve.view().refused == 1);
        REQUIRE(!reserve.begin(std::size_t{1} << 30U, Memory::Use::kShrink));

        REQUIRE(reserve.begin(MemoryReserve::kUsual, Memory::Use::kShrink));
        std::list<std::array<char, 1000>> promised;
        for (std::size_t octets = 0; octets < MemoryReserve::kUsual; octets += 1040) {
            promised.emplace_back();
        }
        reserve.end();
    }
    reserve.refill();
    REQUIRE(!reserve.view().short_of_memory);
    REQUIRE(reserve.begin(1000, Memory::Use::kGrow));
    reserve.end();
}

void much_is_promised_in_one_piece() {
    MemoryReserve reserve;
    limit_growth(4 * kGrowth);
    REQUIRE(reserve.begin(2 * kGrowth, Memory::Use::kGrow));
    // Somebody else takes what is left of the system's memory.
    std::vector<void*> others;
    for (void* block = std::malloc(4096); block != nullptr; block = std::malloc(4096)) {
        others.push_back(block);
    }
    std::vector<char> promised(2 * kGrowth - 4096);
    REQUIRE(promised.size() == 2 * kGrowth - 4096);
    reserve.end();
    REQUIRE(!reserve.begin(16 * kGrowth, Memory::Use::kGrow));
}

/// Joins until it is refused, leaves everything, and joins again.
void memberships_come_and_go() {
    MemoryReserve reserve;
    group_manager::test::World world({}, true, &reserve);
    const auto p = world.client("P", {100, 1});
    REQUIRE(world.take(p, x(1)).has_value());
    world.trace.reserve(1'000'000);
    world.events.reserve(1'000'000);
    limit_growth(4 * kGrowth);
    const auto key = [](unsigned k) { return group_manager::SourceGroup{Ipv4Address(0xEF000100U + k), {}}; };
    for (int round = 0; round < 3; ++round) {
        unsigned count = 0;
        for (;; ++count) {
            const auto added = world.join(p, key(count), x(1));
            if (!added) {
                REQUIRE(added.error().status == Status::kNotEnoughMemory);
                break;
            }
        }
        REQUIRE(count > 5000);
        for (unsigned k = 0; k < count; ++k) {
            REQUIRE(world.leave(p, key(k), x(1)).has_value());
        }
        world.events.clear();
        reserve.refill();
        REQUIRE(!reserve.view().short_of_memory);
    }
    REQUIRE(reserve.view().failures == 0);
}

TEST(MemoryReserve, OrdinaryWorkLeavesThePartSetAside) {
    EXPECT_EXIT((ordinary_work_leaves_the_part_set_aside(), std::_Exit(0)), testing::ExitedWithCode(0), "");
}
TEST(MemoryReserve, MuchIsPromisedInOnePiece) {
    EXPECT_EXIT((much_is_promised_in_one_piece(), std::_Exit(0)), testing::ExitedWithCode(0), "");
}
TEST(MemoryReserve, MembershipsComeAndGo) {
    EXPECT_EXIT((memberships_come_and_go(), std::_Exit(0)), testing::ExitedWithCode(0), "");
}

} // namespace
} // namespace mcfwd::daemon
