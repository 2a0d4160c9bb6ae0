// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What the configuration accepts, the parts must accept too: `--check` may not call a file valid that then
// does not start.
#include <gtest/gtest.h>

#include <controlplane/config/load.hh>
#include <controlplane/daemon/translate.hh>

#include "../slow_prefixes.hh"

namespace mcfwd::daemon {
namespace {

constexpr std::string_view kFrame = R"([[port]]
name = "p0"
device = "net_null0"
[[interface]]
name = "a"
port = "p0"
vlan = 7
mac = "shared"
address = ["10.0.1.1/24"]
[interface.igmp]
)";

config::Config accepted(const std::string& igmp) {
    auto result = config::parse(std::string(kFrame) + igmp, "t.toml");
    EXPECT_TRUE(result) << igmp << (result ? "" : config::text(result.error()));
    return result ? result->config : config::Config{};
}

TEST(Translate, IgmpTakesEverySettingTheConfigurationAccepts) {
    for (const std::string igmp : {
             "",
             "version = 1\nquery_response_interval = 25.5\nlast_member_query_interval = 25.5",
             "version = 2\nquery_response_interval = 25.5",
             "query_interval = 31744\nquery_response_interval = 3174.4\nlast_member_query_interval = 3174.4",
             "query_interval = 1\nquery_response_interval = 0.1\nlast_member_query_interval = 0.1",
             "robustness = 7\nlast_member_query_count = 1\nstartup_query_count = 1",
             "robustness = 1",
             "query_interval = 60\nstartup_query_interval = 60",
             "ssm_range = \"224.0.0.0/4\"",
             "fast_leave = \"always\"",
             "fast_leave = \"tracked\"",
             "older_versions = \"ignored\"\nhost_rate = 1000000000\nmax_groups_per_host = 1\nmax_tracked = 1",
             "host_rate = 0",
             "access_list = [{ action = \"deny\", group = \"224.0.0.0/4\" }]",
             "static_groups = [{ group = \"232.1.1.1\", source = \"10.9.0.5\" }, { group = \"239.1.1.1\" }]",
         }) {
        const config::Config config = accepted(igmp);
        ASSERT_EQ(config.interfaces.size(), 1U);
        const auto valid = igmp::validate(router_config(config.interfaces[0], 1500));
        EXPECT_TRUE(valid) << igmp << ": " << (valid ? "" : valid.error().what);
    }
}

TEST(Translate, LastMemberQueryCountFollowsTheQuerierUnlessItIsSet) {
    EXPECT_EQ(router_config(accepted("robustness = 3").interfaces.at(0), 1500).last_member_query_count,
              std::nullopt);
    EXPECT_EQ(
        router_config(accepted("last_member_query_count = 4").interfaces.at(0), 1500).last_member_query_count,
        4U);
}

TEST(Translate, IgmpSettingsAboutHostsArriveInTheProtocol) {
    const config::Config config = accepted(
        "fast_leave = \"tracked\"\nolder_versions = \"ignored\"\nhost_rate = 7\nmax_groups_per_host = 8\n"
        "max_tracked = 9\naccess_list = [{ action = \"deny\", group = \"239.1.1.1\", source = "
        "\"10.9.0.0/16\" }]");
    config::Interface interface = config.interfaces.at(0);
    interface.address.push_back({Ipv4Address(10, 0, 9, 1), 24});
    const igmp::RouterConfig router = router_config(interface, 1500);
    EXPECT_EQ(router.fast_leave, igmp::FastLeave::kTracked);
    EXPECT_EQ(router.older_versions, igmp::OlderVersions::kIgnored);
    EXPECT_EQ(router.host_rate, 7U);
    EXPECT_EQ(router.max_groups_per_host, 8U);
    EXPECT_EQ(router.max_tracked, 9U);
    EXPECT_EQ(router.access_list, (igmp::AccessList{{igmp::AccessAction::kDeny,
                                                     {Ipv4Address(239, 1, 1, 1), 32},
                                                     {Ipv4Address(10, 9, 0, 0), 16}}}));
    EXPECT_EQ(router.address, Ipv4Address(10, 0, 1, 1));
    EXPECT_EQ(router.other_addresses, std::vector{Ipv4Address(10, 0, 9, 1)});
}

TEST(Translate, AttachmentCarriesVlanIndexAndSourceOfCopies) {
    const dataplane::Settings settings = dataplane_settings(accepted(""), {"--log-level=pmd:debug"});
    ASSERT_EQ(settings.attachments.size(), 1U);
    EXPECT_EQ(settings.attachments[0].port, PortId(0));
    EXPECT_EQ(settings.attachments[0].vlan, VlanId(7));
    EXPECT_EQ(settings.attachments[0].interface, IfIndex(1));
    EXPECT_EQ(settings.attachments[0].source_mac, dataplane::SourceMac::kShared);
    EXPECT_EQ(settings.eal, std::vector<std::string>{"--log-level=pmd:debug"});
}

TEST(Translate, ViewKnowsConnectedSubnets) {
    mcfwd::test::SlowPrefixes prefixes;
    group_manager::RpfTable view{prefixes};
    ASSERT_TRUE(enter_connected(accepted(""), view));
    const auto connected = view.lookup({Ipv4Address(239, 1, 1, 1), Ipv4Address(10, 0, 1, 77)});
    ASSERT_TRUE(connected);
    EXPECT_EQ(connected->route.kind, group_manager::RouteKind::kConnected);
    EXPECT_EQ(connected->iif.interface, IfIndex(1));
}

TEST(Translate, HandoffSettings) {
    const group_manager::Settings defaults = group_settings(accepted(""));
    EXPECT_EQ(defaults.handoff_memberships, group_manager::HandoffMemberships::kGraceful);
    EXPECT_EQ(defaults.handoff_mfe, group_manager::HandoffMfe::kRebuild);
    EXPECT_EQ(defaults.mfe_expiry, group_manager::MfeExpiry::kActivity);
    const group_manager::Settings others =
        group_settings(accepted("enabled = false\n[handoff]\nmemberships = \"strict\"\nmfe = \"flush\"\n"
                                "sweep_timeout = 2.5\n[mfe]\nexpiry = \"absolute\"\n"));
    EXPECT_EQ(others.handoff_memberships, group_manager::HandoffMemberships::kStrict);
    EXPECT_EQ(others.handoff_mfe, group_manager::HandoffMfe::kFlush);
    EXPECT_EQ(others.mfe_expiry, group_manager::MfeExpiry::kAbsolute);
    EXPECT_EQ(others.sweep_timeout, std::chrono::milliseconds(2500));
}

TEST(Translate, ScopeBoundaries) {
    config::Config config = accepted("");
    config.interfaces.front().scope_boundary = {{Ipv4Address(239, 255, 0, 0), 16}};
    const group_manager::ScopeBoundaries boundaries = scope_boundaries(config);
    EXPECT_TRUE(boundaries.blocks_input({IfIndex(1), {}}, Ipv4Address(239, 255, 1, 1)));
    EXPECT_FALSE(boundaries.blocks_output({IfIndex(1), {}}, Ipv4Address(239, 254, 1, 1)));
}

} // namespace
} // namespace mcfwd::daemon
