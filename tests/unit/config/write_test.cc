// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What is written reads back as the same configuration, for any configuration that the file can express.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

#include <controlplane/config/write.hh>

#include "parsed.hh"

namespace mcfwd::config {
namespace {

/// RapidCheck's ranges exclude the upper end.
template <typename T>
T between(T least, T most) {
    return *rc::gen::inRange<T>(least, static_cast<T>(most + 1));
}

template <typename Enum>
Enum any(Enum last) {
    return static_cast<Enum>(between(0, static_cast<int>(last)));
}

std::string any_printable() {
    return *rc::gen::nonEmpty(
        rc::gen::container<std::string>(rc::gen::elementOf(std::string("az09 -=,.#\"'\\[]{}/~"))));
}

Ipv4Address any_source() {
    return Ipv4Address(between<std::uint32_t>(0x01000000U, 0x7effffffU));
}

/// Outside of every source-specific range that is generated here.
Ipv4Address any_group() {
    return Ipv4Address(between<std::uint32_t>(0xe0000100U, 0xe7ffffffU));
}

Milliseconds any_duration(std::int64_t least, std::int64_t most) {
    return Milliseconds(between(least, most));
}

AccessRule any_rule() {
    AccessRule rule{any(AccessAction::kDeny), {any_group(), 32}, {}};
    if (*rc::gen::arbitrary<bool>()) {
        rule.group = {Ipv4Address(239, between<std::uint8_t>(0, 254), 0, 0), between<std::uint8_t>(16, 31)};
    }
    if (*rc::gen::arbitrary<bool>()) {
        rule.source = {Ipv4Address(10, between<std::uint8_t>(0, 254), 0, 0), between<std::uint8_t>(16, 31)};
    }
    return rule;
}

Igmp any_igmp() {
    Igmp igmp;
    igmp.enabled = *rc::gen::arbitrary<bool>();
    igmp.version = between<std::uint8_t>(1, 3);
    igmp.query_interval = any_duration(1'000, 31'744'000);
    igmp.query_response_interval =
        any_duration(100, std::min<std::int64_t>(25'500, igmp.query_interval.count() - 1));
    igmp.robustness = between<std::uint8_t>(1, 7);
    igmp.last_member_query_interval = any_duration(100, 25'500);
    if (*rc::gen::arbitrary<bool>()) {
        igmp.last_member_query_count = between<std::uint8_t>(1, 254);
    }
    igmp.startup_query_interval = any_duration(100, igmp.query_interval.count());
    igmp.startup_query_count = between<std::uint8_t>(1, 254);
    igmp.max_groups = *rc::gen::arbitrary<std::uint32_t>();
    igmp.max_sources = *rc::gen::arbitrary<std::uint32_t>();
    igmp.require_router_alert = *rc::gen::arbitrary<bool>();
    igmp.ssm_range = {Ipv4Address(232, between<std::uint8_t>(0, 254), 0, 0), 16};
    igmp.fast_leave = any(FastLeave::kAlways);
    igmp.older_versions = igmp.version == 3 ? any(OlderVersions::kIgnored) : OlderVersions::kServed;
    igmp.max_groups_per_host = *rc::gen::arbitrary<std::uint32_t>();
    igmp.host_rate = between<std::uint32_t>(0, 1'000'000'000);
    igmp.max_tracked = between<std::uint32_t>(1, 0xfffffffeU);
    for (int i = between(0, 3); i > 0; --i) {
        igmp.access_list.push_back(any_rule());
    }
    for (int i = between(0, 3); i > 0; --i) {
        const StaticGroup entry{any_group(), *rc::gen::arbitrary<bool>() ? any_source() : kAnySource};
        if (std::ranges::find(igmp.static_groups, entry) == igmp.static_groups.end()) {
            igmp.static_groups.push_back(entry);
        }
    }
    return igmp;
}

Device any_device(unsigned number) {
    switch (between(0, 3)) {
    case 0:
        return {DeviceKind::kPci, fmt::format("0000:3b:00.{}", number % 8)};
    case 1:
        return {DeviceKind::kAfXdp, fmt::format("veth{}", number)};
    case 2:
        return {DeviceKind::kAfPacket, fmt::format("eth{}", number)};
    default:
        return {DeviceKind::kVdev, fmt::format("net_memif{},secret={}", number, any_printable())};
    }
}

void add_interfaces(Config& config) {
    for (unsigned i = 0; i < config.ports.size(); ++i) {
        Interface interface;
        interface.name = fmt::format("lan{}", i);
        interface.port = config.ports[i].name;
        interface.vlan = VlanId(between<std::uint16_t>(0, 4094));
        for (std::uint8_t j = between<std::uint8_t>(0, 3); j > 0; --j) {
            interface.address.push_back(
                {Ipv4Address(10, static_cast<std::uint8_t>(i), j, between<std::uint8_t>(1, 254)), 24});
        }
        interface.mac = any(MacMode::kShared);
        interface.ttl_threshold = between<std::uint8_t>(1, 254);
        for (std::uint8_t j = between<std::uint8_t>(0, 2); j > 0; --j) {
            interface.scope_boundary.push_back({Ipv4Address(239, j, 0, 0), between<std::uint8_t>(16, 32)});
        }
        interface.igmp = any_igmp();
        interface.igmp.enabled = interface.igmp.enabled && !interface.address.empty();
        config.interfaces.push_back(std::move(interface));
    }
}

void add_routes(Config& config) {
    for (std::uint8_t i = between<std::uint8_t>(0, 4); i > 0; --i) {
        config.mroutes.push_back({any_source(),
                                  Ipv4Address(239, 0, 0, i),
                                  config.interfaces[0].name,
                                  {config.interfaces[1].name}});
        config.rpf_routes.push_back({{Ipv4Address(20, i, 0, 0), between<std::uint8_t>(16, 32)},
                                     config.interfaces[1].name,
                                     *rc::gen::arbitrary<bool>() ? any_source() : Ipv4Address{}});
    }
}

void add_proxy(Config& config) {
    config.ports.push_back({"up", {DeviceKind::kAfPacket, "up"}});
    Interface& upstream = config.interfaces.emplace_back();
    upstream.name = "up";
    upstream.port = "up";
    upstream.igmp.enabled = false;
    Proxy& proxy = config.proxy.emplace();
    proxy.upstream = "up";
    proxy.version = between<std::uint8_t>(1, 3);
    if (*rc::gen::arbitrary<bool>()) {
        proxy.robustness = between<std::uint8_t>(1, 7);
        proxy.unsolicited_report_interval = any_duration(10, 60'000);
    }
    proxy.require_router_alert = *rc::gen::arbitrary<bool>();
    proxy.querier_only = *rc::gen::arbitrary<bool>();
}

Config any_config() {
    Config config;
    config.daemon = {fmt::format("/{}x", any_printable()), any(LogLevel::kOff)};
    config.dataplane.main_core = between(0U, 1023U);
    config.dataplane.worker_cores =
        *rc::gen::nonEmpty(rc::gen::unique<std::vector<unsigned>>(rc::gen::inRange(0U, 1024U)));
    config.dataplane.poll = any(Poll::kAdaptive);
    config.dataplane.memory = any(Memory::kNoHuge);
    config.dataplane.mfib_entries = between(1U, 4'000'000U);
    config.handoff = {any(HandoffMemberships::kStrict), any(HandoffMfe::kFlush),
                      any_duration(100, 3'600'000)};
    config.mfe = {any(MfeExpiry::kAbsolute)};
    config.igmp = {any(OnOwned::kConfirm)};
    for (int i = between(0, 3); i > 0; --i) {
        config.dataplane.eal.push_back(any_printable());
    }
    for (unsigned i = between(2U, 8U); i > 0; --i) {
        config.ports.push_back({fmt::format("p{}", i), any_device(i)});
    }
    add_interfaces(config);
    add_routes(config);
    if (*rc::gen::arbitrary<bool>()) {
        add_proxy(config);
    }
    return config;
}

RC_GTEST_PROP(ConfigWrite, ParsesBackToTheSame, ()) {
    const Config config = any_config();
    const std::string written = to_toml(config);
    const auto result = parse(written, "written.toml");
    RC_LOG() << written << "\n" << (result ? std::string() : text(result.error()));
    RC_ASSERT(result.has_value());
    RC_ASSERT(result->config == config);
    RC_ASSERT(to_toml(result->config) == written);
}

TEST(ConfigWrite, EveryDefaultIsExplicit) {
    EXPECT_EQ(
        to_toml(accepted(kTwoInterfaces +
                         "[[mroute]]\nsource = \"*\"\ngroup = \"239.1.1.1\"\niif = \"a\"\noifs = [\"b\"]\n"
                         "[[rpf_route]]\nprefix = \"10.9.0.0/16\"\ninterface = \"a\"\n")),
        R"([daemon]
socket = "/run/mcfwd/mcfwd.sock"
log_level = "info"

[dataplane]
main_core = 0
worker_cores = [1]
poll = "busy"
memory = "auto"
mfib_entries = 65536
eal = []

[handoff]
memberships = "graceful"
mfe = "rebuild"
sweep_timeout = 10.0

[mfe]
expiry = "activity"

[igmp]
on_owned = "immediate"

[[port]]
name = "p0"
device = "net_null0"

[[port]]
name = "p1"
device = "net_null1"

[[interface]]
name = "a"
port = "p0"
vlan = 0
address = ["10.0.1.1/24"]
mac = "port"
ttl_threshold = 1
scope_boundary = []
[interface.igmp]
enabled = true
version = 3
query_interval = 125.0
query_response_interval = 10.0
robustness = 2
last_member_query_interval = 1.0
startup_query_interval = 31.25
startup_query_count = 2
max_groups = 0
max_sources = 0
require_router_alert = false
ssm_range = "232.0.0.0/8"
fast_leave = "off"
older_versions = "served"
max_groups_per_host = 0
host_rate = 20000
max_tracked = 200000
access_list = []
static_groups = []
[interface.router_discovery]
enabled = true
interval = 20

[[interface]]
name = "b"
port = "p1"
vlan = 0
address = ["10.0.2.1/24"]
mac = "port"
ttl_threshold = 1
scope_boundary = []
[interface.igmp]
enabled = true
version = 3
query_interval = 125.0
query_response_interval = 10.0
robustness = 2
last_member_query_interval = 1.0
startup_query_interval = 31.25
startup_query_count = 2
max_groups = 0
max_sources = 0
require_router_alert = false
ssm_range = "232.0.0.0/8"
fast_leave = "off"
older_versions = "served"
max_groups_per_host = 0
host_rate = 20000
max_tracked = 200000
access_list = []
static_groups = []
[interface.router_discovery]
enabled = true
interval = 20

[[mroute]]
source = "*"
group = "239.1.1.1"
iif = "a"
oifs = ["b"]

[[rpf_route]]
prefix = "10.9.0.0/16"
interface = "a"
)");
}

TEST(ConfigWrite, Json) {
    const auto json = to_json(accepted(kTwoInterfaces +
                                       "[interface.igmp]\nstatic_groups = [{ group = \"232.1.1.1\", source = "
                                       "\"10.0.0.1\" }]\n[[mroute]]\nsource = \"*\"\ngroup = \"239.1.1.1\"\n"
                                       "iif = \"a\"\noifs = [\"b\"]\n"));
    EXPECT_EQ(json.at("daemon"),
              nlohmann::json::parse(R"({"socket": "/run/mcfwd/mcfwd.sock", "log_level": "info"})"));
    EXPECT_EQ(json.at("port"), nlohmann::json::parse(R"([{"name": "p0", "device": "net_null0"},
                                                         {"name": "p1", "device": "net_null1"}])"));
    EXPECT_EQ(json.at("bridge"), nlohmann::json::array());
    EXPECT_EQ(json.at("rpf_route"), nlohmann::json::array());
    EXPECT_EQ(json.at("interface").at(1).at("address"), nlohmann::json::parse(R"(["10.0.2.1/24"])"));
    EXPECT_EQ(json.at("interface").at(1).at("igmp").at("startup_query_interval"), 31.25);
    EXPECT_EQ(json.at("interface").at(1).at("igmp").at("static_groups"),
              nlohmann::json::parse(R"([{"group": "232.1.1.1", "source": "10.0.0.1"}])"));
    EXPECT_EQ(json.at("mroute"),
              nlohmann::json::parse(R"([{"source": "*", "group": "239.1.1.1", "iif": "a", "oifs": ["b"]}])"));
}

TEST(ConfigWrite, LimitsOfPortsAreReadBackAsTheyWere) {
    const Config config = accepted(
        kTwoPorts +
        "[[bridge]]\nname = \"b\"\nmembers = [\"p0\", \"p1:10\"]\n[bridge.snooping]\nmax_sources = 9\n"
        "port_limits = [{ port = \"p1:10\", max_groups = 3, "
        "access_list = [{ action = \"deny\", group = \"239.1.0.0/16\", source = \"10.0.0.0/8\" }] }]\n");
    EXPECT_EQ(accepted(to_toml(config)), config);
    EXPECT_EQ(config.bridges[0].snooping.port_limits[0].limits.access_list.size(), 1U);
}

} // namespace
} // namespace mcfwd::config
