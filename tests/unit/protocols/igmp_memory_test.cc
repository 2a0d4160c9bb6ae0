// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What the group manager has no memory for is told to it again: a host asks once and gets its group.
#include <algorithm>

#include "router_fixture.hh"

namespace mcfwd::protocols {
namespace {

using namespace std::chrono_literals;
using enum igmp::RecordType;
using Oifs = std::vector<IfIndex>;

class IgmpMemory : public RouterFixture {
  protected:
    void SetUp() override {
        serve(kLan1);
        serve(kLan2);
    }
    [[nodiscard]] bool stale() const {
        const auto all = groups.memberships();
        return std::ranges::any_of(all, &group_manager::MembershipView::stale);
    }
};

TEST_F(IgmpMemory, AJoinIsMadeWhenThereIsMemory) {
    packet(kSource, kLan1);
    reserve.refuses = true;
    report(kLan2, kToExclude);
    wait(3s);
    EXPECT_EQ(oifs(kSource), Oifs{});
    reserve.refuses = false;
    wait(1s);
    EXPECT_EQ(oifs(kSource), Oifs{kLan2});
}

TEST_F(IgmpMemory, ALeaveIsMadeWhenThereIsMemory) {
    report(kLan2, kToExclude);
    packet(kSource, kLan1);
    report(kLan2, kToInclude);
    reserve.refuses = true;
    wait(5s); // the last member query has gone unanswered
    EXPECT_EQ(oifs(kSource), Oifs{kLan2});
    reserve.refuses = false;
    wait(1s);
    EXPECT_EQ(oifs(kSource), Oifs{});
    EXPECT_TRUE(groups.memberships().empty());
}

TEST_F(IgmpMemory, ALaterReportIsNotNeeded) {
    reserve.refuses_growth = true;
    report(kLan2, kAllow, {kSource, kOtherSource});
    EXPECT_TRUE(groups.memberships().empty());
    report(kLan2, kAllow, {kSource});
    reserve.refuses_growth = false;
    wait(1s);
    EXPECT_EQ(groups.memberships().size(), 2U);
}

TEST_F(IgmpMemory, AReplayThatFindsNoneIsNotEndedBeforeItIsWhole) {
    report(kLan2, kToExclude);
    packet(kSource, kLan1);
    const auto p = groups.register_protocol({.id = {100, 1}, .name = "p", .callbacks = {}}).value();
    ASSERT_TRUE(groups.take_interface_ownership(p, {kLan2, {}}));
    reserve.refuses = true;
    tasks.run();
    wait(3s);
    EXPECT_TRUE(stale());
    EXPECT_EQ(oifs(kSource), Oifs{kLan2}) << "it forwards on";
    reserve.refuses = false;
    wait(1s);
    EXPECT_FALSE(stale());
    EXPECT_EQ(groups.memberships().size(), 1U);
    EXPECT_EQ(oifs(kSource), Oifs{kLan2});
}

TEST_F(IgmpMemory, ManyLeavesAreMadeInSeveralTasks) {
    constexpr std::uint32_t kGroups = 3000;
    const auto all = [](igmp::RecordType type) {
        igmp::ReportV3 report;
        for (std::uint32_t n = 0; n < kGroups; ++n) {
            report.records.push_back({type, Ipv4Address(Ipv4Address(239, 6, 0, 0).host() + n), {}});
        }
        return report;
    };
    report(kLan2, all(kToExclude));
    report(kLan2, kToExclude); // it stays
    report(kLan2, all(kToInclude));
    reserve.refuses = true;
    wait(5s);
    EXPECT_EQ(groups.memberships().size(), kGroups + 1);
    reserve.refuses = false;
    clock.move(1s);
    std::ignore = igmp.advance();
    std::size_t before = kGroups + 1;
    std::size_t count = 0;
    for (; tasks.waiting() > 0; ++count) {
        tasks.run_one();
        const std::size_t left = groups.memberships().size();
        EXPECT_GE(left + 1024, before);
        before = left;
    }
    EXPECT_GE(count, 3U);
    EXPECT_EQ(before, 1U);
}

} // namespace
} // namespace mcfwd::protocols
