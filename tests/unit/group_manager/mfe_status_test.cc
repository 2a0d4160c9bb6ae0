// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Every entry has one of the documented statuses, and so has every interface of it (specification 5.10).
#include <controlplane/group_manager/mfe_status.hh>

#include "world.hh"

namespace mcfwd::group_manager::test {
namespace {

class Statuses : public Entries {
  protected:
    /// "no_error X2:no_error X4:boundary"
    [[nodiscard]] std::string statuses(SourceGroup flow) const {
        const MfeView mfe = world.gm.mfe(flow).value();
        std::string text(status_name(status_of(mfe)));
        for (const OifView& oif : mfe.oifs) {
            text += fmt::format(" {}:{}", test::text(oif.interface), status_name(status_of(oif, mfe)));
        }
        return text;
    }
};

TEST_F(Statuses, OfAnEntryAndItsInterfaces) {
    create();
    EXPECT_EQ(statuses(kFlow), "pruned_upstream");
    ASSERT_EQ(status(world.join(p, kGroup, x(3))), kOk);
    EXPECT_EQ(statuses(kFlow), "pruned_upstream X3:iif");
    ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
    ASSERT_EQ(status(world.join(p, kGroup, x(4))), kOk);
    EXPECT_EQ(statuses(kFlow), "no_error X2:no_error X3:iif X4:no_error");
    ASSERT_EQ(status(world.leave(q, kFlow, x(2), kForward)), kOk);
    world.boundary.set(x(4).interface, {{ip("239.0.0.0"), 8}});
    ASSERT_EQ(status(world.gm.boundary_changed(x(4))), kOk);
    EXPECT_EQ(statuses(kFlow), "pruned_upstream X2:oif_pruned X3:iif X4:boundary");
}

TEST_F(Statuses, OfAnEntryThatCanNotForward) {
    ASSERT_EQ(status(world.join(q, kGroup, x(2))), kOk);
    const SourceGroup unowned = sg("10.0.9.9", "239.1.1.1");
    world.packet(unowned, x(3));
    EXPECT_EQ(statuses(unowned), "no_multicast X2:not_forwarding");
    const SourceGroup unknown = sg("172.16.0.9", "239.1.1.1");
    world.packet(unknown, x(3));
    EXPECT_EQ(statuses(unknown), "no_route X2:not_forwarding");
    world.boundary.set(x(3).interface, {{ip("239.0.0.0"), 8}});
    create();
    EXPECT_EQ(statuses(kFlow), "boundary X2:not_forwarding");
}

TEST(MfeStatus, HasTheDocumentedNumbers) {
    EXPECT_EQ(status_name(MfeStatus(0)), "no_error");
    EXPECT_EQ(status_name(MfeStatus(2)), "not_forwarding");
    EXPECT_EQ(status_name(MfeStatus(4)), "pruned_upstream");
    EXPECT_EQ(status_name(MfeStatus(6)), "boundary");
    EXPECT_EQ(status_name(MfeStatus(9)), "no_route");
}

} // namespace
} // namespace mcfwd::group_manager::test
