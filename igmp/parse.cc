// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Bytes to messages. Every length is checked before the octets behind it are read; nothing is trusted.
#include <algorithm>
#include <array>

#include "code.hh"
#include "codec.hh"
#include "ip_packet.hh"
#include "wire.hh"

namespace mcfwd::igmp {
namespace {

using Bytes = std::span<const std::byte>;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kDefaultResponseV1 = seconds(10);

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

bool known(Bytes igmp) {
    constexpr std::array kTypes{wire::kTypeQuery, wire::kTypeReportV1, wire::kTypeReportV2, wire::kTypeLeave,
                                wire::kTypeReportV3};
    return !igmp.empty() && std::ranges::find(kTypes, wire::load8(igmp, 0)) != kTypes.end();
}

} // namespace

std::expected<Packet, ParseFailure> parse(Bytes packet) {
    const auto ip = parse_ip(packet, wire::kProtocol, Cut::kNo);
    if (!ip) {
        return std::unexpected(ip.error());
    }
    const Bytes igmp = ip->payload;
    if (igmp.size() < (known(igmp) ? wire::kShortMessage : wire::kShortest)) {
        return std::unexpected(ParseFailure::kTooShort);
    }
    if (internet_checksum(igmp) != 0) {
        return std::unexpected(ParseFailure::kBadChecksum);
    }
    Packet result{.source = ip->source,
                  .destination = ip->destination,
                  .ttl = ip->ttl,
                  .router_alert = ip->router_alert,
                  .message = {}};
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
