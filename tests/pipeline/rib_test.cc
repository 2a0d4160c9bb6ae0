// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The set of prefixes on DPDK's RIB against the definition of longest prefix match.
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <dataplane/rib.hh>

#include "../unit/slow_prefixes.hh"

namespace mcfwd::pipeline {
namespace {

/// Few addresses, so that prefixes contain each other often; both ends of the address space.
Ipv4Prefix any_prefix(std::mt19937& random) {
    const std::uint32_t host = (random() % 2 == 0 ? 0U : 0xFFFF0000U) | (random() & 0x0F0FU);
    return {Ipv4Address(host), static_cast<std::uint8_t>(random() % 33)};
}

TEST(Rib, FindsTheLongestMatch) {
    const auto rib = dataplane::make_rib(4096);
    ASSERT_TRUE(rib) << rib.error().what;
    test::SlowPrefixes slow;
    slow.capacity = 4096;
    std::mt19937 random(1);
    for (int step = 0; step < 20'000; ++step) {
        const Ipv4Prefix prefix = any_prefix(random);
        if (random() % 2 == 0) {
            ASSERT_EQ((*rib)->insert(prefix).value(), slow.insert(prefix).value()) << fmt::to_string(prefix);
        } else {
            (*rib)->erase(prefix);
            slow.erase(prefix);
        }
        const Ipv4Address address = any_prefix(random).address;
        ASSERT_EQ((*rib)->longest_match(address), slow.longest_match(address)) << fmt::to_string(address);
    }
}

TEST(Rib, AFullOneRefusesAndGoesOn) {
    const auto rib = dataplane::make_rib(2);
    ASSERT_TRUE(rib) << rib.error().what;
    const Ipv4Prefix a{Ipv4Address(10, 0, 0, 0), 8};
    const Ipv4Prefix b{Ipv4Address(10, 1, 0, 0), 16};
    const Ipv4Prefix c{Ipv4Address(192, 0, 2, 0), 24};
    ASSERT_TRUE((*rib)->insert(a).value());
    ASSERT_TRUE((*rib)->insert(b).value());
    EXPECT_EQ((*rib)->insert(c).error().status, Status::kNotEnoughMemory);
    EXPECT_FALSE((*rib)->insert(b).value()) << "it is there already";
    EXPECT_EQ((*rib)->longest_match(Ipv4Address(10, 1, 2, 3)), b);
    (*rib)->erase(a);
    EXPECT_TRUE((*rib)->insert(c).value());
    EXPECT_EQ((*rib)->longest_match(Ipv4Address(10, 2, 2, 3)), std::nullopt);
}

} // namespace
} // namespace mcfwd::pipeline
