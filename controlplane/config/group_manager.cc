// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// [handoff] and [mfe]: how the group manager treats what changes hands, and how its entries age.
#include "reader.hh"
#include "sections.hh"

namespace mcfwd::config {

void read_handoff(const Node& table, Handoff& handoff, Findings& findings) {
    TableReader reader(table, "[handoff]", findings);
    reader.choice("memberships", handoff.memberships);
    reader.choice("mfe", handoff.mfe);
    reader.seconds("sweep_timeout", handoff.sweep_timeout, {Milliseconds(100), Milliseconds(3'600'000)});
    reader.refuse_unknown();
}

void read_mfe(const Node& table, Mfe& mfe, Findings& findings) {
    TableReader reader(table, "[mfe]", findings);
    reader.choice("expiry", mfe.expiry);
    reader.refuse_unknown();
}

} // namespace mcfwd::config
