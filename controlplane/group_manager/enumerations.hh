// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Walks over the joined groups as they were when each walk began (specification 2.10), without a copy of
// them: a key knows since when it is there, and one that goes is kept as long as a walk may still come to it.
// So a walk over any number of keys begins at once. Private to the group manager.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <controlplane/group_manager/interest.hh>
#include <controlplane/group_manager/views.hh>

namespace mcfwd::group_manager {

class Enumerations {
  public:
    /// One list of groups that a client walks.
    struct Walk {
        ClientHandle client;
        EnumerationKind kind = EnumerationKind::kAllSources;
        std::uint64_t begun = 0;         ///< stamp of the interest
        std::size_t held = 0;            ///< keys that there were
        std::size_t left = 0;            ///< of what it lists
        std::optional<SourceGroup> last; ///< key that it has come to
    };

    explicit Enumerations(Interest& interest) : interest_(interest) {}

    [[nodiscard]] EnumerationHandle begin(ClientHandle client, EnumerationKind kind);
    /// nullptr: no such walk.
    [[nodiscard]] Walk* find(EnumerationHandle handle);
    /// At most `limit`, ascending. Fewer, perhaps none, although there are more: the rest of what one task
    /// may look at was too young.
    [[nodiscard]] std::vector<SourceGroup> next(Walk& walk, std::size_t limit) const;
    /// False: no such walk.
    bool end(EnumerationHandle handle);
    void end_all(ClientHandle client);
    void clear();

    /// Keys that all walks together may come to.
    [[nodiscard]] std::size_t held() const { return held_; }
    /// Keys that are gone, and kept.
    [[nodiscard]] std::size_t kept() const { return gone_.size(); }
    /// The interest forgets the key, which it had since `entered`.
    void keep(SourceGroup key, std::uint64_t entered);
    /// Forgets some of what was kept for walks that have ended. True: there is more.
    bool forget_some();
    /// There is something that `forget_some` has not looked at since a walk ended.
    [[nodiscard]] bool forgetting() const { return forgetting_; }

  private:
    /// Ascending by key, and for each in the order of going: since when it was there.
    using Gone = std::map<std::pair<SourceGroup, std::uint64_t>, std::uint64_t>;

    void ended(const Walk& walk);
    /// Some walk has begun while the key was there.
    [[nodiscard]] bool is_needed(std::uint64_t entered, std::uint64_t left) const;

    Interest& interest_;
    std::map<EnumerationHandle, Walk> walks_;
    std::set<std::uint64_t> begun_; ///< of all walks
    std::uint64_t last_ = 0;
    std::size_t held_ = 0;
    Gone gone_;
    bool forgetting_ = false;
    std::pair<SourceGroup, std::uint64_t> looked_at_; ///< the last one
};

} // namespace mcfwd::group_manager
