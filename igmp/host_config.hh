// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Settings of the host side of one interface, with the defaults of RFC 9776 section 8.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/ipv4.hh>
#include <mcfwd/result.hh>

#include "message.hh"

namespace mcfwd::igmp {

struct HostConfig {
    Ipv4Address address; ///< source of reports; 0.0.0.0 if the interface has none
    /// Further ones of ours on the interface: queries to them count, packets from them are our own.
    std::vector<Ipv4Address> other_addresses;
    std::size_t mtu = 1500;
    Version version = Version::kV3;     ///< the highest that is spoken
    std::optional<unsigned> robustness; ///< default: the querier's (QRV), 2 until one was heard
    /// The longest time between the repeats of an unsolicited report. Default: 1 s, in version 1 and 2 modes
    /// 10 s (RFC 2236 section 8.10).
    std::optional<Duration> unsolicited_report_interval;
    /// Version 2 and 3 queries without the Router Alert option are ignored (RFC 9776 section 9.1).
    bool require_router_alert = true;
};

/// kInvalidParameter with key, value and the rule.
[[nodiscard]] Expected<void> validate(const HostConfig& config);

/// A duration drawn evenly from the open range (0, limit).
using RandomDelay = std::function<Duration(Duration limit)>;

} // namespace mcfwd::igmp
