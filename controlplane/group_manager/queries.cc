// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Reading forwarding entries and changing their upstream neighbour (specification 2.8 and 2.9).
#include <controlplane/group_manager/core.hh>

#include <algorithm>
#include <utility>

namespace mcfwd::group_manager {

namespace {

std::chrono::seconds whole_seconds(Duration duration) {
    return std::chrono::duration_cast<std::chrono::seconds>(duration);
}

Expected<void> running(const Core& core) {
    if (!core.started) {
        return fail(Status::kCanNotComplete, "the group manager is not started");
    }
    return {};
}

/// Also that the statistics asked for exist.
Expected<void> running(const Core& core, StatsLevel level) {
    if (auto result = running(core); !result) {
        return result;
    }
    if (level != StatsLevel::kBasic && level != StatsLevel::kExtended) {
        return fail(Status::kInvalidParameter, "statistics are basic or extended");
    }
    return {};
}

/// At most `limit` items from `at` on, without condemned ones.
template <typename Item, typename Convert>
Expected<Page<Item>> page(const Core& core, MfeTable::Entries::const_iterator at, std::size_t limit,
                          Convert convert) {
    Page<Item> result;
    const auto end = core.entries.all().end();
    const auto skip = [&] {
        while (at != end && core.is_condemned(at->second)) {
            ++at;
        }
    };
    for (skip(); at != end && result.items.size() < limit; skip()) {
        result.items.push_back(convert(at->second));
        ++at;
    }
    if (at == end) {
        return result;
    }
    if (limit == 0) {
        return fail(Status::kInsufficientBuffer, "room for one entry is needed");
    }
    result.end = Status::kMoreData;
    return result;
}

Expected<Page<MfeView>> mfe_page(const Core& core, MfeTable::Entries::const_iterator from,
                                 std::size_t limit) {
    if (auto result = running(core); !result) {
        return std::unexpected(result.error());
    }
    return page<MfeView>(core, from, limit, [&](const Entry& entry) { return core.view(entry); });
}

Expected<Page<MfeStatsView>> stats_page(const Core& core, MfeTable::Entries::const_iterator from,
                                        std::size_t limit, StatsLevel level) {
    if (auto result = running(core, level); !result) {
        return std::unexpected(result.error());
    }
    return page<MfeStatsView>(core, from, limit,
                              [&](const Entry& entry) { return core.stats(entry, level); });
}

std::unexpected<Error> no_entry(SourceGroup flow) {
    return fail(Status::kNotFound, fmt::format("there is no entry {}", flow));
}

} // namespace

bool Core::ends_literally(const Entry& entry) const {
    return settings.mfe_expiry == MfeExpiry::kAbsolute || entry.state() == MfeState::kNegative;
}

MfeView Core::view(const Entry& entry) const {
    const Instant now = env.clock.now();
    MfeView view{.flow = entry.flow,
                 .iif = entry.iif,
                 .iif_owner = clients.name_of(entry.iif_owner),
                 .upstream = entry.upstream,
                 .upstream_chosen = entry.upstream_chosen,
                 .route = entry.route,
                 .state = entry.state(),
                 .reason = entry.reason(),
                 .up_time = whole_seconds(now - entry.created),
                 .expires_in = {},
                 .timeout = {},
                 .oifs = {}};
    if (ends_literally(entry)) {
        // In whole seconds too, what it lived and what is left make its timeout.
        view.timeout = whole_seconds(entry.expires - entry.created);
        view.expires_in = std::max(view.timeout - view.up_time, std::chrono::seconds::zero());
    } else {
        view.timeout = whole_seconds(entry.period);
        view.expires_in = whole_seconds(std::max(entry.expires - now, Duration::zero()));
    }
    for (const auto& [interface, oif] : entry.oifs) {
        view.oifs.push_back(
            {.interface = interface,
             .source_group = oif.source_group,
             .any_source = oif.any_source,
             .any_group = oif.any_group,
             .forward = oif.forwarded_by != kNoClient,
             .vetoed = oif.vetoed_by != kNoClient,
             .unconfirmed = oif.unconfirmed,
             .boundary = oif.boundary,
             .forwarding = oif.forwarding,
             .up_time = oif.forwarding ? whole_seconds(now - oif.since) : std::chrono::seconds{}});
    }
    return view;
}

MfeStatsView Core::stats(const Entry& entry, StatsLevel level) const {
    MfeStatsView result{.mfe = view(entry),
                        .counters = env.sink.counters(entry.flow).value_or(FlowCounters{}),
                        .oifs = {},
                        .up_time = {}};
    const auto up_time = std::max(env.clock.now() - entry.created, Duration::zero());
    result.up_time = std::chrono::duration_cast<decltype(result.up_time)>(up_time);
    if (level == StatsLevel::kExtended) {
        result.oifs = env.sink.oif_counters(entry.flow);
    }
    return result;
}

bool GroupManager::has_mfe(SourceGroup flow) const {
    return core_->started && core_->entries.find(flow) != nullptr;
}

bool GroupManager::settled() const {
    return core_->slices.empty() && core_->outbox.empty() && !core_->held && core_->batch_depth == 0 &&
           !core_->publication.pending() && !core_->sweeps.next();
}

Expected<MfeView> GroupManager::mfe(SourceGroup flow) const {
    if (auto result = running(*core_); !result) {
        return std::unexpected(result.error());
    }
    const Entry* entry = std::as_const(*core_).find_entry(flow);
    if (entry == nullptr) {
        return no_entry(flow);
    }
    return core_->view(*entry);
}

Expected<MfeStatsView> GroupManager::mfe_stats(SourceGroup flow, StatsLevel level) const {
    if (auto result = running(*core_, level); !result) {
        return std::unexpected(result.error());
    }
    const Entry* entry = std::as_const(*core_).find_entry(flow);
    if (entry == nullptr) {
        return no_entry(flow);
    }
    return core_->stats(*entry, level);
}

Expected<Page<MfeView>> GroupManager::first_mfe(std::size_t limit) const {
    return mfe_page(*core_, core_->entries.all().begin(), limit);
}

Expected<Page<MfeView>> GroupManager::next_mfe(SourceGroup after, std::size_t limit) const {
    return mfe_page(*core_, core_->entries.all().upper_bound(after), limit);
}

Expected<Page<MfeStatsView>> GroupManager::first_mfe_stats(std::size_t limit, StatsLevel level) const {
    return stats_page(*core_, core_->entries.all().begin(), limit, level);
}

Expected<Page<MfeStatsView>> GroupManager::next_mfe_stats(SourceGroup after, std::size_t limit,
                                                          StatsLevel level) const {
    return stats_page(*core_, core_->entries.all().upper_bound(after), limit, level);
}

Expected<void> GroupManager::set_mfe(ClientHandle client, SourceGroup flow, Ipv4Address upstream) {
    Core& core = *core_;
    if (auto known_client = core.caller(client); !known_client) {
        return std::unexpected(known_client.error());
    }
    Entry* entry = core.find_entry(flow);
    if (entry == nullptr) {
        return no_entry(flow);
    }
    if (core.interest.attributed(entry->iif) != client) {
        return fail(Status::kInvalidParameter,
                    fmt::format("{} belongs to {}", core.name(entry->iif), core.name(entry->iif_owner)));
    }
    entry->upstream = upstream;
    entry->upstream_chosen = true;
    return {};
}

} // namespace mcfwd::group_manager
