// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Version 3 reports: records, auxiliary data, and records that lie about their length.
#include <gtest/gtest.h>

#include <igmp/codec.hh>

#include "addresses.hh"
#include "octets.hh"

namespace mcfwd::igmp {
namespace {

using test::octets;
using test::packet_around;

constexpr Ipv4Address kG1{239, 1, 1, 1};
constexpr Ipv4Address kG2{239, 1, 1, 2};

ReportV3 report_of(std::string_view hex) {
    const auto parsed = parse(packet_around(octets(hex)));
    EXPECT_TRUE(parsed.has_value());
    return std::get<ReportV3>(parsed.value().message);
}

TEST(IgmpParseReport, AllRecordTypes) {
    const ReportV3 report = report_of("2200 0000 0000 0006"
                                      "01 00 0001 ef010101 0a000001  02 00 0000 ef010101"
                                      "03 00 0000 ef010102  04 00 0002 ef010101 0a000001 0a000002"
                                      "05 00 0001 ef010101 0a000002  06 00 0001 ef010102 0a000001");
    EXPECT_EQ(report, (ReportV3{.records = {{RecordType::kIsInclude, kG1, {kS1}},
                                            {RecordType::kIsExclude, kG1, {}},
                                            {RecordType::kToInclude, kG2, {}},
                                            {RecordType::kToExclude, kG1, {kS1, kS2}},
                                            {RecordType::kAllow, kG1, {kS2}},
                                            {RecordType::kBlock, kG2, {kS1}}}}));
}

TEST(IgmpParseReport, AuxiliaryDataIsSkipped) {
    const ReportV3 report = report_of("2200 0000 0000 0002"
                                      "04 02 0001 ef010101 0a000001 dddddddd dddddddd"
                                      "04 00 0000 ef010102");
    EXPECT_EQ(report, (ReportV3{.records = {{RecordType::kToExclude, kG1, {kS1}},
                                            {RecordType::kToExclude, kG2, {}}}}));
}

TEST(IgmpParseReport, UnknownRecordTypeIsSkippedAlone) {
    const ReportV3 report =
        report_of("2200 0000 0000 0004  04 00 0000 ef010101  07 01 0001 ef010105 0a000001 dddddddd"
                  "00 00 0000 ef010106  04 00 0000 ef010102");
    EXPECT_EQ(report,
              (ReportV3{.records = {{RecordType::kToExclude, kG1, {}}, {RecordType::kToExclude, kG2, {}}},
                        .unknown_records = 2}));
}

TEST(IgmpParseReport, OctetsAfterTheLastRecordAreIgnored) {
    const ReportV3 report = report_of("2200 0000 0000 0001  04 00 0000 ef010101  04 00 0000 ef010102");
    EXPECT_EQ(report, (ReportV3{.records = {{RecordType::kToExclude, kG1, {}}}}));
}

TEST(IgmpParseReport, BadRecordLosesItselfAndWhatFollowsButNoneBefore) {
    const ReportV3 before{.records = {{RecordType::kToExclude, kG1, {}}}, .truncated = true};
    EXPECT_EQ(report_of("2200 0000 0000 0003  04 00 0000 ef010101  04 00 ffff ef010102  04 00 0000 ef010103"),
              before)
        << "claims 65535 sources";
    EXPECT_EQ(report_of("2200 0000 0000 0002  04 00 0000 ef010101  04 ff 0000 ef010102"), before)
        << "claims 255 words of auxiliary data";
    EXPECT_EQ(report_of("2200 0000 0000 0002  04 00 0000 ef010101  04 00 0001 ef010102 0a0000"), before)
        << "one octet short";
    EXPECT_EQ(report_of("2200 0000 0000 0002  04 00 0000 ef010101  04 00 00"), before) << "header cut off";
    EXPECT_EQ(report_of("2200 0000 0000 ffff  04 00 0000 ef010101"), before) << "claims 65535 records";
}

} // namespace
} // namespace mcfwd::igmp
