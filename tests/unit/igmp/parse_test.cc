// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// IP and IGMP headers: what is accepted, what fails, and under which name. Queries of all versions.
#include <gtest/gtest.h>

#include <igmp/codec.hh>

#include "octets.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::octets;
using test::packet_around;

const auto kV2Report = octets("1600 0000 ef010101");

ParseFailure failure_of(const test::Octets& packet) {
    const auto parsed = parse(packet);
    EXPECT_FALSE(parsed.has_value());
    return parsed ? ParseFailure::kUnknownType : parsed.error();
}

Query query_of(std::string_view hex) {
    const auto parsed = parse(packet_around(octets(hex)));
    EXPECT_TRUE(parsed.has_value());
    return std::get<Query>(parsed.value().message);
}

TEST(IgmpParse, ReadsTheIpHeader) {
    const auto parsed = parse(packet_around(kV2Report));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->source, Ipv4Address(10, 0, 1, 9));
    EXPECT_EQ(parsed->destination, Ipv4Address(224, 0, 0, 22));
    EXPECT_EQ(parsed->ttl, 1);
    EXPECT_TRUE(parsed->router_alert);
    EXPECT_EQ(std::get<ReportV2>(parsed->message).group, Ipv4Address(239, 1, 1, 1));
}

TEST(IgmpParse, TakesTheLengthFromTheIpHeaderNotFromThePaddedFrame) {
    auto packet = packet_around(kV2Report);
    packet.resize(46, std::byte{0xAA});
    ASSERT_TRUE(parse(packet));
    EXPECT_EQ(std::get<ReportV2>(parse(packet)->message).group, Ipv4Address(239, 1, 1, 1));
}

TEST(IgmpParse, RouterAlertIsFoundAmongOtherOptionsAndMayBeMissing) {
    EXPECT_FALSE(parse(packet_around(kV2Report, ""))->router_alert);
    EXPECT_TRUE(parse(packet_around(kV2Report, "01010101 94040000"))->router_alert);
    EXPECT_TRUE(parse(packet_around(kV2Report, "44040000 94040000"))->router_alert);
    EXPECT_FALSE(parse(packet_around(kV2Report, "00000000 94040000"))->router_alert)
        << "behind the end of options";
    EXPECT_FALSE(parse(packet_around(kV2Report, "44010000 94040000"))->router_alert)
        << "broken option length";
    EXPECT_FALSE(parse(packet_around(kV2Report, "01010194"))->router_alert) << "option cut off";
}

TEST(IgmpParse, TooShortAtEveryLength) {
    const auto packet = packet_around(kV2Report);
    for (std::size_t size = 0; size < packet.size(); ++size) {
        const auto failure =
            failure_of(test::Octets(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size)));
        EXPECT_EQ(failure, size < 20 ? ParseFailure::kTooShort : ParseFailure::kBadIpHeader);
    }
    EXPECT_EQ(failure_of(packet_around(octets("1600 0000 ef0101"))), ParseFailure::kTooShort);
}

TEST(IgmpParse, LyingIpHeaders) {
    auto packet = packet_around(kV2Report);
    packet[0] = std::byte{0x66};
    EXPECT_EQ(failure_of(packet), ParseFailure::kBadIpHeader) << "version 6";
    packet[0] = std::byte{0x44};
    EXPECT_EQ(failure_of(packet), ParseFailure::kBadIpHeader) << "16-octet header";
    packet[0] = std::byte{0x4F};
    EXPECT_EQ(failure_of(packet), ParseFailure::kBadIpHeader) << "header longer than the packet";
    packet = packet_around(kV2Report);
    test::put16(packet, 2, 23);
    EXPECT_EQ(failure_of(packet), ParseFailure::kBadIpHeader) << "total length below the header";
    test::put16(packet, 2, 33);
    EXPECT_EQ(failure_of(packet), ParseFailure::kBadIpHeader) << "total length above the packet";
}

TEST(IgmpParse, IpChecksumProtocolAndFragments) {
    auto packet = packet_around(kV2Report);
    packet[10] ^= std::byte{1};
    EXPECT_EQ(failure_of(packet), ParseFailure::kBadIpChecksum);
    packet = packet_around(kV2Report);
    packet[9] = std::byte{17};
    test::fix_ip_checksum(packet);
    EXPECT_EQ(failure_of(packet), ParseFailure::kNotIgmp);
    for (const std::uint16_t field : std::initializer_list<std::uint16_t>{0x2000, 0x0001, 0x3FFF}) {
        packet = packet_around(kV2Report);
        test::put16(packet, 6, field);
        test::fix_ip_checksum(packet);
        EXPECT_EQ(failure_of(packet), ParseFailure::kFragment);
    }
    packet = packet_around(kV2Report);
    test::put16(packet, 6, 0x4000);
    test::fix_ip_checksum(packet);
    EXPECT_TRUE(parse(packet)) << "don't fragment is no fragment";
}

TEST(IgmpParse, ChecksumCoversTheWholePayload) {
    auto packet = packet_around(octets("1600 0000 ef010101 deadbeef 99"));
    ASSERT_TRUE(parse(packet)) << "octets after the message are ignored";
    packet.back() ^= std::byte{0x40};
    EXPECT_EQ(failure_of(packet), ParseFailure::kBadChecksum) << "but they count in the checksum";
}

TEST(IgmpParse, AllTypes) {
    EXPECT_EQ(std::get<ReportV1>(parse(packet_around(octets("1200 0000 ef010101")))->message).group,
              Ipv4Address(239, 1, 1, 1));
    EXPECT_EQ(std::get<Leave>(parse(packet_around(octets("1700 0000 ef010101")))->message).group,
              Ipv4Address(239, 1, 1, 1));
    EXPECT_TRUE(
        std::holds_alternative<ReportV3>(parse(packet_around(octets("2200 0000 00000000")))->message));
    for (const auto* unknown : {"1300 0000 00000000", "3000 0000 00000000", "ff00 0000 00000000"}) {
        EXPECT_EQ(failure_of(packet_around(octets(unknown))), ParseFailure::kUnknownType);
    }
}

TEST(IgmpParse, QueryVersionByLengthAndCode) {
    EXPECT_EQ(query_of("1100 0000 00000000").version, Version::kV1);
    EXPECT_EQ(query_of("1164 0000 00000000").version, Version::kV2);
    EXPECT_EQ(query_of("1164 0000 00000000 02 7d 0000").version, Version::kV3);
    EXPECT_EQ(query_of("1100 0000 00000000 02 7d 0000").version, Version::kV3)
        << "code 0 does not make it version 1";
    for (const auto* odd :
         {"1164 0000 00000000 02", "1164 0000 00000000 027d", "1164 0000 00000000 027d00"}) {
        EXPECT_EQ(failure_of(packet_around(octets(odd))), ParseFailure::kBadQueryLength);
    }
}

TEST(IgmpParse, QueryTimesByVersion) {
    EXPECT_EQ(query_of("1100 0000 00000000").max_response, seconds(10)) << "a version 1 query means 10 s";
    EXPECT_EQ(query_of("1189 0000 00000000").max_response, milliseconds(13700)) << "linear in version 2";
    EXPECT_EQ(query_of("1189 0000 00000000 02 7d 0000").max_response, seconds(20)) << "a code in version 3";
    EXPECT_EQ(query_of("1164 0000 00000000 02 89 0000").querier_interval, seconds(200));
}

TEST(IgmpParse, QueryFlagsGroupAndSources) {
    const Query query = query_of("110a 0000 ef010101 fb 7d 0002 0a000001 0a000002 ffff");
    EXPECT_EQ(query.group, Ipv4Address(239, 1, 1, 1));
    EXPECT_TRUE(query.suppress) << "reserved bits are ignored";
    EXPECT_EQ(query.robustness, 3);
    EXPECT_EQ(query.sources, (std::vector{Ipv4Address(10, 0, 0, 1), Ipv4Address(10, 0, 0, 2)}));
    EXPECT_FALSE(query_of("110a 0000 ef010101 07 7d 0000").suppress);
    EXPECT_EQ(query_of("1100 0000 ef010101").group, Ipv4Address()) << "no meaning in version 1";
}

TEST(IgmpParse, QueryThatClaimsMoreSourcesThanItHas) {
    EXPECT_EQ(failure_of(packet_around(octets("110a 0000 ef010101 02 7d 0002 0a000001 0a0000"))),
              ParseFailure::kTruncatedQuery);
    EXPECT_EQ(failure_of(packet_around(octets("110a 0000 ef010101 02 7d ffff"))),
              ParseFailure::kTruncatedQuery);
}

} // namespace
} // namespace mcfwd::igmp
