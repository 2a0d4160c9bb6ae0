// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// [handoff], [mfe] and [igmp]: how the group manager treats what changes hands, how its entries age, and what
// hosts may ask for where a routing protocol owns the interface.
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

void read_igmp_policy(const Node& table, IgmpPolicy& igmp, Findings& findings) {
    TableReader reader(table, "[igmp]", findings);
    reader.choice("on_owned", igmp.on_owned);
    reader.refuse_unknown();
}

} // namespace mcfwd::config
