// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Defaults and derived values of RFC 9776 section 8, and the relations that a configuration must keep.
#include <gtest/gtest.h>

#include <igmp/router_config.hh>

namespace mcfwd::igmp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

RouterConfig good() {
    return {.address = Ipv4Address(10, 0, 1, 1)};
}

std::string refusal(const RouterConfig& config) {
    const auto checked = validate(config);
    return checked ? "" : checked.error().what;
}

TEST(IgmpConfig, DefaultsGiveTheValuesOfTheRfc) {
    EXPECT_TRUE(validate(good()));
    const Intervals intervals = Intervals::of(good());
    EXPECT_EQ(intervals.group_membership_interval(), seconds(270));
    EXPECT_EQ(intervals.other_querier_present_interval(), seconds(255));
    EXPECT_EQ(intervals.older_host_present_interval(), seconds(260));
    EXPECT_EQ(intervals.last_member_query_time(), seconds(2));
}

TEST(IgmpConfig, LastMemberCountFollowsRobustnessUnlessSet) {
    RouterConfig config = good();
    config.robustness = 3;
    EXPECT_EQ(Intervals::of(config).last_member_query_count, 3U);
    config.last_member_query_count = 1;
    EXPECT_EQ(Intervals::of(config).last_member_query_time(), seconds(1));
}

TEST(IgmpConfig, ResponseIntervalMustBeLessThanQueryInterval) {
    RouterConfig config = good();
    config.query_response_interval = seconds(125);
    EXPECT_EQ(refusal(config), "query_response_interval = 125 must be less than query_interval = 125");
    config.query_response_interval = milliseconds(124900);
    EXPECT_EQ(refusal(config), "");
}

TEST(IgmpConfig, RangesNameKeyValueAndLimits) {
    RouterConfig config = good();
    config.robustness = 0;
    EXPECT_EQ(refusal(config), "robustness = 0 is out of range: 1 to 255");
    config = good();
    config.query_interval = milliseconds(500);
    EXPECT_EQ(refusal(config), "query_interval = 0.5 is out of range: 1 to 31744 seconds");
    config = good();
    config.last_member_query_interval = Duration(0);
    EXPECT_EQ(refusal(config), "last_member_query_interval = 0 is out of range: 0.1 to 3174.4 seconds");
    config = good();
    config.version = Version::kV2;
    config.query_response_interval = seconds(26);
    EXPECT_EQ(refusal(config), "query_response_interval = 26 is out of range: 0.1 to 25.5 seconds");
    config = good();
    config.startup_query_interval = seconds(126);
    EXPECT_EQ(refusal(config), "startup_query_interval = 126 is out of range: 0.1 to 125 seconds");
    config = good();
    config.startup_query_count = 0;
    EXPECT_EQ(refusal(config), "startup_query_count = 0 is out of range: 1 to 255");
    config = good();
    config.last_member_query_count = 256;
    EXPECT_EQ(refusal(config), "last_member_query_count = 256 is out of range: 1 to 255");
}

TEST(IgmpConfig, AddressMtuVersionAndRange) {
    RouterConfig config = good();
    config.address = Ipv4Address();
    EXPECT_EQ(refusal(config), "address 0.0.0.0 can not be the source of queries");
    config = good();
    config.mtu = 67;
    EXPECT_EQ(refusal(config), "mtu = 67 is out of range: 68 to 65535");
    config = good();
    config.version = static_cast<Version>(4);
    EXPECT_EQ(refusal(config), "version = 4 is unknown: 1, 2 or 3");
    config = good();
    config.ssm_range = {Ipv4Address(10, 0, 0, 0), 8};
    EXPECT_EQ(refusal(config), "ssm_range = 10.0.0.0/8 is not inside 224.0.0.0/4");
}

TEST(IgmpConfig, StaticGroups) {
    RouterConfig config = good();
    config.static_groups = {{Ipv4Address(232, 1, 1, 1), Ipv4Address(10, 9, 0, 5)},
                            {Ipv4Address(239, 1, 1, 1)}};
    EXPECT_EQ(refusal(config), "");
    config.static_groups.push_back({Ipv4Address(239, 1, 1, 1)});
    EXPECT_EQ(refusal(config), "static group 239.1.1.1 is listed twice");
    config.static_groups = {{Ipv4Address(232, 1, 1, 1)}};
    EXPECT_EQ(refusal(config), "group 232.1.1.1 is source-specific (232.0.0.0/8) and needs a source");
    config.static_groups = {{Ipv4Address(224, 0, 0, 5)}};
    EXPECT_EQ(refusal(config), "group 224.0.0.5 can not be joined: need 224.0.1.0 to 239.255.255.255");
    config.static_groups = {{Ipv4Address(239, 1, 1, 1), Ipv4Address(127, 0, 0, 1)}};
    EXPECT_EQ(refusal(config), "source 127.0.0.1 can not send packets");
}

} // namespace
} // namespace mcfwd::igmp
