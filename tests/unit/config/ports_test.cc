// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Refusals and warnings about [[port]] and [[bridge]].
#include <string>

#include <gtest/gtest.h>

#include "parsed.hh"

namespace mcfwd::config {
namespace {

const std::string kValidName =
    "; valid: 1 to 31 letters, digits, '_', '-' or '.', the first one a letter or digit";
const std::string kValidDevice =
    "; valid: \"0000:3b:00.0\" (PCI), \"af_xdp:IFNAME\", \"af_packet:IFNAME\" or vdev devargs "
    "such as \"net_memif0,role=client\"";

std::string port_named(std::string_view name) {
    return "[[port]]\nname = \"" + std::string(name) + "\"\ndevice = \"net_null0\"\n";
}

std::string port_on(std::string_view device) {
    return "[[port]]\nname = \"p\"\ndevice = \"" + std::string(device) + "\"\n";
}

TEST(ConfigPort, NeedsNameAndDevice) {
    EXPECT_EQ(refused("\n [[port]]\n"), "t.toml:2:2: [[port]] has no name: got nothing" + kValidName +
                                            "\nt.toml:2:2: [[port]] has no device: got nothing" +
                                            kValidDevice);
}

TEST(ConfigPort, Names) {
    for (const std::string_view name : {"p", "0", "eth0.100", "A_b-c", "abcdefghijklmnopqrstuvwxyz01234"}) {
        EXPECT_EQ(accepted(port_named(name)).ports.at(0).name, name);
    }
    for (const std::string name : {"", "-p", ".p", "p 0", "p:0", "p/0", "abcdefghijklmnopqrstuvwxyz012345"}) {
        EXPECT_EQ(refused(port_named(name)),
                  "t.toml:2:8: name is not valid: got \"" + name + "\"" + kValidName);
    }
}

TEST(ConfigPort, Devices) {
    const auto kind = [](std::string_view device) { return accepted(port_on(device)).ports.at(0).device; };
    EXPECT_EQ(kind("0000:3b:00.0"), (Device{DeviceKind::kPci, "0000:3b:00.0"}));
    EXPECT_EQ(kind("3B:1f.7"), (Device{DeviceKind::kPci, "3B:1f.7"}));
    EXPECT_EQ(kind("af_xdp:enp3s0f0"), (Device{DeviceKind::kAfXdp, "enp3s0f0"}));
    EXPECT_EQ(kind("af_packet:br-lan.12345"), (Device{DeviceKind::kAfPacket, "br-lan.12345"}));
    EXPECT_EQ(kind("net_pcap1,rx_pcap=/tmp/a b.pcap"),
              (Device{DeviceKind::kVdev, "net_pcap1,rx_pcap=/tmp/a b.pcap"}));
    EXPECT_EQ(kind("eth_af_packet0,iface=x"), (Device{DeviceKind::kVdev, "eth_af_packet0,iface=x"}));
}

TEST(ConfigPort, BadDevices) {
    for (const std::string device :
         {"", "eth0", "af_xdp:", "af_xdp:a b", "af_xdp:a/b", "af_xdp:..", "af_xdp:abcdefghijklmnop", "af_xdp",
          "net_", "af_packet:a,b", "0000:3b:00.8", "0000:3b:00", "000:3b:00.0", "0000:3g:00.0", "net_Null0",
          "pci:3b:00.0"}) {
        EXPECT_EQ(refused(port_on(device)),
                  "t.toml:3:10: device is not valid: got \"" + device + "\"" + kValidDevice);
    }
}

TEST(ConfigPort, Duplicates) {
    EXPECT_EQ(refused(kTwoPorts + "[[port]]\nname = \"p0\"\ndevice = \"net_null1\"\n"),
              "t.toml:8:8: port name is taken already: got \"p0\"; valid: each name once\n"
              "t.toml:9:10: device has a port already: got \"net_null1\"; valid: each device once");
}

TEST(ConfigPort, UnknownKey) {
    EXPECT_EQ(refused(port_named("p") + "mtu = 9000\n"),
              "t.toml:4:1: unknown key in [[port]]: got \"mtu\"; valid: name, device");
}

TEST(ConfigPort, WithoutInterfaceIsAWarning) {
    EXPECT_EQ(warned(kTwoPorts + "[[interface]]\nname = \"a\"\nport = \"p0\"\naddress = [\"10.0.1.1/24\"]\n"),
              "t.toml:5:8: no interface or bridge uses this port: got \"p1\"; valid: an [[interface]] or a "
              "[[bridge]] with this port");
    EXPECT_EQ(warned(""),
              "t.toml:1:1: nothing is forwarded: got no [[interface]]; valid: at least two of them");
}

TEST(ConfigBridge, Accepted) {
    const Config config =
        accepted(kTwoPorts + "[[bridge]]\nname = \"br10\"\nmembers = [\"p0\", \"p1:10\"]\n[bridge.snooping]\n"
                             "querier_address = \"10.0.1.9\"\nfast_leave = \"always\"\n"
                             "unregistered = \"router_ports\"\nunregistered_ports = [\"p0\", "
                             "\"p1:10\"]\nrouter_ports = [\"p1:10\"]\nlearning_time = "
                             "0\n[[bridge]]\nname = \"br11\"\n"
                             "members = [\"p0:11\"]\n[[interface]]\nname = \"a\"\nbridge = \"br10\"\n"
                             "address = [\"10.0.1.1/24\"]\n");
    const Bridge expected{.name = "br10",
                          .members = {{"p0", VlanId(0)}, {"p1", VlanId(10)}},
                          .snooping = {.querier = true,
                                       .querier_address = Ipv4Address(10, 0, 1, 9),
                                       .fast_leave = FastLeave::kAlways,
                                       .unregistered = Unregistered::kRouterPorts,
                                       .unregistered_ports = {{"p0", VlanId(0)}, {"p1", VlanId(10)}},
                                       .router_ports = {{"p1", VlanId(10)}},
                                       .learning_time = Milliseconds(0)}};
    ASSERT_EQ(config.bridges.size(), 2U);
    EXPECT_EQ(config.bridges[0], expected);
    EXPECT_EQ(config.bridges[1].snooping, Snooping{});
    EXPECT_EQ(config.interfaces[0].bridge, "br10");
    EXPECT_EQ(bridge_domain(config, "br11"), DomainId(2));
    EXPECT_EQ(bridge_domain(config, "br12"), std::nullopt);
    EXPECT_EQ(member_text(config.bridges[0].members[1]), "p1:10");
}

TEST(ConfigBridge, TimingIsCheckedAsOnAnInterface) {
    const std::string bridge =
        kTwoPorts + "[[bridge]]\nname = \"b\"\nmembers = [\"p0\", \"p1\"]\n[bridge.snooping]\n";
    const Igmp timing =
        accepted(bridge + "version = 2\nquery_interval = 60\nrobustness = 3\n").bridges[0].snooping.timing;
    EXPECT_EQ(timing.version, 2);
    EXPECT_EQ(timing.query_interval, Milliseconds(60'000));
    EXPECT_EQ(timing.startup_query_interval, Milliseconds(15'000));
    EXPECT_EQ(timing.startup_query_count, 3);
    EXPECT_EQ(refused(bridge + "query_interval = 5\n"),
              "t.toml:11:18: query_response_interval 10 is not less than query_interval 5: got 5; valid: "
              "query_response_interval < query_interval");
}

TEST(ConfigBridge, AddressWithoutQuerierIsAWarning) {
    EXPECT_EQ(warned(kTwoPorts + "[[bridge]]\nname = \"b\"\nmembers = [\"p0\", \"p1\"]\n[bridge.snooping]\n"
                                 "querier = false\nquerier_address = \"10.0.1.9\"\n"),
              "t.toml:12:19: this bridge does not query: got \"10.0.1.9\"; valid: querier = true");
}

TEST(ConfigBridge, ListedPortsAreMembersAndStandThereOnce) {
    const std::string bridge =
        kTwoPorts + "[[bridge]]\nname = \"b\"\nmembers = [\"p0\", \"p1:10\"]\n[bridge.snooping]\n";
    EXPECT_EQ(
        refused(bridge + "unregistered_ports = [\"p1\", \"p0\", \"p1:0\"]\n"),
        "t.toml:11:23: port for unregistered groups is no member of its bridge: got \"p1\"; valid: one of "
        "members\n"
        "t.toml:11:35: unregistered_ports is not valid: got \"p1:0\"; valid: \"PORT\" or \"PORT:VLAN\" with "
        "a VLAN from 1 to 4094");
    EXPECT_EQ(
        refused(bridge +
                "unregistered_ports = [\"p0\", \"p1:10\", \"p0\"]\nrouter_ports = [\"p0\", \"p0\"]\n"),
        "t.toml:11:38: port for unregistered groups is listed already: got \"p0\"; valid: each port once\n"
        "t.toml:12:23: router port is listed already: got \"p0\"; valid: each port once");
    EXPECT_EQ(warned(bridge + "unregistered = \"flood\"\nunregistered_ports = [\"p0\"]\n"),
              "t.toml:12:22: all ports get unregistered groups: got [\"p0\"]; valid: unregistered = "
              "\"router_ports\"");
}

TEST(ConfigBridge, Mistakes) {
    EXPECT_EQ(
        refused(kTwoPorts +
                "[[bridge]]\nmembers = [\"p2\", \"p1:0\", \"p0\", \"p0\", \"p1:4095\", \"p1:01\"]\n"
                "[bridge.snooping]\nquerier = 1\nfast_leave = \"on\"\nunregistered = \"drop\"\n"
                "router_ports = [\"p1\"]\nmld = true\n"),
        "t.toml:7:1: [[bridge]] has no name: got nothing" + kValidName +
            "\nt.toml:8:12: there is no such port (did you mean \"p0\"?): got \"p2\"; valid: p0, p1\n"
            "t.toml:8:18: members is not valid: got \"p1:0\"; valid: \"PORT\" or \"PORT:VLAN\" with a VLAN "
            "from 1 to 4094\n"
            "t.toml:8:32: port p0 with VLAN 0 belongs to bridge : got \"p0\"; valid: another port or VLAN\n"
            "t.toml:8:38: members is not valid: got \"p1:4095\"; valid: \"PORT\" or \"PORT:VLAN\" with a "
            "VLAN from 1 to 4094\n"
            "t.toml:8:49: members is not valid: got \"p1:01\"; valid: \"PORT\" or \"PORT:VLAN\" with a VLAN "
            "from 1 to 4094\n"
            "t.toml:10:11: querier is not valid: got 1; valid: true, false\n"
            "t.toml:11:14: fast_leave is not valid: got \"on\"; valid: off, tracked, always\n"
            "t.toml:12:16: unregistered is not valid: got \"drop\"; valid: router_ports, flood\n"
            "t.toml:13:17: router port is no member of its bridge: got \"p1\"; valid: one of members\n"
            "t.toml:14:1: unknown key in [bridge.snooping]: got \"mld\"; valid: querier, "
            "querier_address, fast_leave, unregistered, unregistered_ports, router_ports, learning_time, "
            "version, "
            "query_interval, query_response_interval, robustness, last_member_query_interval, "
            "last_member_query_count, "
            "startup_query_interval, startup_query_count, max_groups, max_sources, max_groups_per_host, "
            "host_rate, max_tracked, access_list, port_limits");
}

TEST(ConfigBridge, PortsHaveTheLimitsOfTheirBridgeOrTheirOwn) {
    const Snooping snooping =
        accepted(
            kTwoPorts +
            "[[bridge]]\nname = \"b\"\nmembers = [\"p0\", \"p1:10\"]\n[bridge.snooping]\n"
            "max_groups = 50\nhost_rate = 7\naccess_list = [{ action = \"permit\", group = \"239.0.0.0/8\" "
            "}]\n"
            "port_limits = [{ port = \"p1:10\", max_groups = 3, access_list = [] }, { port = \"p0\" }]\n")
            .bridges[0]
            .snooping;
    EXPECT_EQ(snooping.timing.max_groups, 50U);
    ASSERT_EQ(snooping.port_limits.size(), 2U);
    EXPECT_EQ(snooping.port_limits[0].port, (BridgeMember{"p1", VlanId(10)}));
    EXPECT_EQ(snooping.port_limits[0].limits.max_groups, 3U);
    EXPECT_EQ(snooping.port_limits[0].limits.host_rate, 7U);
    EXPECT_TRUE(snooping.port_limits[0].limits.access_list.empty());
    EXPECT_EQ(snooping.port_limits[1].limits.max_groups, 50U);
    EXPECT_EQ(snooping.port_limits[1].limits.access_list.size(), 1U);
}

TEST(ConfigBridge, MistakesInPortLimits) {
    EXPECT_EQ(refused(kTwoPorts + "[[bridge]]\nname = \"b\"\nmembers = [\"p0\", \"p1\"]\n[bridge.snooping]\n"
                                  "port_limits = [{ port = \"p1:9\" }, { port = \"p0\" },\n"
                                  "{ port = \"p0\" }, { max_groups = -1 }, 5]\n"),
              "t.toml:11:25: limited port is no member of its bridge: got \"p1:9\"; valid: one of members\n"
              "t.toml:12:10: port has limits already: got \"p0\"; valid: each port once\n"
              "t.toml:12:18: port_limits has no port: got nothing; valid: \"PORT\" or \"PORT:VLAN\" with a "
              "VLAN from 1 to 4094\n"
              "t.toml:12:33: max_groups is not valid: got -1; valid: an integer from 0 to 4294967295\n"
              "t.toml:12:39: port_limits is not valid: got 5; valid: an array such as [{ port = \"p2\", "
              "max_groups = 100 }]");
}

TEST(ConfigBridge, NeedsMembers) {
    EXPECT_EQ(refused("[[bridge]]\nname = \"b\"\nmembers = []\n"),
              "t.toml:3:11: bridge has no members: got nothing; valid: \"PORT\" or \"PORT:VLAN\" with "
              "a VLAN from 1 to 4094");
}

TEST(ConfigBridge, SharesNoVlanWithAnInterface) {
    EXPECT_EQ(
        refused(kTwoInterfaces + "vlan = 7\n[[bridge]]\nname = \"b\"\nmembers = [\"p1\", \"p1:7\"]\n"),
        "t.toml:18:18: port p1 with VLAN 7 belongs to interface b: got \"p1:7\"; valid: another port or "
        "VLAN");
}

} // namespace
} // namespace mcfwd::config
