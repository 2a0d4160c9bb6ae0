// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// [proxy] and what it asks of the upstream interface.
#include <gtest/gtest.h>

#include <controlplane/config/write.hh>

#include "parsed.hh"

namespace mcfwd::config {
namespace {

// In the file after kTwoInterfaces: the first line is 15.
const std::string kProxy = "[proxy]\nupstream = \"b\"\n";

TEST(ConfigProxy, DefaultsAndIgmpIsOffUpstream) {
    const Config config = accepted(kTwoInterfaces + kProxy);
    Proxy expected;
    expected.upstream = "b";
    EXPECT_EQ(config.proxy, expected);
    EXPECT_EQ(config.proxy->version, 3);
    EXPECT_EQ(config.proxy->robustness, std::nullopt);
    EXPECT_EQ(config.proxy->unsolicited_report_interval, std::nullopt);
    EXPECT_TRUE(config.proxy->require_router_alert);
    EXPECT_TRUE(config.proxy->querier_only);
    EXPECT_TRUE(config.interfaces[0].igmp.enabled);
    EXPECT_FALSE(config.interfaces[1].igmp.enabled);
    EXPECT_EQ(warned(kTwoInterfaces + kProxy), "");
    EXPECT_EQ(accepted(kTwoInterfaces).proxy, std::nullopt);
}

TEST(ConfigProxy, EveryKey) {
    const Config config = accepted(kTwoInterfaces + kProxy +
                                   "version = 2\nrobustness = 4\nunsolicited_report_interval = 0.5\n"
                                   "require_router_alert = false\nquerier_only = false\n");
    EXPECT_EQ(config.proxy, (Proxy{"b", 2, 4, Milliseconds(500), false, false}));
}

TEST(ConfigProxy, IgmpUpstreamMayBeSwitchedOffByHand) {
    const Config config =
        accepted(kTwoInterfaces + "[interface.igmp]\nenabled = false\nversion = 2\n" + kProxy);
    EXPECT_FALSE(config.interfaces[1].igmp.enabled);
}

TEST(ConfigProxy, IgmpUpstreamIsRefused) {
    EXPECT_EQ(refused(kTwoInterfaces + "[interface.igmp]\nenabled = true\n" + kProxy),
              "t.toml:16:11: b is the upstream of the proxy, a host and no router there: got true; valid: "
              "enabled = false, or no [interface.igmp]");
    EXPECT_EQ(
        refused(kTwoInterfaces + "[interface.igmp]\nstatic_groups = [{ group = \"239.1.1.1\" }]\n" + kProxy)
            .substr(0, 56),
        "t.toml:15:1: b is the upstream of the proxy, a host and ");
}

TEST(ConfigProxy, AnUnknownUpstreamIsRefused) {
    EXPECT_EQ(refused(kTwoInterfaces + "[proxy]\nupstream = \"c\"\n"),
              "t.toml:16:12: there is no such interface (did you mean \"a\"?): got \"c\"; valid: a, b");
    EXPECT_EQ(refused(kTwoInterfaces + "[proxy]\nversion = 3\n").substr(0, 36),
              "t.toml:15:1: [proxy] has no upstream");
}

TEST(ConfigProxy, ValuesOutOfRangeAreRefused) {
    EXPECT_EQ(refused(kTwoInterfaces + kProxy + "version = 4\n"),
              "t.toml:17:11: version is not valid: got 4; valid: an integer from 1 to 3");
    EXPECT_EQ(refused(kTwoInterfaces + kProxy + "robustness = 0\n"),
              "t.toml:17:14: robustness is not valid: got 0; valid: an integer from 1 to 7");
    EXPECT_NE(refused(kTwoInterfaces + kProxy + "unsolicited_report_interval = 0\n").find("17:31"),
              std::string::npos);
    EXPECT_NE(refused(kTwoInterfaces + kProxy + "interval = 1\n").find("unknown key in [proxy]"),
              std::string::npos);
}

TEST(ConfigProxy, AnUpstreamOnABridgeIsRefused) {
    EXPECT_EQ(
        refused(kTwoPorts + "[[bridge]]\nname = \"br\"\nmembers = [\"p0\"]\n"
                            "[[interface]]\nname = \"a\"\nbridge = \"br\"\naddress = [\"10.0.1.1/24\"]\n"
                            "[[interface]]\nname = \"b\"\nport = \"p1\"\naddress = [\"10.0.2.1/24\"]\n"
                            "[proxy]\nupstream = \"a\"\n"),
        "t.toml:19:12: upstream is the routed interface of bridge br: got \"a\"; valid: an interface with a "
        "port");
}

TEST(ConfigProxy, AStaticEntryOverTheUpstreamIsRefused) {
    const std::string valid = "interface is the upstream of the proxy, which owns it";
    EXPECT_EQ(refused(kTwoInterfaces + kProxy +
                      "[[mroute]]\nsource = \"*\"\ngroup = \"239.1.1.1\"\niif = \"b\"\noifs = [\"a\"]\n"),
              "t.toml:20:7: " + valid +
                  ": got \"b\"; valid: other interfaces; sources there are found without a route");
    EXPECT_NE(refused(kTwoInterfaces + kProxy +
                      "[[mroute]]\nsource = \"*\"\ngroup = \"239.1.1.1\"\niif = \"a\"\noifs = [\"b\"]\n")
                  .find("t.toml:21:9: " + valid),
              std::string::npos);
}

TEST(ConfigProxy, WhatMakesLittleSenseIsWarnedOf) {
    EXPECT_NE(warned(kTwoPorts +
                     "[[interface]]\nname = \"a\"\nport = \"p0\"\naddress = [\"10.0.1.1/24\"]\n"
                     "[[interface]]\nname = \"b\"\nport = \"p1\"\n" +
                     kProxy)
                  .find("upstream has no address"),
              std::string::npos);
    EXPECT_NE(warned(kTwoPorts +
                     "[[interface]]\nname = \"a\"\nport = \"p0\"\naddress = [\"10.0.1.1/24\"]\n"
                     "[interface.igmp]\nenabled = false\n"
                     "[[interface]]\nname = \"b\"\nport = \"p1\"\naddress = [\"10.0.2.1/24\"]\n" +
                     kProxy)
                  .find("no interface has hosts"),
              std::string::npos);
}

TEST(ConfigProxy, IsWrittenWithItsDefaults) {
    const std::string written = to_toml(accepted(kTwoInterfaces + kProxy));
    EXPECT_NE(written.find("\n[proxy]\nupstream = \"b\"\nversion = 3\nrequire_router_alert = true\n"
                           "querier_only = true\n"),
              std::string::npos)
        << written;
}

} // namespace
} // namespace mcfwd::config
