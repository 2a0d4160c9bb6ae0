// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// IgmpOnOwned::kConfirm (N55): what hosts ask for on an interface with an owner waits for the owner.
#include "world.hh"

namespace mcfwd::group_manager::test {
namespace {

/// P owns X3 (towards the source) and X1, where IGMP is too.
class OnOwnedConfirm : public Entries {
  protected:
    OnOwnedConfirm() : Entries({.igmp_on_owned = IgmpOnOwned::kConfirm}) {
        i = world.igmp();
        EXPECT_EQ(status(world.take(p, x(1))), kOk);
        EXPECT_EQ(status(world.take(i, x(1))), kOk);
        create();
        EXPECT_EQ(status(world.join(i, kGroup, x(1))), kOk);
    }
    [[nodiscard]] bool waits(SourceGroup key = kGroup) const {
        for (const MembershipView& line : world.gm.memberships()) {
            if (line.component.name == "I" && line.key == key) {
                return line.unconfirmed;
            }
        }
        ADD_FAILURE() << "no such membership";
        return false;
    }
    [[nodiscard]] OifView oif() const {
        const auto mfe = world.gm.mfe(kFlow);
        return mfe && !mfe->oifs.empty() ? mfe->oifs.front() : OifView{};
    }
    ClientHandle i;
};

TEST_F(OnOwnedConfirm, AJoinIsAnnouncedAndCountedButForwardsNothing) {
    EXPECT_EQ(world.told(), (Trace{"P LOCAL_JOIN (*,239.1.1.1) X1", "Q JOIN (*,239.1.1.1)"}));
    EXPECT_EQ(world.forwarded(kFlow), "-");
    EXPECT_TRUE(waits());
    EXPECT_EQ(oif().interface, x(1));
    EXPECT_TRUE(oif().unconfirmed);
    EXPECT_FALSE(oif().any_source) << "no contribution";
    EXPECT_FALSE(oif().forwarding);
}

TEST_F(OnOwnedConfirm, TheOwnersMembershipConfirmsWhatItCovers) {
    ASSERT_EQ(status(world.join(p, kGroup, x(1))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "X1");
    EXPECT_FALSE(waits());
    EXPECT_FALSE(oif().unconfirmed);
    ASSERT_EQ(status(world.leave(p, kGroup, x(1))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "-");
    EXPECT_TRUE(waits());
    ASSERT_EQ(status(world.join(p, {}, x(1))), kOk);
    EXPECT_FALSE(waits()) << "(*,*) covers it";
    ASSERT_EQ(status(world.leave(p, {}, x(1))), kOk);
    ASSERT_EQ(status(world.join(p, sg("10.0.3.9", "239.9.9.9"), x(1))), kOk);
    EXPECT_TRUE(waits()) << "another group does not";
}

TEST_F(OnOwnedConfirm, ForwardConfirmsOneFlow) {
    const SourceGroup other = sg("10.0.3.10", "239.1.1.1");
    world.packet(other, x(3));
    ASSERT_EQ(status(world.join(i, kFlow, x(1))), kOk);
    ASSERT_EQ(status(world.join(p, kFlow, x(1), kForward)), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "X1");
    EXPECT_EQ(world.forwarded(other), "-");
    EXPECT_FALSE(waits(kFlow));
    EXPECT_TRUE(waits(kGroup));
}

TEST_F(OnOwnedConfirm, ReleaseToIgmpForwardsAtOnce) {
    ASSERT_EQ(status(world.release(p, x(1))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "X1");
    EXPECT_FALSE(waits());
}

TEST_F(OnOwnedConfirm, AfterATakeStaleMembershipsForwardUntilTheyAreReplayed) {
    ASSERT_EQ(status(world.release(p, x(1))), kOk);
    ASSERT_EQ(status(world.join(i, kGroup, x(1))), kOk);
    ASSERT_EQ(status(world.gm.igmp_replay_complete(i, x(1))), kOk);
    ASSERT_EQ(status(world.take(q, x(1))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "X1");
    EXPECT_FALSE(waits());
    ASSERT_EQ(status(world.join(i, kGroup, x(1))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "-") << "now it is the word of the new owner that counts";
    EXPECT_TRUE(waits());
    ASSERT_EQ(status(world.join(q, kGroup, x(1))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "X1");
}

TEST_F(OnOwnedConfirm, WhereIgmpIsAloneNothingWaits) {
    ASSERT_EQ(status(world.take(i, x(5))), kOk);
    ASSERT_EQ(status(world.join(i, kGroup, x(5))), kOk);
    EXPECT_EQ(world.forwarded(kFlow), "X5");
}

} // namespace
} // namespace mcfwd::group_manager::test
