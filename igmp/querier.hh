// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Who queries on a link: the startup sequence, the interval of general queries, and the election (RFC 9776
// sections 6.6.2, 8.6 and 8.7). Decides when to send a general query; sends nothing itself.
#pragma once

#include <optional>

#include <mcfwd/clock.hh>
#include <mcfwd/ipv4.hh>

#include "message.hh"
#include "router_config.hh"

namespace mcfwd::igmp {

/// What a received general query meant.
enum class Election : std::uint8_t {
    kNoEffect, ///< its sender has no lower address than we, or none at all
    kYielded,  ///< we were querier until now
    kObeyed,   ///< from the querier
};

/// Who wins against us: the lower address, or another system that knows more than we do.
enum class Contest : std::uint8_t { kByAddress, kWon };

class Querier {
  public:
    explicit Querier(const RouterConfig& config);

    /// Begins as querier; the first general query is due at once.
    void start(Instant now);
    [[nodiscard]] bool elected() const { return !other_until_; }
    /// The querier's address, ours included.
    [[nodiscard]] Ipv4Address address() const { return address_; }
    /// The variables in force: ours, or the querier's (RFC 9776 sections 4.1.6 and 4.1.7).
    [[nodiscard]] const Intervals& intervals() const { return intervals_; }
    [[nodiscard]] unsigned startup_queries_left() const { return startup_left_; }
    /// End of the other-querier-present timer, or time of our next general query.
    [[nodiscard]] Instant deadline() const { return other_until_.value_or(next_query_); }

    /// The link is there again: as querier we ask as at the start, but no more often than once a second.
    void ask_anew(Instant now);

    /// A general query from another router.
    Election hear(const Query& query, Ipv4Address source, Instant now, Contest contest = Contest::kByAddress);

    /// A query about a group, whoever sent it: the querier's announces its variables too.
    void hear_specific(const Query& query, Ipv4Address source);

    /// Takes over from a querier that fell silent.
    bool take_over(Instant now);
    /// True when a general query is due; schedules the next one.
    bool query_due(Instant now);

    /// The variables that follow from a general query (RFC 9776 sections 4.1.6 and 4.1.7).
    [[nodiscard]] Intervals announced(const Query& query) const;

  private:
    void adopt(const Query& query, Intervals& into) const;

    Intervals own_;
    bool own_last_member_count_ = false; ///< configured, so not derived from the robustness in force
    Ipv4Address own_address_;
    Duration startup_interval_;
    unsigned startup_count_;

    Intervals intervals_;
    Ipv4Address address_;
    std::optional<Instant> other_until_;
    Instant next_query_{};
    unsigned startup_left_ = 0;
    std::optional<Instant> asked_; ///< our last general query
};

} // namespace mcfwd::igmp
