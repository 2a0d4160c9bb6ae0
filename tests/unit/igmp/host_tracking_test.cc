// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Who is in a group and what each host said last, as `show igmp groups --hosts` tells it.
#include <gtest/gtest.h>

#include "lan.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace test;
using Type = RecordType;

struct IgmpHosts : testing::Test {
    IgmpHosts() { lan.start_quietly(); }
    Lan lan;
};

TEST_F(IgmpHosts, EveryVersionIsTracked) {
    constexpr Ipv4Address third{10, 0, 1, 102};
    lan.hear(ReportV1{kG}, kHost);
    lan.hear(ReportV2{kG}, kOtherHost);
    lan.hear(report(Type::kToExclude, kG, {kA}), third);
    EXPECT_EQ(lan.hosts(kG), (Lines{"100 exclude", "101 exclude", "102 exclude 10.9.0.1"}));
    const GroupView view = lan.group(kG);
    EXPECT_EQ(view.host_count, 3U);
    EXPECT_TRUE(view.hosts_complete);
    EXPECT_EQ(view.hosts.at(0).version, Version::kV1);
    EXPECT_EQ(view.hosts.at(1).version, Version::kV2);
    EXPECT_EQ(view.hosts.at(2).version, Version::kV3);
    EXPECT_EQ(view.hosts.at(0).mac, mac_of(kHost));
    EXPECT_EQ(lan.router().view(lan.now()).hosts, 3U);
}

TEST_F(IgmpHosts, HeardAndExpiresRunFromTheLastReport) {
    lan.hear(ReportV2{kG});
    lan.wait(seconds(100));
    EXPECT_EQ(lan.group(kG).hosts.at(0).heard, seconds(100));
    EXPECT_EQ(lan.group(kG).hosts.at(0).expires, seconds(170));
    lan.hear(ReportV2{kG});
    EXPECT_EQ(lan.group(kG).hosts.at(0).heard, seconds(0));
    EXPECT_EQ(lan.group(kG).hosts.at(0).expires, seconds(270));
}

TEST_F(IgmpHosts, ASilentHostIsForgottenAfterTheMembershipIntervalThoughOthersStay) {
    lan.hear(report(Type::kToExclude, kG), kHost);
    lan.wait(seconds(200));
    lan.hear(report(Type::kIsExclude, kG), kOtherHost);
    lan.wait(milliseconds(69999));
    EXPECT_EQ(lan.hosts(kG), (Lines{"100 exclude", "101 exclude"}));
    lan.wait(milliseconds(1));
    EXPECT_EQ(lan.hosts(kG), (Lines{"101 exclude"}));
    EXPECT_EQ(lan.router().view(lan.now()).hosts, 2U);
    lan.wait(seconds(1));
    EXPECT_EQ(lan.router().view(lan.now()).hosts, 1U) << "and then as a host of the link";
}

TEST_F(IgmpHosts, RecordsChangeWhatTheHostWants) {
    lan.hear(report(Type::kAllow, kG, {kA, kB}));
    EXPECT_EQ(lan.hosts(kG), (Lines{"100 include 10.9.0.1 10.9.0.2"}));
    lan.hear(report(Type::kBlock, kG, {kA}));
    EXPECT_EQ(lan.hosts(kG), (Lines{"100 include 10.9.0.2"}));
    lan.hear(report(Type::kToExclude, kG, {kB}));
    EXPECT_EQ(lan.hosts(kG), (Lines{"100 exclude 10.9.0.2"}));
    lan.hear(report(Type::kBlock, kG, {kC}));
    EXPECT_EQ(lan.hosts(kG), (Lines{"100 exclude 10.9.0.2 10.9.0.3"}));
    lan.hear(report(Type::kAllow, kG, {kB}));
    EXPECT_EQ(lan.hosts(kG), (Lines{"100 exclude 10.9.0.3"}));
    lan.hear(report(Type::kIsExclude, kG, {kA}));
    EXPECT_EQ(lan.hosts(kG), (Lines{"100 exclude 10.9.0.1"}));
    lan.hear(report(Type::kToInclude, kG, {kC}));
    EXPECT_EQ(lan.hosts(kG), (Lines{"100 include 10.9.0.3"}));
    lan.hear(report(Type::kToInclude, kG));
    EXPECT_EQ(lan.hosts(kG), Lines{});
    EXPECT_TRUE(lan.has_group(kG)) << "until nobody answers";
}

TEST_F(IgmpHosts, AnswerToASourceQueryDoesNotEndExcludeMode) {
    lan.hear(report(Type::kToExclude, kG, {kA}));
    lan.hear(report(Type::kIsInclude, kG, {kB}));
    EXPECT_EQ(lan.hosts(kG), (Lines{"100 exclude 10.9.0.1"}));
}

TEST_F(IgmpHosts, AListInSeveralRecordsIsOneList) {
    lan.hear(ReportV3{.records = {{Type::kIsInclude, kG, {kB}}, {Type::kIsInclude, kG, {kA, kC}}}});
    EXPECT_EQ(lan.hosts(kG), (Lines{"100 include 10.9.0.1 10.9.0.2 10.9.0.3"}));
}

TEST_F(IgmpHosts, ASourceThatIsNotConfirmedTimesOutOfTheList) {
    lan.hear(report(Type::kAllow, kG, {kA, kB}));
    lan.wait(seconds(200));
    lan.hear(report(Type::kIsInclude, kG, {kB}));
    lan.wait(seconds(71));
    EXPECT_EQ(lan.hosts(kG), (Lines{"100 include 10.9.0.2"}));
}

TEST_F(IgmpHosts, AnIncludeMemberEndsWithTheLastSourceItStillNames) {
    lan.hear(report(Type::kToExclude, kG), kOtherHost);
    lan.hear(report(Type::kAllow, kG, {kA}));
    lan.wait(seconds(200));
    lan.hear(report(Type::kIsExclude, kG), kOtherHost);
    lan.hear(report(Type::kAllow, kG, {kB}));
    lan.hear(report(Type::kBlock, kG, {kB}));
    EXPECT_EQ(lan.group(kG).hosts.at(0).expires, seconds(70));
    lan.wait(seconds(70));
    EXPECT_EQ(lan.hosts(kG), (Lines{"101 exclude"}));
}

TEST_F(IgmpHosts, HostsAreToldApartByMacAndAddress) {
    const Reporter without_address{{}, mac_of(kHost)};
    const Reporter other_without_address{{}, mac_of(kOtherHost)};
    lan.hear(report(Type::kToExclude, kG), kHost);
    lan.hear(report(Type::kToExclude, kG), without_address);
    lan.hear(report(Type::kToExclude, kG), other_without_address);
    EXPECT_EQ(lan.group(kG).host_count, 3U);
    lan.hear(report(Type::kToInclude, kG), without_address);
    EXPECT_EQ(lan.group(kG).host_count, 2U);
}

TEST_F(IgmpHosts, TheEndOfAGroupIsTheEndOfItsHosts) {
    lan.hear(ReportV2{kG}, kHost);
    lan.hear(ReportV2{kG}, kOtherHost);
    lan.hear(Leave{kG}, kHost);
    lan.wait(seconds(2));
    EXPECT_FALSE(lan.has_group(kG));
    lan.hear(ReportV2{kG}, kHost);
    EXPECT_EQ(lan.hosts(kG), (Lines{"100 exclude"}));
}

TEST_F(IgmpHosts, ALeaveThatAVersion1GroupIgnoresIsKnownOfTheHost) {
    lan.hear(ReportV1{kG}, kOtherHost);
    lan.hear(ReportV2{kG}, kHost);
    lan.hear(Leave{kG}, kHost);
    EXPECT_EQ(lan.hosts(kG), (Lines{"101 exclude"}));
}

TEST_F(IgmpHosts, StopForgetsThem) {
    lan.hear(ReportV2{kG});
    lan.router().stop(lan.now(), lan.output());
    lan.collect();
    EXPECT_EQ(lan.router().view(lan.now()).hosts, 0U);
}

TEST(IgmpHostMemory, HostsBeyondItAreServedAndTheGroupSaysThatItDoesNotKnowAll) {
    RouterConfig config = router_config();
    config.max_tracked = 2;
    config.fast_leave = FastLeave::kTracked;
    Lan lan(config);
    lan.start_quietly();
    lan.hear(report(Type::kAllow, kSsm, {kA}), kHost);
    EXPECT_EQ(lan.hosts(kSsm), (Lines{"100 include 10.9.0.1"}));
    lan.hear(report(Type::kAllow, kSsm, {kA, kB}), kOtherHost);
    EXPECT_EQ(lan.changes(), (Lines{"0 join 10.9.0.1 232.1.1.1", "0 join 10.9.0.2 232.1.1.1"}));
    EXPECT_EQ(lan.hosts(kSsm), (Lines{"100 include 10.9.0.1"}));
    EXPECT_FALSE(lan.group(kSsm).hosts_complete);
    lan.hear(report(Type::kBlock, kSsm, {kA}), kHost);
    EXPECT_EQ(lan.changes(), Lines{}) << "the one that is not tracked may want it";
    EXPECT_EQ(lan.queries(), (Lines{"0 sources 232.1.1.1 10.9.0.1"}));
}

} // namespace
} // namespace mcfwd::igmp
