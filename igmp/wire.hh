// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Network byte order at the edge of the codec: big-endian loads and stores. Callers have checked the bounds.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <mcfwd/ipv4.hh>

namespace mcfwd::igmp::wire {

inline constexpr std::size_t kIpHeader = 20;    ///< without options
inline constexpr std::size_t kOurIpHeader = 24; ///< with Router Alert, as we send
inline constexpr std::size_t kShortest = 4;     ///< type, code and checksum
inline constexpr std::size_t kShortMessage = 8; ///< v1, v2 and the fixed part of a v3 report
inline constexpr std::size_t kQueryV3 = 12;     ///< fixed part
inline constexpr std::size_t kRecord = 8;       ///< fixed part of a group record
inline constexpr std::uint8_t kProtocol = 2;
inline constexpr std::uint8_t kRouterAlert = 0x94; ///< option 20, copied (RFC 2113)

inline constexpr std::uint8_t kTypeQuery = 0x11;
inline constexpr std::uint8_t kTypeReportV1 = 0x12;
inline constexpr std::uint8_t kTypeReportV2 = 0x16;
inline constexpr std::uint8_t kTypeLeave = 0x17;
inline constexpr std::uint8_t kTypeReportV3 = 0x22;

[[nodiscard]] inline std::uint8_t load8(std::span<const std::byte> bytes, std::size_t at) {
    assert(at < bytes.size());
    return std::to_integer<std::uint8_t>(bytes[at]);
}

[[nodiscard]] inline std::uint16_t load16(std::span<const std::byte> bytes, std::size_t at) {
    return static_cast<std::uint16_t>((unsigned{load8(bytes, at)} << 8U) | load8(bytes, at + 1));
}

[[nodiscard]] inline Ipv4Address load_address(std::span<const std::byte> bytes, std::size_t at) {
    return Ipv4Address((std::uint32_t{load16(bytes, at)} << 16U) | load16(bytes, at + 2));
}

inline void store16(std::span<std::byte> bytes, std::size_t at, std::uint16_t value) {
    assert(at + 1 < bytes.size());
    bytes[at] = static_cast<std::byte>(value >> 8U);
    bytes[at + 1] = static_cast<std::byte>(value & 0xFFU);
}

inline void append8(std::vector<std::byte>& bytes, std::uint8_t value) {
    bytes.push_back(static_cast<std::byte>(value));
}

inline void append16(std::vector<std::byte>& bytes, std::uint16_t value) {
    append8(bytes, static_cast<std::uint8_t>(value >> 8U));
    append8(bytes, static_cast<std::uint8_t>(value & 0xFFU));
}

inline void append_address(std::vector<std::byte>& bytes, Ipv4Address address) {
    append16(bytes, static_cast<std::uint16_t>(address.host() >> 16U));
    append16(bytes, static_cast<std::uint16_t>(address.host() & 0xFFFFU));
}

} // namespace mcfwd::igmp::wire
