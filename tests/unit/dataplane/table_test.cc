// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The table over ordinary memory, with a reader that holds a grace period open: what is published when, what
// is merged, what is refused, and what the counts do meanwhile.
#include <random>

#include "table_fixture.hh"

namespace mcfwd::dataplane {
namespace {

TEST_F(TableTest, SubmitPublishesAtOnceWhenNoGracePeriodIsOpen) {
    EXPECT_EQ(submit({put(1)}, "first"), TableVersion(1));
    EXPECT_EQ(table_->published(), TableVersion(1));
    EXPECT_EQ(seen().version, TableVersion(1));
    EXPECT_NE(answer(key(1)).list, kNoList);
    EXPECT_TRUE(table_->advance());
    pass();
    EXPECT_FALSE(table_->advance());
}

TEST_F(TableTest, WhatChangesNothingForWorkersMakesNoVersion) {
    ASSERT_EQ(submit({put(1)}, "first"), TableVersion(1));
    pass();
    ASSERT_FALSE(table_->advance());
    const std::uint32_t list = answer(key(1)).list;
    PutEntry rebuilt = put(1);
    rebuilt.counters = CounterPolicy::kRestart;
    EXPECT_EQ(submit({rebuilt, EraseEntry{key(2)}}, "rebuild"), TableVersion(1));
    EXPECT_EQ(submit({EraseEntry{key(1)}, put(1)}, "erased and put back"), TableVersion(1));
    EXPECT_FALSE(table_->advance());
    EXPECT_EQ(answer(key(1)).list, list) << "the list that workers have in their caches";
    EXPECT_EQ(table_->history(10).size(), 1U);
    EXPECT_EQ(submit({SetMissPolicy{.interface = IfIndex(1), .policy = MissPolicy::kSignal}}),
              TableVersion(2));
    EXPECT_EQ(submit({rebuilt}), TableVersion(2));
    EXPECT_EQ(submit({put(3)}), TableVersion(3));
    EXPECT_EQ(submit({rebuilt}), TableVersion(3)) << "the one that waits is the newest";
}

TEST_F(TableTest, WhatComesDuringAGracePeriodIsOneVersionAfterIt) {
    ASSERT_TRUE(submit({put(1)}, "a"));
    EXPECT_EQ(submit({put(2)}, "b"), TableVersion(2));
    EXPECT_EQ(submit({put(3), EraseEntry{key(2)}}, "c"), TableVersion(2));
    EXPECT_EQ(submit({put(1, {egress(1)})}, "c"), TableVersion(2));
    EXPECT_EQ(table_->published(), TableVersion(1));
    EXPECT_EQ(answer(key(3)).list, kNoList) << "not before the reader has passed";
    pass();
    EXPECT_TRUE(table_->advance());
    EXPECT_EQ(table_->published(), TableVersion(2));
    EXPECT_NE(answer(key(3)).list, kNoList);
    EXPECT_EQ(answer(key(2)).list, kNoList);
    EXPECT_EQ(seen().list(answer(key(1)).list).header().egresses, 1U) << "the latest state";
    const auto history = table_->history(10);
    ASSERT_EQ(history.size(), 2U);
    EXPECT_EQ(history[0].cause, "b; c");
    EXPECT_EQ(history[0].commands, 4U);
    EXPECT_EQ(history[0].entries, 2U);
    EXPECT_LT(history[0].submitted, history[0].published);
    EXPECT_EQ(history[0].retired, Instant{});
    EXPECT_GT(history[1].retired, history[1].published);
    EXPECT_EQ(table_->history(1).size(), 1U);
}

TEST_F(TableTest, BothInstancesEndUpEqual) {
    std::mt19937 random(5); // NOLINT: the same sequence each time
    std::map<int, std::uint16_t> model;
    for (int step = 0; step < 2000; ++step) {
        const auto n = static_cast<std::uint8_t>(random() % 8);
        const auto out = static_cast<std::uint16_t>(random() % 4);
        if (random() % 3 == 0) {
            ASSERT_TRUE(submit({EraseEntry{key(n)}}));
            model.erase(n);
        } else {
            ASSERT_TRUE(submit({put(n, {egress(out)})}));
            model[n] = out;
        }
        if (random() % 2 == 0) {
            pass();
            table_->advance();
        }
        if (!table_->advance()) {
            for (int i = 0; i < 8; ++i) {
                const Answer found = answer(key(static_cast<std::uint8_t>(i)));
                ASSERT_EQ(found.list != kNoList, model.contains(i)) << step;
                ASSERT_TRUE(found.list == kNoList || seen().list(found.list).replicas()[0].port == model[i]);
            }
        }
    }
    EXPECT_EQ(table_->entries(), model.size());
}

TEST_F(TableTest, RefusesAsAWholeWhatDoesNotFit) {
    std::vector<TableCommand> nine;
    for (std::uint8_t n = 1; n <= 9; ++n) {
        nine.emplace_back(put(n));
    }
    const auto refused = submit(nine);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, Status::kNotEnoughMemory);
    EXPECT_EQ(table_->entries(), 0U);
    EXPECT_EQ(table_->published(), TableVersion(0));
    EXPECT_EQ(refused.error().what,
              "table full: 9 entries needed, at most 8 (0 entries and 0 egresses in use)");
    EXPECT_EQ(table_->refused(), 1U);
    nine.pop_back();
    EXPECT_TRUE(submit(nine));
}

TEST_F(TableTest, ARefusalSaysWhenItIsForEgresses) {
    const std::vector<Egress> four{egress(0), egress(1), egress(2), egress(3)};
    ASSERT_TRUE(submit({put(1, four), put(2, four), put(3, four), put(4, four)}));
    EXPECT_EQ(submit({put(5, {egress(0)})}).error().what,
              "table full: 17 egresses of all entries needed, at most 16 (4 entries and 16 egresses in use)");
    EXPECT_TRUE(submit({put(1, {egress(0)}), put(5, {egress(0)})}));
}

// The reader passes once and never again: four generations of a full table must fit, the last of them while
// it is built, and every later change as well.
TEST_F(TableTest, AHangingReaderDoesNotExhaustTheTable) {
    const auto replace_all = [this](int round) {
        std::vector<TableCommand> all;
        for (std::uint8_t n = 0; n < 8; ++n) {
            std::vector<Egress> forward{egress(static_cast<std::uint16_t>(round % 4)),
                                        egress(static_cast<std::uint16_t>((round + 1) % 4))};
            forward[1].source_mac.bytes[5] = 1; // no header in common
            all.emplace_back(put(n, std::move(forward)));
        }
        return submit(std::move(all));
    };
    ASSERT_TRUE(replace_all(0));
    pass();
    ASSERT_FALSE(table_->advance());
    for (int round = 1; round < 100; ++round) {
        const auto version = replace_all(round);
        ASSERT_TRUE(version) << round << ": " << version.error().what;
    }
    EXPECT_EQ(table_->published(), TableVersion(2));
    pass();
    table_->advance();
    pass();
    EXPECT_FALSE(table_->advance());
    EXPECT_EQ(seen().list(answer(key(3)).list).replicas()[0].port, 3U) << "the last round";
}

TEST_F(TableTest, EntriesWithTheSameEgressesShareAListAndCountForThemselves) {
    ASSERT_TRUE(submit({put(1, {egress(0)}), put(2, {egress(0)}), put(3, {egress(1)})}));
    EXPECT_EQ(answer(key(1)).list, answer(key(2)).list);
    EXPECT_NE(answer(key(1)).list, answer(key(3)).list);
    count(key(1), 5);
    count(key(2), 7);
    EXPECT_EQ(table_->counters(key(1))->packets, 5U);
    EXPECT_EQ(table_->counters(key(2))->packets, 7U);
    pass();
    ASSERT_TRUE(submit({put(1, {egress(1)})}));
    pass();
    table_->advance();
    EXPECT_EQ(answer(key(1)).list, answer(key(3)).list);
    EXPECT_EQ(seen().list(answer(key(2)).list).replicas()[0].port, 0U) << "the others keep theirs";
    EXPECT_EQ(table_->counters(key(1))->packets, 5U);
}

TEST_F(TableTest, EntriesThatAcceptElsewhereHaveListsOfTheirOwn) {
    PutEntry elsewhere = put(2, {egress(0)});
    elsewhere.accept = IfIndex(8);
    ASSERT_TRUE(submit({put(1, {egress(0)}), elsewhere}));
    EXPECT_EQ(seen().list(answer(key(1)).list).header().accept, 9U);
    EXPECT_EQ(seen().list(answer(key(2)).list).header().accept, 8U);
}

TEST_F(TableTest, CountsOfReplacedListsAreNeitherLostNorShownTwice) {
    ASSERT_TRUE(submit({put(1, {egress(0)})}));
    count(key(1), 5);
    pass();
    ASSERT_FALSE(table_->advance());
    const std::uint32_t old_counters = answer(key(1)).counters;
    ASSERT_TRUE(submit({put(1, {egress(1)})}));
    count(key(1), 7);
    table_->access(WorkerId(0)).counters.usual[old_counters].packets.add(2); // a burst that still used the
                                                                             // old version
    EXPECT_EQ(table_->counters(key(1))->packets, 14U);
    pass();
    table_->advance();
    EXPECT_EQ(table_->counters(key(1))->packets, 14U);
    EXPECT_EQ(table_->egress_counters(key(1))->at(0).packets, 7U);
    ASSERT_TRUE(submit({EraseEntry{key(1)}}));
    EXPECT_EQ(table_->counters(key(1)).error().status, Status::kNotFound);
    ASSERT_TRUE(submit({put(1)}));
    EXPECT_EQ(table_->counters(key(1))->packets, 0U) << "a new entry";
}

TEST_F(TableTest, MissPolicyIsPartOfTheVersion) {
    EXPECT_EQ(seen().miss_policy(7), MissPolicy::kDrop);
    ASSERT_TRUE(submit({SetMissPolicy{.interface = IfIndex(7), .policy = MissPolicy::kSignal}}));
    ASSERT_TRUE(submit({SetMissPolicy{.interface = IfIndex(7), .policy = MissPolicy::kDrop}}));
    EXPECT_EQ(seen().miss_policy(7), MissPolicy::kSignal);
    EXPECT_EQ(seen().miss_policy(8), MissPolicy::kDrop);
    pass();
    table_->advance();
    EXPECT_EQ(seen().miss_policy(7), MissPolicy::kDrop);
}

TEST(TableLimits, ATableThatSlotsCannotNumberIsRefusedWithTheFigures) {
    ManualClock clock;
    const auto nothing = [](std::size_t) { return MemoryBlock(nullptr, std::free); };
    const auto many =
        Table::create({.entries = 4'194'305, .egresses = 1, .workers = 1, .ports = 1}, clock, nothing);
    ASSERT_FALSE(many);
    EXPECT_EQ(many.error().what, "mfib_entries is 4194305: a table has room for at most 4194304 entries");
    const auto long_lists =
        Table::create({.entries = 1, .egresses = 100'000'000, .workers = 1, .ports = 1}, clock, nothing);
    ASSERT_FALSE(long_lists);
    EXPECT_EQ(long_lists.error().what,
              "a table of 4 egress lists with 400000000 egresses needs 8392 MiB for them, and can have 4096");
}

TEST_F(TableTest, MalformedCommandsAreRefused) {
    const auto status = [this](TableCommand command) { return submit({std::move(command)}).error().status; };
    PutEntry bad = put(1);
    bad.key.group = Ipv4Address(224, 0, 0, 5);
    EXPECT_EQ(status(bad), Status::kInvalidParameter);
    bad = put(1);
    bad.key.source = Ipv4Address(127, 0, 0, 1);
    EXPECT_EQ(status(bad), Status::kInvalidParameter);
    bad = {.key = {DomainId(kMostDomains), bad.key.group, kAnySource}, .accept = kNoInterface, .forward = {}};
    EXPECT_EQ(status(bad), Status::kInvalidParameter) << "a domain that no slot can name";
    bad = put(1);
    bad.accept = kNoInterface;
    EXPECT_EQ(status(bad), Status::kInvalidParameter);
    EXPECT_EQ(status(put(1, {egress(4)})), Status::kInvalidParameter) << "no such port";
    EXPECT_EQ(status(put(1, {egress(8)})), Status::kInvalidParameter) << "the accept interface";
    EXPECT_EQ(status(put(1, {egress(1), egress(1)})), Status::kInvalidParameter);
    EXPECT_EQ(status(SetMissPolicy{}), Status::kInvalidParameter);
    EXPECT_EQ(table_->refused(), 0U);
}

TEST_F(TableTest, EntriesAreVisitedInOrder) {
    ASSERT_TRUE(submit({put(3), put(1), put(2)}));
    const auto visited = [this](const MfibKey& from, std::size_t most) {
        std::vector<MfibKey> order;
        table_->visit_from(from, [&](const PutEntry& entry, const EntryCounters&) {
            order.push_back(entry.key);
            return order.size() < most;
        });
        return order;
    };
    EXPECT_EQ(visited({}, 9), (std::vector{key(1), key(2), key(3)}));
    EXPECT_EQ(visited(key(2), 9), (std::vector{key(2), key(3)}));
    ASSERT_TRUE(submit({EraseEntry{key(2)}}));
    EXPECT_EQ(visited(key(2), 9), std::vector{key(3)}) << "the key need not exist";
    EXPECT_EQ(visited({}, 1), std::vector{key(1)});
}

TEST_F(TableTest, HistoryKeepsAThousandVersions) {
    for (int i = 0; i < 1100; ++i) {
        ASSERT_TRUE(submit({put(1, {egress(i % 2 == 0 ? 0 : 1)})}, "again"));
        pass();
        table_->advance();
    }
    EXPECT_GE(table_->history(5000).size(), 1000U);
    EXPECT_EQ(table_->history(1)[0].version, TableVersion(1100));
}

TEST_F(TableTest, CountersAreClearedInParts) {
    ASSERT_TRUE(submit({put(1), put(2), put(3)}));
    for (std::uint8_t n = 1; n <= 3; ++n) {
        count(key(n), 5);
    }
    const auto packets = [&](std::uint8_t n) { return table_->counters(key(n))->packets; };
    const auto next = table_->clear_counters({}, 2);
    EXPECT_EQ(next, key(3));
    EXPECT_TRUE(packets(1) == 0 && packets(2) == 0 && packets(3) == 5);
    ASSERT_TRUE(submit({EraseEntry{key(3)}, put(4)}));
    count(key(1), 1);
    EXPECT_EQ(table_->clear_counters(*next, 2), std::nullopt);
    EXPECT_TRUE(packets(1) == 1 && packets(4) == 0);
}

} // namespace
} // namespace mcfwd::dataplane
