// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Queries about a group that may have lost its last member, and their repeats (RFC 9776 section 6.6.3). New
// questions merge into repeats that are pending.
#pragma once

#include <cstdint>
#include <optional>

#include <mcfwd/clock.hh>
#include <mcfwd/ipv4.hh>

#include "filter_state.hh"
#include "query_sender.hh"

namespace mcfwd::igmp {

/// Of one group. The repeats of source queries are counted in the sources themselves.
class LastMember {
  public:
    /// Q(G): lowers the group timer to the last-member query time and asks now, unless that is already going
    /// on.
    void ask_group(Ipv4Address group, FilterState& filter, QuerySender& queries, Instant now);
    /// Q(G,S) for the sources marked `asked` whose timers run longer than the last-member query time.
    void ask_sources(Ipv4Address group, FilterState& filter, QuerySender& queries, Instant now);
    /// Sends the repeats that are due.
    void repeat(Ipv4Address group, FilterState& filter, QuerySender& queries, Instant now);

    [[nodiscard]] std::optional<Instant> deadline() const;
    [[nodiscard]] bool pending() const { return group_left_ > 0 || sources_next_.has_value(); }

  private:
    /// The S=1 message adds nothing to a group-specific query that goes out at the same time.
    enum class WithSuppressed : std::uint8_t { kNo, kYes };
    void send_sources(Ipv4Address group, FilterState& filter, QuerySender& queries, Instant now,
                      WithSuppressed with_suppressed);

    unsigned group_left_ = 0;
    Instant group_next_{};
    std::optional<Instant> sources_next_;
};

} // namespace mcfwd::igmp
