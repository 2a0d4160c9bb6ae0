// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The transition tables of RFC 9776 section 6.4, row by row with exact timers, and what expiry does
// (6.3, 6.5).
#include <map>
#include <string>

#include <gtest/gtest.h>

#include <igmp/filter_state.hh>

#include "addresses.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::seconds;
using Type = RecordType;

const Instant kStart{seconds(1000)};
constexpr Duration kGmi = seconds(270);
constexpr Duration kElapsed = seconds(70); // between building the state and the record of a row
constexpr Ipv4Address kS3{10, 0, 0, 3};
constexpr Ipv4Address kS4{10, 0, 0, 4};
using List = std::vector<Ipv4Address>;

/// Remaining seconds of each source; 0 for a blocked one.
using Timers = std::map<Ipv4Address, long>;

long remaining(Instant end, Instant now) {
    return std::chrono::duration_cast<seconds>(end - now).count();
}

Timers timers(const FilterState& state, Instant now) {
    Timers result;
    for (const Source& source : state.sources()) {
        result[source.address] = source.running() ? remaining(source.expires, now) : 0;
    }
    return result;
}

List asked(const FilterState& state) {
    List result;
    for (const Source& source : state.sources()) {
        if (source.asked) {
            result.push_back(source.address);
        }
    }
    return result;
}

RecordContext context(Instant now) {
    return {.now = now, .membership_interval = kGmi};
}

/// INCLUDE({1, 2}), every timer at 270 s.
FilterState include_state() {
    FilterState state;
    state.apply(Type::kIsInclude, List{kS1, kS2}, context(kStart));
    return state;
}

/// EXCLUDE({1, 2}, {3}), all timers and the group timer at 270 s.
FilterState exclude_state() {
    FilterState state;
    state.apply(Type::kIsExclude, List{kS3}, context(kStart));
    state.apply(Type::kAllow, List{kS1, kS2}, context(kStart));
    return state;
}

struct Row {
    std::string name;
    FilterMode from;
    Type record;
    List listed;
    FilterMode to;
    Timers timers; ///< 70 s after the state was built: old timers stand at 200
    long group_timer;
    List asked;
    bool query_group;
};

class FilterTransition : public testing::TestWithParam<Row> {};

TEST_P(FilterTransition, FollowsTheTable) {
    const Row& row = GetParam();
    FilterState state = row.from == FilterMode::kInclude ? include_state() : exclude_state();
    const Instant now = kStart + kElapsed;
    const RecordEffect effect = state.apply(row.record, row.listed, context(now));
    EXPECT_EQ(state.mode(), row.to);
    EXPECT_EQ(timers(state, now), row.timers);
    if (row.to == FilterMode::kExclude) {
        EXPECT_EQ(remaining(state.group_timer(), now), row.group_timer);
    }
    EXPECT_EQ(effect.query_sources, !row.asked.empty());
    EXPECT_EQ(asked(state), row.asked);
    EXPECT_EQ(effect.query_group, row.query_group);
}

constexpr auto kIn = FilterMode::kInclude;
constexpr auto kEx = FilterMode::kExclude;

INSTANTIATE_TEST_SUITE_P(
    Rfc9776Section64, FilterTransition,
    testing::Values(
        Row{"InIsIn",
            kIn,
            Type::kIsInclude,
            {kS2, kS3},
            kIn,
            {{kS1, 200}, {kS2, 270}, {kS3, 270}},
            0,
            {},
            false},
        Row{"InIsEx", kIn, Type::kIsExclude, {kS2, kS3}, kEx, {{kS2, 200}, {kS3, 0}}, 270, {}, false},
        Row{"ExIsIn",
            kEx,
            Type::kIsInclude,
            {kS2, kS3, kS4},
            kEx,
            {{kS1, 200}, {kS2, 270}, {kS3, 270}, {kS4, 270}},
            200,
            {},
            false},
        Row{"ExIsExGivesFreshSourcesTheMembershipInterval",
            kEx,
            Type::kIsExclude,
            {kS2, kS3, kS4},
            kEx,
            {{kS2, 200}, {kS3, 0}, {kS4, 270}},
            270,
            {},
            false},
        Row{"InAllow",
            kIn,
            Type::kAllow,
            {kS2, kS3},
            kIn,
            {{kS1, 200}, {kS2, 270}, {kS3, 270}},
            0,
            {},
            false},
        Row{"InBlock", kIn, Type::kBlock, {kS2, kS3}, kIn, {{kS1, 200}, {kS2, 200}}, 0, {kS2}, false},
        Row{"InToEx", kIn, Type::kToExclude, {kS2, kS3}, kEx, {{kS2, 200}, {kS3, 0}}, 270, {kS2}, false},
        Row{"InToIn",
            kIn,
            Type::kToInclude,
            {kS2, kS3},
            kIn,
            {{kS1, 200}, {kS2, 270}, {kS3, 270}},
            0,
            {kS1},
            false},
        Row{"ExAllow",
            kEx,
            Type::kAllow,
            {kS2, kS3, kS4},
            kEx,
            {{kS1, 200}, {kS2, 270}, {kS3, 270}, {kS4, 270}},
            200,
            {},
            false},
        Row{"ExBlockGivesFreshSourcesTheGroupTimer",
            kEx,
            Type::kBlock,
            {kS2, kS3, kS4},
            kEx,
            {{kS1, 200}, {kS2, 200}, {kS3, 0}, {kS4, 200}},
            200,
            {kS2, kS4},
            false},
        Row{"ExToExGivesFreshSourcesTheGroupTimerReadBeforeItsReset",
            kEx,
            Type::kToExclude,
            {kS2, kS3, kS4},
            kEx,
            {{kS2, 200}, {kS3, 0}, {kS4, 200}},
            270,
            {kS2, kS4},
            false},
        Row{"ExToInAsksForTheOthersAndForTheGroup",
            kEx,
            Type::kToInclude,
            {kS2, kS3, kS4},
            kEx,
            {{kS1, 200}, {kS2, 270}, {kS3, 270}, {kS4, 270}},
            200,
            {kS1},
            true},
        Row{"InToInWithNoSourcesAsksForAll",
            kIn,
            Type::kToInclude,
            {},
            kIn,
            {{kS1, 200}, {kS2, 200}},
            0,
            {kS1, kS2},
            false},
        Row{"ExToInWithNoSources",
            kEx,
            Type::kToInclude,
            {},
            kEx,
            {{kS1, 200}, {kS2, 200}, {kS3, 0}},
            200,
            {kS1, kS2},
            true},
        Row{"ExIsExWithNoSourcesForgetsAll", kEx, Type::kIsExclude, {}, kEx, {}, 270, {}, false},
        Row{"InBlockOfStrangersAsksNothing",
            kIn,
            Type::kBlock,
            {kS3},
            kIn,
            {{kS1, 200}, {kS2, 200}},
            0,
            {},
            false}),
    [](const testing::TestParamInfo<Row>& row) { return row.param.name; });

TEST(FilterState, NoGroupIsIncludeOfNothing) {
    FilterState state;
    EXPECT_TRUE(state.empty());
    EXPECT_EQ(state.deadline(), std::nullopt);
    EXPECT_FALSE(state.apply(Type::kIsInclude, {}, context(kStart)).changed);
    EXPECT_TRUE(state.empty());
}

TEST(FilterState, SourceTimerEndInIncludeRemovesTheSource) {
    FilterState state = include_state();
    state.apply(Type::kAllow, List{kS2}, context(kStart + seconds(1)));
    EXPECT_FALSE(state.expire(kStart + kGmi - Duration(1)));
    EXPECT_TRUE(state.expire(kStart + kGmi));
    EXPECT_EQ(timers(state, kStart + kGmi), (Timers{{kS2, 1}}));
    EXPECT_TRUE(state.expire(kStart + kGmi + seconds(1)));
    EXPECT_TRUE(state.empty());
}

TEST(FilterState, SourceTimerEndInExcludeKeepsTheSourceBlocked) {
    FilterState state = exclude_state();
    state.apply(Type::kIsExclude, List{kS1, kS3}, context(kStart + seconds(100)));
    EXPECT_TRUE(state.expire(kStart + kGmi));
    EXPECT_EQ(timers(state, kStart + kGmi), (Timers{{kS1, 0}, {kS3, 0}}));
    EXPECT_EQ(state.mode(), FilterMode::kExclude);
}

TEST(FilterState, GroupTimerEndLeavesTheRunningSources) {
    FilterState state = exclude_state();
    state.apply(Type::kAllow, List{kS1}, context(kStart + seconds(10)));
    EXPECT_TRUE(state.expire(kStart + kGmi));
    EXPECT_EQ(state.mode(), FilterMode::kInclude);
    EXPECT_EQ(timers(state, kStart + kGmi), (Timers{{kS1, 10}}));
}

TEST(FilterState, GroupTimerEndWithoutRunningSourcesEndsTheGroup) {
    FilterState state;
    state.apply(Type::kIsExclude, List{kS3}, context(kStart));
    EXPECT_EQ(state.deadline(), kStart + kGmi);
    EXPECT_TRUE(state.expire(kStart + kGmi));
    EXPECT_TRUE(state.empty());
}

TEST(FilterState, LoweringNeverRaises) {
    FilterState state = exclude_state();
    state.lower_group_timer(kStart + seconds(300));
    EXPECT_EQ(state.group_timer(), kStart + kGmi);
    state.lower_group_timer(kStart + seconds(2));
    EXPECT_EQ(state.group_timer(), kStart + seconds(2));
    state.lower_source_timers(List{kS2, kS3}, kStart + seconds(2));
    EXPECT_EQ(timers(state, kStart), (Timers{{kS1, 270}, {kS2, 2}, {kS3, 0}}));
    EXPECT_EQ(state.deadline(), kStart + seconds(2));
}

TEST(FilterState, SourcesBeyondTheLimitAreRefusedAndTheKnownOnesServed) {
    FilterState state = include_state();
    RecordContext limited = context(kStart + kElapsed);
    limited.max_sources = 3;
    const RecordEffect effect = state.apply(Type::kAllow, List{kS1, kS3, kS4}, limited);
    EXPECT_EQ(effect.refused, 1U);
    EXPECT_EQ(timers(state, kStart + kElapsed), (Timers{{kS1, 270}, {kS2, 200}, {kS3, 270}}));
}

TEST(FilterState, ExclusiveRecordMakesRoomBeforeItAdds) {
    FilterState state = include_state();
    RecordContext limited = context(kStart + kElapsed);
    limited.max_sources = 2;
    EXPECT_EQ(state.apply(Type::kIsExclude, List{kS3, kS4}, limited).refused, 0U);
    EXPECT_EQ(timers(state, kStart + kElapsed), (Timers{{kS3, 0}, {kS4, 0}}));
}

} // namespace
} // namespace mcfwd::igmp
