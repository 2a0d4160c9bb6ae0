// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The hosts of one link: who they are, how fast they may talk, and whether there is only one of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include <mcfwd/clock.hh>
#include <mcfwd/ipv4.hh>
#include <mcfwd/mac.hh>

#include "deadline_heap.hh"
#include "sharded_map.hh"

namespace mcfwd::igmp {

/// Who sent a report. Hosts without an address are told apart by their MAC alone.
struct Reporter {
    Ipv4Address address; ///< may be 0.0.0.0
    MacAddress mac;
    bool operator==(const Reporter&) const = default;
};

struct ReporterHash {
    [[nodiscard]] std::size_t operator()(const Reporter& reporter) const noexcept;
};

struct Host {
    explicit Host(Reporter reporter) : id(reporter) {}
    Reporter id;
    Instant spent{Instant::min()}; ///< when all the records it sent would have come at the permitted rate
    std::uint32_t memberships = 0; ///< groups in which it is a tracked member
    DeadlineSlot slot;             ///< armed while it has none: then it is soon forgotten
};

class HostTable {
  public:
    /// Hosts are heard from now on. Again: some may be there that were not heard yet.
    void start();

    /// The host that sends a message now. nullptr: there are `most` already, and it is not one of them.
    [[nodiscard]] Host* hear(const Reporter& reporter, Instant now, std::size_t most);

    /// How many of `records` a host may send now at `rate` per second (0: any), in bursts of a second's
    /// worth. All hosts that are not in the table share one allowance.
    [[nodiscard]] std::size_t allow(Host* host, std::size_t records, std::size_t rate, Instant now);

    /// A host gains or loses a membership.
    void join(Host& host);
    void part(Host& host, Instant now);

    /// All hosts of the link were asked, and answer within `response`.
    void asked(Duration response, Instant now);

    /// Whether this host alone answered the last kRounds general queries, and nobody else said anything
    /// since. A host of version 1 or 2 that stays silent because another one always reports first loses a
    /// race of equal chances each time: it is still unheard after all of them once in 2^20.
    [[nodiscard]] bool only_one(const Reporter& reporter) const;
    static constexpr unsigned kRounds = 20;

    /// Forgets hosts without memberships, up to `most` of them. Returns what is left of `most`.
    std::size_t advance(Instant now, std::size_t most);
    [[nodiscard]] std::optional<Instant> next_deadline() const;
    [[nodiscard]] std::size_t size() const { return hosts_.size(); }
    /// Frees up to `most` hosts of a table that is good for nothing else any more; returns what is left of it.
    std::size_t dissolve(std::size_t most);

  private:
    ShardedMap<Reporter, Host, ReporterHash> hosts_;
    DeadlineHeap<Host> idle_;
    Host unknown_{Reporter{}};
    void begin_proof();

    std::optional<Reporter> last_;       ///< who sent the last message
    std::optional<Instant> answered_at_; ///< when the answers to the last query that counts are in
    unsigned rounds_ = 0;                ///< queries answered by nobody but `last_`
};

} // namespace mcfwd::igmp
