// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Longest prefix match, as the multicast view needs it. The data plane implements it with DPDK's RIB library,
// which needs its memory; tests have a slow one of their own.
#pragma once

#include <optional>

#include <mcfwd/ipv4.hh>
#include <mcfwd/result.hh>

namespace mcfwd {

/// A set of prefixes. Host bits of a prefix are ignored. Control thread only.
class PrefixSet {
  public:
    virtual ~PrefixSet() = default;
    /// True: it is new; false: it was there. kNotEnoughMemory: no room.
    [[nodiscard]] virtual Expected<bool> insert(Ipv4Prefix prefix) = 0;
    /// Erasing what is absent does nothing.
    virtual void erase(Ipv4Prefix prefix) = 0;
    /// The longest one that contains the address.
    [[nodiscard]] virtual std::optional<Ipv4Prefix> longest_match(Ipv4Address address) const = 0;
};

} // namespace mcfwd
