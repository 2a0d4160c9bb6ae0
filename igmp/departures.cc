// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A departure is over when its timer ends as it was lowered, and void when the timer ends later.
#include "departures.hh"

#include <algorithm>

namespace mcfwd::igmp {
namespace {

/// When the source's timer ends (`kAnySource`: the group's); nothing if there is none.
std::optional<Instant> timer_of(Ipv4Address address, const FilterState& filter) {
    if (address == kAnySource) {
        return filter.mode() == FilterMode::kExclude ? std::optional(filter.group_timer()) : std::nullopt;
    }
    const auto sources = filter.sources();
    const auto at = std::ranges::lower_bound(sources, address, {}, &Source::address);
    return at != sources.end() && at->address == address && at->running() ? std::optional(at->expires)
                                                                          : std::nullopt;
}

} // namespace

void Departures::begin(Ipv4Address source, Instant since, const FilterState& filter) {
    const auto timer = timer_of(source, filter);
    const auto at = std::ranges::find(all_, source, &Departure::source);
    if (!timer) {
        return;
    }
    if (at == all_.end()) {
        all_.push_back({source, since, *timer});
    } else if (stays(*at, filter)) {
        *at = {source, since, *timer};
    }
}

void Departures::forget_stayed(const FilterState& filter) {
    std::erase_if(all_, [&](const Departure& departure) { return stays(departure, filter); });
}

std::optional<Instant> Departures::end(Ipv4Address source) {
    const auto at = std::ranges::find(all_, source, &Departure::source);
    if (at == all_.end()) {
        return std::nullopt;
    }
    const Instant since = at->since;
    all_.erase(at);
    return since;
}

bool Departures::stays(const Departure& departure, const FilterState& filter) {
    const auto timer = timer_of(departure.source, filter);
    return !timer || *timer > departure.timer;
}

} // namespace mcfwd::igmp
