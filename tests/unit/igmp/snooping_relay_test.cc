// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Where IGMP itself goes on a bridge (RFC 4541 section 2.1.1).
#include <gtest/gtest.h>

#include "bridge_lan.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace test;
using Type = RecordType;

struct SnoopingRelay : testing::Test {
    SnoopingRelay() {
        lan.start_quietly();
        lan.hear(3, query_of(), kQuerier);
        lan.forget();
    }
    BridgeLan lan;
};

TEST_F(SnoopingRelay, ReportsAndLeavesOfAllVersionsGoToRouterPortsOnly) {
    lan.hear(0, ReportV1{kG});
    lan.hear(0, ReportV2{kG});
    lan.hear(1, report(Type::kIsExclude, kG));
    lan.hear(2, Leave{kG});
    EXPECT_EQ(lan.sent(), (Lines{"0 relayed report_v1 239.1.1.1 to 3", "0 relayed report_v2 239.1.1.1 to 3",
                                 "0 relayed report_v3 239.1.1.1 to 3", "0 relayed leave 239.1.1.1 to 3"}));
    EXPECT_EQ(lan.counters(3).relayed, 4U);
}

TEST_F(SnoopingRelay, NothingGoesBackToWhereItCameFrom) {
    lan.hear(3, ReportV2{kG});
    lan.hear(3, query_of(), kQuerier);
    EXPECT_EQ(lan.sent(), (Lines{"0 relayed general to 0,1,2"}));
}

TEST_F(SnoopingRelay, WithoutRouterReportsGoNowhere) {
    BridgeLan alone;
    alone.start_quietly();
    alone.hear(0, ReportV2{kG});
    alone.hear(1, report(Type::kToExclude, kG));
    EXPECT_EQ(alone.sent(), Lines{});
}

TEST_F(SnoopingRelay, ReportsGoToAllRouterPorts) {
    lan.hear(2, query_of(), kSecondRouter);
    lan.forget();
    lan.hear(0, ReportV2{kG});
    lan.hear(2, ReportV2{kG});
    EXPECT_EQ(lan.sent(),
              (Lines{"0 relayed report_v2 239.1.1.1 to 2,3", "0 relayed report_v2 239.1.1.1 to 3"}));
}

TEST_F(SnoopingRelay, FramesAreRelayedAsTheyCame) {
    const auto packet = encode(ReportV2{kG}, kHost, 1500).at(0);
    SnoopingOutput out;
    lan.bridge().receive(port(0), packet, mac_of(kHost), multicast_mac(kG), lan.now(), out);
    EXPECT_EQ(out.packets, (std::vector<Relay>{{{port(3)}, mac_of(kHost), multicast_mac(kG), packet}}));
}

TEST_F(SnoopingRelay, QueriesGoToAllOtherPorts) {
    lan.hear(3, query_about(kG), kQuerier);
    lan.hear(3, query_about(kG, {kA}), kQuerier);
    lan.hear(1, query_of(Version::kV2), {});
    EXPECT_EQ(lan.sent(),
              (Lines{"0 relayed group 239.1.1.1 to 0,1,2", "0 relayed sources 239.1.1.1 10.9.0.1 to 0,1,2",
                     "0 relayed general v2 to 0,2,3"}));
}

TEST_F(SnoopingRelay, UnknownTypesAreFlooded) {
    lan.hear_octets(0, packet_around(octets("13 00 0000 00000000"))); // DVMRP
    lan.hear_octets(0, packet_around(octets("7f 00 0000")));
    EXPECT_EQ(lan.sent(), (Lines{"0 relayed other to 1,2,3", "0 relayed other to 1,2,3"}));
    EXPECT_EQ(lan.counters(0).unknown_types, 2U);
    EXPECT_EQ(lan.table(), Lines{});
}

TEST_F(SnoopingRelay, BadChecksumsAreNeitherRelayedNorUsed) {
    auto report = encode(ReportV2{kG}, kHost, 1500).at(0);
    report.back() ^= std::byte{1};
    lan.hear_octets(0, report);
    auto query = encode(query_of(), kSecondRouter, 1500).at(0);
    query.back() ^= std::byte{1};
    lan.hear_octets(1, query);
    auto unknown = packet_around(octets("13 00 0000 00000000"));
    unknown.back() ^= std::byte{1};
    lan.hear_octets(1, unknown);
    auto header = encode(ReportV2{kG}, kHost, 1500).at(0);
    header.at(10) ^= std::byte{1};
    lan.hear_octets(0, header);
    EXPECT_EQ(lan.sent(), Lines{});
    EXPECT_EQ(lan.table(), Lines{});
    EXPECT_EQ(lan.routers(), "3");
    const auto failures = [&](unsigned at, ParseFailure failure) {
        return lan.counters(at).igmp.parse_failures[static_cast<std::size_t>(failure)];
    };
    EXPECT_EQ(failures(0, ParseFailure::kBadChecksum), 1U);
    EXPECT_EQ(failures(1, ParseFailure::kBadChecksum), 2U);
    EXPECT_EQ(failures(0, ParseFailure::kBadIpChecksum), 1U);
}

TEST_F(SnoopingRelay, OneBadRecordLosesNoGoodOne) {
    auto packet =
        encode(ReportV3{.records = {{Type::kIsExclude, kG, {}}, {Type::kIsExclude, kG2, {}}}}, kHost, 1500)
            .at(0);
    Octets igmp(packet.begin() + 24, packet.end());
    igmp.at(8 + 8 + 3) = std::byte{200}; // the second record claims 200 sources
    lan.hear_octets(0, packet_around(igmp));
    EXPECT_EQ(lan.table(), (Lines{"* 239.1.1.1 to 0,3"}));
    EXPECT_EQ(lan.sent(), (Lines{"0 relayed report_v3 239.1.1.1 to 3"}));
}

TEST_F(SnoopingRelay, ReportsFromHostsWithoutAddressCount) {
    lan.hear(0, ReportV2{kG}, {});
    EXPECT_EQ(lan.flow(kG), "0,3");
    EXPECT_EQ(lan.sent(), (Lines{"0 relayed report_v2 239.1.1.1 to 3"}));
}

TEST_F(SnoopingRelay, SourcesThatCanNotBeAreDropped) {
    lan.hear(0, ReportV2{kG}, {239, 0, 0, 1});
    EXPECT_EQ(lan.sent(), Lines{});
    EXPECT_EQ(lan.ignored(0, IgnoreReason::kBadSource), 1U);
}

TEST_F(SnoopingRelay, OwnQueriesThatComeBackFeedNoLoop) {
    lan.hear(0, query_of(), kBridge);
    EXPECT_EQ(lan.sent(), Lines{});
    EXPECT_EQ(lan.routers(), "3");
    EXPECT_EQ(lan.ignored(0, IgnoreReason::kOwnPacket), 1U);
}

TEST_F(SnoopingRelay, RequiredRouterAlertDecidesOnUseNotOnRelaying) {
    SnoopingConfig config = snooping_config();
    config.require_router_alert = true;
    config.router_ports = {port(3)};
    BridgeLan strict(config);
    strict.start_quietly();
    const auto igmp = encode(ReportV2{kG}, kHost, 1500).at(0);
    strict.hear_octets(0, packet_around({igmp.begin() + 24, igmp.end()}, ""));
    EXPECT_EQ(strict.sent(), (Lines{"0 relayed report_v2 239.1.1.1 to 3"}));
    EXPECT_EQ(strict.table(), Lines{});
    EXPECT_EQ(strict.ignored(0, IgnoreReason::kNoRouterAlert), 1U);
}

TEST_F(SnoopingRelay, LocalReportsGoToRouterPortsAndLocalQueriesToAll) {
    lan.send_local(ReportV2{kG}, kRouter);
    lan.send_local(query_of(), kRouter);
    EXPECT_EQ(lan.sent(), (Lines{"0 relayed report_v2 239.1.1.1 to 3", "0 relayed general to 0,1,2,3"}));
    EXPECT_EQ(lan.table(), Lines{});
    EXPECT_EQ(lan.bridge().local_counters().igmp.received[static_cast<std::size_t>(MessageType::kReportV2)],
              1U);
}

} // namespace
} // namespace mcfwd::igmp
