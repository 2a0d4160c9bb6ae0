// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What the members of one group want, as a router keeps it: filter mode, group timer and source timers, and
// the transition tables of RFC 9776 section 6.4. Knows time but sends nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/ipv4.hh>

#include "message.hh"

namespace mcfwd::igmp {

/// A source timer that does not run: the source is blocked (EXCLUDE mode only).
inline constexpr Instant kNotRunning = Instant::min();

struct Source {
    Instant expires = kNotRunning;
    Ipv4Address address;
    std::uint8_t queries_left = 0; ///< repeats of a group-and-source query still to send
    bool asked = false;            ///< the last record asks for a query about this source
    [[nodiscard]] bool running() const { return expires != kNotRunning; }
};

/// Time and limits under which a record is applied.
struct RecordContext {
    Instant now;
    Duration membership_interval; ///< GMI
    std::size_t max_sources = 0;  ///< 0: no limit
};

/// What applying a record asks for beside the new state.
struct RecordEffect {
    bool changed = false;       ///< mode or set of sources is another one; timers alone do not count
    bool query_group = false;   ///< send Q(G)
    bool query_sources = false; ///< send Q(G,S) for the sources marked `asked`
    std::size_t refused = 0;    ///< sources not taken in for want of room
};

class FilterState {
  public:
    [[nodiscard]] FilterMode mode() const { return mode_; }
    /// End of the group timer; meaningful in EXCLUDE mode.
    [[nodiscard]] Instant group_timer() const { return group_timer_; }
    /// Ascending by address. Timers and query marks may be written.
    [[nodiscard]] std::span<Source> sources() { return sources_; }
    [[nodiscard]] std::span<const Source> sources() const { return sources_; }
    /// INCLUDE mode without sources: the group does not exist.
    [[nodiscard]] bool empty() const { return mode_ == FilterMode::kInclude && sources_.empty(); }

    /// `listed` is ascending without repetition. All timers that ended by `context.now` have been expired.
    RecordEffect apply(RecordType type, std::span<const Ipv4Address> listed, const RecordContext& context);

    /// Ends what has run out (RFC 9776 section 6.5, table 7). True if mode or sources changed.
    bool expire(Instant now);

    /// The earliest end of a running timer.
    [[nodiscard]] std::optional<Instant> deadline() const;

    /// Lower the group timer, or the timers of the listed sources, to `at` where they run longer.
    void lower_group_timer(Instant at);
    void lower_source_timers(std::span<const Ipv4Address> listed, Instant at);

    /// Running timers that end after `past` end at `end` instead.
    void retime(Instant past, Instant end);

  private:
    enum class Refresh : std::uint8_t { kNo, kYes };
    void add(std::span<const Ipv4Address> listed, Instant expires, Refresh refresh, std::size_t max_sources,
             RecordEffect& effect);
    /// Puts the ascending sources from index `known` on in their places among the ascending ones before.
    void merge_from(std::size_t known);
    void retain(std::span<const Ipv4Address> listed, RecordEffect& effect);
    void ask(std::span<const Ipv4Address> listed, bool about_listed, RecordEffect& effect);

    FilterMode mode_ = FilterMode::kInclude;
    Instant group_timer_{};
    std::vector<Source> sources_;
};

} // namespace mcfwd::igmp
