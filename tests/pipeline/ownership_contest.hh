// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Two routing protocols that take interfaces from IGMP and give them back in random order, and the record of
// what each handoff did.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>

#include <controlplane/group_manager/events.hh>

#include "handoff_rig.hh"

namespace mcfwd::pipeline {

/// P accepts every flow. Q may refuse the last groups (HandoffRig::kFirstRefused) on interfaces that it owns,
/// so that its handoffs change what is forwarded.
class OwnershipContest {
  public:
    enum class Refusals : std::uint8_t { kNone, kByQ };
    /// What the windows of one LAN, from DISABLE to ENABLE, came to.
    struct Windows {
        std::uint64_t disabled = 0;
        std::uint64_t enabled = 0;
        std::uint64_t out_of_order = 0;
        std::uint64_t publications = 0;
        std::uint64_t most_publications = 0; ///< of one window
    };
    struct Heard {
        std::uint64_t rpf = 0;
        std::uint64_t creation = 0;
        std::uint64_t local_joins = 0;
        std::uint64_t local_leaves = 0;
    };
    enum Protocol : std::uint8_t { kP, kQ };

    /// Registers both. Observes the rig's events.
    OwnershipContest(HandoffRig& rig, std::uint64_t seed);

    /// A random interface changes hands: one of the two takes it from IGMP, or its owner gives it back.
    void step(HandoffRig& rig);
    void set_refusals(Refusals refusals) { refusals_ = refusals; }
    /// All interfaces go back to IGMP.
    void release_all(HandoffRig& rig);
    [[nodiscard]] std::uint64_t cycles() const { return cycles_; }
    [[nodiscard]] std::uint64_t refused() const { return refused_; }
    [[nodiscard]] const std::array<Windows, kLans>& windows() const { return windows_; }
    [[nodiscard]] const Windows& windows_of(Protocol protocol) const { return by_protocol_[protocol]; }
    [[nodiscard]] const Heard& heard(Protocol protocol) const { return heard_[protocol]; }
    /// Takes and releases of the LAN that succeeded.
    [[nodiscard]] std::uint64_t changes(std::size_t lan) const { return changes_[lan]; }

  private:
    void change(HandoffRig& rig, std::size_t lan);
    void see(const group_manager::Event& event);
    [[nodiscard]] group_manager::Callbacks callbacks(Protocol protocol);

    const group_manager::GroupManager& groups_;
    std::mt19937_64 random_;
    Refusals refusals_ = Refusals::kNone;
    std::array<group_manager::ClientHandle, 2> clients_;
    std::array<std::optional<Protocol>, kLans> owner_;
    std::array<std::uint64_t, kLans> changes_{};
    std::array<Windows, kLans> windows_{};
    std::array<Windows, 2> by_protocol_{};
    std::array<Heard, 2> heard_{};
    Protocol changing_ = kP;
    std::uint64_t published_at_disable_ = 0;
    std::uint64_t cycles_ = 0;
    std::uint64_t refused_ = 0; ///< takes and releases that failed
};

} // namespace mcfwd::pipeline
