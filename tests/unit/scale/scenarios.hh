// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What concerns very many groups at once: the benchmark takes the time of each step, the test counts the work
// of its largest task. Each function makes a router of its own.
#pragma once

#include <cstdint>

#include "scene.hh"

namespace mcfwd::scale {

struct Terms {
    const Clock& clock;
    group_manager::Settings settings; ///< where the scenario does not choose
};

/// Handoffs of an interface with so many groups, and with all the entries that go with them.
void handoffs(Meter& meter, std::uint32_t groups, const Terms& terms);
/// The handoffs that leave nothing in force: every membership, every entry goes and comes back.
void harsh_handoffs(Meter& meter, std::uint32_t groups, const Terms& terms);
/// What goes without a handoff.
void departures(Meter& meter, std::uint32_t groups, const Terms& terms);
/// What changes all entries at once.
void wide_changes(Meter& meter, std::uint32_t groups, const Terms& terms);
/// What time does to all entries at once.
void endings(Meter& meter, std::uint32_t groups, const Terms& terms);
/// A routing protocol in another process dies, which has joined, vetoed and chosen for every flow.
void client_departure(Meter& meter, std::uint32_t groups, const Terms& terms);
/// As many keys as memberships, and walks over them.
void keys(Meter& meter, std::uint32_t keys, const Terms& terms);
/// So many memberships over all interfaces.
void memberships(Meter& meter, std::uint32_t memberships, const Terms& terms);

} // namespace mcfwd::scale
