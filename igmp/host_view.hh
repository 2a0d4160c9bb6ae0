// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Snapshot of the host side of an interface for people: `show igmp proxy`.
#pragma once

#include <cstddef>
#include <optional>

#include <mcfwd/clock.hh>
#include <mcfwd/ipv4.hh>

#include "message.hh"

namespace mcfwd::igmp {

struct HostInterfaceView {
    bool running = false;
    Version version = Version::kV3;                   ///< compatibility mode (RFC 9776 section 7.2.1)
    std::optional<Duration> version1_querier_expires; ///< while a version 1 querier is present
    std::optional<Duration> version2_querier_expires; ///< the same, version 2
    Ipv4Address querier;                              ///< sender of the last query; 0.0.0.0: none, or unknown
    std::optional<Duration> queried;                  ///< since the last query
    unsigned robustness = 2;                          ///< in force
    Duration query_interval{};                        ///< of the querier, as far as known
    std::size_t groups = 0;
    std::size_t leaving = 0;         ///< further groups that were left and not told so often enough
    std::size_t pending_changes = 0; ///< groups whose last change is still to be repeated
};

} // namespace mcfwd::igmp
