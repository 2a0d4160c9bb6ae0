// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Routes to far sources that come and go while their packets flow.
#include <controlplane/protocols/rpf_routes.hh>

#include "router_fixture.hh"

namespace mcfwd::protocols {
namespace {

class RpfRoutesTest : public RouterFixture {
  protected:
    static constexpr Ipv4Address kFar{192, 0, 2, 77};
    static constexpr Ipv4Prefix kNet{{192, 0, 2, 0}, 24};
    static constexpr Ipv4Prefix kHost{kFar, 32};

    [[nodiscard]] IfIndex iif() const { return table.entries.at({kGroup, kFar}).iif.interface; }

    RpfRoutes rpf{groups, view, statics, &reserve};
};

TEST_F(RpfRoutesTest, TheEntryFollowsTheLongestPrefixWithoutAGap) {
    for (const IfIndex interface : {kLan1, kLan2, kLan3}) {
        serve(interface);
    }
    report(kLan3, igmp::RecordType::kToExclude);
    ASSERT_TRUE(rpf.add(kNet, kLan1));
    packet(kFar, kLan1);
    EXPECT_EQ(iif(), kLan1);
    EXPECT_EQ(oifs(kFar), std::vector{kLan3});
    ASSERT_TRUE(rpf.add(kHost, kLan2));
    EXPECT_EQ(iif(), kLan2);
    EXPECT_EQ(oifs(kFar), std::vector{kLan3});
    ASSERT_TRUE(rpf.remove(kHost));
    EXPECT_EQ(iif(), kLan1);
    EXPECT_EQ(oifs(kFar), std::vector{kLan3});
    ASSERT_TRUE(rpf.remove(kNet));
    EXPECT_EQ(oifs(kFar), std::vector<IfIndex>{}) << "no way back to the source: negative";
}

/// More than one task looks up: what still waits for that when the interface is given up is not lost.
TEST_F(RpfRoutesTest, VeryManyEntriesFollowWithoutAGap) {
    constexpr std::uint32_t kFlows = 6000;
    serve(kLan2);
    serve(kLan3);
    report(kLan3, igmp::RecordType::kToExclude);
    ASSERT_TRUE(rpf.add({{198, 0, 0, 0}, 8}, kLan2));
    ASSERT_TRUE(rpf.add({{198, 18, 0, 0}, 16}, kLan1));
    const auto source = [](std::uint32_t n) { return Ipv4Address(Ipv4Address(198, 18, 0, 1).host() + n); };
    for (std::uint32_t n = 0; n < kFlows; ++n) {
        packet(source(n), kLan1);
    }
    ASSERT_TRUE(rpf.remove({{198, 18, 0, 0}, 16}));
    EXPECT_EQ(owner(kLan1), "none");
    for (bool more = true; more; more = tasks.waiting() > 0) {
        if (tasks.waiting() > 0) {
            tasks.run_one();
        }
        ASSERT_EQ(table.entries.size(), kFlows);
        for (const auto& [flow, entry] : table.entries) {
            ASSERT_EQ(entry.oifs.size(), 1U);
        }
    }
    for (const auto& [flow, entry] : table.entries) {
        ASSERT_EQ(entry.iif.interface, kLan2);
    }
    EXPECT_EQ(groups.mfe_count(), kFlows);
}

TEST_F(RpfRoutesTest, OnlyTheSourcesOfThePrefixAreTouched) {
    serve(kLan1);
    serve(kLan2);
    report(kLan2, igmp::RecordType::kToExclude);
    packet(kSource, kLan1);
    const std::size_t before = table.versions;
    ASSERT_TRUE(rpf.add(kNet, kLan1));
    EXPECT_EQ(table.versions, before);
}

TEST_F(RpfRoutesTest, AnInterfaceThatNobodyIsOnIsOwnedForTheRoute) {
    serve(kLan2);
    ASSERT_TRUE(rpf.add(kNet, kLan1));
    ASSERT_TRUE(rpf.add(kHost, kLan1));
    EXPECT_EQ(owner(kLan1), "static");
    ASSERT_TRUE(rpf.remove(kHost));
    EXPECT_EQ(owner(kLan1), "static");
    ASSERT_TRUE(rpf.remove(kNet));
    EXPECT_EQ(owner(kLan1), "none");
    ASSERT_TRUE(rpf.add(kNet, kLan2));
    EXPECT_EQ(owner(kLan2), "igmp");
}

TEST_F(RpfRoutesTest, Refusals) {
    EXPECT_EQ(rpf.add({{192, 0, 2, 1}, 24}, kLan1).error().what,
              "192.0.2.1/24 has bits behind its length; valid: 192.0.2.0/24");
    ASSERT_TRUE(rpf.add(kNet, kLan1));
    EXPECT_EQ(rpf.add(kNet, kLan2).error().status, Status::kAlreadyExists);
    EXPECT_EQ(rpf.remove(kHost).error().status, Status::kNotFound);
    prefixes.capacity = 0;
    EXPECT_EQ(rpf.add(kHost, kLan3).error().status, Status::kNotEnoughMemory);
    EXPECT_EQ(owner(kLan3), "none") << "what was taken for it is given back";
}

TEST_F(RpfRoutesTest, WithoutMemoryNothingChanges) {
    reserve.refuses_growth = true;
    EXPECT_EQ(rpf.add(kNet, kLan1).error().status, Status::kNotEnoughMemory);
    EXPECT_TRUE(rpf.routes().empty());
    EXPECT_EQ(owner(kLan1), "none");
    reserve.refuses_growth = false;
    ASSERT_TRUE(rpf.add(kNet, kLan1));
    reserve.refuses = true;
    EXPECT_EQ(rpf.remove(kNet).error().status, Status::kNotEnoughMemory);
    EXPECT_EQ(rpf.routes().size(), 1U);
    EXPECT_TRUE(view.lookup({kGroup, kFar}));
    reserve.refuses = false;
    ASSERT_TRUE(rpf.remove(kNet));
    EXPECT_FALSE(view.lookup({kGroup, kFar}));
}

} // namespace
} // namespace mcfwd::protocols
