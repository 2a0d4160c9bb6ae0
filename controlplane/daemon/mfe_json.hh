// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Forwarding entries and interface keys as JSON, the same for people (show mfe) and for programs
// (mgm.get_mfe).
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include <controlplane/daemon/router.hh>

namespace mcfwd::daemon {

/// Whose entry it is.
[[nodiscard]] inline group_manager::SourceGroup flow_of(const group_manager::MfeView& mfe) {
    return mfe.flow;
}
[[nodiscard]] inline group_manager::SourceGroup flow_of(const group_manager::MfeStatsView& stats) {
    return stats.mfe.flow;
}

/// "-" when there is no such interface.
[[nodiscard]] std::string name_of(const Router& router, IfIndex index);
/// Null when there is none.
[[nodiscard]] nlohmann::json next_hop_json(group_manager::InterfaceKey key);

[[nodiscard]] nlohmann::json mfe_json(const Router& router, const group_manager::MfeView& mfe);
/// The same with counters; per oif only if it has been asked for.
[[nodiscard]] nlohmann::json mfe_stats_json(const Router& router, const group_manager::MfeStatsView& stats,
                                            group_manager::StatsLevel level);
/// Counters alone, of the entry and per oif.
[[nodiscard]] nlohmann::json statistics_json(const Router& router, const group_manager::MfeStatsView& stats);

} // namespace mcfwd::daemon
