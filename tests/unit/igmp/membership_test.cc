// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The steps between two memberships, in the promised order, and the merge with static members.
#include <gtest/gtest.h>

#include <igmp/membership.hh>

#include "lan.hh"

namespace mcfwd::igmp {
namespace {

using test::kA, test::kB, test::kC;
using Steps = std::vector<MembershipChange>;

Steps steps(const Membership& from, const Membership& to) {
    Steps out;
    append_steps(kGroup, from, to, out);
    return out;
}

TEST(IgmpMembership, IncludeToIncludeJoinsBeforeItLeaves) {
    EXPECT_EQ(steps({FilterMode::kInclude, {kA, kB}}, {FilterMode::kInclude, {kB, kC}}),
              (Steps{{MembershipEvent::kJoin, kC, kGroup}, {MembershipEvent::kLeave, kA, kGroup}}));
}

TEST(IgmpMembership, IncludeToExcludeJoinsAnySourceFirst) {
    EXPECT_EQ(steps({FilterMode::kInclude, {kA}}, {FilterMode::kExclude, {kB}}),
              (Steps{{MembershipEvent::kJoin, kAnySource, kGroup},
                     {MembershipEvent::kBlock, kB, kGroup},
                     {MembershipEvent::kLeave, kA, kGroup}}));
}

TEST(IgmpMembership, ExcludeToIncludeJoinsSourcesBeforeItLeavesAnySource) {
    EXPECT_EQ(steps({FilterMode::kExclude, {kB}}, {FilterMode::kInclude, {kA}}),
              (Steps{{MembershipEvent::kJoin, kA, kGroup},
                     {MembershipEvent::kLeave, kAnySource, kGroup},
                     {MembershipEvent::kUnblock, kB, kGroup}}));
}

TEST(IgmpMembership, ExcludeToExcludeOnlyMovesBlocks) {
    EXPECT_EQ(steps({FilterMode::kExclude, {kA, kB}}, {FilterMode::kExclude, {kB, kC}}),
              (Steps{{MembershipEvent::kBlock, kC, kGroup}, {MembershipEvent::kUnblock, kA, kGroup}}));
}

TEST(IgmpMembership, NothingToTellWhenEqual) {
    EXPECT_TRUE(steps({FilterMode::kExclude, {kA}}, {FilterMode::kExclude, {kA}}).empty());
    EXPECT_TRUE(steps({}, {}).empty());
}

TEST(IgmpMembership, MergeWithStaticMembers) {
    const RecordContext context{.now = Instant(Duration(1000)), .membership_interval = Duration(100)};
    FilterState reported;
    reported.apply(RecordType::kToExclude, std::vector{kA, kB}, context);
    Membership merged;
    merge_membership(reported, {.any_source = true}, merged);
    EXPECT_EQ(merged, (Membership{FilterMode::kExclude, {}})) << "a static any-source member blocks nobody";
    merge_membership(reported, {.sources = {kB, kC}}, merged);
    EXPECT_EQ(merged, (Membership{FilterMode::kExclude, {kA}})) << "a static source is never blocked";

    FilterState included;
    included.apply(RecordType::kAllow, std::vector{kB}, context);
    merge_membership(included, {.sources = {kA, kB}}, merged);
    EXPECT_EQ(merged, (Membership{FilterMode::kInclude, {kA, kB}}));
    merge_membership(included, {.any_source = true}, merged);
    EXPECT_EQ(merged, (Membership{FilterMode::kExclude, {}}));
}

} // namespace
} // namespace mcfwd::igmp
