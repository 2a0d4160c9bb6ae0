// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// [handoff], [mfe] and [igmp].
#include <gtest/gtest.h>

#include "parsed.hh"

namespace mcfwd::config {
namespace {

TEST(ConfigHandoff, Defaults) {
    const Config config = accepted("");
    EXPECT_EQ(config.handoff.memberships, HandoffMemberships::kGraceful);
    EXPECT_EQ(config.handoff.mfe, HandoffMfe::kRebuild);
    EXPECT_EQ(config.handoff.sweep_timeout, Milliseconds(10'000));
    EXPECT_EQ(config.mfe.expiry, MfeExpiry::kActivity);
    EXPECT_EQ(config.igmp.on_owned, OnOwned::kImmediate);
}

TEST(ConfigHandoff, EveryChoice) {
    const Config config = accepted("[handoff]\nmemberships = \"strict\"\nmfe = \"flush\"\n"
                                   "sweep_timeout = 0.5\n[mfe]\nexpiry = \"absolute\"\n"
                                   "[igmp]\non_owned = \"confirm\"\n");
    EXPECT_EQ(config.handoff.memberships, HandoffMemberships::kStrict);
    EXPECT_EQ(config.handoff.mfe, HandoffMfe::kFlush);
    EXPECT_EQ(config.handoff.sweep_timeout, Milliseconds(500));
    EXPECT_EQ(config.mfe.expiry, MfeExpiry::kAbsolute);
    EXPECT_EQ(config.igmp.on_owned, OnOwned::kConfirm);
}

TEST(ConfigHandoff, Refusals) {
    EXPECT_EQ(refused("[handoff]\nmemberships = \"soft\"\nmfe = 1\nsweep_timeout = 0\nmode = \"x\"\n"),
              "t.toml:2:15: memberships is not valid: got \"soft\"; valid: graceful, strict\n"
              "t.toml:3:7: mfe is not valid: got 1; valid: rebuild, flush\n"
              "t.toml:4:17: sweep_timeout is not valid: got 0; valid: 0.1 to 3600 seconds in steps of 0.001\n"
              "t.toml:5:1: unknown key in [handoff]: got \"mode\"; valid: memberships, "
              "mfe, sweep_timeout");
    EXPECT_EQ(refused("[mfe]\nexpiry = \"never\"\ntimeout = 5\n"),
              "t.toml:2:10: expiry is not valid: got \"never\"; valid: activity, absolute\n"
              "t.toml:3:1: unknown key in [mfe]: got \"timeout\"; valid: expiry");
    EXPECT_EQ(refused("[igmp]\non_owned = \"later\"\nenabled = true\n"),
              "t.toml:2:12: on_owned is not valid: got \"later\"; valid: immediate, confirm\n"
              "t.toml:3:1: unknown key in [igmp]: got \"enabled\"; valid: on_owned");
}

} // namespace
} // namespace mcfwd::config
