// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Publication: two instances of the table, one that workers read and one to write, and the grace period
// between them. Left-right after Ramalhete and Correia, with DPDK's QSBR as the count of readers.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <set>

#include <rte_prefetch.h>

#include <mcfwd/ids.hh>
#include <mcfwd/result.hh>
#include <mcfwd/table.hh>

#include <dataplane/memory.hh>

#include "instance.hh"

struct rte_rcu_qsbr;

namespace mcfwd::dataplane {

/// Shared with the workers: where they find the table and say that they are done with a burst.
struct Publication {
    alignas(kCacheLine) std::atomic<const Instance*> current{nullptr};
    alignas(kCacheLine) rte_rcu_qsbr* readers = nullptr;
};

/// What is put and erased goes to the idle instance at once, so that publication is nothing but a swap. While
/// a grace period is open and until the instance has caught up it waits here, the latest state of each key.
/// Control thread only, but for `publication`.
///
/// Memory order: the idle instance is written only after every worker has reported a quiescent state since
/// the swap; `rte_rcu_qsbr_check` acquires these reports, so no read of it can come after. What was written
/// comes before the pointer to it, by the release store of the swap. Published instances are only read, by
/// the control thread too when the other one catches up.
class LeftRight {
  public:
    /// `lists` is where egress lists lie.
    [[nodiscard]] static Expected<std::unique_ptr<LeftRight>>
    create(std::size_t entries, std::size_t workers, const std::byte* lists, const AllocateMemory& allocate);

    /// For the next version. Whenever a batch is complete no more entries are left than the table was made
    /// for; within a batch removals come first.
    void put(const Slot& slot);
    /// Into the cache: where the key will be looked for.
    void fetch(const FlowKey& key) const { rte_prefetch0(&idle_->index.bucket(idle_->index.home(key))); }
    void erase(const FlowKey& key);
    void set_miss_policy(IfIndex interface, MissPolicy policy);
    /// Ends the grace period if every worker has passed a quiescent state since. Never waits.
    [[nodiscard]] bool end_grace();
    /// One step of bringing the idle instance up to date, at most about a millisecond. True: it is, and may
    /// be published.
    bool prepare();
    [[nodiscard]] bool prepared() const { return caught_up() && waiting_.empty(); }
    /// Requires that it is prepared. Opens a grace period.
    void publish(TableVersion version);

    [[nodiscard]] const Publication& publication() const { return publication_; }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

  private:
    /// What the idle instance does not have yet.
    struct Changes {
        std::set<FlowKey> erase;
        std::map<FlowKey, Slot> put;
        std::map<IfIndex, MissPolicy> policies;
        [[nodiscard]] bool empty() const { return erase.empty() && put.empty() && policies.empty(); }
    };

    LeftRight(MemoryBlock left, MemoryBlock right, MemoryBlock readers) noexcept;
    /// No worker reads the idle instance, and it has all that is published.
    [[nodiscard]] bool caught_up() const { return !in_flight_ && published_->index.written() == 0; }

    MemoryBlock left_memory_;
    MemoryBlock right_memory_;
    MemoryBlock readers_memory_;
    std::unique_ptr<Instance> published_;
    std::unique_ptr<Instance> idle_;
    Publication publication_;
    Changes waiting_;
    std::uint64_t token_ = 0;
    bool in_flight_ = false; ///< some worker may not have seen the published version
    std::size_t bytes_ = 0;
};

} // namespace mcfwd::dataplane
