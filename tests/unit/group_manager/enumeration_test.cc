// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Walks over the groups see them as they were at their begin, whatever comes and goes meanwhile, and cost no
// more at their begin if there are many.
#include <rapidcheck/gtest.h>

#include <controlplane/group_manager/enumerations.hh>

#include "world.hh"

namespace mcfwd::group_manager::test {
namespace {

/// What the walks must list: copies made at their begin.
class WalkedInterest {
  public:
    void toggle(SourceGroup key) {
        if (there_.erase(key) != 0) {
            if (const auto entered = interest_.leave(key, x(1))) {
                walks.keep(key, *entered);
            }
        } else {
            there_.insert(key);
            interest_.enter(key, x(1));
        }
    }
    void begin(EnumerationKind kind) {
        std::set<SourceGroup> listed;
        for (const SourceGroup& key : there_) {
            if (kind == EnumerationKind::kAllSources) {
                listed.insert(key);
            } else if (!key.group.is_unspecified()) {
                listed.insert({key.group, kAnySource});
            }
        }
        open_.push_back({walks.begin(ClientHandle{1}, kind), {listed.begin(), listed.end()}});
    }
    /// Of the walk with this number, if there is any.
    void read(std::size_t number, std::size_t limit) {
        if (open_.empty()) {
            return;
        }
        auto& [handle, expected] = open_.at(number % open_.size());
        const auto page = walks.next(*walks.find(handle), limit);
        RC_ASSERT(page.size() == std::min(limit, expected.size()));
        RC_ASSERT(std::equal(page.begin(), page.end(), expected.begin()));
        expected.erase(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(page.size()));
        RC_ASSERT(walks.find(handle)->left == expected.size());
    }
    void end(std::size_t number) {
        if (!open_.empty()) {
            const auto at = open_.begin() + static_cast<std::ptrdiff_t>(number % open_.size());
            RC_ASSERT(walks.end(at->first));
            RC_ASSERT(!walks.end(at->first));
            open_.erase(at);
        }
    }
    void end_all() {
        while (!open_.empty()) {
            end(0);
        }
    }

  private:
    std::set<SourceGroup> there_;
    std::vector<std::pair<EnumerationHandle, std::vector<SourceGroup>>> open_;
    Interest interest_;

  public:
    Enumerations walks{interest_};
};

SourceGroup key_of(unsigned number) {
    const auto group = static_cast<std::uint8_t>(number / 3);
    const auto source = static_cast<std::uint8_t>(number % 3);
    return {group == 0 ? Ipv4Address{} : Ipv4Address(239, 1, 1, group),
            group == 0 || source == 0 ? Ipv4Address{} : Ipv4Address(10, 0, 0, source)};
}

RC_GTEST_PROP(Enumerations, ListWhatWasThereAtTheirBegin, ()) {
    WalkedInterest interest;
    for (const unsigned number :
         *rc::gen::container<std::vector<unsigned>>(rc::gen::inRange(0U, 1U << 20U))) {
        const unsigned what = number % 16;
        const unsigned which = number / 16 % 21;
        if (what < 10) {
            interest.toggle(key_of(which));
        } else if (what < 12) {
            interest.begin(which % 2 == 0 ? EnumerationKind::kAllSources : EnumerationKind::kAnySource);
        } else if (what < 14) {
            interest.read(which, number / 512 % 4);
        } else if (what < 15) {
            interest.end(which);
        } else {
            std::ignore = interest.walks.forget_some();
        }
    }
    interest.read(0, 100);
    interest.end_all();
    RC_ASSERT(interest.walks.held() == 0U);
    std::ignore = interest.walks.forget_some();
    RC_ASSERT(interest.walks.kept() == 0U);
}

TEST(Enumerations, KeepOnlyWhatAWalkMayStillComeTo) {
    WalkedInterest interest;
    interest.toggle(key_of(3));
    interest.toggle(key_of(6));
    interest.begin(EnumerationKind::kAllSources);
    for (int k = 0; k < 100; ++k) {
        interest.toggle(key_of(9)); // comes and goes, and no walk begins while it is there
        interest.toggle(key_of(3));
    }
    EXPECT_EQ(interest.walks.kept(), 1U) << "key 3, as it was at the begin";
    interest.begin(EnumerationKind::kAllSources);
    interest.toggle(key_of(6));
    EXPECT_EQ(interest.walks.kept(), 2U);
    interest.end(0);
    EXPECT_EQ(interest.walks.kept(), 1U) << "key 6, for the other walk";
    interest.end(0);
    EXPECT_EQ(interest.walks.kept(), 0U) << "so few go at once";
    EXPECT_FALSE(interest.walks.forgetting());
}

TEST(Enumerations, NoTaskLooksAtVeryManyKeys) {
    constexpr std::uint32_t kMany = 50'000;
    const auto many = [](std::uint32_t n) {
        return SourceGroup{Ipv4Address(Ipv4Address(239, 0, 0, 0).host() + n), {}};
    };
    Interest interest;
    Enumerations walks(interest);
    interest.enter({ip("239.255.0.0"), {}}, x(1));
    const EnumerationHandle handle = walks.begin(ClientHandle{1}, EnumerationKind::kAllSources);
    for (std::uint32_t n = 0; n < kMany; ++n) {
        interest.enter(many(n), x(1)); // too young
    }
    std::vector<SourceGroup> found;
    int pages = 0;
    for (; walks.find(handle)->left > 0; ++pages) {
        const auto page = walks.next(*walks.find(handle), 1000);
        found.insert(found.end(), page.begin(), page.end());
    }
    EXPECT_EQ(found, (std::vector{SourceGroup{ip("239.255.0.0"), {}}}));
    EXPECT_GT(pages, 3);
    const EnumerationHandle all = walks.begin(ClientHandle{1}, EnumerationKind::kAllSources);
    for (std::uint32_t n = 0; n < kMany; ++n) {
        walks.keep(many(n), interest.leave(many(n), x(1)).value());
    }
    EXPECT_EQ(walks.kept(), kMany);
    ASSERT_TRUE(walks.end(handle));
    ASSERT_TRUE(walks.end(all));
    EXPECT_EQ(walks.kept(), kMany);
    EXPECT_TRUE(walks.forgetting());
    EXPECT_TRUE(walks.forget_some());
    EXPECT_GT(walks.kept(), kMany / 2);
    while (walks.forget_some()) {
    }
    EXPECT_EQ(walks.kept(), 0U);
}

/// Gives no call more than this.
class LittleAtATime : public Memory {
  public:
    [[nodiscard]] bool begin(std::size_t octets, Use /*use*/) override { return octets <= limit; }
    void end() override {}
    std::size_t limit = SIZE_MAX;
};

TEST(Enumerations, BeginWithoutACopy) {
    LittleAtATime memory;
    World world({}, true, &memory);
    const auto p = world.client("P", {100, 1});
    ASSERT_EQ(status(world.take(p, x(1))), kOk);
    constexpr std::uint32_t kMany = 20'000;
    for (std::uint32_t n = 0; n < kMany; ++n) {
        ASSERT_EQ(status(world.join(p, {Ipv4Address(Ipv4Address(239, 0, 1, 0).host() + n), {}}, x(1))), kOk);
    }
    memory.limit = std::size_t{64} << 10U;
    const auto walk = world.gm.group_enumeration_start(p, EnumerationKind::kAllSources);
    ASSERT_EQ(status(walk), kOk);
    EXPECT_EQ(world.gm.group_enumeration_next(*walk, 1000)->items.size(), 1000U);
    memory.limit = SIZE_MAX;
    ASSERT_EQ(status(world.release(p, x(1))), kOk);
    world.tasks.run();
    ASSERT_EQ(world.gm.memberships().size(), 0U);
    std::size_t left = 0;
    Status end = Status::kMoreData;
    while (end == Status::kMoreData) {
        const auto page = world.gm.group_enumeration_next(*walk, 1000).value();
        left += page.items.size();
        end = page.end;
    }
    EXPECT_EQ(left, kMany - 1000U);
    EXPECT_NE(world.gm.next_deadline(), world.clock.now());
    ASSERT_EQ(status(world.gm.group_enumeration_end(*walk)), kOk);
    EXPECT_EQ(world.gm.next_deadline(), world.clock.now()) << "what was kept for it goes now";
    world.gm.tick();
    world.gm.tick();
    EXPECT_EQ(world.gm.next_deadline(), std::nullopt);
}

} // namespace
} // namespace mcfwd::group_manager::test
