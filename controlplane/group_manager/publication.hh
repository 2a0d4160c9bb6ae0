// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What the forwarding table does not know yet, and the one place that tells it. Private to the group manager.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <controlplane/group_manager/mfe_table.hh>
#include <controlplane/group_manager/seams.hh>

namespace mcfwd::group_manager {

/// What becomes of changes that the table has taken.
enum class Then : bool {
    kPublish,
    kGather, ///< more of the same work follows, and all of it shall be one version
};

class Publication {
  public:
    struct Outcome {
        std::vector<SourceGroup> refused;   ///< wait for room from now on
        std::vector<SourceGroup> caught_up; ///< waited for room and are published now
        std::optional<Error> why;           ///< of the last refusal
    };

    Publication(ForwardingSink& sink, MfeTable& entries) : sink_(sink), entries_(entries) {}

    /// The entry changed; its latest state is published with the next flush.
    void touch(SourceGroup flow) { flows_.insert(flow); }
    /// The entry is again as the table has it.
    void untouch(SourceGroup flow) {
        if (!restarted_.contains(flow)) {
            flows_.erase(flow);
            waiting_.erase(flow);
        }
    }
    /// As `touch`; the counters start again.
    void restart(SourceGroup flow) {
        flows_.insert(flow);
        restarted_.insert(flow);
    }
    /// The entry goes.
    void withdraw(const Entry& entry) {
        flows_.insert(entry.flow);
        freed_ |= !entry.published.oifs.empty();
    }
    void set_signal(InterfaceKey interface, bool signal) { miss_[interface] = signal; }

    /// Something changed that the table was not asked to take yet.
    [[nodiscard]] bool pending() const { return !flows_.empty() || !miss_.empty(); }
    [[nodiscard]] std::size_t pending_flows() const { return flows_.size(); }
    /// Something waits for room in the table.
    [[nodiscard]] bool waiting() const { return !waiting_.empty() || !waiting_miss_.empty(); }
    /// At most `limit` of what waits, from behind the one that was refused last, so that each has its turn.
    [[nodiscard]] std::vector<SourceGroup> waiting_flows(std::size_t limit) const;
    /// Egresses were freed since the last call.
    [[nodiscard]] bool take_freed() { return std::exchange(freed_, false); }

    /// Sends the table everything that differs from what it holds. When the table refuses, what needs no room
    /// goes first and the rest in parts, as far as there is room; what was refused waits for `retry` and
    /// holds up nothing else. `kPublish`: together with what was gathered before it is one version, at once
    /// or, if the table refused anything, with `publish_gathered`.
    [[nodiscard]] Outcome flush(std::string cause, Then then);
    /// Tries some of what waits.
    [[nodiscard]] Outcome retry(const std::vector<SourceGroup>& flows, std::string cause, Then then);
    /// Makes one version of what was gathered, if anything was.
    void publish_gathered(const std::string& cause);
    /// Publishes one new entry by itself, before it is in the table of entries, and takes away the one that
    /// makes room for it, in one version.
    [[nodiscard]] Expected<void> publish_new(Entry& entry, std::string cause,
                                             std::optional<SourceGroup> in_place_of = {});

    /// The table has something that is not visible yet, as far as this knows: others publish too.
    [[nodiscard]] bool gathered() const { return gathered_; }
    /// Versions so far.
    [[nodiscard]] std::uint64_t published() const { return published_; }

  private:
    /// One flush or retry in the making.
    struct Attempt {
        std::string cause;
        Then then = Then::kPublish;
        Outcome outcome;
        std::size_t refusals = 0;
    };
    void publish(const std::vector<SourceGroup>& flows, Attempt& attempt);
    /// What needs no room, then the rest.
    void publish_in_steps(ForwardingUpdate update, Attempt& attempt);
    /// Publishes as many as there is room for. `refused`: the table refused just these already.
    void publish_in_parts(std::span<const DesiredEntry> puts, bool refused, Attempt& attempt);
    [[nodiscard]] bool send(ForwardingUpdate& update, Then then, Attempt& attempt);
    void settle(SourceGroup flow, Attempt& attempt);
    void wait(SourceGroup flow, Attempt& attempt);
    void forget(SourceGroup flow);
    [[nodiscard]] bool grows(const DesiredEntry& put) const;

    ForwardingSink& sink_;
    MfeTable& entries_;
    std::set<SourceGroup> flows_;
    std::set<SourceGroup> restarted_;
    std::map<InterfaceKey, bool> miss_;
    std::set<InterfaceKey> signalled_; ///< whose misses the table signals
    std::set<SourceGroup> waiting_;
    std::map<InterfaceKey, bool> waiting_miss_;
    SourceGroup last_refused_; ///< the next retry begins behind it, so that every flow has its turn
    bool freed_ = false;
    bool gathered_ = false;
    std::uint64_t published_ = 0;
};

} // namespace mcfwd::group_manager
