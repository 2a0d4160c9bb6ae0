// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// See entry_memory.hh.
#include "entry_memory.hh"

#include <cstdint>
#include <iterator>
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
    if (!groups_.has_mfe(flow)) {
        return;
    }
    look_through_some();
    const auto [veto, fresh] = vetoes_.try_emplace({flow, oif});
    veto->second = ++now_;
    said_[oif].vetoes_and_choices += fresh ? 1U : 0U;
}

void EntryMemory::allow(SourceGroup flow, InterfaceKey oif) {
    if (const auto veto = vetoes_.find({flow, oif}); veto != vetoes_.end()) {
        drop(veto);
    }
}

void EntryMemory::choose(SourceGroup flow, const group_manager::MfeEdit& edit) {
    if (!edit.iif && !edit.upstream) {
        return;
    }
    look_through_some();
    if (const auto before = choices_.find(flow); before != choices_.end() && !counts(before->second)) {
        drop(before);
    }
    Choice& choice = choices_[flow];
    if (edit.iif) {
        if (choice.iif) {
            drop_one(*choice.iif);
        }
        choice.iif = edit.iif;
        choice.made = ++now_;
        ++said_[*edit.iif].vetoes_and_choices;
    }
    if (edit.upstream) {
        choice.upstream = edit.upstream;
    }
}

void EntryMemory::forget(InterfaceKey interface) {
    if (const auto said = said_.find(interface); said != said_.end()) {
        said->second.left = ++now_;
    }
}

bool EntryMemory::forget_some(std::size_t most) {
    for (; most > 0 && !vetoes_.empty(); --most) {
        drop(vetoes_.begin());
    }
    for (; most > 0 && !choices_.empty(); --most) {
        drop(choices_.begin());
    }
    return size() > 0;
}

void EntryMemory::drop_one(InterfaceKey interface) {
    const auto said = said_.find(interface);
    if (--said->second.vetoes_and_choices == 0) {
        said_.erase(said);
    }
}

EntryMemory::Vetoes::iterator EntryMemory::drop(Vetoes::iterator veto) {
    drop_one(veto->first.second);
    return vetoes_.erase(veto);
}

void EntryMemory::drop(Choices::iterator choice) {
    if (choice->second.iif) {
        drop_one(*choice->second.iif);
    }
    choices_.erase(choice);
}

void EntryMemory::forget(SourceGroup flow, What what) {
    const bool all = what == What::kAll;
    if (const auto choice = choices_.find(flow);
        choice != choices_.end() && (all || !counts(choice->second))) {
        drop(choice);
    }
    for (auto at = vetoes_.lower_bound({flow, {}}); at != vetoes_.end() && at->first.first == flow;) {
        at = all || !counts(at->first.second, at->second) ? drop(at) : std::next(at);
    }
}

void EntryMemory::answer(group_manager::RpfQuery& query) {
    if (!groups_.has_mfe(query.flow)) {
        forget(query.flow, What::kAll);
        return;
    }
    if (const auto at = choices_.find(query.flow); at != choices_.end() && counts(at->second)) {
        query.iif = at->second.iif.value_or(query.iif);
        query.upstream = at->second.upstream.value_or(query.upstream);
    }
}

void EntryMemory::answer(const group_manager::CreationAlert& alert) {
    const auto first = vetoes_.lower_bound({alert.flow, {}});
    if (first == vetoes_.end() || first->first.first != alert.flow) {
        return;
    }
    if (!groups_.has_mfe(alert.flow)) {
        forget(alert.flow, What::kAll);
        return;
    }
    for (CandidateOif& candidate : alert.candidates) {
        const auto veto = vetoes_.find({alert.flow, candidate.oif});
        candidate.enabled = veto == vetoes_.end() || !counts(candidate.oif, veto->second);
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
            choice == choices_.end() || (veto != vetoes_.end() && veto->first.first < choice->first);
        looked_at_ = veto_first ? veto->first.first : choice->first;
        forget(looked_at_, groups_.has_mfe(looked_at_) ? What::kWhatCountsNoMore : What::kAll);
    }
}

} // namespace mcfwd::protocols
