// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What is counted per entry of the forwarding table and per egress of it: group manager specification 5.9.
#pragma once

#include <cstdint>

#include <mcfwd/ids.hh>

namespace mcfwd {

/// Traffic of one entry, summed over workers and over all egress lists the entry had.
struct EntryCounters {
    std::uint64_t packets = 0;         ///< accepted on the accept interface
    std::uint64_t bytes = 0;           ///< IP octets of those
    std::uint64_t wrong_interface = 0; ///< arrived elsewhere, dropped
    std::uint64_t copies = 0;          ///< queued for egress ports
    std::uint64_t copies_refused = 0;  ///< of `copies`, those their port did not take
    std::uint64_t negative = 0;        ///< of `packets`, those that came while nobody wanted any
    std::uint64_t uninitialized = 0;   ///< came while the entry was being made: parked, or no room to park
    std::uint64_t queue_overflow = 0;  ///< no room to park behind others that still wait
    std::uint64_t input_discards = 0;  ///< of `packets`, those without a buffer for any copy
    std::uint64_t header_errors = 0;   ///< of `packets`, those with a TTL that does not allow another hop

    /// Out packets: one packet to n egresses counts n.
    [[nodiscard]] std::uint64_t sent() const { return copies > copies_refused ? copies - copies_refused : 0; }

    bool operator==(const EntryCounters&) const = default;
};

/// Traffic of one egress of an entry since that egress is part of it. There is room to count the losses of
/// a quarter of all; what finds none, and copies that wait for their port while the entry changes, count as
/// sent here, and in WorkerCounters::losses_without_entry.
struct EgressCounters {
    IfIndex interface;
    std::uint64_t packets = 0;      ///< sent; on a bridge also what came from there, and what was lost
    std::uint64_t bytes = 0;        ///< IP octets of those
    std::uint64_t ttl_exceeded = 0; ///< not sent: below the TTL threshold
    std::uint64_t mtu_exceeded = 0; ///< not sent: fragmentation needed
    std::uint64_t discards = 0;     ///< not sent: no buffer, or the port did not take it

    bool operator==(const EgressCounters&) const = default;
};

} // namespace mcfwd
