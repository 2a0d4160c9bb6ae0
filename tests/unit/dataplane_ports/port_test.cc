// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What fails before DPDK is asked, and what can be said about kernel interfaces without being root.
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <dataplane/netdev.hh>
#include <dataplane/port.hh>

namespace mcfwd::dataplane {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

TEST(PortErrors, NameThePortAndItsDevice) {
    const auto port = Port::create({.name = "uplink", .device = "eth0:1"});
    ASSERT_FALSE(port);
    EXPECT_EQ(port.error().status, Status::kInvalidParameter);
    EXPECT_THAT(port.error().what, StartsWith("port uplink (device \"eth0:1\"): "));
}

TEST(PortErrors, ListTheInterfacesThatExist) {
    for (const char* device : {"af_xdp:mcfwd-none", "af_packet:mcfwd-none"}) {
        const auto port = Port::create({.name = "p0", .device = device});
        ASSERT_FALSE(port);
        EXPECT_EQ(port.error().status, Status::kNotFound);
        EXPECT_THAT(port.error().what, HasSubstr("there is no interface mcfwd-none"));
        EXPECT_THAT(port.error().what, HasSubstr("lo"));
    }
}

TEST(PortErrors, SayThatThereIsNoPool) {
    const auto port = Port::create({.name = "p0", .device = "net_null0"});
    ASSERT_FALSE(port);
    EXPECT_THAT(port.error().what, HasSubstr("no packet buffer pool"));
}

TEST(Netdev, TellsAboutLoopback) {
    EXPECT_THAT(netdev_names(), Contains("lo"));
    const auto lo = inspect_netdev("lo");
    ASSERT_TRUE(lo) << lo.error().what;
    EXPECT_EQ(lo->index, 1U);
    EXPECT_GE(lo->mtu, 16384U);
    EXPECT_EQ(lo->rx_queues, 1U);
    EXPECT_EQ(lo->xdp_queues, 1U);
}

TEST(NetdevClaim, IsExclusiveUntilItEnds) {
    const std::string name = "claim-" + std::to_string(getpid());
    {
        const auto first = claim_netdev(name);
        ASSERT_TRUE(first) << first.error().what;
        EXPECT_TRUE(claim_netdev(name + "b")) << "another name that begins the same";
        const auto second = claim_netdev(name);
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().status, Status::kAlreadyExists);
        EXPECT_EQ(second.error().what,
                  "interface " + name + " is already a port of mcfwd process " + std::to_string(getpid()));
    }
    EXPECT_TRUE(claim_netdev(name));
}

} // namespace
} // namespace mcfwd::dataplane
