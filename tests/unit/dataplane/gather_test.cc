// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Batches that belong together become one version, however many there are and whatever comes in between; and
// no step of that takes long.
#include <map>
#include <random>
#include <tuple>

#include "table_fixture.hh"

namespace mcfwd::dataplane {
namespace {

class TableGathers : public TableTest {
  protected:
    using TableTest::TableTest;
    /// Ends the grace period and everything that follows from it.
    void settle() {
        pass();
        while (table_->advance()) {
            pass();
        }
    }
};

TEST_F(TableGathers, UntilABatchSaysThatNothingFollows) {
    EXPECT_EQ(gather({put(1)}, "handoff"), TableVersion(1));
    EXPECT_EQ(gather({put(2)}, "handoff"), TableVersion(1));
    EXPECT_TRUE(table_->advance()) << "something waits";
    EXPECT_EQ(table_->published(), TableVersion(0));
    EXPECT_FALSE(visible(key(1)));
    EXPECT_EQ(table_->entries(), 2U) << "as last submitted";
    EXPECT_EQ(submit({put(3)}, "handoff"), TableVersion(1));
    EXPECT_TRUE(visible(key(1)) && visible(key(2)) && visible(key(3)));
    const auto history = table_->history(10);
    ASSERT_EQ(history.size(), 1U);
    EXPECT_EQ(history[0].commands, 3U);
    EXPECT_EQ(history[0].cause, "handoff");
    EXPECT_LT(history[0].submitted, history[0].published);
}

TEST_F(TableGathers, UntilABatchOfSomebodyElse) {
    ASSERT_TRUE(submit({put(1)}));
    settle();
    EXPECT_EQ(gather({EraseEntry{key(1)}, put(2)}, "handoff"), TableVersion(2));
    EXPECT_TRUE(visible(key(1)));
    EXPECT_EQ(submit({put(3)}, "join"), TableVersion(2)) << "at once";
    EXPECT_TRUE(!visible(key(1)) && visible(key(2)) && visible(key(3)));
    EXPECT_EQ(table_->history(1)[0].cause, "handoff; join");
    settle();
    EXPECT_EQ(gather({put(4)}, "handoff"), TableVersion(3));
    EXPECT_EQ(submit({}, "end"), TableVersion(3)) << "the last batch has nothing to change itself";
    EXPECT_TRUE(visible(key(4)));
    settle();
    EXPECT_EQ(submit({}, "end"), TableVersion(3)) << "nothing waits";
    EXPECT_EQ(submit({EraseEntry{key(9)}}, "end"), TableVersion(3));
}

TEST_F(TableGathers, ABatchThatChangesNothingEndsItToo) {
    ASSERT_TRUE(gather({put(1)}));
    EXPECT_EQ(submit({put(1)}), TableVersion(1));
    EXPECT_EQ(table_->published(), TableVersion(1));
}

TEST_F(TableGathers, NotForEver) {
    ASSERT_TRUE(gather({put(1)}));
    clock_.time += Duration(kGatherLimit) / 2;
    ASSERT_TRUE(gather({put(2)}));
    EXPECT_TRUE(table_->advance());
    EXPECT_EQ(table_->published(), TableVersion(0));
    clock_.time += Duration(kGatherLimit) / 2;
    EXPECT_TRUE(table_->advance());
    EXPECT_EQ(table_->published(), TableVersion(1));
    EXPECT_TRUE(visible(key(1)) && visible(key(2)));
    settle();
    ASSERT_TRUE(gather({put(3)}));
    EXPECT_TRUE(table_->advance());
    EXPECT_EQ(table_->published(), TableVersion(1)) << "the time begins anew";
}

TEST_F(TableGathers, AlsoWhileAGracePeriodIsOpen) {
    ASSERT_TRUE(submit({put(1)}));
    EXPECT_EQ(gather({put(2), EraseEntry{key(1)}}), TableVersion(2));
    EXPECT_EQ(gather({put(1, {egress(1)})}), TableVersion(2));
    pass();
    EXPECT_TRUE(table_->advance());
    EXPECT_EQ(table_->published(), TableVersion(1)) << "nothing is due";
    EXPECT_EQ(gather({put(3)}), TableVersion(2));
    EXPECT_EQ(submit({put(4)}), TableVersion(2));
    EXPECT_EQ(table_->published(), TableVersion(2));
    EXPECT_EQ(seen().list(answer(key(1)).list).header().egresses, 1U);
    EXPECT_TRUE(visible(key(2)) && visible(key(3)) && visible(key(4)));
}

TEST_F(TableGathers, WhatIsDueWaitsForTheGracePeriodAlone) {
    ASSERT_TRUE(submit({put(1)}));
    EXPECT_EQ(submit({put(2)}, "join"), TableVersion(2));
    EXPECT_EQ(gather({put(3)}, "handoff"), TableVersion(2));
    pass();
    EXPECT_TRUE(table_->advance());
    EXPECT_EQ(table_->published(), TableVersion(2)) << "the join is not held up";
    EXPECT_TRUE(visible(key(2)) && visible(key(3)));
}

TEST_F(TableGathers, ARefusedBatchLeavesWhatWasGathered) {
    ASSERT_TRUE(gather({put(1), put(2)}));
    std::vector<TableCommand> many;
    for (std::uint8_t n = 3; n < 12; ++n) {
        many.emplace_back(put(n));
    }
    EXPECT_FALSE(submit(many));
    EXPECT_EQ(table_->published(), TableVersion(0));
    EXPECT_EQ(submit({}), TableVersion(1));
    EXPECT_TRUE(visible(key(1)) && visible(key(2)) && !visible(key(3)));
}

TEST_F(TableGathers, CountsOfListsThatWereNeverVisibleAreNoCounts) {
    ASSERT_TRUE(submit({put(1, {egress(0)})}));
    settle();
    count(key(1), 5);
    for (std::uint16_t port = 1; port < 4; ++port) {
        ASSERT_TRUE(gather({put(1, {egress(port)})}));
        count(key(1), 1);
    }
    ASSERT_TRUE(submit({}));
    count(key(1), 10);
    EXPECT_EQ(table_->counters(key(1))->packets, 18U);
    settle();
    EXPECT_EQ(table_->counters(key(1))->packets, 18U);
    EXPECT_EQ(table_->egress_counters(key(1))->at(0).packets, 10U);
}

// As a worker that hangs, but every batch gathers: the memory of the lists suffices all the same.
TEST_F(TableGathers, WithoutNeedingMoreMemory) {
    const auto all = [](unsigned round) {
        std::vector<TableCommand> commands;
        for (std::uint8_t n = 0; n < 8; ++n) {
            commands.emplace_back(put(n, {egress(static_cast<std::uint16_t>(round % 4)),
                                          egress(static_cast<std::uint16_t>((round + 1) % 4))}));
        }
        return commands;
    };
    ASSERT_TRUE(submit(all(0)));
    settle();
    for (unsigned round = 1; round < 100; ++round) {
        ASSERT_TRUE(gather(all(round))) << round;
        if (round % 10 == 0) {
            ASSERT_TRUE(submit({}));
            pass();
        }
    }
    EXPECT_EQ(table_->refused(), 0U);
}

/// More entries than any step goes through.
class LargeTable : public TableGathers {
  protected:
    static constexpr std::uint32_t kEntries = 40'000;
    LargeTable() : TableGathers({.entries = kEntries, .egresses = kEntries, .workers = 1, .ports = 4}) {}

    static MfibKey nth(std::uint32_t n) {
        return {kRoutedDomain, Ipv4Address(0xef000001U + n), Ipv4Address(10, 0, 0, 1)};
    }
    static PutEntry entry(std::uint32_t n, std::uint16_t port) {
        return {.key = nth(n), .accept = IfIndex(9), .forward = {egress(port)}};
    }
    /// All of them to this port, in batches that belong together.
    void send_all_to(std::uint16_t port) {
        for (std::uint32_t first = 0; first < kEntries; first += 1000) {
            std::vector<TableCommand> commands;
            for (std::uint32_t n = first; n < first + 1000; ++n) {
                commands.emplace_back(entry(n, port));
            }
            ASSERT_TRUE(gather(std::move(commands), "all"));
            std::ignore = table_->advance();
        }
    }
    [[nodiscard]] std::size_t going_to(std::uint16_t port) {
        std::size_t count = 0;
        for (std::uint32_t n = 0; n < kEntries; ++n) {
            const Answer found = answer(nth(n));
            count += found.list != kNoList && seen().list(found.list).replicas()[0].port == port;
        }
        return count;
    }
};

TEST_F(LargeTable, ReadersSeeAllOfItOrNothing) {
    for (std::uint16_t port = 0; port < 4; ++port) {
        send_all_to(port);
        EXPECT_EQ(table_->published(), TableVersion(port));
        EXPECT_EQ(going_to(port), 0U);
        ASSERT_EQ(submit({}), TableVersion(port + 1U));
        EXPECT_EQ(going_to(port), kEntries);
        settle();
        EXPECT_EQ(going_to(port), kEntries);
    }
}

TEST_F(LargeTable, CatchesUpInStepsAndWhatComesMeanwhileFollows) {
    send_all_to(0);
    ASSERT_TRUE(submit({}));
    settle();
    count(nth(7), 3);
    send_all_to(1);
    ASSERT_TRUE(submit({}));
    count(nth(7), 4);
    pass();
    unsigned steps = 1;
    EXPECT_EQ(submit({EraseEntry{nth(5)}, entry(6, 2)}), TableVersion(3)) << "in the first step";
    for (; table_->published() < TableVersion(3) && steps < 10; ++steps) {
        EXPECT_EQ(going_to(1), kEntries) << "nothing of it is visible before all of it is";
        EXPECT_TRUE(table_->advance());
    }
    EXPECT_LE(steps, 3U) << "the lists that are still to be given back do not hold it up";
    EXPECT_FALSE(visible(nth(5)));
    EXPECT_EQ(table_->counters(nth(7))->packets, 7U) << "whether or not its old list is given back yet";
    pass();
    unsigned releases = 0;
    while (table_->advance()) {
        pass();
        ++releases;
    }
    EXPECT_GT(releases, 30U) << "some at a time";
    EXPECT_EQ(table_->counters(nth(7))->packets, 7U);
    EXPECT_EQ(going_to(1), kEntries - 2);
    EXPECT_EQ(going_to(2), 1U);
}

// Four generations of lists fit; those that are not given back yet are when somebody needs their memory.
TEST_F(LargeTable, ListsThatWaitToBeGivenBackAreNoReasonToRefuse) {
    for (unsigned round = 0; round < 6; ++round) {
        std::vector<TableCommand> commands;
        for (std::uint32_t n = 0; n < kEntries; ++n) {
            commands.emplace_back(entry(n, static_cast<std::uint16_t>(round % 4)));
        }
        ASSERT_TRUE(submit(std::move(commands))) << round;
        pass();
    }
    EXPECT_EQ(table_->refused(), 0U);
}

// Any mix of batches, grace periods and steps: what is visible is what was submitted up to a version, and at
// the end all of it.
TEST_F(TableGathers, InAnyOrderAgreesWithAModel) {
    std::mt19937 random(11); // NOLINT: the same sequence each time
    std::map<int, std::uint16_t> submitted;
    std::map<std::uint64_t, std::map<int, std::uint16_t>> versions{{0, {}}};
    for (int step = 0; step < 20'000; ++step) {
        std::vector<TableCommand> commands;
        for (auto count = random() % 4; count > 0; --count) {
            const auto n = static_cast<std::uint8_t>(random() % 8);
            const auto out = static_cast<std::uint16_t>(random() % 4);
            if (random() % 3 == 0) {
                commands.emplace_back(EraseEntry{key(n)});
                submitted.erase(n);
            } else {
                commands.emplace_back(put(n, {egress(out)}));
                submitted[n] = out;
            }
        }
        const bool more = random() % 2 == 0;
        const auto version = more ? gather(std::move(commands)) : submit(std::move(commands));
        ASSERT_TRUE(version);
        versions[version->value()] = submitted;
        if (random() % 2 == 0) {
            pass();
        }
        if (random() % 2 == 0) {
            std::ignore = table_->advance();
        }
        const auto& shown = versions.at(table_->published().value());
        ASSERT_EQ(seen().version, table_->published());
        for (std::uint8_t n = 0; n < 8; ++n) {
            const Answer found = answer(key(n));
            const auto expected = shown.find(n);
            ASSERT_EQ(found.list != kNoList, expected != shown.end()) << step;
            ASSERT_TRUE(found.list == kNoList ||
                        seen().list(found.list).replicas()[0].port == expected->second)
                << step;
        }
    }
    ASSERT_TRUE(submit({}));
    settle();
    EXPECT_EQ(versions.at(table_->published().value()), submitted);
}

} // namespace
} // namespace mcfwd::dataplane
