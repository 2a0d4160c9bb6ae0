// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What "explain" says of groups that have no entries.
#include <gtest/gtest.h>

#include <controlplane/daemon/link_local.hh>

namespace mcfwd::daemon {
namespace {

constexpr Ipv4Address kOspf{224, 0, 0, 5};
constexpr Ipv4Address kReports{224, 0, 0, 22};

TEST(LinkLocal, IsNeverRoutedAndAlwaysFlooded) {
    EXPECT_EQ(link_local_flow_text(kOspf),
              "224.0.0.5 is link-local (224.0.0.0/24), which no router forwards");
    EXPECT_EQ(link_local_interface_text(kOspf, IgmpHere::kYes), "link-local groups are never routed");
    EXPECT_EQ(link_local_interface_text(kOspf, IgmpHere::kNo), "link-local groups are never routed");
    EXPECT_EQ(link_local_port_text(kOspf),
              "link-local groups are flooded to all ports, whatever hosts asked for");
}

TEST(LinkLocal, GroupsOfIgmpSayWhoReadsIt) {
    EXPECT_EQ(link_local_interface_text(kReports, IgmpHere::kYes),
              "link-local groups are never routed; IGMP sent to this one (version 3 reports) is for routers "
              "themselves, and read here");
    EXPECT_EQ(link_local_interface_text(kReports, IgmpHere::kNo),
              "link-local groups are never routed; IGMP sent to this one (version 3 reports) is for routers "
              "themselves, and IGMP is off here");
    EXPECT_EQ(link_local_port_text(kReports),
              "link-local groups are flooded to all ports, whatever hosts asked for; but IGMP sent to this "
              "one (version 3 reports) is read by snooping and goes to router ports only");
    for (const auto& [last, messages] : {std::pair<std::uint8_t, const char*>{1, "(general queries)"},
                                         {2, "(version 2 leaves and router solicitations)"},
                                         {106, "(router advertisements and terminations)"}}) {
        const Ipv4Address group(224, 0, 0, last);
        EXPECT_NE(link_local_interface_text(group, IgmpHere::kYes).find(messages), std::string::npos);
        EXPECT_NE(link_local_port_text(group).find(messages), std::string::npos);
    }
}

} // namespace
} // namespace mcfwd::daemon
