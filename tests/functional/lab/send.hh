// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The source host: numbered UDP packets of many flows at one accurate total rate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <mcfwd/ipv4.hh>
#include <mcfwd/result.hh>

namespace mcfwd::lab {

struct SendFlow {
    Ipv4Address source; ///< an address of this host
    Ipv4Address group;
    std::uint16_t port = 0;
    std::uint64_t sent = 0; ///< also the next sequence number
};

/// "SOURCE,GROUP,PORT".
[[nodiscard]] Expected<SendFlow> parse_flow(const std::string& text);

struct SendOptions {
    std::vector<SendFlow> flows; ///< served in turn, so each gets the same rate
    double rate = 1000;          ///< packets per second, all flows together
    std::uint64_t count = 0;     ///< packets per flow; 0: until told to stop
    std::uint8_t ttl = 64;
    std::size_t payload = 64;
    bool controlled = false; ///< wait for `start` on standard input; `stop` or its end stops
};

/// Sends, prints the summary, returns the exit code.
[[nodiscard]] int run_send(SendOptions options);

} // namespace mcfwd::lab
