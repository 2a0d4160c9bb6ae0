// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Refusals and warnings about [daemon], [dataplane] and the top level of the file.
#include <string>

#include <gtest/gtest.h>

#include "parsed.hh"

namespace mcfwd::config {
namespace {

TEST(ConfigRoot, UnknownTables) {
    EXPECT_EQ(
        refused("[deamon]\n[[ports]]\n[x]\n"),
        "t.toml:1:2: unknown key in the file (did you mean \"daemon\"?): got \"deamon\"; valid: daemon, "
        "dataplane, "
        "handoff, mfe, igmp, port, bridge, interface, mroute, rpf_route, proxy\n"
        "t.toml:2:3: unknown key in the file (did you mean \"port\"?): got \"ports\"; valid: daemon, "
        "dataplane, "
        "handoff, mfe, igmp, port, bridge, interface, mroute, rpf_route, proxy\n"
        "t.toml:3:2: unknown key in the file: got \"x\"; valid: daemon, dataplane, handoff, mfe, igmp, port, "
        "bridge, interface, mroute, rpf_route, proxy");
}

TEST(ConfigRoot, OneTableOrMany) {
    EXPECT_EQ(refused("[[daemon]]\n[port]\n"),
              "t.toml:1:1: daemon is one table: got [[daemon]]; valid: [daemon]\n"
              "t.toml:2:1: port is an array of tables: got [port]; valid: [[port]]");
    EXPECT_EQ(refused("dataplane = 5\nmroute = \"x\"\nport = [1]\n"),
              "t.toml:1:13: dataplane is one table: got 5; valid: [dataplane]\n"
              "t.toml:2:10: mroute is an array of tables: got \"x\"; valid: [[mroute]]\n"
              "t.toml:3:9: port is an array of tables: got 1; valid: [[port]]");
}

TEST(ConfigDaemon, UnknownKey) {
    EXPECT_EQ(refused("[daemon]\n  sokcet = \"/x\"\n"),
              "t.toml:2:3: unknown key in [daemon] (did you mean \"socket\"?): got \"sokcet\"; valid: "
              "socket, log_level");
}

TEST(ConfigDaemon, Socket) {
    const std::string message = "socket is not valid: got ";
    const std::string valid = "; valid: an absolute path of at most 107 octets";
    EXPECT_EQ(refused("[daemon]\nsocket = \"run/x\"\n"), "t.toml:2:10: " + message + "\"run/x\"" + valid);
    EXPECT_EQ(refused("[daemon]\nsocket = \"\"\n"), "t.toml:2:10: " + message + "\"\"" + valid);
    EXPECT_EQ(refused("[daemon]\nsocket = \"/run/\"\n"), "t.toml:2:10: " + message + "\"/run/\"" + valid);
    EXPECT_EQ(refused("[daemon]\nsocket = \"/a\\u0007\"\n"),
              "t.toml:2:10: " + message + "\"/a\\u0007\"" + valid);
    EXPECT_EQ(refused("[daemon]\nsocket = 7\n"), "t.toml:2:10: " + message + "7" + valid);
    EXPECT_EQ(refused("[daemon]\nsocket = \"/" + std::string(106, 'x') + "\"\n"), "accepted");
    EXPECT_NE(refused("[daemon]\nsocket = \"/" + std::string(107, 'x') + "\"\n"), "accepted");
}

TEST(ConfigDaemon, LogLevels) {
    for (const std::string_view level : {"trace", "debug", "info", "warn", "error", "critical", "off"}) {
        EXPECT_EQ(name(accepted("[daemon]\nlog_level = \"" + std::string(level) + "\"").daemon.log_level),
                  level);
    }
    EXPECT_EQ(refused("[daemon]\nlog_level = \"Info\"\n"),
              "t.toml:2:13: log_level is not valid: got \"Info\"; valid: trace, debug, info, warn, error, "
              "critical, off");
}

TEST(ConfigDataplane, Choices) {
    EXPECT_EQ(refused("[dataplane]\npoll = \"lazy\"\nmemory = true\n"),
              "t.toml:2:8: poll is not valid: got \"lazy\"; valid: busy, adaptive\n"
              "t.toml:3:10: memory is not valid: got true; valid: auto, hugepages, no-huge");
    EXPECT_EQ(accepted("[dataplane]\nmemory = \"hugepages\"").dataplane.memory, Memory::kHugepages);
}

TEST(ConfigDataplane, Entries) {
    const std::string valid = "; valid: an integer from 1 to 4000000";
    EXPECT_EQ(refused("[dataplane]\nmfib_entries = 0\n"),
              "t.toml:2:16: mfib_entries is not valid: got 0" + valid);
    EXPECT_EQ(refused("[dataplane]\nmfib_entries = 16_777_217\n"),
              "t.toml:2:16: mfib_entries is not valid: got 16777217" + valid);
    EXPECT_EQ(refused("[dataplane]\nmfib_entries = 1e3\n"),
              "t.toml:2:16: mfib_entries is not valid: got 1000.0" + valid);
    EXPECT_EQ(accepted("[dataplane]\nmfib_entries = 4000000\n").dataplane.mfib_entries, 4'000'000U);
}

TEST(ConfigDataplane, Cores) {
    EXPECT_EQ(refused("[dataplane]\nmain_core = -1\nworker_cores = []\n"),
              "t.toml:2:13: main_core is not valid: got -1; valid: an integer from 0 to 1023\n"
              "t.toml:3:16: worker_cores is empty: got []; valid: at least one core");
    EXPECT_EQ(refused("[dataplane]\nworker_cores = 1\n"),
              "t.toml:2:16: worker_cores is not valid: got 1; valid: an array of integers");
    EXPECT_EQ(refused("[dataplane]\nworker_cores = [1, 2,\n  1, 1024, \"3\"]\n"),
              "t.toml:3:3: core has a worker already: got 1; valid: each core once\n"
              "t.toml:3:6: worker_cores is not valid: got 1024; valid: an integer from 0 to 1023\n"
              "t.toml:3:12: worker_cores is not valid: got \"3\"; valid: an integer from 0 to 1023");
}

TEST(ConfigDataplane, SharedCoreIsAWarning) {
    const std::string message =
        "main_core is a worker core too: got 0; valid: a core of its own, or poll = \"adaptive\" on "
        "small machines";
    EXPECT_EQ(warned(kTwoInterfaces + "[dataplane]\nworker_cores = [0]\n"), "t.toml:16:16: " + message);
    EXPECT_EQ(warned(kTwoInterfaces + "[dataplane]\nworker_cores = [0]\nmain_core = 0\n"),
              "t.toml:17:13: " + message);
}

TEST(ConfigDataplane, EalArguments) {
    EXPECT_EQ(refused("[dataplane]\neal = \"-v\"\n"),
              "t.toml:2:7: eal is not valid: got \"-v\"; valid: an array of strings");
    EXPECT_EQ(
        refused("[dataplane]\neal = [\"\", 5]\n"),
        "t.toml:2:8: eal is not valid: got \"\"; valid: one EAL argument such as \"--log-level=pmd:debug\"\n"
        "t.toml:2:12: eal is not valid: got 5; valid: one EAL argument such as \"--log-level=pmd:debug\"");
    EXPECT_EQ(
        warned(kTwoInterfaces + "[dataplane]\neal = [\"-v\", \"-l0-3\", \"--lcores=1\"]\n"),
        "t.toml:16:14: this EAL argument follows from other keys of [dataplane]: got \"-l0-3\"; valid: "
        "main_core, "
        "worker_cores and memory instead\n"
        "t.toml:16:23: this EAL argument follows from other keys of [dataplane]: got \"--lcores=1\"; valid: "
        "main_core, worker_cores and memory instead");
}

} // namespace
} // namespace mcfwd::config
