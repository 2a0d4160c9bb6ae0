// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// See enumerations.hh.
#include <controlplane/group_manager/enumerations.hh>

#include <algorithm>
#include <cassert>
#include <limits>

namespace mcfwd::group_manager {

namespace {

/// Keys that one task looks at: one or two milliseconds.
constexpr std::size_t kKeysAtOnce = 16'384;

/// So few are forgotten at once, also if a client ends all its walks.
constexpr std::size_t kFewKeys = 1024;

/// Behind every key of the group.
SourceGroup end_of(Ipv4Address group) {
    return {group, Ipv4Address(std::numeric_limits<std::uint32_t>::max())};
}

constexpr std::uint64_t kEver = std::numeric_limits<std::uint64_t>::max();

} // namespace

EnumerationHandle Enumerations::begin(ClientHandle client, EnumerationKind kind) {
    const bool all = kind == EnumerationKind::kAllSources;
    const std::size_t keys = interest_.keys().size();
    const Walk walk{.client = client,
                    .kind = kind,
                    .begun = interest_.stamp(),
                    .held = keys,
                    .left = all ? keys : interest_.groups(),
                    .last = {}};
    const EnumerationHandle handle{last_ + 1};
    const auto at = walks_.emplace(handle, walk).first;
    try {
        begun_.insert(walk.begun);
    } catch (...) {
        walks_.erase(at);
        throw;
    }
    ++last_;
    held_ += keys;
    return handle;
}

Enumerations::Walk* Enumerations::find(EnumerationHandle handle) {
    const auto at = walks_.find(handle);
    return at == walks_.end() ? nullptr : &at->second;
}

std::vector<SourceGroup> Enumerations::next(Walk& walk, std::size_t limit) const {
    std::vector<SourceGroup> found;
    found.reserve(std::min(limit, walk.left));
    const auto& keys = interest_.keys();
    auto live = walk.last ? keys.upper_bound(*walk.last) : keys.begin();
    auto gone = walk.last ? gone_.upper_bound({*walk.last, kEver}) : gone_.begin();
    for (std::size_t seen = 0; found.size() < limit && walk.left > 0 && seen < kKeysAtOnce; ++seen) {
        assert(live != keys.end() || gone != gone_.end());
        const bool is_gone = live == keys.end() || (gone != gone_.end() && gone->first.first <= live->first);
        SourceGroup key = is_gone ? gone->first.first : live->first;
        bool listed = false;
        for (; gone != gone_.end() && gone->first.first == key; ++gone, ++seen) {
            listed |= gone->second < walk.begun && walk.begun < gone->first.second;
        }
        if (live != keys.end() && live->first == key) {
            listed |= live->second.entered < walk.begun;
            ++live;
        }
        walk.last = key;
        if (listed && walk.kind == EnumerationKind::kAnySource) {
            listed = !key.group.is_unspecified();
            key.source = kAnySource;
            walk.last = end_of(key.group);
            live = keys.upper_bound(*walk.last);
            gone = gone_.upper_bound({*walk.last, kEver});
        }
        if (listed) {
            found.push_back(key);
            --walk.left;
        }
    }
    return found;
}

bool Enumerations::end(EnumerationHandle handle) {
    const auto at = walks_.find(handle);
    if (at == walks_.end()) {
        return false;
    }
    ended(at->second);
    walks_.erase(at);
    return true;
}

void Enumerations::end_all(ClientHandle client) {
    std::erase_if(walks_, [&](const auto& item) {
        const bool his = item.second.client == client;
        if (his) {
            ended(item.second);
        }
        return his;
    });
}

void Enumerations::ended(const Walk& walk) {
    held_ -= walk.held;
    begun_.erase(walk.begun);
    looked_at_ = {};
    forgetting_ = gone_.size() > kFewKeys || forget_some();
}

void Enumerations::clear() {
    walks_.clear();
    begun_.clear();
    gone_.clear();
    held_ = 0;
    forgetting_ = false;
}

bool Enumerations::is_needed(std::uint64_t entered, std::uint64_t left) const {
    const auto first = begun_.upper_bound(entered);
    return first != begun_.end() && *first < left;
}

void Enumerations::keep(SourceGroup key, std::uint64_t entered) {
    if (const std::uint64_t left = interest_.stamp(); is_needed(entered, left)) {
        gone_.emplace(std::pair{key, left}, entered);
    }
}

bool Enumerations::forget_some() {
    auto at = gone_.upper_bound(looked_at_);
    for (std::size_t seen = 0; at != gone_.end() && seen < kKeysAtOnce; ++seen) {
        looked_at_ = at->first;
        at = is_needed(at->second, at->first.second) ? std::next(at) : gone_.erase(at);
    }
    forgetting_ = at != gone_.end();
    return forgetting_;
}

} // namespace mcfwd::group_manager
