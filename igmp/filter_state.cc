// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The twelve transitions of RFC 9776 section 6.4. Rows that differ only in a timer or in the query share
// their code: INCLUDE(A) is EXCLUDE(X,Y) with X = A, Y empty and no group timer.
#include "filter_state.hh"

#include <algorithm>
#include <utility>

namespace mcfwd::igmp {
namespace {

constexpr auto kByAddress = [](const Source& a, const Source& b) { return a.address < b.address; };

/// Walks an ascending list beside another ascending walk.
class SortedWalk {
  public:
    explicit SortedWalk(std::span<const Ipv4Address> listed) : at_(listed.begin()), end_(listed.end()) {}
    bool contains(Ipv4Address address) {
        while (at_ != end_ && *at_ < address) {
            ++at_;
        }
        return at_ != end_ && *at_ == address;
    }

  private:
    std::span<const Ipv4Address>::iterator at_;
    std::span<const Ipv4Address>::iterator end_;
};

} // namespace

RecordEffect FilterState::apply(RecordType type, std::span<const Ipv4Address> listed,
                                const RecordContext& context) {
    RecordEffect effect;
    const bool exclude = mode_ == FilterMode::kExclude;
    const Instant fresh = context.now + context.membership_interval;
    switch (type) {
    case RecordType::kIsInclude:
    case RecordType::kAllow:
        add(listed, fresh, Refresh::kYes, context.max_sources, effect);
        break;
    case RecordType::kToInclude:
        add(listed, fresh, Refresh::kYes, context.max_sources, effect);
        ask(listed, false, effect);
        effect.query_group = exclude;
        break;
    case RecordType::kBlock:
        if (exclude) {
            add(listed, group_timer_, Refresh::kNo, context.max_sources, effect);
        }
        ask(listed, true, effect);
        break;
    case RecordType::kIsExclude:
    case RecordType::kToExclude: {
        // A change gives new sources what is left of the group timer, a statement of the present state all of
        // it.
        const Instant kept = type == RecordType::kToExclude ? group_timer_ : fresh;
        retain(listed, effect);
        add(listed, exclude ? kept : kNotRunning, Refresh::kNo, context.max_sources, effect);
        if (type == RecordType::kToExclude) {
            ask(listed, true, effect);
        }
        effect.changed |= !exclude;
        mode_ = FilterMode::kExclude;
        group_timer_ = fresh;
        break;
    }
    }
    return effect;
}

void FilterState::add(std::span<const Ipv4Address> listed, Instant expires, Refresh refresh,
                      std::size_t max_sources, RecordEffect& effect) {
    const std::size_t known = sources_.size();
    auto from = std::size_t{0};
    for (const Ipv4Address address : listed) {
        const auto begin = sources_.begin();
        const auto end = begin + static_cast<std::ptrdiff_t>(known);
        const auto at = std::lower_bound(begin + static_cast<std::ptrdiff_t>(from), end,
                                         Source{.address = address}, kByAddress);
        from = static_cast<std::size_t>(at - begin);
        if (at != end && at->address == address) {
            if (refresh == Refresh::kYes) {
                effect.changed |= !at->running();
                at->expires = expires;
            }
        } else if (max_sources != 0 && sources_.size() >= max_sources) {
            ++effect.refused;
        } else {
            sources_.push_back({.expires = expires, .address = address});
        }
    }
    if (sources_.size() > known) {
        effect.changed = true;
        merge_from(known);
    }
}

void FilterState::merge_from(std::size_t known) {
    const auto middle = sources_.begin() + static_cast<std::ptrdiff_t>(known);
    if (known == 0 || kByAddress(*(middle - 1), *middle)) {
        return;
    }
    std::vector<Source> merged(sources_.size());
    std::merge(sources_.begin(), middle, middle, sources_.end(), merged.begin(), kByAddress);
    sources_ = std::move(merged);
}

void FilterState::retain(std::span<const Ipv4Address> listed, RecordEffect& effect) {
    SortedWalk kept(listed);
    const auto gone =
        std::erase_if(sources_, [&](const Source& source) { return !kept.contains(source.address); });
    effect.changed |= gone > 0;
}

void FilterState::ask(std::span<const Ipv4Address> listed, bool about_listed, RecordEffect& effect) {
    SortedWalk in_list(listed);
    for (Source& source : sources_) {
        source.asked = source.running() && in_list.contains(source.address) == about_listed;
        effect.query_sources |= source.asked;
    }
}

bool FilterState::expire(Instant now) {
    const auto ended = [now](const Source& source) { return source.running() && source.expires <= now; };
    if (mode_ == FilterMode::kInclude) {
        return std::erase_if(sources_, ended) > 0;
    }
    if (group_timer_ <= now) {
        mode_ = FilterMode::kInclude;
        std::erase_if(sources_, [&](const Source& source) { return !source.running() || ended(source); });
        return true;
    }
    bool changed = false;
    for (Source& source : sources_) {
        if (ended(source)) {
            source.expires = kNotRunning;
            source.queries_left = 0;
            changed = true;
        }
    }
    return changed;
}

std::optional<Instant> FilterState::deadline() const {
    std::optional<Instant> earliest;
    if (mode_ == FilterMode::kExclude) {
        earliest = group_timer_;
    }
    for (const Source& source : sources_) {
        if (source.running() && (!earliest || source.expires < *earliest)) {
            earliest = source.expires;
        }
    }
    return earliest;
}

void FilterState::lower_group_timer(Instant at) {
    group_timer_ = std::min(group_timer_, at);
}

void FilterState::lower_source_timers(std::span<const Ipv4Address> listed, Instant at) {
    SortedWalk in_list(listed);
    for (Source& source : sources_) {
        if (source.running() && source.expires > at && in_list.contains(source.address)) {
            source.expires = at;
        }
    }
}

void FilterState::retime(Instant past, Instant end) {
    group_timer_ = group_timer_ > past ? end : group_timer_;
    for (Source& source : sources_) {
        if (source.running() && source.expires > past) {
            source.expires = end;
        }
    }
}

} // namespace mcfwd::igmp
