// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// When a router tells snooping switches that it is there (RFC 4286 section 3): time in, decisions out.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <random>

#include <mcfwd/clock.hh>

#include "discovery.hh"

namespace mcfwd::igmp {

/// Messages of router discovery on an interface, per DiscoveryType.
struct DiscoveryCounters {
    std::array<std::uint64_t, kDiscoveryTypes> received{}; ///< well-formed
    std::array<std::uint64_t, kDiscoveryTypes> sent{};
    std::uint64_t refused = 0; ///< solicitations against the rules, or with our own address
};

/// Of one interface. Advertisements come after their interval, more or less up to 2.5 per cent of it, so that
/// routers do not fall into step; the first three after at most 2 seconds each; and within 2 seconds after a
/// solicitation, so that many of them make one answer. Never two within a tenth of a second.
class Advertiser {
  public:
    /// No interval: it never advertises. Interfaces with another `seed` have other delays.
    Advertiser(std::optional<Duration> interval, std::uint32_t seed) : interval_(interval), random_(seed) {}

    [[nodiscard]] std::optional<Duration> interval() const { return interval_; }

    /// The interface forwards multicast from now on: the first advertisement is due.
    void start(Instant now);
    /// True: it advertised, so that a termination is due. It says nothing more.
    [[nodiscard]] bool stop();
    /// A valid solicitation.
    void solicited(Instant now);
    /// Whether an advertisement has to be sent now; the next one is then planned.
    [[nodiscard]] bool due(Instant now);
    /// When the next one is due; Instant::max(): never.
    [[nodiscard]] Instant deadline() const { return next_; }

  private:
    /// From 0 to `most`.
    [[nodiscard]] Duration random(Duration most);

    std::optional<Duration> interval_;
    std::minstd_rand random_;
    Instant next_ = Instant::max();
    std::optional<Instant> last_;
    unsigned initial_left_ = 0;
};

} // namespace mcfwd::igmp
