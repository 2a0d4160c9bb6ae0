// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What becomes of packets of an entry, and why, in the documented set of statuses (specification 5.10): one
// for the entry, one per interface of it. Derived from the views for whoever shows them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <controlplane/group_manager/views.hh>

namespace mcfwd::group_manager {

/// With the documented numbers. Nothing here sets kCore, kWrongIf.
enum class MfeStatus : std::uint8_t {
    kNoError = 0,
    kCore = 1,
    kNotForwarding = 2, ///< an interface that would forward, if the entry did or its owner agreed
    kWrongIf = 3,
    kPrunedUpstream = 4, ///< nobody wants it: the owner of the iif was told to prune
    kOifPruned = 5,      ///< an interface whose owner vetoed the entry
    kBoundary = 6,
    kNoMulticast = 7, ///< nobody owns the interface towards the source
    kIif = 8,         ///< an interface that the packets come from
    kNoRoute = 9,
};

[[nodiscard]] constexpr std::string_view status_name(MfeStatus status) {
    constexpr std::array<std::string_view, 10> kNames{
        "no_error",   "core",     "not_forwarding", "wrong_if", "pruned_upstream",
        "oif_pruned", "boundary", "no_multicast",   "iif",      "no_route"};
    return kNames[static_cast<std::size_t>(status)];
}

[[nodiscard]] constexpr MfeStatus status_of(const MfeView& mfe) {
    if (mfe.state == MfeState::kActive) {
        return MfeStatus::kNoError;
    }
    switch (mfe.reason) {
    case NegativeReason::kNoRoute:
        return MfeStatus::kNoRoute;
    case NegativeReason::kUnownedIif:
        return MfeStatus::kNoMulticast;
    case NegativeReason::kBoundary:
        return MfeStatus::kBoundary;
    default:
        return MfeStatus::kPrunedUpstream;
    }
}

[[nodiscard]] constexpr MfeStatus status_of(const OifView& oif, const MfeView& mfe) {
    if (oif.forwarding) {
        return MfeStatus::kNoError;
    }
    if (oif.interface.interface == mfe.iif.interface) {
        return MfeStatus::kIif;
    }
    if (oif.vetoed) {
        return MfeStatus::kOifPruned;
    }
    return oif.boundary ? MfeStatus::kBoundary : MfeStatus::kNotForwarding;
}

} // namespace mcfwd::group_manager
