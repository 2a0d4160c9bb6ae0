// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Answers of commands that list many: a part that one task can make, and the place where the next one begins.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include <mcfwd/ipv4.hh>

#include <controlplane/group_manager/types.hh>

namespace mcfwd::daemon {

/// One answer. It takes as many entries as `max` of the parameters says, and not more than a few milliseconds
/// can make: an entry with many oifs or sources counts for several.
class Page {
  public:
    explicit Page(const nlohmann::json& params);

    [[nodiscard]] bool full() const { return room() == 0 || glances_ >= kGlances; }
    /// Entries that it takes at most.
    [[nodiscard]] std::size_t room() const { return values_ >= kValues ? 0 : most_ - entries_.size(); }
    void add(nlohmann::json entry);
    /// An entry that was looked at and not wanted.
    void pass() { ++glances_; }

    /// `next`: the cursor of the last entry that was looked at, or null if that was the last of all.
    [[nodiscard]] nlohmann::json answer(nlohmann::json next) &&;
    /// Without saying how to go on.
    [[nodiscard]] nlohmann::json entries() && { return std::move(entries_); }

  private:
    /// Values of JSON, which cost about half a microsecond each to make, to write and to free.
    static constexpr std::size_t kValues = 2000;
    static constexpr std::size_t kGlances = 16384;

    std::size_t most_;
    std::size_t values_ = 0;
    std::size_t glances_ = 0;
    nlohmann::json::array_t entries_;
};

/// A page of one or more lists that are ascending by group and source, with the filter [GROUP [SOURCE]].
class FlowPage {
  public:
    explicit FlowPage(const nlohmann::json& params);

    /// Everything of this page is behind it.
    [[nodiscard]] group_manager::SourceGroup begin() const { return last_; }
    /// The next one of the list; `entry` makes it if it is wanted. False: this was enough.
    template <std::invocable Entry>
    [[nodiscard]] bool offer(group_manager::SourceGroup key, Entry entry) {
        if (key <= last_) {
            return true;
        }
        if (beyond(key)) {
            return false;
        }
        if (page_.full()) {
            more_ = true;
            return false;
        }
        if (wanted(key)) {
            page_.add(entry());
        } else {
            page_.pass();
        }
        last_ = key;
        return true;
    }
    /// Another list follows, from its beginning.
    void next_list();
    /// The page is full, and the list has more.
    [[nodiscard]] bool cut() const { return more_; }
    /// `list`: what the cursor says besides group and source.
    [[nodiscard]] nlohmann::json answer(nlohmann::json list = nlohmann::json::object()) &&;

  private:
    [[nodiscard]] group_manager::SourceGroup before_all() const;
    [[nodiscard]] bool wanted(group_manager::SourceGroup key) const;
    [[nodiscard]] bool beyond(group_manager::SourceGroup key) const;

    Page page_;
    std::optional<Ipv4Address> group_;
    std::optional<Ipv4Address> source_;
    group_manager::SourceGroup last_;
    bool more_ = false;
};

} // namespace mcfwd::daemon
