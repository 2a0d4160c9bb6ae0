// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Any octets into the IGMP parser. What it accepts must mean the same after another trip over the wire, in
// one packet or in many, and a bad record in a report must not lose a good one.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <variant>
#include <vector>

#include <igmp/codec.hh>

#include "octets.hh"

namespace {

using namespace mcfwd;
using namespace mcfwd::igmp;
using test::Octets;

constexpr std::size_t kIpHeader = 24; // as the encoder makes it
constexpr std::size_t kFirstRecord = kIpHeader + 8;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

/// Records that were split are one again, longer than they were they never are.
void require_equivalent(const ReportV3& report, const std::vector<Octets>& packets) {
    std::vector<GroupRecord> joined;
    for (const Octets& packet : packets) {
        require(packet.size() <= 68);
        const auto part = parse(packet);
        require(part && std::holds_alternative<ReportV3>(part->message));
        for (const GroupRecord& record : std::get<ReportV3>(part->message).records) {
            const std::size_t at = joined.size() - 1;
            const bool goes_on = !joined.empty() && !record.sources.empty() && at < report.records.size() &&
                                 joined[at].sources.size() < report.records[at].sources.size() &&
                                 record.type == joined[at].type && record.group == joined[at].group &&
                                 record.type != RecordType::kIsExclude &&
                                 record.type != RecordType::kToExclude;
            if (goes_on) {
                joined[at].sources.insert(joined[at].sources.end(), record.sources.begin(),
                                          record.sources.end());
            } else {
                joined.push_back(record);
            }
        }
    }
    require(joined.size() == report.records.size());
    for (std::size_t i = 0; i < joined.size(); ++i) {
        GroupRecord expected = report.records[i];
        if (expected.type == RecordType::kIsExclude || expected.type == RecordType::kToExclude) {
            expected.sources.resize(joined[i].sources.size()); // cut, as RFC 9776 section 4.2.17 allows
        }
        require(joined[i] == expected);
    }
}

/// The report with one more record, 8 octets long, before record `at`.
Octets with_record(const ReportV3& report, const Octets& encoded, std::size_t at, std::string_view record) {
    std::size_t offset = kFirstRecord;
    for (std::size_t i = 0; i < at; ++i) {
        offset += 8 + 4 * report.records[i].sources.size();
    }
    Octets igmp(encoded.begin() + kIpHeader, encoded.end());
    const Octets added = test::octets(record);
    igmp.insert(igmp.begin() + static_cast<std::ptrdiff_t>(offset - kIpHeader), added.begin(), added.end());
    test::put16(igmp, 6, static_cast<std::uint16_t>(report.records.size() + 1));
    return test::packet_around(igmp);
}

void require_good_records_survive(const ReportV3& report, const Octets& encoded, std::size_t choice) {
    if (encoded.size() > 60000) {
        return;
    }
    const std::size_t at = choice % (report.records.size() + 1);
    const auto unknown = parse(with_record(report, encoded, at, "0900 0000 ef010101"));
    require(unknown.has_value());
    ReportV3 parsed = std::get<ReportV3>(unknown->message);
    require(parsed.records == report.records && parsed.unknown_records == 1 && !parsed.truncated);

    // One that claims more than there is takes what follows with it, so as much as it says.
    const auto lying = parse(with_record(report, encoded, at, "06ff ffff ef010101"));
    require(lying.has_value());
    parsed = std::get<ReportV3>(lying->message);
    require(parsed.truncated && parsed.unknown_records == 0 && parsed.records.size() == at &&
            std::equal(parsed.records.begin(), parsed.records.end(), report.records.begin()));
}

void parse_and_compare(std::span<const std::byte> bytes) {
    const auto parsed = parse(bytes);
    if (!parsed) {
        require(!parse_failure_name(parsed.error()).empty());
        return;
    }
    Message message = parsed->message;
    auto* const report = std::get_if<ReportV3>(&message);
    if (report != nullptr) {
        report->truncated = false; // what was lost stays lost
        report->unknown_records = 0;
    }
    const auto packets = encode(message, parsed->source, 65535);
    require(packets.size() == 1);
    const auto again = parse(packets[0]);
    require(again.has_value() && again->message == message && again->router_alert && again->ttl == 1);
    const auto narrow = encode(message, parsed->source, 68);
    if (report != nullptr) {
        require_equivalent(*report, narrow);
        require_good_records_survive(*report, packets[0], bytes.size());
    }
    for (const auto& packet : narrow) {
        require(packet.size() <= 68 && parse(packet).has_value());
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    parse_and_compare(bytes);
    if (size >= 4 && size < 60000) { // the same octets as an IGMP message whose checksums are right
        parse_and_compare(test::packet_around(test::Octets(bytes.begin(), bytes.end())));
    }
    return 0;
}
