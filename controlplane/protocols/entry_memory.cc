// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// See entry_memory.hh.
#include "entry_memory.hh"

#include <cstdint>
#include <limits>

namespace mcfwd::protocols {

using group_manager::CandidateOif;
using group_manager::InterfaceKey;
using group_manager::SourceGroup;

namespace {

/// Flows that are looked at for one that is new: what has ended never is more than a fraction.
constexpr int kLookedAt = 4;

/// Behind every other one.
constexpr InterfaceKey kLastInterface{IfIndex(std::numeric_limits<std::uint16_t>::max()),
                                      Ipv4Address(~std::uint32_t{0})};

} // namespace

void EntryMemory::veto(SourceGroup flow, InterfaceKey oif) {
    if (groups_.has_mfe(flow)) {
        look_through_some();
        vetoes_.insert({flow, oif});
    }
}

void EntryMemory::choose(SourceGroup flow, const group_manager::MfeEdit& edit) {
    if (!edit.iif && !edit.upstream) {
        return;
    }
    look_through_some();
    Choice& choice = choices_[flow];
    if (edit.iif) {
        choice.iif = edit.iif;
    }
    if (edit.upstream) {
        choice.upstream = edit.upstream;
    }
}

void EntryMemory::forget(InterfaceKey interface) {
    std::erase_if(vetoes_, [interface](const auto& veto) { return veto.second == interface; });
    std::erase_if(choices_, [interface](const auto& choice) { return choice.second.iif == interface; });
}

void EntryMemory::forget(SourceGroup flow) {
    choices_.erase(flow);
    for (auto at = vetoes_.lower_bound({flow, {}}); at != vetoes_.end() && at->first == flow;) {
        at = vetoes_.erase(at);
    }
}

void EntryMemory::answer(group_manager::RpfQuery& query) {
    if (!groups_.has_mfe(query.flow)) {
        forget(query.flow);
        return;
    }
    if (const auto at = choices_.find(query.flow); at != choices_.end()) {
        query.iif = at->second.iif.value_or(query.iif);
        query.upstream = at->second.upstream.value_or(query.upstream);
    }
}

void EntryMemory::answer(const group_manager::CreationAlert& alert) {
    const auto first = vetoes_.lower_bound({alert.flow, {}});
    if (first == vetoes_.end() || first->first != alert.flow) {
        return;
    }
    if (!groups_.has_mfe(alert.flow)) {
        forget(alert.flow);
        return;
    }
    for (CandidateOif& candidate : alert.candidates) {
        candidate.enabled = !vetoes_.contains({alert.flow, candidate.oif});
    }
}

void EntryMemory::look_through_some() {
    for (int n = 0; n < kLookedAt; ++n) {
        const auto veto = vetoes_.upper_bound({looked_at_, kLastInterface});
        const auto choice = choices_.upper_bound(looked_at_);
        if (veto == vetoes_.end() && choice == choices_.end()) {
            looked_at_ = {}; // from the beginning, next time
            return;
        }
        const bool veto_first =
            choice == choices_.end() || (veto != vetoes_.end() && veto->first < choice->first);
        looked_at_ = veto_first ? veto->first : choice->first;
        if (!groups_.has_mfe(looked_at_)) {
            forget(looked_at_);
        }
    }
}

} // namespace mcfwd::protocols
