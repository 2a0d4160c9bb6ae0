// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Everything that can be seen of a group manager between two calls, to be compared.
#pragma once

#include "side.hh"

namespace mcfwd::group_manager::test {

struct Tables {
    std::vector<OwnershipView> ownership;
    std::vector<MembershipView> memberships;
    std::vector<ClientView> clients;
    std::vector<MfeStatsView> entries;
    std::optional<Instant> deadline;
    std::map<SourceGroup, DesiredEntry> published;
    std::set<InterfaceKey> signalling;
    std::vector<SourceGroup> discarded;
    std::size_t versions = 0;
    Metrics metrics;
};

template <typename Subject>
Tables tables(const Side<Subject>& side) {
    return {.ownership = side.gm.ownership(),
            .memberships = side.gm.memberships(),
            .clients = side.gm.clients(),
            .entries = side.gm.first_mfe_stats(1000, StatsLevel::kExtended).value().items,
            .deadline = side.gm.next_deadline(),
            .published = side.sink.entries,
            .signalling = side.sink.signalling,
            .discarded = side.sink.discarded,
            .versions = side.sink.causes.size(),
            .metrics = side.gm.metrics()};
}

/// Empty if they are equal, else what differs.
std::string difference(const Tables& a, const Tables& b);
std::string difference(const Results& a, const Results& b);

} // namespace mcfwd::group_manager::test
