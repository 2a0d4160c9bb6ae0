// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Refusals and warnings about [[mroute]] and [[rpf_route]].
#include <string>

#include <gtest/gtest.h>

#include "parsed.hh"

namespace mcfwd::config {
namespace {

/// Line 15 is the heading, then source, group, iif and oifs in lines 16 to 19.
std::string mroute(std::string_view source, std::string_view group, std::string_view iif,
                   std::string_view oifs) {
    return kTwoInterfaces + "[[mroute]]\nsource = " + std::string(source) +
           "\ngroup = " + std::string(group) + "\niif = " + std::string(iif) +
           "\noifs = " + std::string(oifs) + "\n";
}

std::string rpf_route(std::string_view prefix, std::string_view interface) {
    return kTwoInterfaces + "[[rpf_route]]\nprefix = " + std::string(prefix) +
           "\ninterface = " + std::string(interface) + "\n";
}

TEST(ConfigMroute, NeedsAllKeys) {
    EXPECT_EQ(refused("[[mroute]]\n"),
              "t.toml:1:1: [[mroute]] has no source: got nothing; valid: a unicast address such as "
              "\"10.0.0.5\", or \"*\"\n"
              "t.toml:1:1: [[mroute]] has no group: got nothing; valid: 224.0.1.0 to 239.255.255.255\n"
              "t.toml:1:1: [[mroute]] has no iif: got nothing; valid: 1 to 31 letters, digits, '_', '-' or "
              "'.', the first one a "
              "letter or digit\n"
              "t.toml:1:1: [[mroute]] has no oifs: got nothing; valid: an array of interface names");
}

TEST(ConfigMroute, Addresses) {
    const std::string valid = "; valid: a unicast address such as \"10.0.0.5\", or \"*\"";
    for (const std::string source :
         {"\"239.1.1.1\"", "\"0.0.0.0\"", "\"127.0.0.1\"", "\"\"", "\"10.0.0.1/24\"", "5"}) {
        EXPECT_EQ(refused(mroute(source, "\"239.1.1.1\"", "\"a\"", "[\"b\"]")),
                  "t.toml:16:10: source is not valid: got " + source + valid);
    }
    EXPECT_EQ(refused(mroute("\"10.0.1.5\"", "\"224.0.0.251\"", "\"a\"", "[\"b\"]")),
              "t.toml:17:9: group is not valid: got \"224.0.0.251\"; valid: 224.0.1.0 to 239.255.255.255");
    EXPECT_EQ(refused(mroute("\"10.0.1.5\"", "\"*\"", "\"a\"", "[\"b\"]")),
              "t.toml:17:9: group is not valid: got \"*\"; valid: 224.0.1.0 to 239.255.255.255");
    EXPECT_EQ(refused(mroute("\"10.0.1.5\"", "\"224.0.1.0\"", "\"a\"", "[\"b\"]")), "accepted");
    EXPECT_EQ(refused(mroute("\"10.0.1.5\"", "\"239.255.255.255\"", "\"a\"", "[\"b\"]")), "accepted");
}

TEST(ConfigMroute, InterfacesExist) {
    EXPECT_EQ(refused(mroute("\"10.0.1.5\"", "\"239.1.1.1\"", "\"lan\"", "[\"b\", \"c\"]")),
              "t.toml:18:7: there is no such interface: got \"lan\"; valid: a, b\n"
              "t.toml:19:14: there is no such interface (did you mean \"a\"?): got \"c\"; valid: a, b");
}

TEST(ConfigMroute, Oifs) {
    EXPECT_EQ(refused(mroute("\"10.0.1.5\"", "\"239.1.1.1\"", "\"a\"", "[]")),
              "t.toml:19:8: oifs is empty: got []; valid: at least one interface");
    EXPECT_EQ(refused(mroute("\"10.0.1.5\"", "\"239.1.1.1\"", "\"a\"", "\"b\"")),
              "t.toml:19:8: oifs is not valid: got \"b\"; valid: an array of strings");
    EXPECT_EQ(refused(mroute("\"10.0.1.5\"", "\"239.1.1.1\"", "\"a\"", "[\"b\", \"a\", \"b\"]")),
              "t.toml:19:14: oif is the iif too: got \"a\"; valid: interfaces other than the iif\n"
              "t.toml:19:19: oif is there already: got \"b\"; valid: each interface once");
}

TEST(ConfigMroute, BehindAScopeBoundary) {
    const std::string file =
        kTwoPorts + "[[interface]]\nname = \"a\"\nport = \"p0\"\naddress = [\"10.0.1.1/24\"]\n"
                    "[[interface]]\nname = \"b\"\nport = \"p1\"\nscope_boundary = [\"239.1.0.0/16\"]\n"
                    "[interface.igmp]\nenabled = false\n"
                    "[[mroute]]\nsource = \"10.0.1.5\"\ngroup = \"239.1.1.1\"\niif = \"a\"\noifs = [\"b\"]\n";
    EXPECT_EQ(warned(file),
              "t.toml:21:9: group 239.1.1.1 does not cross the scope_boundary 239.1.0.0/16 here: "
              "got \"b\"; valid: interfaces without this boundary");
}

TEST(ConfigMroute, SsmRangeNeedsASource) {
    EXPECT_EQ(refused(mroute("\"*\"", "\"232.1.1.1\"", "\"a\"", "[\"b\"]")),
              "t.toml:16:10: group 232.1.1.1 is in the source-specific range 232.0.0.0/8 of a: got \"*\"; "
              "valid: a unicast source "
              "address");
    EXPECT_EQ(refused(mroute("\"10.0.1.5\"", "\"232.1.1.1\"", "\"a\"", "[\"b\"]")), "accepted");
}

TEST(ConfigMroute, Duplicates) {
    const std::string second =
        "[[mroute]]\nsource = \"10.0.1.5\"\ngroup = \"239.1.1.1\"\niif = \"b\"\noifs = [\"a\"]\n";
    EXPECT_EQ(refused(mroute("\"10.0.1.5\"", "\"239.1.1.1\"", "\"a\"", "[\"b\"]") + second),
              "t.toml:22:9: there is an mroute for source \"10.0.1.5\" and this group already: got "
              "\"239.1.1.1\"; valid: each "
              "source and group once");
    EXPECT_EQ(refused(mroute("\"*\"", "\"239.1.1.1\"", "\"a\"", "[\"b\"]") + second), "accepted");
}

TEST(ConfigMroute, UnknownKey) {
    EXPECT_EQ(refused(mroute("\"10.0.1.5\"", "\"239.1.1.1\"", "\"a\"", "[\"b\"]") + "oif = \"b\"\n"),
              "t.toml:20:1: unknown key in [[mroute]] (did you mean \"iif\"?): got \"oif\"; valid: source, "
              "group, iif, oifs");
}

TEST(ConfigRpfRoute, NeedsAllKeys) {
    EXPECT_EQ(refused("[[rpf_route]]\n"), "t.toml:1:1: [[rpf_route]] has no prefix: got nothing; valid: a "
                                          "unicast prefix without host bits such as "
                                          "\"10.9.0.0/16\", or \"0.0.0.0/0\"\n"
                                          "t.toml:1:1: [[rpf_route]] has no interface: got nothing; valid: 1 "
                                          "to 31 letters, digits, '_', '-' or '.', the first "
                                          "one a letter or digit");
}

TEST(ConfigRpfRoute, Prefix) {
    const std::string valid =
        "; valid: a unicast prefix without host bits such as \"10.9.0.0/16\", or \"0.0.0.0/0\"";
    for (const std::string prefix : {"\"10.9.1.0/16\"", "\"10.9.0.0\"", "\"224.0.0.0/4\"", "\"0.0.0.0/8\"",
                                     "\"127.0.0.0/8\"", "\"10.0.0.0/0\"", "16"}) {
        EXPECT_EQ(refused(rpf_route(prefix, "\"a\"")),
                  "t.toml:16:10: prefix is not valid: got " + prefix + valid);
    }
    EXPECT_EQ(refused(rpf_route("\"0.0.0.0/0\"", "\"a\"")), "accepted");
    EXPECT_EQ(refused(rpf_route("\"10.9.0.1/32\"", "\"a\"")), "accepted");
}

TEST(ConfigRpfRoute, InterfaceAndDuplicates) {
    EXPECT_EQ(refused(rpf_route("\"10.9.0.0/16\"", "\"x\"") +
                      "[[rpf_route]]\nprefix = \"10.9.0.0/16\"\ninterface = \"b\"\n"),
              "t.toml:17:13: there is no such interface (did you mean \"a\"?): got \"x\"; valid: a, b\n"
              "t.toml:19:10: there is an rpf_route for this prefix already: got \"10.9.0.0/16\"; valid: each "
              "prefix once");
}

TEST(ConfigRpfRoute, AnUpstreamThatIsNoNeighbourIsAWarning) {
    const auto with = [](const std::string& upstream) {
        return warned(rpf_route("\"10.9.0.0/16\"", "\"a\"") + "upstream = \"" + upstream + "\"\n");
    };
    const std::string valid = "; valid: another address in 10.0.1.1/24";
    EXPECT_EQ(with("10.0.2.254"), "t.toml:18:12: upstream is no neighbour on a: got \"10.0.2.254\"" + valid);
    EXPECT_EQ(with("10.0.1.1"), "t.toml:18:12: upstream is no neighbour on a: got \"10.0.1.1\"" + valid);
    EXPECT_EQ(with("10.0.1.254"), "");
}

TEST(ConfigRpfRoute, InsideAConnectedSubnetOfAnotherInterfaceIsAWarning) {
    EXPECT_EQ(warned(rpf_route("\"10.0.2.128/25\"", "\"a\"")),
              "t.toml:16:10: prefix lies in the connected subnet 10.0.2.1/24 of interface b: got "
              "\"10.0.2.128/25\"; valid: prefixes "
              "beyond the connected subnets");
    EXPECT_EQ(warned(rpf_route("\"10.0.2.128/25\"", "\"b\"")), "");
    EXPECT_EQ(warned(rpf_route("\"10.0.0.0/16\"", "\"a\"")), "");
}

TEST(ConfigReferences, LongListsAreCutShort) {
    std::string text = kTwoPorts;
    for (int i = 0; i < 30; ++i) {
        text += "[[interface]]\nname = \"vlan" + std::to_string(i) +
                "\"\nport = \"p0\"\nvlan = " + std::to_string(i) + "\n";
    }
    const auto result =
        parse(text + "[[rpf_route]]\nprefix = \"10.9.0.0/16\"\ninterface = \"nowhere\"\n", "t.toml");
    ASSERT_FALSE(result.has_value());
    ASSERT_EQ(result.error().size(), 1U);
    EXPECT_TRUE(result.error()[0].valid.starts_with("vlan0, vlan1, ")) << result.error()[0].valid;
    EXPECT_TRUE(result.error()[0].valid.ends_with(", vlan23 and 6 more")) << result.error()[0].valid;
}

} // namespace
} // namespace mcfwd::config
