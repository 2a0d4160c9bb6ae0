// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The payload of every test packet: which flow it belongs to, its number in that flow, and when it left.
// Written by the sender, judged by the receivers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace mcfwd::lab {

/// One numbered packet. Times are CLOCK_MONOTONIC nanoseconds, which all namespaces of a machine share.
struct Probe {
    std::uint32_t flow = 0;
    std::uint64_t sequence = 0; ///< from 0, by one
    std::int64_t sent_ns = 0;

    bool operator==(const Probe&) const = default;
};

/// Smallest payload; longer ones are filled with a pattern that depends on the position.
inline constexpr std::size_t kProbeOctets = 24;

/// Writes the header of a payload. `payload` holds at least kProbeOctets.
void write_probe(std::span<std::byte> payload, const Probe& probe);

/// Fills what follows the header, once per buffer.
void write_padding(std::span<std::byte> payload);

/// Reads a payload; nothing if the magic number or the padding is wrong or the payload is too short.
[[nodiscard]] std::optional<Probe> read_probe(std::span<const std::byte> payload);

} // namespace mcfwd::lab
