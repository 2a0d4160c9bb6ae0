// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// See entry_memory.hh.
#include "entry_memory.hh"

namespace mcfwd::protocols {

using group_manager::CandidateOif;
using group_manager::InterfaceKey;
using group_manager::SourceGroup;

namespace {

/// So many more than after the last time are let come together.
constexpr std::size_t kLookThrough = 1024;

} // namespace

void EntryMemory::veto(SourceGroup flow, InterfaceKey oif) {
    if (groups_.mfe(flow)) {
        make_room();
        vetoes_.insert({flow, oif});
    }
}

void EntryMemory::choose(SourceGroup flow, const group_manager::MfeEdit& edit) {
    if (!edit.iif && !edit.upstream) {
        return;
    }
    make_room();
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
    if (!groups_.mfe(query.flow)) {
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
    if (!groups_.mfe(alert.flow)) {
        forget(alert.flow);
        return;
    }
    for (CandidateOif& candidate : alert.candidates) {
        candidate.enabled = !vetoes_.contains({alert.flow, candidate.oif});
    }
}

void EntryMemory::make_room() {
    if (size() < looked_through_ * 2 + kLookThrough) {
        return;
    }
    std::erase_if(vetoes_, [this](const auto& veto) { return !groups_.mfe(veto.first); });
    std::erase_if(choices_, [this](const auto& choice) { return !groups_.mfe(choice.first); });
    looked_through_ = size();
}

} // namespace mcfwd::protocols
