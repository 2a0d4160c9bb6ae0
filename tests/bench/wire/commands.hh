// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What run.py says to the generator and what it hears: one JSON object per line each way.
//   {"do": "join", "receiver": 0, "groups": 100}           -> {"event": "join", "reports": 1}; also "leave"
//   {"do": "trial", "rate": 1e6, "packets": 1000000, ...}  -> {"event": "trial", ...}; see trial_settings()
//   {"do": "drain", "quiet": 0.2}                          -> {"event": "drain", "copies": [0, 0]}; of the
//   receivers
// A request that cannot be done is answered with {"event": "error", "what": ...}.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ports.hh"

namespace mcfwd::wire {

/// The generator's own addresses: those of the hosts behind its ports.
struct Addresses {
    Ipv4Address first_source;
    Ipv4Address first_group;
    std::vector<Ipv4Address> receivers;
};

/// Of the cycle counter, which the router's workers have, too.
[[nodiscard]] std::uint64_t clock_hz();
/// The answer to one line.
[[nodiscard]] std::string obey(const Ports& ports, const Addresses& addresses, const std::string& line);

} // namespace mcfwd::wire
