// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Who may include what, as the folder table of the design says: read from every source of the tree.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

/// Sources below `folder` but not below `except` may not include names that start with one of `banned`.
struct Rule {
    std::string_view folder;
    std::string_view except;
    std::vector<std::string_view> banned;
};

const std::vector<Rule>& rules() {
    static const std::vector<std::string_view> kPacketIo{"rte_", "bpf/", "linux/bpf", "linux/if_xdp", "xdp/"};
    static const std::vector<Rule> kRules{
        {"include/", "", kPacketIo},
        {"igmp/", "", kPacketIo},
        {"controlplane/", "", kPacketIo},
        {"include/", "", {"igmp/", "dataplane/", "controlplane/"}},
        {"igmp/", "", {"dataplane/", "controlplane/", "sys/", "netinet/", "pthread", "thread", "asio"}},
        {"dataplane/", "", {"controlplane/", "igmp/"}},
        {"controlplane/", "controlplane/daemon/", {"dataplane/"}},
    };
    return kRules;
}

/// The name behind `#include`, or nothing.
std::string_view included(std::string_view line) {
    constexpr std::string_view kInclude = "#include ";
    if (!line.starts_with(kInclude) || line.size() < kInclude.size() + 2) {
        return {};
    }
    line.remove_prefix(kInclude.size() + 1);
    return line.substr(0, line.find_first_of(">\""));
}

bool allowed(std::string_view path, std::string_view name) {
    return std::ranges::none_of(rules(), [&](const Rule& rule) {
        const bool applies =
            path.starts_with(rule.folder) && (rule.except.empty() || !path.starts_with(rule.except));
        return applies &&
               std::ranges::any_of(rule.banned, [&](std::string_view ban) { return name.starts_with(ban); });
    });
}

TEST(Layers, RulesSeeWhatTheyForbid) {
    EXPECT_EQ(included("#include <rte_mbuf.h>"), "rte_mbuf.h");
    EXPECT_EQ(included("#include \"x.hh\" // why"), "x.hh");
    EXPECT_EQ(included("// #include <x>"), "");
    EXPECT_FALSE(allowed("controlplane/rpc/server.cc", "rte_mbuf.h"));
    EXPECT_FALSE(allowed("controlplane/daemon/main.cc", "bpf/libbpf.h"));
    EXPECT_FALSE(allowed("controlplane/rpc/server.cc", "dataplane/dataplane.hh"));
    EXPECT_TRUE(allowed("controlplane/daemon/main.cc", "dataplane/dataplane.hh"));
    EXPECT_FALSE(allowed("igmp/codec.cc", "sys/socket.h"));
    EXPECT_FALSE(allowed("dataplane/port.cc", "controlplane/config/config.hh"));
    EXPECT_TRUE(allowed("dataplane/port.cc", "rte_ethdev.h"));
    EXPECT_FALSE(allowed("include/mcfwd/ids.hh", "igmp/codec.hh"));
}

TEST(Layers, EverySourceKeepsToThem) {
    const std::filesystem::path root = MCFWD_SOURCE_ROOT;
    std::size_t sources = 0;
    for (const std::string_view folder : {"include", "igmp", "dataplane", "controlplane"}) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
            if (const auto extension = entry.path().extension(); extension != ".hh" && extension != ".cc") {
                continue;
            }
            ++sources;
            const std::string path = entry.path().lexically_relative(root);
            std::ifstream file(entry.path());
            for (std::string line; std::getline(file, line);) {
                EXPECT_TRUE(allowed(path, included(line))) << path << ": " << line;
            }
        }
    }
    EXPECT_GT(sources, 50U);
}

} // namespace
