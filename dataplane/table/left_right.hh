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
#include <optional>

#include <mcfwd/ids.hh>
#include <mcfwd/result.hh>
#include <mcfwd/table.hh>

#include <dataplane/memory.hh>

#include "instance.hh"

struct rte_rcu_qsbr;

namespace mcfwd::dataplane {

/// What turns one version into the next: per key its new slot or nothing, per interface its policy.
struct Changes {
    std::map<MfibKey, std::optional<Slot>> entries;
    std::map<IfIndex, MissPolicy> policies;
};

/// Shared with the workers: where they find the table and say that they are done with a burst.
struct Publication {
    alignas(kCacheLine) std::atomic<const Instance*> current{nullptr};
    alignas(kCacheLine) rte_rcu_qsbr* readers = nullptr;
};

/// Control thread only, but for `publication`.
class LeftRight {
  public:
    /// `lists` is where egress lists lie.
    [[nodiscard]] static Expected<std::unique_ptr<LeftRight>>
    create(std::size_t entries, std::size_t workers, const std::byte* lists, const AllocateMemory& allocate);

    /// Applies `changes` to the idle instance and publishes it. Requires that no grace period is open. The
    /// changes stay here until the other instance has them too.
    void publish(Changes changes, TableVersion version);
    /// A version is published that some worker may not have seen.
    [[nodiscard]] bool grace_open() const { return in_flight_; }
    /// Ends the grace period if every worker has passed a quiescent state since: brings the other instance up
    /// to date and returns true. Never waits.
    [[nodiscard]] bool end_grace();

    [[nodiscard]] const Publication& publication() const { return publication_; }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

  private:
    LeftRight(MemoryBlock left, MemoryBlock right, MemoryBlock readers) noexcept;
    void apply(Instance& instance, TableVersion version) const;

    MemoryBlock left_memory_;
    MemoryBlock right_memory_;
    MemoryBlock readers_memory_;
    std::unique_ptr<Instance> published_;
    std::unique_ptr<Instance> idle_;
    Publication publication_;
    Changes changes_;
    std::uint64_t token_ = 0;
    bool in_flight_ = false;
    std::size_t bytes_ = 0;
};

} // namespace mcfwd::dataplane
