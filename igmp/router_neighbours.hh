// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The multicast routers that a snooping bridge has heard on one port, each for its time. A router that says
// good-bye takes away only what it said itself: another one may be behind the same port.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/ipv4.hh>

namespace mcfwd::igmp {

/// What shows that a router is there.
enum class RouterSign : std::uint8_t { kQuery, kPimHello, kDiscovery };
inline constexpr std::size_t kRouterSigns = static_cast<std::size_t>(RouterSign::kDiscovery) + 1;

[[nodiscard]] constexpr std::string_view router_sign_name(RouterSign sign) {
    constexpr std::array<std::string_view, kRouterSigns> kNames{"query", "pim", "mrd"};
    return kNames[static_cast<std::size_t>(sign)];
}

struct RouterNeighbour {
    RouterSign sign = RouterSign::kQuery;
    Ipv4Address address; ///< unspecified: several, for which there was no room
    Instant until{};     ///< `Instant::max()`: for ever
};

class RouterNeighbours {
  public:
    /// Addresses kept; what comes beyond them is kept as one per sign.
    static constexpr std::size_t kMost = 32;

    void hear(RouterSign sign, Ipv4Address address, Instant until);
    void end(RouterSign sign, Ipv4Address address);
    void expire(Instant now);
    void clear() { entries_.clear(); }

    [[nodiscard]] bool empty() const { return entries_.empty(); }
    /// In no particular order.
    [[nodiscard]] std::span<const RouterNeighbour> entries() const { return entries_; }
    [[nodiscard]] std::optional<Instant> deadline() const;

  private:
    [[nodiscard]] std::vector<RouterNeighbour>::iterator find(RouterSign sign, Ipv4Address address);
    std::vector<RouterNeighbour> entries_;
};

} // namespace mcfwd::igmp
