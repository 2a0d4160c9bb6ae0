// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Any message survives the wire; any octets survive the parser, and what it accepts means the same when sent
// again.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <igmp/codec.hh>

#include "addresses.hh"
#include "octets.hh"

namespace mcfwd::igmp {
namespace {

rc::Gen<Ipv4Address> any_address() {
    return rc::gen::map(rc::gen::arbitrary<std::uint32_t>(),
                        [](std::uint32_t host) { return Ipv4Address(host); });
}

rc::Gen<GroupRecord> any_record() {
    return rc::gen::apply(
        [](std::uint8_t type, Ipv4Address group, std::vector<Ipv4Address> sources) {
            return GroupRecord{static_cast<RecordType>(type), group, std::move(sources)};
        },
        rc::gen::inRange<std::uint8_t>(1, 7), any_address(),
        rc::gen::container<std::vector<Ipv4Address>>(any_address()));
}

/// Cuts a random IGMP payload, its checksum put right, into an IP packet.
test::Octets any_packet() {
    auto igmp = *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::arbitrary<std::uint8_t>());
    igmp.resize(std::max<std::size_t>(igmp.size(), 8));
    igmp[0] = *rc::gen::element<std::uint8_t>(0x11, 0x12, 0x16, 0x17, 0x22);
    if (igmp[0] == 0x22 && *rc::gen::arbitrary<bool>()) {
        igmp[6] = 0;
        igmp[7] = 3;
    }
    test::Octets bytes;
    for (const std::uint8_t octet : igmp) {
        bytes.push_back(static_cast<std::byte>(octet));
    }
    return test::packet_around(std::move(bytes));
}

RC_GTEST_PROP(IgmpCodecProperty, ReportsSurviveTheWire, ()) {
    const ReportV3 report{.records = *rc::gen::container<std::vector<GroupRecord>>(any_record())};
    const auto packets = encode(report, kSender, 65535);
    RC_ASSERT(packets.size() == 1U);
    const auto parsed = parse(packets[0]);
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(std::get<ReportV3>(parsed->message) == report);
    RC_ASSERT(parsed->router_alert && parsed->ttl == 1 && parsed->source == kSender);
}

RC_GTEST_PROP(IgmpCodecProperty, WhatIsAcceptedMeansTheSameWhenSentAgain, ()) {
    const auto parsed = parse(any_packet());
    RC_PRE(parsed.has_value());
    Message message = parsed->message;
    if (auto* report = std::get_if<ReportV3>(&message)) {
        report->truncated = false; // what was lost stays lost
        report->unknown_records = 0;
    }
    const auto packets = encode(message, kSender, 65535);
    RC_ASSERT(packets.size() == 1U);
    RC_ASSERT(parse(packets[0])->message == message);
}

RC_GTEST_PROP(IgmpCodecProperty, SplitReportsCarryTheSameRecordsUnlessExclusive, ()) {
    const ReportV3 report{.records = *rc::gen::container<std::vector<GroupRecord>>(any_record())};
    const auto mtu = *rc::gen::inRange<std::size_t>(68, 300);
    std::vector<std::pair<GroupRecord, Ipv4Address>> expected;
    const auto flatten = [](const GroupRecord& record, auto& into) {
        GroupRecord header{record.type, record.group, {}};
        if (record.type != RecordType::kIsExclude && record.type != RecordType::kToExclude) {
            for (const Ipv4Address source : record.sources) {
                into.emplace_back(header, source);
            }
        }
    };
    for (const GroupRecord& record : report.records) {
        flatten(record, expected);
    }
    std::vector<std::pair<GroupRecord, Ipv4Address>> got;
    for (const auto& packet : encode(report, kSender, mtu)) {
        RC_ASSERT(packet.size() <= mtu);
        const auto parsed = parse(packet);
        RC_ASSERT(parsed.has_value());
        for (const GroupRecord& record : std::get<ReportV3>(parsed->message).records) {
            flatten(record, got);
        }
    }
    RC_ASSERT(got == expected);
}

} // namespace
} // namespace mcfwd::igmp
