// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Addresses that several tests of IGMP use.
#pragma once

#include <mcfwd/ipv4.hh>

namespace mcfwd::igmp {

inline constexpr Ipv4Address kSender{10, 0, 1, 1};
inline constexpr Ipv4Address kGroup{239, 1, 1, 1};
inline constexpr Ipv4Address kS1{10, 0, 0, 1};
inline constexpr Ipv4Address kS2{10, 0, 0, 2};

} // namespace mcfwd::igmp
