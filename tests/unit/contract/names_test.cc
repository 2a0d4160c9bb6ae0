// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Names that people and programs see are there for every value, different from each other, and of one shape.
#include <cstddef>
#include <set>
#include <string_view>
#include <type_traits>
#include <unordered_set>

#include <gtest/gtest.h>

#include <mcfwd/counters.hh>
#include <mcfwd/ids.hh>
#include <mcfwd/result.hh>
#include <mcfwd/signals.hh>

namespace mcfwd {
namespace {

bool is_snake_case(std::string_view name) {
    return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == name.npos;
}

TEST(Names, EveryDropReason) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < kDropReasons; ++i) {
        const std::string_view name = drop_reason_name(static_cast<DropReason>(i));
        EXPECT_TRUE(is_snake_case(name)) << i;
        EXPECT_TRUE(names.insert(name).second) << name;
    }
    EXPECT_EQ(drop_reason_name(DropReason::kTooShort), "too_short");
    EXPECT_EQ(drop_reason_name(DropReason::kWrongInterface), "wrong_interface");
    EXPECT_EQ(drop_reason_name(DropReason::kPuntPoliced), "punt_policed");
    EXPECT_EQ(drop_reason_name(DropReason::kNoBuffer), "no_buffer");
}

TEST(Names, EveryCopyDropReason) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < kCopyDropReasons; ++i) {
        const std::string_view name = copy_drop_reason_name(static_cast<CopyDropReason>(i));
        EXPECT_TRUE(is_snake_case(name)) << i;
        EXPECT_TRUE(names.insert(name).second) << name;
    }
    EXPECT_EQ(copy_drop_reason_name(CopyDropReason::kPortDown), "port_down");
}

TEST(Names, EveryStatus) {
    std::set<std::string_view> names;
    for (int i = 0; i <= static_cast<int>(Status::kNotFound); ++i) {
        EXPECT_TRUE(names.insert(status_name(static_cast<Status>(i))).second) << i;
    }
    EXPECT_FALSE(names.contains("UNKNOWN"));
    EXPECT_EQ(status_name(Status::kCanNotComplete), "CAN_NOT_COMPLETE");
}

TEST(StrongId, IsAValueWithoutArithmetic) {
    EXPECT_EQ(PortId(), PortId(0));
    EXPECT_LT(PortId(1), PortId(2));
    EXPECT_EQ(fmt::to_string(TableVersion(18'446'744'073'709'551'615U)), "18446744073709551615");
    EXPECT_EQ((std::unordered_set<VlanId>{VlanId(7), VlanId(7), VlanId(8)}).size(), 2U);
    static_assert(!std::is_convertible_v<int, PortId> && !std::is_convertible_v<PortId, int>);
    static_assert(!std::is_constructible_v<PortId, VlanId> && !std::is_same_v<PortId, VlanId>);
    static_assert(sizeof(PortId) == 2 && std::is_trivially_copyable_v<TableVersion>);
}

TEST(MfibKeyOrder, IsDomainThenGroupThenSource) {
    const Ipv4Address low(225, 0, 0, 1);
    const Ipv4Address high(239, 0, 0, 1);
    EXPECT_LT((MfibKey{DomainId(0), high, high}), (MfibKey{DomainId(1), low, low}));
    EXPECT_LT((MfibKey{DomainId(0), low, high}), (MfibKey{DomainId(0), high, low}));
    EXPECT_LT((MfibKey{DomainId(0), low, kAnySource}), (MfibKey{DomainId(0), low, low}));
}

} // namespace
} // namespace mcfwd
