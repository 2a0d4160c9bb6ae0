// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Bytes to messages. Every length is checked before the octets behind it are read; nothing is trusted.
#include <algorithm>
#include <bit>
#include <cstring>

#include "code.hh"
#include "codec.hh"
#include "wire.hh"

namespace mcfwd::igmp {
namespace {

using Bytes = std::span<const std::byte>;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kDefaultResponseV1 = seconds(10);

bool has_router_alert(Bytes options) {
    std::size_t at = 0;
    while (at < options.size()) {
        const std::uint8_t type = wire::load8(options, at);
        if (type == 0) {
            return false;
        }
        if (type == 1) {
            ++at;
            continue;
        }
        if (at + 1 >= options.size()) {
            return false;
        }
        const std::uint8_t length = wire::load8(options, at + 1);
        if (length < 2 || length > options.size() - at) {
            return false;
        }
        if (type == wire::kRouterAlert && length == 4) {
            return true;
        }
        at += length;
    }
    return false;
}

/// Checks the IP header, fills the addresses of `into`, returns the IP payload.
std::expected<Bytes, ParseFailure> parse_ip(Bytes packet, Packet& into) {
    if (packet.size() < wire::kIpHeader) {
        return std::unexpected(ParseFailure::kTooShort);
    }
    const std::uint8_t version_and_length = wire::load8(packet, 0);
    const std::size_t header = (version_and_length & 0xFU) * std::size_t{4};
    const std::size_t total = wire::load16(packet, 2);
    if ((version_and_length >> 4U) != 4 || header < wire::kIpHeader || header > total ||
        total > packet.size()) {
        return std::unexpected(ParseFailure::kBadIpHeader);
    }
    if (internet_checksum(packet.first(header)) != 0) {
        return std::unexpected(ParseFailure::kBadIpChecksum);
    }
    if (wire::load8(packet, 9) != wire::kProtocol) {
        return std::unexpected(ParseFailure::kNotIgmp);
    }
    if ((wire::load16(packet, 6) & 0x3FFFU) != 0) {
        return std::unexpected(ParseFailure::kFragment);
    }
    into.ttl = wire::load8(packet, 8);
    into.source = wire::load_address(packet, 12);
    into.destination = wire::load_address(packet, 16);
    into.router_alert = has_router_alert(packet.subspan(wire::kIpHeader, header - wire::kIpHeader));
    return packet.subspan(header, total - header);
}

std::vector<Ipv4Address> load_addresses(Bytes bytes, std::size_t at, std::size_t count) {
    std::vector<Ipv4Address> addresses(count);
    for (Ipv4Address& address : addresses) {
        address = wire::load_address(bytes, at);
        at += 4;
    }
    return addresses;
}

/// The version follows from length and code (RFC 9776 section 7.1).
std::expected<Query, ParseFailure> parse_query(Bytes igmp) {
    const std::uint8_t code = wire::load8(igmp, 1);
    if (igmp.size() == wire::kShortMessage) {
        if (code == 0) {
            // The group field of a version 1 query has no meaning (RFC 1112 Appendix I).
            return Query{.version = Version::kV1, .max_response = kDefaultResponseV1};
        }
        return Query{.version = Version::kV2,
                     .max_response = code * milliseconds(100),
                     .group = wire::load_address(igmp, 4)};
    }
    if (igmp.size() < wire::kQueryV3) {
        return std::unexpected(ParseFailure::kBadQueryLength);
    }
    const std::size_t sources = wire::load16(igmp, 10);
    if (sources > (igmp.size() - wire::kQueryV3) / 4) {
        return std::unexpected(ParseFailure::kTruncatedQuery);
    }
    const std::uint8_t flags = wire::load8(igmp, 8);
    return Query{.version = Version::kV3,
                 .max_response = decode_code(code) * milliseconds(100),
                 .group = wire::load_address(igmp, 4),
                 .suppress = (flags & 0x8U) != 0,
                 .robustness = static_cast<std::uint8_t>(flags & 0x7U),
                 .querier_interval = seconds(decode_code(wire::load8(igmp, 9))),
                 .sources = load_addresses(igmp, wire::kQueryV3, sources)};
}

ReportV3 parse_report(Bytes igmp) {
    ReportV3 report;
    Bytes rest = igmp.subspan(wire::kShortMessage);
    const std::size_t claimed = wire::load16(igmp, 6);
    report.records.reserve(std::min(claimed, rest.size() / wire::kRecord));
    for (std::size_t i = 0; i < claimed; ++i) {
        if (rest.size() < wire::kRecord) {
            report.truncated = true;
            break;
        }
        const std::size_t sources = wire::load16(rest, 2);
        const std::size_t length = wire::kRecord + 4 * sources + 4 * std::size_t{wire::load8(rest, 1)};
        if (length > rest.size()) {
            report.truncated = true;
            break;
        }
        const std::uint8_t type = wire::load8(rest, 0);
        if (type >= 1 && type <= 6) {
            report.records.push_back({.type = static_cast<RecordType>(type),
                                      .group = wire::load_address(rest, 4),
                                      .sources = load_addresses(rest, wire::kRecord, sources)});
        } else {
            ++report.unknown_records;
        }
        rest = rest.subspan(length);
    }
    return report;
}

} // namespace

std::uint16_t internet_checksum(Bytes bytes) {
    // The sum does not depend on byte order but for a final swap (RFC 1071), so it runs over 4 native octets
    // a step.
    std::uint64_t sum = 0;
    while (bytes.size() >= 4) {
        std::uint32_t word = 0;
        std::memcpy(&word, bytes.data(), 4);
        sum += word;
        bytes = bytes.subspan(4);
    }
    if (!bytes.empty()) {
        std::uint32_t word = 0;
        std::memcpy(&word, bytes.data(), bytes.size());
        sum += word;
    }
    while (sum > 0xFFFFU) {
        sum = (sum & 0xFFFFU) + (sum >> 16U);
    }
    const auto folded = static_cast<std::uint16_t>(~sum);
    return std::endian::native == std::endian::little ? __builtin_bswap16(folded) : folded;
}

std::expected<Packet, ParseFailure> parse(Bytes packet) {
    Packet result;
    const auto payload = parse_ip(packet, result);
    if (!payload) {
        return std::unexpected(payload.error());
    }
    const Bytes igmp = *payload;
    if (igmp.size() < wire::kShortMessage) {
        return std::unexpected(ParseFailure::kTooShort);
    }
    if (internet_checksum(igmp) != 0) {
        return std::unexpected(ParseFailure::kBadChecksum);
    }
    switch (wire::load8(igmp, 0)) {
    case wire::kTypeQuery: {
        auto query = parse_query(igmp);
        if (!query) {
            return std::unexpected(query.error());
        }
        result.message = std::move(*query);
        return result;
    }
    case wire::kTypeReportV1:
        result.message = ReportV1{wire::load_address(igmp, 4)};
        return result;
    case wire::kTypeReportV2:
        result.message = ReportV2{wire::load_address(igmp, 4)};
        return result;
    case wire::kTypeLeave:
        result.message = Leave{wire::load_address(igmp, 4)};
        return result;
    case wire::kTypeReportV3:
        result.message = parse_report(igmp);
        return result;
    default:
        return std::unexpected(ParseFailure::kUnknownType);
    }
}

} // namespace mcfwd::igmp
