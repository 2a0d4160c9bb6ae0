// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A handful of entries at most: plain lists.
#include "router_neighbours.hh"

#include <algorithm>

namespace mcfwd::igmp {

std::vector<RouterNeighbour>::iterator RouterNeighbours::find(RouterSign sign, Ipv4Address address) {
    return std::ranges::find_if(entries_, [&](const RouterNeighbour& entry) {
        return entry.sign == sign && entry.address == address;
    });
}

void RouterNeighbours::hear(RouterSign sign, Ipv4Address address, Instant until) {
    if (const auto at = find(sign, address); at != entries_.end()) {
        at->until = until;
    } else if (entries_.size() < kMost) {
        entries_.push_back({sign, address, until});
    } else if (const auto others = find(sign, Ipv4Address()); others != entries_.end()) {
        others->until = std::max(others->until, until);
    } else {
        entries_.push_back({sign, Ipv4Address(), until});
    }
}

void RouterNeighbours::end(RouterSign sign, Ipv4Address address) {
    if (const auto at = find(sign, address); at != entries_.end()) {
        entries_.erase(at);
    }
}

void RouterNeighbours::expire(Instant now) {
    std::erase_if(entries_, [now](const RouterNeighbour& entry) { return entry.until <= now; });
}

std::optional<Instant> RouterNeighbours::deadline() const {
    const auto first = std::ranges::min_element(entries_, {}, &RouterNeighbour::until);
    return first == entries_.end() || first->until == Instant::max() ? std::nullopt
                                                                     : std::optional(first->until);
}

} // namespace mcfwd::igmp
