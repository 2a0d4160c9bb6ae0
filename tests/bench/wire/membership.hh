// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The receivers' IGMP: version 3 reports that join or leave a range of groups, as frames ready to be sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <mcfwd/ipv4.hh>
#include <mcfwd/mac.hh>

namespace mcfwd::wire {

enum class Change : std::uint8_t { kJoin, kLeave };

struct Host {
    Ipv4Address address;
    MacAddress mac;
};

/// A report as it goes on the wire, and the part of the range that it speaks of.
struct ReportFrame {
    std::vector<std::byte> octets;
    std::uint32_t first = 0; ///< index into the range
    std::uint32_t groups = 0;
};

/// Any-source membership of `groups` consecutive groups, as few reports as an MTU of 1500 allows.
[[nodiscard]] std::vector<ReportFrame> report_frames(const Host& host, Change change, Ipv4Address first_group,
                                                     std::uint32_t groups);

} // namespace mcfwd::wire
