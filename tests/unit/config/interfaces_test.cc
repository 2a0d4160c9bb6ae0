// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Refusals and warnings about [[interface]].
#include <string>

#include <gtest/gtest.h>

#include "parsed.hh"

namespace mcfwd::config {
namespace {

const std::string kValidAddress =
    "; valid: a host's address with prefix length such as \"10.0.1.1/24\", not the subnet's first "
    "or last one";

/// Line 17 is `line`, in a third interface "c" on port p0 with VLAN 9.
std::string with_line(std::string_view line) {
    return kTwoInterfaces + "[[interface]]\nname = \"c\"\n" + std::string(line) +
           "\nport = \"p0\"\nvlan = 9\n";
}

TEST(ConfigInterface, NeedsNameAndPort) {
    EXPECT_EQ(refused("[[interface]]\naddress = [\"10.0.1.1/24\"]\n"),
              "t.toml:1:1: [[interface]] has no name: got nothing; valid: 1 to 31 letters, digits, '_', '-' "
              "or '.', the "
              "first one a letter or digit\n"
              "t.toml:1:1: [[interface]] has no port: got nothing; valid: the name of a [[port]]");
}

TEST(ConfigInterface, PortExists) {
    EXPECT_EQ(refused(kTwoPorts + "[[interface]]\nname = \"a\"\nport = \"q1\"\n"),
              "t.toml:9:8: there is no such port (did you mean \"p1\"?): got \"q1\"; valid: p0, p1");
    EXPECT_EQ(refused("[[interface]]\nname = \"a\"\nport = \"p\"\n"),
              "t.toml:3:8: there is no such port: got \"p\"; valid: none is defined");
}

TEST(ConfigInterface, ReferencesAreNotBlamedForARefusedName) {
    EXPECT_EQ(
        refused(
            "[[port]]\nname = \"p 0\"\ndevice = \"net_null0\"\n[[interface]]\nname = \"a\"\nport = \"p0\"\n"),
        "t.toml:2:8: name is not valid: got \"p 0\"; valid: 1 to 31 letters, digits, '_', '-' or '.', the "
        "first one a "
        "letter or digit");
}

TEST(ConfigInterface, Bridge) {
    EXPECT_EQ(refused("[[interface]]\nname = \"a\"\nbridge = \"br10\"\n"),
              "t.toml:3:10: there is no such bridge: got \"br10\"; valid: none is defined");
    EXPECT_EQ(refused(kTwoPorts + "[[interface]]\nname = \"a\"\nport = \"p0\"\nbridge = \"br10\"\n"),
              "t.toml:10:10: interface has both port and bridge: got \"br10\"; valid: one of them");
    const std::string bridge = kTwoPorts + "[[bridge]]\nname = \"br10\"\nmembers = [\"p0\", \"p1\"]\n";
    EXPECT_EQ(refused(bridge +
                      "[[interface]]\nname = \"a\"\nbridge = \"br10\"\naddress = [\"10.0.1.1/24\"]\n"
                      "[[interface]]\nname = \"b\"\nbridge = \"br10\"\naddress = [\"10.0.2.1/24\"]\n"),
              "t.toml:16:10: bridge has interface a already: got \"br10\"; valid: one of them");
    EXPECT_EQ(refused(bridge + "[[interface]]\nname = \"a\"\nbridge = \"br10\"\nvlan = 3\n"
                               "address = [\"10.0.1.1/24\"]\n"),
              "t.toml:13:8: an interface on a bridge has no VLAN of its own: got 3; valid: members = "
              "[\"PORT:VLAN\"] of the bridge");
}

TEST(ConfigInterface, Vlan) {
    const std::string valid = "; valid: an integer from 0 to 4094";
    EXPECT_EQ(refused(kTwoInterfaces + "vlan = 4095\n"), "t.toml:15:8: vlan is not valid: got 4095" + valid);
    EXPECT_EQ(refused(kTwoInterfaces + "vlan = -1\n"), "t.toml:15:8: vlan is not valid: got -1" + valid);
    EXPECT_EQ(refused(kTwoInterfaces + "vlan = \"7\"\n"),
              "t.toml:15:8: vlan is not valid: got \"7\"" + valid);
    EXPECT_EQ(refused(kTwoInterfaces + "vlan = 4094\n"), "accepted");
}

TEST(ConfigInterface, PortAndVlanBelongToOne) {
    const std::string third = "[[interface]]\nname = \"c\"\nport = \"p0\"\naddress = [\"10.0.3.1/24\"]\n";
    EXPECT_EQ(
        refused(kTwoInterfaces + third),
        "t.toml:17:8: port p0 with VLAN 0 belongs to interface a: got \"p0\"; valid: another port or VLAN");
    EXPECT_EQ(refused(kTwoInterfaces + third + "vlan = 0\n"),
              "t.toml:19:8: port p0 with VLAN 0 belongs to interface a: got 0; valid: another port or VLAN");
    EXPECT_EQ(refused(kTwoInterfaces + third + "vlan = 1\n"), "accepted");
}

TEST(ConfigInterface, ARefusedVlanIsNoSecondMistake) {
    EXPECT_EQ(refused(kTwoInterfaces + "[[interface]]\nname = \"c\"\nport = \"p0\"\nvlan = 5000\n"),
              "t.toml:18:8: vlan is not valid: got 5000; valid: an integer from 0 to 4094");
}

TEST(ConfigInterface, NameIsUnique) {
    EXPECT_EQ(refused(kTwoInterfaces + "[[interface]]\nname = \"a\"\nport = \"p0\"\nvlan = 2\n"),
              "t.toml:16:8: interface name is taken already: got \"a\"; valid: each name once");
}

TEST(ConfigInterface, MacAndTtlThreshold) {
    EXPECT_EQ(refused(with_line("mac = \"own\"")),
              "t.toml:17:7: mac is not valid: got \"own\"; valid: port, shared");
    EXPECT_EQ(refused(with_line("ttl_threshold = 0")),
              "t.toml:17:17: ttl_threshold is not valid: got 0; valid: an integer from 1 to 255");
    EXPECT_EQ(refused(with_line("ttl_threshold = 256")),
              "t.toml:17:17: ttl_threshold is not valid: got 256; valid: an integer from 1 to 255");
}

TEST(ConfigInterface, ScopeBoundary) {
    for (const std::string range : {"239.255.0.0/16", "224.0.0.0/4", "239.1.1.1/32", "224.0.0.0/8"}) {
        EXPECT_EQ(refused(with_line("address = [\"10.0.3.1/24\"]\nscope_boundary = [\"" + range + "\"]")),
                  "accepted")
            << range;
    }
    for (const std::string range :
         {"239.255.0.1/16", "224.0.0.0/24", "224.0.0.5/32", "10.0.0.0/8", "0.0.0.0/0", "239.1.1.1", "all"}) {
        EXPECT_EQ(refused(with_line("scope_boundary = [\"" + range + "\"]")),
                  "t.toml:17:19: scope_boundary is not valid: got \"" + range +
                      "\"; valid: a range of groups without host bits such as \"239.255.0.0/16\", not in "
                      "224.0.0.0/24");
    }
}

TEST(ConfigInterface, Addresses) {
    for (const std::string address :
         {"10.0.3.1/24", "10.0.3.254/24", "10.0.3.0/31", "10.0.3.1/31", "10.0.3.0/32", "20.0.0.0/4"}) {
        EXPECT_EQ(refused(with_line("address = [\"" + address + "\"]")), "accepted") << address;
    }
    for (const std::string address :
         {"10.0.3.0/24", "10.0.3.255/24", "10.0.3.1", "10.0.3.1/33", "10.0.3.1/0", "10.0.3.1/024",
          "10.0.3.01/24", "0.0.0.1/8", "127.0.0.1/8", "224.0.0.1/24", "255.255.255.255/32", "fe80::1/64", "",
          "10.0.3.4/30", "10.0.3.7/30"}) {
        EXPECT_EQ(refused(with_line("address = [\"" + address + "\"]")),
                  "t.toml:17:12: address is not valid: got \"" + address + "\"" + kValidAddress);
    }
    EXPECT_EQ(refused(with_line("address = \"10.0.3.1/24\"")),
              "t.toml:17:11: address is not valid: got \"10.0.3.1/24\"; valid: an array of strings");
}

TEST(ConfigInterface, PositionsOfArrayElements) {
    EXPECT_EQ(refused(with_line("address = [ \"10.0.3.1/24\", # first\n  \"x\",\n\t\"10.0.4.1/24\", 7 ]")),
              "t.toml:18:3: address is not valid: got \"x\"" + kValidAddress +
                  "\nt.toml:19:17: address is not valid: got 7" + kValidAddress);
}

TEST(ConfigInterface, DuplicateAddresses) {
    EXPECT_EQ(
        refused(with_line("address = [\"10.0.1.1/16\", \"10.0.2.1/24\", \"10.1.0.1/24\", \"10.1.0.1/25\"]")),
        "t.toml:17:12: address belongs to interface a: got \"10.0.1.1/16\"; valid: each address once\n"
        "t.toml:17:27: address belongs to interface b: got \"10.0.2.1/24\"; valid: each address once\n"
        "t.toml:17:57: address belongs to interface c: got \"10.1.0.1/25\"; valid: each address once");
}

TEST(ConfigInterface, OverlappingSubnets) {
    const std::string valid = "; valid: a subnet of one interface only";
    EXPECT_EQ(refused(with_line("address = [\"10.0.1.2/24\"]")),
              "t.toml:17:12: subnet overlaps 10.0.1.1/24 of interface a: got \"10.0.1.2/24\"" + valid);
    EXPECT_EQ(refused(with_line("address = [\"10.0.1.200/28\"]")),
              "t.toml:17:12: subnet overlaps 10.0.1.1/24 of interface a: got \"10.0.1.200/28\"" + valid);
    EXPECT_EQ(refused(with_line("address = [\"10.0.3.9/16\"]")),
              "t.toml:17:12: subnet overlaps 10.0.1.1/24 of interface a: got \"10.0.3.9/16\"" + valid);
}

TEST(ConfigInterface, SubnetsOfOneInterfaceMayOverlap) {
    EXPECT_EQ(refused(with_line("address = [\"10.0.3.1/24\", \"10.0.3.2/24\", \"10.0.3.130/25\"]")),
              "accepted");
}

TEST(ConfigInterface, OverlapIsFoundBehindOwnSubnets) {
    EXPECT_EQ(
        refused(with_line("address = [\"10.9.0.1/16\", \"10.9.1.1/24\"]") +
                "[[interface]]\nname = \"d\"\nport = \"p0\"\nvlan = 10\naddress = [\"10.9.1.77/26\"]\n"),
        "t.toml:24:12: subnet overlaps 10.9.0.1/16 of interface c: got \"10.9.1.77/26\"; valid: a subnet of "
        "one "
        "interface only");
}

TEST(ConfigInterface, IgmpNeedsAnAddress) {
    EXPECT_EQ(
        refused(with_line("address = []")),
        "t.toml:17:11: interface with IGMP has no address: got nothing; valid: an address, the source of "
        "its queries; or [interface.igmp] enabled = false");
}

TEST(ConfigInterface, WithoutIgmpAndRouteNobodyOwnsIt) {
    const std::string off = kTwoInterfaces + "[[interface]]\nname = \"c\"\nport = \"p0\"\nvlan = 9\n"
                                             "[interface.igmp]\nenabled = false\n";
    EXPECT_EQ(warned(off),
              "t.toml:16:8: nobody owns this interface, so what arrives on it is dropped until a "
              "routing protocol takes it: got \"c\"; valid: IGMP, or an [[mroute]] or "
              "[[rpf_route]] that names it");
    EXPECT_EQ(warned(off + "[[rpf_route]]\nprefix = \"172.16.0.0/12\"\ninterface = \"c\"\n"), "");
}

TEST(ConfigInterface, UnknownKeysAndWrongTables) {
    EXPECT_EQ(refused(with_line("adress = []")),
              "t.toml:17:1: unknown key in [[interface]] (did you mean "
              "\"address\"?): got \"adress\"; valid: name, port, "
              "bridge, vlan, address, mac, ttl_threshold, scope_boundary, igmp, "
              "router_discovery");
    EXPECT_EQ(refused(with_line("igmp = true")),
              "t.toml:17:8: igmp is one table: got true; valid: [interface.igmp]");
}

TEST(ConfigInterface, RouterDiscoveryIsOnEveryTwentySecondsUnlessSaidOtherwise) {
    const RouterDiscovery silent =
        accepted(with_line("address = [\"10.0.3.1/24\"]\nrouter_discovery = { enabled = false }"))
            .interfaces.back()
            .router_discovery;
    EXPECT_FALSE(silent.enabled);
    const Config both =
        accepted(with_line("address = [\"10.0.3.1/24\"]\nrouter_discovery = { interval = 180 }"));
    EXPECT_EQ(both.interfaces.back().router_discovery, (RouterDiscovery{.enabled = true, .interval = 180}));
    EXPECT_EQ(both.interfaces.front().router_discovery, (RouterDiscovery{.enabled = true, .interval = 20}));
    for (const std::string interval : {"3", "181", "\"20\""}) {
        EXPECT_NE(refused(with_line("router_discovery = { interval = " + interval + " }")).find("interval"),
                  std::string::npos);
    }
    EXPECT_NE(refused(with_line("router_discovery = { jitter = 1 }"))
                  .find("unknown key in [interface.router_discovery]"),
              std::string::npos);
}

} // namespace
} // namespace mcfwd::config
