// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Links (interface keys with a next hop): records of their own, on one wire.
#include "world.hh"

namespace mcfwd::group_manager::test {
namespace {

class Links : public Entries {
  protected:
    Links() { r = world.client("R", {300, 1}); }
    const InterfaceKey one = x(5, ip("10.0.5.1")), other = x(5, ip("10.0.5.2"));
    ClientHandle r;
};

TEST_F(Links, APacketOnAnInterfaceOfWhichOnlyALinkIsOwnedGetsItsEntry) {
    ASSERT_EQ(status(world.join(p, kGroup, x(4))), kOk);
    world.packet(kFlow, x(5));
    EXPECT_EQ(world.sink.discarded, std::vector{kFlow}) << "nobody is there";
    ASSERT_EQ(status(world.take(r, one)), kOk);
    EXPECT_TRUE(world.sink.signalling.contains(one));
    world.packet(kFlow, x(5));
    EXPECT_EQ(world.forwarded(kFlow), "X4");
    EXPECT_EQ(world.sink.discarded.size(), 1U);
    ASSERT_EQ(status(world.release(r, one)), kOk);
    world.packet(sg("10.0.3.10", "239.1.1.1"), x(5));
    EXPECT_EQ(world.sink.discarded.size(), 2U) << "the link is gone";
}

TEST_F(Links, ASourceBehindALinkThatIsOwnedIsAcceptedOnTheInterface) {
    ASSERT_EQ(status(world.take(r, one)), kOk);
    ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
    ASSERT_TRUE(world.view.add_route({ip("10.0.3.9"), 32}, one));
    world.told();
    world.packet(kFlow, x(5));
    EXPECT_EQ(world.forwarded(kFlow), "X2");
    EXPECT_EQ(world.gm.mfe(kFlow)->iif, one);
    for (const std::string& line : world.callbacks()) {
        EXPECT_EQ(line.find("WRONG_IF"), std::string::npos) << line;
    }
    world.told();
    world.gm.wrong_interface(kFlow, x(5), {});
    EXPECT_EQ(world.told(), Trace{}) << "it is where it should be";
}

TEST_F(Links, NoCopyLeavesOnTheInterfaceThePacketsArriveOn) {
    ASSERT_EQ(status(world.take(r, one)), kOk);
    ASSERT_EQ(status(world.take(r, other)), kOk);
    ASSERT_EQ(status(world.join(r, kGroup, one)), kOk);
    ASSERT_EQ(status(world.join(r, kGroup, other)), kOk);
    world.packet(kFlow, x(3));
    EXPECT_EQ(world.forwarded(kFlow), "X5@10.0.5.1 X5@10.0.5.2");
    ASSERT_TRUE(world.view.add_route({ip("10.0.3.9"), 32}, one));
    ASSERT_EQ(status(world.gm.route_changed({ip("10.0.3.9"), 32})), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "-") << "the other link is the same wire";
    const MfeView mfe = world.gm.mfe(kFlow).value();
    EXPECT_EQ(mfe.state, MfeState::kNegative);
    for (const OifView& oif : mfe.oifs) {
        EXPECT_FALSE(oif.forwarding);
    }
}

TEST_F(Links, WhatIsKnownOfHandoffsGoesWithTheLast) {
    const ClientHandle i = world.igmp();
    for (std::uint8_t k = 1; k <= 50; ++k) {
        const InterfaceKey link = x(5, Ipv4Address(10, 0, 5, k));
        ASSERT_EQ(status(world.take(i, link)), kOk);
        ASSERT_EQ(status(world.take(r, link)), kOk);
        EXPECT_EQ(world.gm.handoffs().at(link).windows.count, 1U);
        ASSERT_EQ(status(world.release(i, link)), kOk);
        EXPECT_EQ(world.gm.handoffs().size(), 1U);
        ASSERT_EQ(status(world.release(r, link)), kOk);
    }
    EXPECT_EQ(world.gm.handoffs().size(), 0U);
    ASSERT_EQ(status(world.take(i, x(6))), kOk);
    ASSERT_EQ(status(world.take(r, x(6))), kOk);
    ASSERT_EQ(status(world.gm.interface_down(x(6))), kOk);
    EXPECT_EQ(world.gm.handoffs().at(x(6)).windows.count, 2U) << "of an interface they stay";
    EXPECT_FALSE(world.gm.ownership_of(x(6)));
    EXPECT_EQ(world.gm.ownership_of(x(3)).value().owner.name, "P");
    EXPECT_EQ(world.gm.ownership_of(x(3)).value().igmp.name, "");
}

} // namespace
} // namespace mcfwd::group_manager::test
