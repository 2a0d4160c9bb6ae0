// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The list of memberships in pages: all of them, once each, whatever happens between two.
#include "remote_fixture.hh"

namespace mcfwd::protocols {
namespace {

using group_manager::MembershipFilter;
using group_manager::MembershipPage;
using group_manager::MembershipPlace;

class MembershipPages : public RemoteProtocolsTest {
  protected:
    void SetUp() override {
        RemoteProtocolsTest::SetUp();
        pim = &enter(session);
        ASSERT_TRUE(pim->take(on(kLan2)));
        tasks.run();
    }

    static SourceGroup key(std::uint32_t n, std::uint8_t source = 0) {
        return {Ipv4Address(Ipv4Address(239, 4, 0, 0).host() + n),
                source == 0 ? kAnySource : Ipv4Address(10, 9, 0, source)};
    }
    void join(SourceGroup what) { ASSERT_TRUE(pim->add(what, on(kLan2), kJoin)); }

    /// "lan2 239.4.0.1 * pim"
    static std::string line(const group_manager::MembershipView& item) {
        return fmt::format("lan{} {} {}", item.interface.interface, item.key, item.component.name);
    }
    static void append(Lines& lines, const MembershipPage& page) {
        std::ranges::transform(page.items, std::back_inserter(lines), line);
    }
    [[nodiscard]] Lines paged(std::size_t limit, const MembershipFilter& filter = {}) const {
        Lines lines;
        MembershipPage page = groups.memberships_behind({}, limit, filter);
        append(lines, page);
        while (page.next) {
            page = groups.memberships_behind(*page.next, limit, filter);
            append(lines, page);
        }
        return lines;
    }

    FakeSession session;
    RemoteClient* pim = nullptr;
};

TEST_F(MembershipPages, AreAscendingAndWholeWhateverTheirSize) {
    EXPECT_EQ(paged(1), Lines{});
    report(kLan2, igmp::RecordType::kToExclude);
    report(kLan3, igmp::RecordType::kToExclude);
    join(any);
    join(key(1));
    join(key(1, 7));
    const Lines all{"lan2 (*,239.1.1.1) igmp", "lan2 (*,239.1.1.1) pim", "lan2 (*,239.4.0.1) pim",
                    "lan2 (10.9.0.7,239.4.0.1) pim", "lan3 (*,239.1.1.1) igmp"};
    for (std::size_t limit = 1; limit <= 6; ++limit) {
        EXPECT_EQ(paged(limit), all) << limit;
    }
    EXPECT_EQ(groups.memberships().size(), 5U);
    EXPECT_FALSE(groups.memberships_behind({}, 5).next) << "nothing is behind the last one";
}

TEST_F(MembershipPages, AreFiltered) {
    report(kLan3, igmp::RecordType::kToExclude);
    join(any);
    join(key(1));
    join(key(1, 7));
    join(key(2, 7));
    EXPECT_EQ(paged(1, {.group = kGroup}), (Lines{"lan2 (*,239.1.1.1) pim", "lan3 (*,239.1.1.1) igmp"}));
    EXPECT_EQ(paged(9, {.group = key(1).group, .source = kAnySource}), Lines{"lan2 (*,239.4.0.1) pim"});
    EXPECT_EQ(paged(1, {.group = {}, .source = key(1, 7).source}),
              (Lines{"lan2 (10.9.0.7,239.4.0.1) pim", "lan2 (10.9.0.7,239.4.0.2) pim"}));
    EXPECT_EQ(paged(9, {.group = Ipv4Address(239, 9, 9, 9)}), Lines{});
}

TEST_F(MembershipPages, GoOnBehindAKeyThatIsGone) {
    for (std::uint32_t n = 0; n < 6; ++n) {
        join(key(n));
    }
    const MembershipPage first = groups.memberships_behind({}, 3);
    ASSERT_TRUE(first.next);
    EXPECT_EQ(first.next->key, key(2));
    ASSERT_TRUE(pim->remove(key(2), on(kLan2), kJoin));
    ASSERT_TRUE(pim->remove(key(3), on(kLan2), kJoin));
    join(key(9));
    Lines rest;
    append(rest, groups.memberships_behind(*first.next, 10));
    EXPECT_EQ(rest, (Lines{"lan2 (*,239.4.0.4) pim", "lan2 (*,239.4.0.5) pim", "lan2 (*,239.4.0.9) pim"}));
    ASSERT_TRUE(pim->release(on(kLan2)));
    EXPECT_TRUE(groups.memberships_behind(*first.next, 10).items.empty());
}

TEST_F(MembershipPages, LookAtABoundedNumber) {
    for (std::uint32_t n = 0; n < 20000; ++n) {
        join(key(n));
    }
    join(key(20000, 7));
    const MembershipFilter filter{.group = {}, .source = key(0, 7).source};
    const MembershipPage page = groups.memberships_behind({}, 10, filter);
    EXPECT_TRUE(page.items.empty());
    ASSERT_TRUE(page.next) << "there may be more";
    EXPECT_EQ(paged(10, filter), Lines{"lan2 (10.9.0.7,239.4.78.32) pim"});
}

} // namespace
} // namespace mcfwd::protocols
