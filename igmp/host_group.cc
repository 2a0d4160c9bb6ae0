// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The tables of RFC 9776 sections 5.1 and 5.2.
#include "host_group.hh"

#include <algorithm>
#include <iterator>
#include <utility>

namespace mcfwd::igmp {
namespace {

bool forwards(const Membership& state, Ipv4Address source) {
    const bool listed = std::ranges::binary_search(state.sources, source);
    return listed == (state.mode == FilterMode::kInclude);
}

} // namespace

void StateChange::note(const Membership& from, const Membership& to, unsigned robustness) {
    std::vector<Ipv4Address> concerned;
    if (from.mode != to.mode) {
        mode_reports_ = robustness;
        concerned = to.sources;
    } else {
        std::ranges::set_symmetric_difference(from.sources, to.sources, std::back_inserter(concerned));
    }
    for (const Ipv4Address source : concerned) {
        sources_[source] = robustness;
    }
}

void StateChange::report(Ipv4Address group, const Membership& state, std::vector<GroupRecord>& out) {
    if (mode_reports_ > 0) {
        --mode_reports_;
        out.push_back({state.mode == FilterMode::kInclude ? RecordType::kToInclude : RecordType::kToExclude,
                       group, state.sources});
    } else {
        GroupRecord allow{RecordType::kAllow, group, {}};
        GroupRecord block{RecordType::kBlock, group, {}};
        for (const auto& [source, reports] : sources_) {
            (forwards(state, source) ? allow : block).sources.push_back(source);
        }
        for (GroupRecord* record : {&allow, &block}) {
            if (!record->sources.empty()) {
                out.push_back(std::move(*record));
            }
        }
    }
    for (auto at = sources_.begin(); at != sources_.end();) {
        at = --at->second == 0 ? sources_.erase(at) : std::next(at);
    }
}

void StateChange::cancel() {
    mode_reports_ = 0;
    sources_.clear();
}

bool current_state(Ipv4Address group, const Membership& state, std::span<const Ipv4Address> asked,
                   GroupRecord& into) {
    if (state.empty()) {
        return false;
    }
    const bool include = state.mode == FilterMode::kInclude;
    into.group = group;
    into.sources.clear();
    if (asked.empty()) {
        into.type = include ? RecordType::kIsInclude : RecordType::kIsExclude;
        into.sources = state.sources;
        return true;
    }
    into.type = RecordType::kIsInclude;
    std::ranges::copy_if(asked, std::back_inserter(into.sources),
                         [&](Ipv4Address source) { return forwards(state, source); });
    return !into.sources.empty();
}

} // namespace mcfwd::igmp
