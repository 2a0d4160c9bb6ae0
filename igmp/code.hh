// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The 8-bit floating-point code of IGMPv3 queries (RFC 9776 sections 4.1.1 and 4.1.7), used for the maximum
// response time in tenths of a second and for the querier's query interval in seconds.
#pragma once

#include <bit>
#include <cstdint>

namespace mcfwd::igmp {

/// The biggest value a code can carry: mantissa 15, exponent 7.
inline constexpr std::uint32_t kMaxCodeValue = 31744;

/// Below 128 the code is the value, from there on it is 1eeemmmm: (mmmm | 16) << (eee + 3).
[[nodiscard]] constexpr std::uint32_t decode_code(std::uint8_t code) {
    if (code < 128) {
        return code;
    }
    const std::uint32_t exponent = (code >> 4U) & 0x7U;
    const std::uint32_t mantissa = code & 0xFU;
    return (mantissa | 0x10U) << (exponent + 3U);
}

/// The code of the greatest representable value that is not above `value`.
[[nodiscard]] constexpr std::uint8_t encode_code(std::uint32_t value) {
    if (value < 128) {
        return static_cast<std::uint8_t>(value);
    }
    if (value >= kMaxCodeValue) {
        return 0xFF;
    }
    const auto exponent = static_cast<std::uint32_t>(std::bit_width(value)) - 8U;
    const std::uint32_t mantissa = (value >> (exponent + 3U)) & 0xFU;
    return static_cast<std::uint8_t>(0x80U | (exponent << 4U) | mantissa);
}

} // namespace mcfwd::igmp
