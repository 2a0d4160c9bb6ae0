// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The one message of PIM that a snooping bridge reads: a router is here, and for how long (RFC 7761 section
// 4.9.2).
#pragma once

#include <cstddef>
#include <expected>
#include <span>

#include <mcfwd/clock.hh>
#include <mcfwd/ipv4.hh>

#include "codec.hh"

namespace mcfwd::igmp {

struct PimHello {
    Ipv4Address source;
    Duration hold_time{}; ///< zero: it leaves now; `Duration::max()`: for ever
};

/// `packet` starts at the IP header and may be cut behind it: then the checksum is not verified, and options
/// that are missing have their defaults. kUnknownType: another PIM message.
[[nodiscard]] std::expected<PimHello, ParseFailure> parse_pim_hello(std::span<const std::byte> packet);

} // namespace mcfwd::igmp
