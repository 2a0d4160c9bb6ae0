// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Handoffs of an interface with more groups than one task may go through: the same outcome, in slices, and
// still one version for the whole replay.
#include <algorithm>
#include <map>
#include <string>

#include <fmt/format.h>

#include "router_fixture.hh"

namespace mcfwd::protocols {
namespace {

using enum igmp::RecordType;
using group_manager::SourceGroup;

/// Over the limit up to which a handoff settles everything at once.
constexpr std::uint32_t kGroups = 6'000;

SourceGroup group(std::uint32_t number) {
    return {Ipv4Address(Ipv4Address(239, 2, 0, 0).host() + number), {}};
}

class LargeHandoff : public RouterFixture {
  protected:
    explicit LargeHandoff(group_manager::Settings with = {}) : RouterFixture(with) {
        for (const IfIndex interface : {kLan1, kLan2, kLan3}) {
            serve(interface);
        }
        hear(kToExclude, 0, kGroups);
        group_manager::Callbacks callbacks;
        callbacks.local_join = [this](const auto& local) { ++local_joins[local.key]; };
        callbacks.local_leave = [this](const auto& local) { --local_joins[local.key]; };
        callbacks.join_alert = [this](const auto& alert) {
            EXPECT_EQ(++interest[alert.key], 1) << fmt::to_string(alert.key);
        };
        callbacks.prune_alert = [this](const auto& alert) {
            if (alert.cause == group_manager::AlertCause::kMembership) {
                EXPECT_EQ(--interest[alert.key], 0) << fmt::to_string(alert.key);
            }
        };
        for (std::uint32_t n = 0; n < kGroups; ++n) {
            interest[group(n)] = 1; // as an enumeration would have told it
        }
        client = groups
                     .register_protocol(
                         {.id = {.protocol = 13, .component = 0}, .name = "P", .callbacks = callbacks})
                     .value();
    }

    /// A host of lan2 changes its mind about groups `first` to `last - 1`.
    void hear(igmp::RecordType type, std::uint32_t first, std::uint32_t last) {
        igmp::ReportV3 all;
        for (std::uint32_t n = first; n < last; ++n) {
            all.records.push_back({type, group(n).group, {}});
        }
        hear(all);
    }
    void hear(const igmp::ReportV3& report) {
        for (const auto& packet : igmp::encode(report, Ipv4Address(10, 0, 2, 9), 1500)) {
            igmp.receive({.kind = SignalKind::kIgmp,
                          .domain = kRoutedDomain,
                          .port = {},
                          .vlan = {},
                          .interface = kLan2,
                          .source_mac = {},
                          .packet = packet});
        }
    }
    void flow(std::uint32_t number) { groups.new_packet({group(number).group, kSource}, {kLan1, {}}, {}); }
    [[nodiscard]] std::size_t forwarded(std::uint32_t number) const {
        return table.entries.at({group(number).group, kSource}).oifs.size();
    }
    /// Runs what is posted and says how many tasks it took.
    std::size_t run_tasks() {
        std::size_t count = 0;
        for (; tasks.waiting() > 0; ++count) {
            tasks.run_one();
        }
        return count;
    }
    /// How many keys have this value.
    static std::size_t having(const std::map<SourceGroup, int>& counts, int value) {
        return static_cast<std::size_t>(
            std::ranges::count_if(counts, [value](const auto& one) { return one.second == value; }));
    }

    std::map<SourceGroup, int> local_joins;
    std::map<SourceGroup, int> interest;
    group_manager::ClientHandle client;
};

TEST_F(LargeHandoff, GracefulTakeAndReleaseTouchNothingThatIsForwarded) {
    for (std::uint32_t n = 0; n < kGroups; n += 10) {
        flow(n);
    }
    const std::size_t before = table.versions;
    ASSERT_TRUE(groups.take_interface_ownership(client, {kLan2, {}}));
    EXPECT_GE(run_tasks(), 5U);
    EXPECT_EQ(table.versions, before);
    EXPECT_EQ(having(local_joins, 1), kGroups);
    EXPECT_EQ(having(interest, 0), kGroups) << "its own interface counts for itself";
    ASSERT_TRUE(groups.release_interface_ownership(client, {kLan2, {}}));
    EXPECT_GE(run_tasks(), 5U);
    EXPECT_EQ(table.versions, before);
    EXPECT_EQ(having(interest, 1), kGroups);
    EXPECT_EQ(groups.ownership().at(1).stale, 0U);
    for (std::uint32_t n = 0; n < kGroups; n += 10) {
        ASSERT_EQ(forwarded(n), 1U);
    }
}

TEST_F(LargeHandoff, WhatEndedAndBeganMeanwhileIsOneVersionAtTheEnd) {
    flow(3);
    flow(kGroups); // wanted by nobody yet
    ASSERT_TRUE(groups.take_interface_ownership(client, {kLan2, {}}));
    const std::size_t before = table.versions;
    tasks.run_one();
    tasks.run_one();
    hear(kToExclude, kGroups, kGroups + 1); // not held back any more: forwarded at once
    EXPECT_EQ(table.versions, before + 1);
    EXPECT_EQ(forwarded(kGroups), 1U);
    run_tasks();
    EXPECT_EQ(table.versions, before + 1);
}

TEST_F(LargeHandoff, ASecondHandoffCancelsTheReplayOfTheFirst) {
    ASSERT_TRUE(groups.take_interface_ownership(client, {kLan2, {}}));
    tasks.run_one();
    ASSERT_TRUE(groups.release_interface_ownership(client, {kLan2, {}}));
    ASSERT_TRUE(groups.take_interface_ownership(client, {kLan2, {}}));
    run_tasks();
    EXPECT_EQ(groups.ownership().at(1).stale, 0U);
    EXPECT_EQ(groups.memberships().size(), kGroups);
    EXPECT_EQ(having(interest, 0), kGroups);
}

TEST_F(LargeHandoff, GroupsThatEndAfterItAreLeft) {
    for (std::uint32_t n = 0; n < kGroups; n += 10) {
        flow(n);
    }
    ASSERT_TRUE(groups.take_interface_ownership(client, {kLan2, {}}));
    hear(kToInclude, 0, 1);          // a leave that asks first
    wait(std::chrono::seconds(300)); // nobody answers any query
    run_tasks();
    EXPECT_EQ(groups.memberships().size(), 0U);
    EXPECT_EQ(having(interest, 0), kGroups);
    for (std::uint32_t n = 0; n < kGroups; n += 10) {
        ASSERT_EQ(forwarded(n), 0U);
    }
}

TEST_F(LargeHandoff, EntriesOfTheIifAreRebuiltInSlices) {
    for (std::uint32_t n = 0; n < kGroups; ++n) {
        flow(n);
    }
    const std::uint64_t before = groups.metrics().mfe_rebuilt;
    ASSERT_TRUE(groups.take_interface_ownership(client, {kLan1, {}}));
    EXPECT_GE(run_tasks(), 6U);
    EXPECT_EQ(groups.metrics().mfe_rebuilt - before, kGroups);
    EXPECT_EQ(groups.mfe({group(7).group, kSource})->iif_owner.name, "P");
    ASSERT_TRUE(groups.release_interface_ownership(client, {kLan1, {}}));
    run_tasks();
    EXPECT_EQ(groups.metrics().mfe_rebuilt - before, 2 * kGroups);
    EXPECT_EQ(groups.mfe({group(7).group, kSource})->iif_owner.name, "igmp");
}

TEST_F(LargeHandoff, OwnersTowardsSourcesAreToldInTurnHoweverOftenTheyChange) {
    igmp::ReportV3 all;
    for (std::uint32_t n = 0; n < kGroups; ++n) {
        all.records.push_back({kAllow, Ipv4Address(Ipv4Address(239, 3, 0, 0).host() + n), {kSource}});
    }
    hear(all);
    interest.clear(); // of the other groups; the callbacks check that joins and prunes alternate
    ASSERT_TRUE(groups.take_interface_ownership(client, {kLan1, {}}));
    tasks.run_one();
    tasks.run_one();
    ASSERT_TRUE(groups.release_interface_ownership(client, {kLan1, {}}));
    tasks.run_one();
    ASSERT_TRUE(groups.take_interface_ownership(client, {kLan1, {}}));
    tasks.run_one();
    igmp::ReportV3 one{.records = {{kToInclude, Ipv4Address(239, 3, 23, 0), {}}}}; // ahead of the slices
    hear(one);
    wait(std::chrono::seconds(3)); // its last member query time
    run_tasks();
    EXPECT_EQ(having(interest, 1), kGroups - 1);
    EXPECT_EQ(interest[(SourceGroup{Ipv4Address(239, 3, 23, 0), kSource})], 0);
    ASSERT_TRUE(groups.release_interface_ownership(client, {kLan1, {}}));
    run_tasks();
    EXPECT_EQ(having(interest, 1), 0U);
}

class LargeStrictHandoff : public LargeHandoff {
  protected:
    LargeStrictHandoff()
        : LargeHandoff({.handoff_memberships = group_manager::HandoffMemberships::kStrict,
                        .commit_limit = 10 * kGroups}) {}
};

TEST_F(LargeStrictHandoff, OneVersionTakesAwayAndOneBringsBack) {
    for (std::uint32_t n = 0; n < kGroups; n += 10) {
        flow(n);
    }
    const std::size_t before = table.versions;
    ASSERT_TRUE(groups.take_interface_ownership(client, {kLan2, {}}));
    EXPECT_EQ(table.versions, before + 1);
    EXPECT_EQ(forwarded(10), 0U);
    run_tasks();
    EXPECT_EQ(table.versions, before + 2);
    EXPECT_EQ(table.causes.back(), "igmp replay on lan2");
    EXPECT_EQ(having(local_joins, 1), kGroups);
    for (std::uint32_t n = 0; n < kGroups; n += 10) {
        ASSERT_EQ(forwarded(n), 1U);
    }
}

TEST_F(LargeStrictHandoff, AnotherCallEndsTheWaitAndKeepsTheOrder) {
    flow(3);
    flow(kGroups + 1);
    ASSERT_TRUE(groups.take_interface_ownership(client, {kLan2, {}}));
    tasks.run_one(); // group 3 is back, not published yet
    EXPECT_EQ(forwarded(3), 0U);
    EXPECT_FALSE(local_joins.contains(group(3)));
    hear(kToExclude, kGroups + 1, kGroups + 2);
    EXPECT_EQ(forwarded(3), 1U);
    EXPECT_EQ(forwarded(kGroups + 1), 1U);
    EXPECT_EQ(local_joins.at(group(3)), 1);
    EXPECT_EQ(table.causes.back(), "igmp replay on lan2; igmp join 239.2.23.113 on lan2");
    run_tasks();
    EXPECT_EQ(having(local_joins, 1), kGroups + 1);
}

class LargeStrictHandoffInSlices : public LargeHandoff {
  protected:
    LargeStrictHandoffInSlices()
        : LargeHandoff({.handoff_memberships = group_manager::HandoffMemberships::kStrict}) {}
};

TEST_F(LargeStrictHandoffInSlices, TwoVersionsAtMostTakeAwayAndBringBack) {
    for (std::uint32_t n = 0; n < kGroups; ++n) {
        flow(n);
    }
    std::size_t before = table.versions;
    ASSERT_TRUE(groups.take_interface_ownership(client, {kLan2, {}}));
    EXPECT_EQ(table.versions, before);
    EXPECT_GE(run_tasks(), 12U);
    EXPECT_LE(table.versions, before + 2) << "one, if the replay is as quick as the slices";
    EXPECT_FALSE(table.gathering());
    for (std::uint32_t n = 0; n < kGroups; ++n) {
        ASSERT_EQ(forwarded(n), 1U) << n;
    }
    before = table.versions;
    ASSERT_TRUE(groups.release_interface_ownership(client, {kLan2, {}}));
    run_tasks();
    EXPECT_LE(table.versions, before + 2);
    for (std::uint32_t n = 0; n < kGroups; ++n) {
        ASSERT_EQ(forwarded(n), 1U) << n;
    }
}

TEST_F(LargeStrictHandoffInSlices, MembershipsGoAtOnceAndForwardingFollows) {
    for (std::uint32_t n = 0; n < kGroups; ++n) {
        flow(n);
    }
    const std::size_t before = table.versions;
    ASSERT_TRUE(groups.take_interface_ownership(client, {kLan2, {}}));
    EXPECT_EQ(groups.memberships().size(), 0U);
    EXPECT_EQ(forwarded(0), 1U);
    hear(kToInclude, 0, 10); // these are not replayed
    wait(std::chrono::seconds(3));
    EXPECT_EQ(groups.memberships().size(), kGroups - 10);
    EXPECT_EQ(having(local_joins, 1), kGroups - 10);
    EXPECT_EQ(having(interest, 0), kGroups) << "its own interface counts for itself";
    for (std::uint32_t n = 0; n < kGroups; ++n) {
        ASSERT_EQ(forwarded(n), n < 10 ? 0U : 1U) << n;
    }
    EXPECT_LE(table.versions, before + 2 + 10) << "one for the commit, one for the replay, and leaves";
}

} // namespace
} // namespace mcfwd::protocols
