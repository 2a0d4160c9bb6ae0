// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Static memberships, limits, and groups with members of older versions (RFC 9776 section 7.3.2).
#include <gtest/gtest.h>

#include "lan.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::seconds;
using namespace test;
using Type = RecordType;

TEST(IgmpStatic, GroupsAreJoinedAtStartAndNeverExpire) {
    RouterConfig config = router_config();
    config.static_groups = {{kG}, {kSsm, kA}};
    Lan lan(config);
    lan.start();
    EXPECT_EQ(lan.changes(), (Lines{"0 join * 239.1.1.1", "0 join 10.9.0.1 232.1.1.1"}));
    lan.wait(seconds(10000));
    EXPECT_EQ(lan.changes(), Lines{});
    EXPECT_TRUE(lan.group(kG).is_static);
    EXPECT_EQ(lan.group(kG).expires, std::nullopt);
    EXPECT_TRUE(lan.group(kSsm).sources.at(0).is_static);
}

TEST(IgmpStatic, HostsComeAndGoUnderAStaticGroup) {
    RouterConfig config = router_config();
    config.static_groups = {{kG}, {kG2, kA}};
    Lan lan(config);
    lan.start_quietly();
    lan.hear(report(Type::kToExclude, kG, {kB}));
    lan.hear(Leave{kG});
    lan.wait(seconds(5));
    EXPECT_EQ(lan.changes(), Lines{}) << "everybody is wanted all the time";
    EXPECT_TRUE(lan.has_group(kG));

    lan.forget();
    lan.hear(report(Type::kToExclude, kG2, {kA, kB}));
    EXPECT_EQ(lan.changes(),
              (Lines{"0 join * 239.1.1.2", "0 block 10.9.0.2 239.1.1.2", "0 leave 10.9.0.1 239.1.1.2"}));
    lan.wait(seconds(270));
    EXPECT_EQ(lan.changes(), (Lines{"270 join 10.9.0.1 239.1.1.2", "270 leave * 239.1.1.2",
                                    "270 unblock 10.9.0.2 239.1.1.2"}));
}

TEST(IgmpStatic, CanBeAddedAndRemovedAtRunTime) {
    Lan lan;
    lan.start_quietly();
    const auto add = [&](const StaticGroup& entry) {
        const auto result = lan.router().add_static(entry, lan.now(), lan.output());
        lan.collect();
        return result;
    };
    const auto remove = [&](const StaticGroup& entry) {
        const auto result = lan.router().remove_static(entry, lan.now(), lan.output());
        lan.collect();
        return result;
    };
    EXPECT_TRUE(add({kG}));
    EXPECT_TRUE(add({kG, kA}));
    EXPECT_EQ(add({kG}).error().status, Status::kAlreadyExists);
    EXPECT_EQ(add({kSsm}).error().status, Status::kInvalidParameter);
    EXPECT_EQ(lan.changes(), (Lines{"0 join * 239.1.1.1"}));
    EXPECT_TRUE(remove({kG}));
    EXPECT_EQ(lan.changes(), (Lines{"0 join 10.9.0.1 239.1.1.1", "0 leave * 239.1.1.1"}));
    EXPECT_TRUE(remove({kG, kA}));
    EXPECT_EQ(lan.changes(), (Lines{"0 leave 10.9.0.1 239.1.1.1"}));
    EXPECT_EQ(remove({kG}).error().status, Status::kNotFound);
    EXPECT_FALSE(lan.has_group(kG));
}

TEST(IgmpStatic, RemovalLeavesReportedMembersAlone) {
    RouterConfig config = router_config();
    config.static_groups = {{kG}};
    Lan lan(config);
    lan.start_quietly();
    lan.hear(ReportV2{kG});
    ASSERT_TRUE(lan.router().remove_static({kG}, lan.now(), lan.output()));
    lan.collect();
    EXPECT_EQ(lan.changes(), Lines{});
    lan.wait(seconds(270));
    EXPECT_EQ(lan.changes(), (Lines{"270 leave * 239.1.1.1"}));
}

TEST(IgmpLimits, GroupsBeyondTheLimitAreRefusedAndTheKnownOnesServed) {
    RouterConfig config = router_config();
    config.max_groups = 1;
    config.static_groups = {{kSsm, kA}};
    Lan lan(config);
    lan.start_quietly();
    lan.hear(ReportV2{kG});
    lan.hear(ReportV2{kG2});
    EXPECT_EQ(lan.changes(), (Lines{"0 join * 239.1.1.1"}));
    EXPECT_EQ(lan.ignored(IgnoreReason::kGroupLimit), 1U);
    lan.wait(seconds(200));
    lan.hear(ReportV2{kG});
    EXPECT_EQ(lan.group(kG).expires, seconds(270)) << "refreshed as ever";
    lan.wait(seconds(270));
    lan.hear(ReportV2{kG2});
    EXPECT_EQ(lan.changes(), (Lines{"470 leave * 239.1.1.1", "470 join * 239.1.1.2"}));
}

TEST(IgmpLimits, SourcesBeyondTheLimitAreRefused) {
    RouterConfig config = router_config();
    config.max_sources = 2;
    Lan lan(config);
    lan.start_quietly();
    lan.hear(report(Type::kAllow, kG, {kA, kB, kC}));
    EXPECT_EQ(lan.changes(), (Lines{"0 join 10.9.0.1 239.1.1.1", "0 join 10.9.0.2 239.1.1.1"}));
    EXPECT_EQ(lan.ignored(IgnoreReason::kSourceLimit), 1U);
    lan.hear(report(Type::kIsExclude, kG2, {kA, kB, kC}));
    EXPECT_EQ(lan.changes(),
              (Lines{"0 join * 239.1.1.2", "0 block 10.9.0.1 239.1.1.2", "0 block 10.9.0.2 239.1.1.2"}))
        << "what is not kept is forwarded";
}

TEST(IgmpCompatibility, Version2MembersMakeTheGroupVersion2) {
    Lan lan;
    lan.start_quietly();
    lan.hear(ReportV2{kG});
    lan.hear(report(Type::kToExclude, kG2));
    EXPECT_EQ(lan.group(kG).version, Version::kV2);
    EXPECT_EQ(lan.group(kG2).version, Version::kV3) << "per group, not per interface";
    lan.changes();
    lan.hear(report(Type::kBlock, kG, {kA}), kOtherHost);
    EXPECT_EQ(lan.ignored(IgnoreReason::kCompatibility), 1U);
    lan.hear(report(Type::kToExclude, kG, {kA}), kOtherHost);
    EXPECT_EQ(lan.changes(), Lines{}) << "its source list is ignored";
    lan.wait(seconds(259));
    EXPECT_EQ(lan.group(kG).version, Version::kV2);
    lan.wait(seconds(1));
    EXPECT_EQ(lan.group(kG).version, Version::kV3);
}

TEST(IgmpCompatibility, Version1MembersCanNotBeAskedToLeave) {
    Lan lan;
    lan.start_quietly();
    lan.hear(ReportV1{kG});
    lan.hear(ReportV2{kG}, kOtherHost);
    EXPECT_EQ(lan.group(kG).version, Version::kV1);
    lan.hear(Leave{kG}, kOtherHost);
    lan.hear(report(Type::kToInclude, kG), kOtherHost);
    EXPECT_EQ(lan.ignored(IgnoreReason::kCompatibility), 2U);
    lan.wait(seconds(300));
    EXPECT_EQ(lan.changes(), (Lines{"0 join * 239.1.1.1", "270 leave * 239.1.1.1"}));
    EXPECT_EQ(lan.queries(), (Lines{"116.25 general", "241.25 general"}));
}

TEST(IgmpCompatibility, ConfiguredVersion2AsksForGroupsInVersion2AndNeverForSources) {
    RouterConfig config = router_config();
    config.version = Version::kV2;
    Lan lan(config);
    lan.start_quietly();
    lan.hear(report(Type::kToExclude, kG));
    lan.hear(report(Type::kAllow, kG, {kA}));
    EXPECT_EQ(lan.group(kG).version, Version::kV2);
    lan.forget();
    lan.hear(Leave{kG});
    const auto packets = lan.packets();
    ASSERT_EQ(packets.size(), 1U);
    EXPECT_EQ(packets[0].packet.size(), 32U);
    lan.wait(seconds(2));
    EXPECT_EQ(lan.changes(), (Lines{"2 join 10.9.0.1 239.1.1.1", "2 leave * 239.1.1.1"}));
}

} // namespace
} // namespace mcfwd::igmp
