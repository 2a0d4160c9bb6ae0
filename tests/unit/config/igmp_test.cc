// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Refusals and warnings about [interface.igmp].
#include <string>

#include <gtest/gtest.h>

#include "parsed.hh"

namespace mcfwd::config {
namespace {

/// Line 15 is the heading, `lines` begin with line 16.
std::string with(std::string_view lines) {
    return kTwoInterfaces + "[interface.igmp]\n" + std::string(lines);
}

TEST(ConfigIgmp, Ranges) {
    EXPECT_EQ(
        refused(with("enabled = 1\nversion = 4\nrobustness = 0\nlast_member_query_count = "
                     "0\nstartup_query_count = 256\n"
                     "max_groups = -1\nmax_sources = 4294967296\nrequire_router_alert = \"no\"\n"
                     "fast_leave = true\n")),
        "t.toml:16:11: enabled is not valid: got 1; valid: true, false\n"
        "t.toml:17:11: version is not valid: got 4; valid: an integer from 1 to 3\n"
        "t.toml:18:14: robustness is not valid: got 0; valid: an integer from 1 to 7\n"
        "t.toml:19:27: last_member_query_count is not valid: got 0; valid: an integer from 1 to 255\n"
        "t.toml:20:23: startup_query_count is not valid: got 256; valid: an integer from 1 to 255\n"
        "t.toml:21:14: max_groups is not valid: got -1; valid: an integer from 0 to 4294967295\n"
        "t.toml:22:15: max_sources is not valid: got 4294967296; valid: an integer from 0 to 4294967295\n"
        "t.toml:23:24: require_router_alert is not valid: got \"no\"; valid: true, false\n"
        "t.toml:24:14: fast_leave is not valid: got true; valid: off, tracked, always");
    EXPECT_EQ(refused(with("robustness = 8")),
              "t.toml:16:14: robustness is not valid: got 8; valid: an integer from 1 to 7");
}

TEST(ConfigIgmp, Durations) {
    EXPECT_EQ(
        refused(
            with("query_interval = 0.5\nquery_response_interval = 3174.5\nlast_member_query_interval = 0.05\n"
                 "startup_query_interval = 31744.001\n")),
        "t.toml:16:18: query_interval is not valid: got 0.5; valid: 1 to 31744 seconds in steps of 0.001\n"
        "t.toml:17:27: query_response_interval is not valid: got 3174.5; valid: 0.1 to 3174.4 seconds in "
        "steps of 0.001\n"
        "t.toml:18:30: last_member_query_interval is not valid: got 0.05; valid: 0.1 to 3174.4 seconds in "
        "steps of 0.001\n"
        "t.toml:19:26: startup_query_interval is not valid: got 31744.001; valid: 0.1 to 31744 seconds in "
        "steps of 0.001");
    for (const std::string value :
         {"nan", "inf", "-inf", "1e300", "9223372036854775807", "1.0005", "\"5\"", "true", "[1]"}) {
        EXPECT_NE(
            refused(with("query_interval = " + value)).find("t.toml:16:18: query_interval is not valid"),
            std::string::npos)
            << value;
    }
    EXPECT_EQ(warned(with("query_interval = 31744\nquery_response_interval = 3174.4")), "");
}

TEST(ConfigIgmp, ResponseIntervalIsLessThanQueryInterval) {
    const std::string valid = "; valid: query_response_interval < query_interval";
    EXPECT_EQ(refused(with("query_interval = 10\nquery_response_interval = 10.0\n")),
              "t.toml:17:27: query_response_interval 10 is not less than query_interval 10: got 10.0" +
                  valid);
    EXPECT_EQ(refused(with("query_interval = 5.5\n")),
              "t.toml:16:18: query_response_interval 10 is not less than query_interval 5.5: got 5.5" +
                  valid);
    EXPECT_EQ(refused(with("query_response_interval = 200\n")),
              "t.toml:16:27: query_response_interval 200 is not less than query_interval 125: got 200" +
                  valid);
    EXPECT_EQ(refused(with("query_interval = 10.1\n")), "accepted");
}

TEST(ConfigIgmp, Version2CarriesAtMost25Seconds) {
    EXPECT_EQ(refused(with("version = 2\nquery_response_interval = 25.6\nlast_member_query_interval = 26\n")),
              "t.toml:17:27: query_response_interval is too long for version 2: got 25.6; valid: at most "
              "25.5 seconds\n"
              "t.toml:18:30: last_member_query_interval is too long for version 2: got 26; valid: at most "
              "25.5 seconds");
    EXPECT_EQ(warned(with("version = 2\nquery_response_interval = 25.5\n")), "");
    EXPECT_EQ(refused(with("version = 1\nquery_response_interval = 100\n")),
              "t.toml:17:27: query_response_interval is too long for version 1: got 100; valid: at most 25.5 "
              "seconds");
    EXPECT_EQ(warned(with("version = 1\nquery_response_interval = 12.75\n")), "");
}

TEST(ConfigIgmp, ValuesThatAQueryCannotCarryAreWarnings) {
    EXPECT_EQ(
        warned(with(
            "query_interval = 300\nquery_response_interval = 12.9\nlast_member_query_interval = 1.25\n")),
        "t.toml:16:18: queries carry a smaller query_interval: got 300; valid: 288\n"
        "t.toml:17:27: queries carry a smaller query_response_interval: got 12.9; valid: 12.8\n"
        "t.toml:18:30: queries carry a smaller last_member_query_interval: got 1.25; valid: 1.2");
    EXPECT_EQ(warned(with("query_interval = 288\nquery_response_interval = 12.7\n")), "");
}

TEST(ConfigIgmp, OtherWarnings) {
    EXPECT_EQ(warned(with("robustness = 1\nversion = 2\nfast_leave = \"tracked\"\n")),
              "t.toml:16:14: one lost packet ends a membership: got 1; valid: 2 to 7");
    EXPECT_EQ(
        refused(with("startup_query_interval = 126\n")),
        "t.toml:16:26: startup_query_interval is longer than query_interval: got 126; valid: at most 125");
    EXPECT_EQ(warned(with("enabled = false\nstatic_groups = [{ group = \"239.1.1.1\" }]\n")),
              "t.toml:12:8: nobody owns this interface, so what arrives on it is dropped until a routing "
              "protocol takes it: got \"b\"; valid: IGMP, or an [[mroute]] or [[rpf_route]] that names it\n"
              "t.toml:17:17: IGMP is off here: nobody joins these groups: got [{ group = \"239.1.1.1\" }]; "
              "valid: enabled = "
              "true, or [[mroute]]");
}

TEST(ConfigIgmp, SsmRange) {
    const std::string valid = "; valid: a prefix of groups such as \"232.0.0.0/8\"";
    for (const std::string range : {"232.0.0.1/8", "10.0.0.0/8", "224.0.0.0/3", "232.0.0.0", ""}) {
        EXPECT_EQ(refused(with("ssm_range = \"" + range + "\"")),
                  "t.toml:16:13: ssm_range is not valid: got \"" + range + "\"" + valid);
    }
    EXPECT_EQ(refused(with("ssm_range = \"224.0.0.0/4\"")), "accepted");
}

TEST(ConfigIgmp, StaticGroups) {
    EXPECT_EQ(
        refused(with(
            "static_groups = [{ group = \"224.0.0.5\" }, { group = \"10.0.0.1\", source = \"239.1.1.1\" },\n"
            "  {}, 5, { group = \"239.1.1.1\", src = \"*\" }]\n")),
        "t.toml:16:28: group is not valid: got \"224.0.0.5\"; valid: 224.0.1.0 to 239.255.255.255\n"
        "t.toml:16:53: group is not valid: got \"10.0.0.1\"; valid: 224.0.1.0 to 239.255.255.255\n"
        "t.toml:16:74: source is not valid: got \"239.1.1.1\"; valid: a unicast address such as "
        "\"10.0.0.5\", or \"*\"\n"
        "t.toml:17:3: static_groups has no group: got nothing; valid: 224.0.1.0 to 239.255.255.255\n"
        "t.toml:17:7: static_groups is not valid: got 5; valid: an array such as [{ group = \"239.1.1.1\" "
        "}]\n"
        "t.toml:17:33: unknown key in static_groups: got \"src\"; valid: group, source");
    EXPECT_EQ(refused(with("static_groups = \"239.1.1.1\"")),
              "t.toml:16:17: static_groups is not valid: got \"239.1.1.1\"; valid: an array such as [{ group "
              "= \"239.1.1.1\" }]");
}

TEST(ConfigIgmp, StaticGroupsOfTheSsmRangeNeedASource) {
    EXPECT_EQ(refused(with("static_groups = [{ group = \"232.1.1.1\" }]\n")),
              "t.toml:16:18: group of the source-specific range 232.0.0.0/8 has no source: got { group = "
              "\"232.1.1.1\" }; "
              "valid: { group = \"G\", source = \"S\" }, or another ssm_range");
    EXPECT_EQ(refused(with("ssm_range = \"239.1.0.0/16\"\nstatic_groups = [{ group = \"232.1.1.1\" }, "
                           "{ group = \"239.1.1.1\", source = \"*\" }]\n")),
              "t.toml:17:43: group of the source-specific range 239.1.0.0/16 has no source: got { group = "
              "\"239.1.1.1\", source = "
              "\"*\" }; valid: { group = \"G\", source = \"S\" }, or another ssm_range");
}

TEST(ConfigIgmp, StaticGroupsOnce) {
    EXPECT_EQ(
        refused(with(
            "static_groups = [{ group = \"239.1.1.1\" }, { group = \"239.1.1.1\", source = \"10.0.0.1\" },\n"
            "  { group = \"239.1.1.1\", source = \"*\" }]\n")),
        "t.toml:17:3: static group is there already: got { group = \"239.1.1.1\", source = \"*\" }; valid: "
        "each group and "
        "source once");
}

TEST(ConfigIgmp, HostLimits) {
    EXPECT_EQ(
        refused(with("max_groups_per_host = -1\nhost_rate = 1000000001\nmax_tracked = 0\n"
                     "older_versions = \"no\"\n")),
        "t.toml:16:23: max_groups_per_host is not valid: got -1; valid: an integer from 0 to 4294967295\n"
        "t.toml:17:13: host_rate is not valid: got 1000000001; valid: an integer from 0 to 1000000000\n"
        "t.toml:18:15: max_tracked is not valid: got 0; valid: an integer from 1 to 4294967295\n"
        "t.toml:19:18: older_versions is not valid: got \"no\"; valid: served, ignored");
    EXPECT_EQ(
        refused(with("version = 2\nolder_versions = \"ignored\"\n")),
        "t.toml:17:18: older versions can not be ignored with version 2: got \"ignored\"; valid: version = "
        "3, or older_versions = \"served\"");
    EXPECT_EQ(warned(with("older_versions = \"ignored\"\nhost_rate = 0\n")), "");
}

TEST(ConfigIgmp, AccessList) {
    EXPECT_EQ(
        refused(with("access_list = [1, { group = \"239.1.1.1\" }, { action = \"allow\", group = "
                     "\"239.0.0.0/8\" }]\n")),
        "t.toml:16:16: access_list is not valid: got 1; valid: an array such as [{ action = \"permit\", "
        "group = \"239.1.0.0/16\", source = \"10.9.0.0/16\" }]\n"
        "t.toml:16:19: access_list has no action: got nothing; valid: permit, deny\n"
        "t.toml:16:55: action is not valid: got \"allow\"; valid: permit, deny");
    EXPECT_EQ(
        refused(with("access_list = [{ action = \"permit\", group = \"10.0.0.0/8\" },\n"
                     "{ action = \"deny\", group = \"239.1.1.0/8\" },\n"
                     "{ action = \"deny\", group = \"239.1.1.1\", source = \"239.0.0.0/8\" }]\n")),
        "t.toml:16:45: group is not valid: got \"10.0.0.0/8\"; valid: groups such as \"239.1.0.0/16\" or "
        "\"239.1.1.1\"\n"
        "t.toml:17:28: group is not valid: got \"239.1.1.0/8\"; valid: groups such as \"239.1.0.0/16\" or "
        "\"239.1.1.1\"\n"
        "t.toml:18:50: source is not valid: got \"239.0.0.0/8\"; valid: sources such as \"10.9.0.0/16\" or "
        "\"10.0.0.5\", or \"*\"");
    EXPECT_EQ(
        warned(with("access_list = [{ action = \"permit\", group = \"239.0.0.0/8\", source = \"*\" },\n"
                    "{ action = \"deny\", group = \"239.1.1.1\", source = \"10.9.0.5\" }]\n")),
        "t.toml:17:1: an earlier rule decides about all that this one fits: got { action = \"deny\", group = "
        "\"239.1.1.1\", source = \"10.9.0.5\" ...; valid: the narrower rule first");
}

TEST(ConfigIgmp, UnknownKey) {
    EXPECT_EQ(refused(with("robustnes = 2")),
              "t.toml:16:1: unknown key in [interface.igmp] (did you mean \"robustness\"?): got "
              "\"robustnes\"; valid: enabled, version, query_interval, query_response_interval, robustness, "
              "last_member_query_interval, last_member_query_count, startup_query_interval, "
              "startup_query_count, require_router_alert, ssm_range, fast_leave, older_versions, max_groups, "
              "max_sources, max_groups_per_host, host_rate, max_tracked, access_list, static_groups");
}

} // namespace
} // namespace mcfwd::config
