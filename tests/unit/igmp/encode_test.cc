// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Exact octets of everything we send, and how messages that exceed the MTU are split.
#include <gtest/gtest.h>

#include <igmp/codec.hh>

#include "addresses.hh"
#include "octets.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::hex;
using test::octets;

std::string encoded(const Message& message) {
    const auto packets = encode(message, kSender, 1500);
    EXPECT_EQ(packets.size(), 1U);
    return hex(packets.at(0));
}

std::string text(std::string_view spaced) {
    return hex(octets(spaced));
}

std::vector<Ipv4Address> sources(std::size_t count) {
    std::vector<Ipv4Address> list;
    for (std::uint32_t i = 0; i < count; ++i) {
        list.push_back(Ipv4Address(0x0A000001U + i));
    }
    return list;
}

std::vector<Message> split(const Message& message, std::size_t mtu) {
    std::vector<Message> parts;
    for (const auto& packet : encode(message, kSender, mtu)) {
        EXPECT_LE(packet.size(), mtu);
        parts.push_back(parse(packet).value().message);
    }
    return parts;
}

TEST(IgmpEncode, GeneralQueryVersion3) {
    EXPECT_EQ(
        encoded(Query{.max_response = seconds(10), .robustness = 2, .querier_interval = seconds(125)}),
        text("46c0 0024 0000 4000 0102 f911 0a000101 e0000001 94040000  1164 ec1e 00000000 02 7d 0000"));
}

TEST(IgmpEncode, GroupAndSourceQueryGoesToTheGroup) {
    EXPECT_EQ(encoded(Query{.max_response = seconds(1),
                            .group = kGroup,
                            .suppress = true,
                            .robustness = 2,
                            .querier_interval = seconds(125),
                            .sources = {Ipv4Address(10, 9, 0, 5)}}),
              text("46c0 0028 0000 4000 0102 e90c 0a000101 ef010101 94040000"
                   "110a ea66 ef010101 0a 7d 0001 0a090005"));
}

TEST(IgmpEncode, OlderQueriesHaveEightOctets) {
    EXPECT_EQ(encoded(Query{.version = Version::kV2, .max_response = seconds(10), .robustness = 2}),
              text("46c0 0020 0000 4000 0102 f915 0a000101 e0000001 94040000  1164 ee9b 00000000"));
    EXPECT_EQ(encoded(Query{.version = Version::kV1, .max_response = seconds(10)}),
              text("46c0 0020 0000 4000 0102 f915 0a000101 e0000001 94040000  1100 eeff 00000000"));
}

TEST(IgmpEncode, ResponseTimeOfAVersion2QueryIsLinearAndNeverZero) {
    const auto code = [](Duration time) {
        return encode(Query{.version = Version::kV2, .max_response = time}, kSender, 1500).at(0).at(25);
    };
    EXPECT_EQ(code(milliseconds(20000)), std::byte{200});
    EXPECT_EQ(code(seconds(60)), std::byte{255});
    EXPECT_EQ(code(milliseconds(20)), std::byte{1});
}

TEST(IgmpEncode, RobustnessAboveSevenIsSentAsZero) {
    const auto flags = [](std::uint8_t robustness) {
        return encode(Query{.robustness = robustness}, kSender, 1500).at(0).at(32);
    };
    EXPECT_EQ(flags(7), std::byte{7});
    EXPECT_EQ(flags(8), std::byte{0});
}

TEST(IgmpEncode, ReportsAndLeave) {
    EXPECT_EQ(encoded(ReportV1{kGroup}),
              text("46c0 0020 0000 4000 0102 e914 0a000101 ef010101 94040000  1200 fdfc ef010101"));
    EXPECT_EQ(encoded(ReportV2{kGroup}),
              text("46c0 0020 0000 4000 0102 e914 0a000101 ef010101 94040000  1600 f9fc ef010101"));
    EXPECT_EQ(encoded(Leave{kGroup}),
              text("46c0 0020 0000 4000 0102 f914 0a000101 e0000002 94040000  1700 f8fc ef010101"));
    EXPECT_EQ(encoded(ReportV3{.records = {{RecordType::kToExclude, kGroup, {}}}}),
              text("46c0 0028 0000 4000 0102 f8f8 0a000101 e0000016 94040000"
                   "2200 e9fb 0000 0001  04 00 0000 ef010101"));
}

TEST(IgmpEncode, QueryAboveTheMtuIsSplit) {
    const Query query{.max_response = seconds(1),
                      .group = kGroup,
                      .robustness = 2,
                      .querier_interval = seconds(125),
                      .sources = sources(25)};
    const auto parts = split(query, 68); // 8 sources fit
    ASSERT_EQ(parts.size(), 4U);
    std::vector<Ipv4Address> all;
    for (const Message& part : parts) {
        Query got = std::get<Query>(part);
        all.insert(all.end(), got.sources.begin(), got.sources.end());
        EXPECT_EQ(got.group, kGroup);
    }
    EXPECT_EQ(all, query.sources);
    EXPECT_EQ(std::get<Query>(parts[0]).sources.size(), 8U);
    EXPECT_EQ(split(Query{.group = kGroup, .sources = sources(366)}, 1500).size(), 1U);
    EXPECT_EQ(split(Query{.group = kGroup, .sources = sources(367)}, 1500).size(), 2U);
}

TEST(IgmpEncode, ReportIsSplitBetweenRecords) {
    ReportV3 report;
    for (std::uint8_t i = 0; i < 10; ++i) {
        report.records.push_back({RecordType::kIsExclude, Ipv4Address(239, 1, 1, i), {}});
    }
    const auto parts = split(report, 68); // 36 octets: 4 records
    ASSERT_EQ(parts.size(), 3U);
    EXPECT_EQ(std::get<ReportV3>(parts[0]).records.size(), 4U);
    EXPECT_EQ(std::get<ReportV3>(parts[2]).records, (std::vector{report.records[8], report.records[9]}));
}

TEST(IgmpEncode, LongInclusiveListsAreSplitExclusiveOnesCut) {
    const auto list = sources(16); // 7 fit beside a record header
    const auto inclusive = split(ReportV3{.records = {{RecordType::kAllow, kGroup, list}}}, 68);
    ASSERT_EQ(inclusive.size(), 3U);
    std::vector<Ipv4Address> all;
    for (const Message& part : inclusive) {
        const GroupRecord& record = std::get<ReportV3>(part).records.at(0);
        EXPECT_EQ(record.type, RecordType::kAllow);
        all.insert(all.end(), record.sources.begin(), record.sources.end());
    }
    EXPECT_EQ(all, list);

    const auto exclusive = split(ReportV3{.records = {{RecordType::kToExclude, kGroup, list}}}, 68);
    ASSERT_EQ(exclusive.size(), 1U);
    EXPECT_EQ(std::get<ReportV3>(exclusive[0]).records.at(0).sources, sources(7));
}

TEST(IgmpEncode, ReportWithoutRecordsIsOnePacket) {
    EXPECT_EQ(split(ReportV3{}, 1500), (std::vector<Message>{ReportV3{}}));
}

} // namespace
} // namespace mcfwd::igmp
