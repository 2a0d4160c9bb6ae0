// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// IGMP on the wire: bytes from the IPv4 header on to messages and back. Used by routers, snoopers and tests.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>
#include <vector>

#include "message.hh"

namespace mcfwd::igmp {

/// Why a packet yields no message. Each has a counter of this name.
enum class ParseFailure : std::uint8_t {
    kTooShort,    ///< less than an IP header, or less than 8 octets of IGMP
    kBadIpHeader, ///< not version 4, or header or total length do not fit the packet
    kBadIpChecksum,
    kNotIgmp,        ///< another IP protocol
    kFragment,       ///< IGMP is never fragmented by those who follow the RFC
    kBadChecksum,    ///< over the whole IP payload, octets after the last record included
    kUnknownType,    ///< routers ignore it; a snooper floods it
    kBadQueryLength, ///< 9 to 11 octets: no version has that (RFC 9776 section 7.1)
    kTruncatedQuery, ///< claims more sources than it has
};
inline constexpr std::size_t kParseFailures = static_cast<std::size_t>(ParseFailure::kTruncatedQuery) + 1;

[[nodiscard]] constexpr std::string_view parse_failure_name(ParseFailure failure) {
    constexpr std::array<std::string_view, kParseFailures> kNames{
        "too_short",    "bad_ip_header", "bad_ip_checksum",  "not_igmp",       "fragment",
        "bad_checksum", "unknown_type",  "bad_query_length", "truncated_query"};
    return kNames[static_cast<std::size_t>(failure)];
}

/// A message and what its IP header said.
struct Packet {
    Ipv4Address source;
    Ipv4Address destination;
    std::uint8_t ttl = 0;
    bool router_alert = false;
    Message message;
};

/// `packet` starts at the IPv4 header and may carry padding after the IP total length. A report with a bad
/// record is not a failure: the records before it are returned and `ReportV3::truncated` is set.
[[nodiscard]] std::expected<Packet, ParseFailure> parse(std::span<const std::byte> packet);

/// Complete IP packets (TTL 1, TOS 0xC0, Router Alert, both checksums), each at most `mtu` octets: one, or
/// several where a version 3 message is too big. Source lists are split (queries and inclusive records) or,
/// in exclusive records, cut, as RFC 9776 section 4.2.17 says. `mtu` is at least 68 (RFC 791). A report
/// without records gives one packet without records.
[[nodiscard]] std::vector<std::vector<std::byte>> encode(const Message& message, Ipv4Address source,
                                                         std::size_t mtu);

/// The Internet checksum (RFC 1071) of `bytes`, to be stored high octet first; 0 over data that already holds
/// a right checksum.
[[nodiscard]] std::uint16_t internet_checksum(std::span<const std::byte> bytes);

} // namespace mcfwd::igmp
