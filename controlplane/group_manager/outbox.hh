// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Callbacks that are due and wait for their turn, because a call made too many for one task. In the order in
// which they were due, and found by receiver and key: what comes later must not overtake what it continues.
// Private to the group manager.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <tuple>

#include <controlplane/group_manager/change.hh>

namespace mcfwd::group_manager {

class Outbox {
  public:
    [[nodiscard]] bool empty() const { return waiting_.empty(); }
    [[nodiscard]] std::size_t size() const { return waiting_.size(); }
    void push(const Emission& emission) {
        const std::uint64_t number = ++last_;
        waiting_.emplace_hint(waiting_.end(), number, emission);
        by_key_.emplace(emission.target, emission.key, number);
    }
    /// The one that was due first; there is one.
    [[nodiscard]] Emission pop() { return take(waiting_.begin()); }
    /// The first one to this client about this key.
    [[nodiscard]] std::optional<Emission> pop(ClientHandle target, SourceGroup key) {
        const auto at = by_key_.lower_bound({target, key, 0});
        if (at == by_key_.end() || std::get<0>(*at) != target || std::get<1>(*at) != key) {
            return std::nullopt;
        }
        return take(waiting_.find(std::get<2>(*at)));
    }
    void clear() {
        waiting_.clear();
        by_key_.clear();
    }

  private:
    Emission take(std::map<std::uint64_t, Emission>::iterator at) {
        by_key_.erase({at->second.target, at->second.key, at->first});
        return std::move(waiting_.extract(at).mapped());
    }

    std::map<std::uint64_t, Emission> waiting_;
    std::set<std::tuple<ClientHandle, SourceGroup, std::uint64_t>> by_key_;
    std::uint64_t last_ = 0;
};

} // namespace mcfwd::group_manager
