// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The receiving host: joins and leaves on command, and judges everything on its wire meanwhile.
#pragma once

#include <cstdint>
#include <string>

#include <mcfwd/ids.hh>

namespace mcfwd::lab {

struct ReceiveOptions {
    std::string interface;
    std::uint8_t ttl = 63;     ///< that data packets must have
    VlanId vlan;               ///< that data packets must have; 0: none
    int leave_grace_ms = 3000; ///< how long after a leave packets are still right
    int quiet_ms = 300;        ///< silence that ends a left group
};

/// Serves the commands on standard input until `quit`, its end, SIGINT or SIGTERM; returns the exit code.
///   join GROUP [SOURCE], leave GROUP [SOURCE]        as an application of this host
///   want GROUP [SOURCE], unwant GROUP [SOURCE]       another host on this LAN joins or leaves
///   stats, flows, quit
[[nodiscard]] int run_receive(const ReceiveOptions& options);

} // namespace mcfwd::lab
