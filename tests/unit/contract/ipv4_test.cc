// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Addresses and prefixes: what is text of one and what is not, and the borders of the classes.
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include <mcfwd/ipv4.hh>
#include <mcfwd/mac.hh>

namespace mcfwd {
namespace {

TEST(Ipv4Address, EveryOctetInEveryPlaceRoundTrips) {
    for (unsigned place = 0; place < 4; ++place) {
        for (std::uint32_t octet = 0; octet < 256; ++octet) {
            const Ipv4Address address(0x01020304U ^ (octet << (8 * place)));
            ASSERT_EQ(Ipv4Address::parse(fmt::to_string(address)), address);
            ASSERT_EQ(Ipv4Address::from_network(address.to_network()), address);
        }
    }
    for (std::uint64_t host = 0; host <= 0xffffffffU; host += 65'521) {
        const Ipv4Address address(static_cast<std::uint32_t>(host));
        ASSERT_EQ(Ipv4Address::parse(fmt::to_string(address)), address);
    }
}

TEST(Ipv4Address, OnlyDottedQuads) {
    EXPECT_EQ(Ipv4Address::parse("0.0.0.0"), Ipv4Address());
    EXPECT_EQ(Ipv4Address::parse("255.255.255.255"), Ipv4Address(0xffffffffU));
    for (const std::string text :
         {"",          ".",         "1",        "1.2.3",     "1.2.3.",          ".1.2.3",
          "1.2.3.4.",  "1.2.3.4.5", "1..2.3",   "256.0.0.1", "1.2.3.256",       "1.2.3.1000",
          "01.2.3.4",  "1.2.3.00",  "1.2.3.4 ", " 1.2.3.4",  "+1.2.3.4",        "-1.2.3.4",
          "0x1.2.3.4", "1,2,3,4",   "a.b.c.d",  "::1",       "4294967297.0.0.0"}) {
        EXPECT_EQ(Ipv4Address::parse(text), std::nullopt) << text;
    }
    EXPECT_EQ(Ipv4Address::parse(std::string_view("1.2.3.4\0", 8)), std::nullopt);
}

TEST(Ipv4Address, NetworkOrderIsBigEndian) {
    const std::uint32_t network = Ipv4Address(1, 2, 3, 4).to_network();
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&network);
    EXPECT_EQ(bytes[0], 1);
    EXPECT_EQ(bytes[3], 4);
    EXPECT_EQ(Ipv4Address(1, 2, 3, 4).octet(0), 1);
    EXPECT_EQ(Ipv4Address(1, 2, 3, 4).octet(3), 4);
}

TEST(Ipv4Address, ClassBorders) {
    const auto group = [](std::string_view text) { return Ipv4Address::parse(text)->is_routable_group(); };
    const auto source = [](std::string_view text) { return Ipv4Address::parse(text)->is_valid_source(); };
    EXPECT_FALSE(group("223.255.255.255"));
    EXPECT_FALSE(group("224.0.0.0"));
    EXPECT_FALSE(group("224.0.0.255"));
    EXPECT_TRUE(group("224.0.1.0"));
    EXPECT_TRUE(group("239.255.255.255"));
    EXPECT_FALSE(group("240.0.0.0"));
    EXPECT_FALSE(source("0.255.255.255"));
    EXPECT_TRUE(source("1.0.0.0"));
    EXPECT_TRUE(source("126.255.255.255"));
    EXPECT_FALSE(source("127.0.0.0"));
    EXPECT_TRUE(source("128.0.0.0"));
    EXPECT_TRUE(source("223.255.255.255"));
    EXPECT_FALSE(source("224.0.0.0"));
    EXPECT_FALSE(source("255.255.255.255"));
}

TEST(Ipv4Prefix, Parse) {
    EXPECT_EQ(Ipv4Prefix::parse("10.1.2.3/24"), (Ipv4Prefix{Ipv4Address(10, 1, 2, 3), 24}));
    EXPECT_EQ(Ipv4Prefix::parse("0.0.0.0/0"), (Ipv4Prefix{Ipv4Address(), 0}));
    EXPECT_EQ(Ipv4Prefix::parse("10.1.2.3/32"), (Ipv4Prefix{Ipv4Address(10, 1, 2, 3), 32}));
    for (const std::string text :
         {"10.1.2.3", "10.1.2.3/", "10.1.2.3/33", "10.1.2.3/-1", "10.1.2.3/024", "10.1.2.3/01", "10.1.2.3/00",
          "10.1.2.3/2 ", "10.1.2/24", "/24", "10.1.2.3/24/24", "10.1.2.3/a"}) {
        EXPECT_EQ(Ipv4Prefix::parse(text), std::nullopt) << text;
    }
}

TEST(Ipv4Prefix, EveryLengthHasItsMaskAndRoundTrips) {
    for (std::uint8_t length = 0; length <= 32; ++length) {
        const Ipv4Prefix prefix{Ipv4Address(0xffffffffU), length};
        const auto mask = static_cast<std::uint32_t>(0xffffffff00000000ULL >> length);
        EXPECT_EQ(prefix.mask(), mask);
        EXPECT_EQ(prefix.network(), Ipv4Address(mask));
        EXPECT_EQ(Ipv4Prefix::parse(fmt::to_string(prefix)), prefix);
        EXPECT_TRUE(prefix.contains(Ipv4Address(mask)));
        EXPECT_EQ(prefix.contains(Ipv4Address(0x7fffffffU)), length == 0);
    }
}

TEST(MulticastMac, TakesTheLow23Bits) {
    EXPECT_EQ(fmt::to_string(multicast_mac(Ipv4Address(224, 0, 0, 1))), "01:00:5e:00:00:01");
    EXPECT_EQ(fmt::to_string(multicast_mac(Ipv4Address(239, 255, 255, 255))), "01:00:5e:7f:ff:ff");
    EXPECT_EQ(multicast_mac(Ipv4Address(232, 129, 2, 3)), multicast_mac(Ipv4Address(225, 1, 2, 3)));
    EXPECT_NE(multicast_mac(Ipv4Address(232, 65, 2, 3)), multicast_mac(Ipv4Address(232, 1, 2, 3)));
    EXPECT_TRUE(multicast_mac(Ipv4Address(232, 1, 2, 3)).is_group());
    EXPECT_FALSE((MacAddress{{0x02, 0, 0, 0, 0, 1}}).is_group());
}

} // namespace
} // namespace mcfwd
