// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Hosts that join and leave some groups all the time, by IGMP reports through the worker, so that the table
// changes while interfaces change hands.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "handoff_rig.hh"

namespace mcfwd::pipeline {

class MembershipChurn {
  public:
    explicit MembershipChurn(std::uint64_t seed) : random_(seed) {}

    /// A random host joins or leaves one of the changing groups on a random LAN.
    void step(HandoffRig& rig);
    /// After `HandoffRig::settle`: the traffic is held to what has been asked for.
    void conclude(HandoffRig& rig);
    [[nodiscard]] std::uint64_t changes() const { return changes_; }

  private:
    struct Member {
        bool joined = false;
        bool changing = false; ///< asked for, perhaps not in force yet
    };
    std::mt19937_64 random_;
    std::array<std::array<Member, HandoffRig::kChangingGroups>, kLans> members_{};
    std::uint64_t changes_ = 0;
};

} // namespace mcfwd::pipeline
