// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The sample of the documentation, value by value, and what holds where a file says nothing.
#include <chrono>

#include <gtest/gtest.h>

#include "parsed.hh"

namespace mcfwd::config {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSample = R"([daemon]
socket = "/run/mcfwd/other.sock"
log_level = "debug"

[dataplane]
main_core = 3
worker_cores = [1, 2]
poll = "adaptive"                # busy | adaptive
memory = "no-huge"               # auto | hugepages | no-huge
mfib_entries = 1024
eal = ["--log-level=pmd:debug", "-a", "0000:00:00.0"]

[[port]]
name = "p0"
device = "af_xdp:veth0"

[[port]]
name = "p1"
device = "0000:3b:00.0,rx_vec_en=0"

[[port]]
name = "p2"
device = "net_memif0,role=client"

[[port]]
name = "p3"
device = "af_packet:eth1"

[[interface]]
name = "lan1"
port = "p0"
vlan = 0
address = ["10.0.1.1/24", "10.0.11.1/24"]
mac = "port"
ttl_threshold = 1
[interface.igmp]
enabled = true
version = 3
query_interval = 60.0
query_response_interval = 5.0
robustness = 3
last_member_query_interval = 0.5
last_member_query_count = 4
startup_query_interval = 10
startup_query_count = 5
max_groups = 100
max_sources = 10
require_router_alert = true
ssm_range = "232.1.0.0/16"
fast_leave = "tracked"
older_versions = "ignored"
max_groups_per_host = 50
host_rate = 1000
max_tracked = 5000
access_list = [{ action = "deny", group = "239.1.1.2" }, { action = "permit", group = "239.0.0.0/8", source = "10.9.0.0/16" }]
static_groups = [{ group = "239.1.1.1" }, { group = "232.1.1.1", source = "10.9.0.5" }]

[[interface]]
name = "lan2"
port = "p1"
vlan = 4094
address = ["10.0.2.1/31"]
mac = "shared"
ttl_threshold = 255
[interface.igmp]
enabled = false

[[mroute]]
source = "10.0.1.2"
group = "239.9.9.9"
iif = "lan1"
oifs = ["lan2"]

[[mroute]]
source = "*"
group = "239.9.9.9"
iif = "lan2"
oifs = ["lan1"]

[[rpf_route]]
prefix = "10.9.0.0/16"
interface = "lan1"
)";

TEST(ConfigSample, ProcessAndCores) {
    const Config config = accepted(kSample);
    EXPECT_EQ(config.daemon, (Daemon{"/run/mcfwd/other.sock", LogLevel::kDebug}));
    const Dataplane expected{.main_core = 3,
                             .worker_cores = {1, 2},
                             .poll = Poll::kAdaptive,
                             .memory = Memory::kNoHuge,
                             .mfib_entries = 1024,
                             .eal = {"--log-level=pmd:debug", "-a", "0000:00:00.0"}};
    EXPECT_EQ(config.dataplane, expected);
}

TEST(ConfigSample, Ports) {
    const Config config = accepted(kSample);
    const std::vector<Port> expected{{"p0", {DeviceKind::kAfXdp, "veth0"}},
                                     {"p1", {DeviceKind::kPci, "0000:3b:00.0,rx_vec_en=0"}},
                                     {"p2", {DeviceKind::kVdev, "net_memif0,role=client"}},
                                     {"p3", {DeviceKind::kAfPacket, "eth1"}}};
    EXPECT_EQ(config.ports, expected);
    EXPECT_EQ(config.ports[0].device.text(), "af_xdp:veth0");
    EXPECT_EQ(config.ports[1].device.text(), "0000:3b:00.0,rx_vec_en=0");
    EXPECT_EQ(config.ports[3].device.text(), "af_packet:eth1");
    EXPECT_TRUE(config.bridges.empty());
}

TEST(ConfigSample, Interfaces) {
    const Config config = accepted(kSample);
    ASSERT_EQ(config.interfaces.size(), 2U);
    const Interface& lan1 = config.interfaces[0];
    EXPECT_EQ(lan1.name, "lan1");
    EXPECT_EQ(lan1.port, "p0");
    EXPECT_EQ(lan1.vlan, VlanId(0));
    EXPECT_EQ(lan1.address,
              (std::vector<Ipv4Prefix>{{Ipv4Address(10, 0, 1, 1), 24}, {Ipv4Address(10, 0, 11, 1), 24}}));
    EXPECT_EQ(lan1.mac, MacMode::kPort);
    EXPECT_EQ(lan1.ttl_threshold, 1);
    const Igmp expected{.enabled = true,
                        .version = 3,
                        .query_interval = 60s,
                        .query_response_interval = 5s,
                        .robustness = 3,
                        .last_member_query_interval = 500ms,
                        .last_member_query_count = 4,
                        .startup_query_interval = 10s,
                        .startup_query_count = 5,
                        .max_groups = 100,
                        .max_sources = 10,
                        .require_router_alert = true,
                        .ssm_range = {Ipv4Address(232, 1, 0, 0), 16},
                        .fast_leave = FastLeave::kTracked,
                        .older_versions = OlderVersions::kIgnored,
                        .max_groups_per_host = 50,
                        .host_rate = 1000,
                        .max_tracked = 5000,
                        .access_list = {{AccessAction::kDeny, {Ipv4Address(239, 1, 1, 2), 32}, {}},
                                        {AccessAction::kPermit,
                                         {Ipv4Address(239, 0, 0, 0), 8},
                                         {Ipv4Address(10, 9, 0, 0), 16}}},
                        .static_groups = {{Ipv4Address(239, 1, 1, 1), kAnySource},
                                          {Ipv4Address(232, 1, 1, 1), Ipv4Address(10, 9, 0, 5)}}};
    EXPECT_EQ(lan1.igmp, expected);

    const Interface& lan2 = config.interfaces[1];
    EXPECT_EQ(lan2.vlan, VlanId(4094));
    EXPECT_EQ(lan2.mac, MacMode::kShared);
    EXPECT_EQ(lan2.ttl_threshold, 255);
    EXPECT_FALSE(lan2.igmp.enabled);
}

TEST(ConfigSample, Routes) {
    const Config config = accepted(kSample);
    const Ipv4Address group(239, 9, 9, 9);
    const std::vector<Mroute> mroutes{{Ipv4Address(10, 0, 1, 2), group, "lan1", {"lan2"}},
                                      {kAnySource, group, "lan2", {"lan1"}}};
    EXPECT_EQ(config.mroutes, mroutes);
    EXPECT_EQ(config.rpf_routes, (std::vector<RpfRoute>{{{Ipv4Address(10, 9, 0, 0), 16}, "lan1"}}));
}

TEST(ConfigSample, LooksUpByName) {
    const Config config = accepted(kSample);
    EXPECT_EQ(port_id(config, "p2"), PortId(2));
    EXPECT_EQ(port_id(config, "p9"), std::nullopt);
    EXPECT_EQ(interface_index(config, "lan1"), IfIndex(1));
    EXPECT_EQ(interface_index(config, "lan2"), IfIndex(2));
    EXPECT_EQ(interface_index(config, "lan3"), kNoInterface);
}

TEST(ConfigDefaults, EmptyFileIsAllDefaults) {
    const Config config = accepted("");
    EXPECT_EQ(config, Config{});
    EXPECT_EQ(config.daemon.socket, "/run/mcfwd/mcfwd.sock");
    EXPECT_EQ(config.daemon.log_level, LogLevel::kInfo);
    EXPECT_EQ(config.dataplane.main_core, 0U);
    EXPECT_EQ(config.dataplane.worker_cores, std::vector<unsigned>{1});
    EXPECT_EQ(config.dataplane.poll, Poll::kBusy);
    EXPECT_EQ(config.dataplane.memory, Memory::kAuto);
    EXPECT_EQ(config.dataplane.mfib_entries, 65536U);
    EXPECT_TRUE(config.dataplane.eal.empty());
}

TEST(ConfigDefaults, InterfaceAndIgmp) {
    const Interface interface = accepted(kTwoInterfaces).interfaces.at(0);
    EXPECT_EQ(interface.vlan, VlanId(0));
    EXPECT_EQ(interface.mac, MacMode::kPort);
    EXPECT_EQ(interface.ttl_threshold, 1);
    const Igmp expected{.enabled = true,
                        .version = 3,
                        .query_interval = 125s,
                        .query_response_interval = 10s,
                        .robustness = 2,
                        .last_member_query_interval = 1s,
                        .last_member_query_count = std::nullopt,
                        .startup_query_interval = 31'250ms,
                        .startup_query_count = 2,
                        .max_groups = 0,
                        .max_sources = 0,
                        .require_router_alert = false,
                        .ssm_range = {Ipv4Address(232, 0, 0, 0), 8},
                        .fast_leave = FastLeave::kOff,
                        .static_groups = {}};
    EXPECT_EQ(interface.igmp, expected);
}

TEST(ConfigDefaults, IgmpCountsFollowRobustnessAndStartupFollowsTheQueryInterval) {
    const Igmp igmp = accepted(kTwoInterfaces + "[interface.igmp]\nrobustness = 5\nquery_interval = 40\n")
                          .interfaces.at(1)
                          .igmp;
    EXPECT_EQ(igmp.last_member_query_count, std::nullopt) << "that of the querier, whoever it is";
    EXPECT_EQ(igmp.startup_query_count, 5);
    EXPECT_EQ(igmp.startup_query_interval, 10s);
}

TEST(ConfigDefaults, IgmpTableBelongsToTheInterfaceBeforeIt) {
    const Config config = accepted(kTwoInterfaces + "[interface.igmp]\nversion = 2\n");
    EXPECT_EQ(config.interfaces.at(0).igmp.version, 3);
    EXPECT_EQ(config.interfaces.at(1).igmp.version, 2);
}

} // namespace
} // namespace mcfwd::config
