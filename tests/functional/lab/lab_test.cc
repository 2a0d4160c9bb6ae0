// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A judge that cannot see a fault makes every functional test worthless, so each fault is shown to it once.
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "frame.hh"
#include "membership_watch.hh"
#include "pacer.hh"
#include "probe.hh"
#include "sequence_audit.hh"
#include "wire_audit.hh"

namespace mcfwd::lab {
namespace {

constexpr Ipv4Address kSource(10, 0, 1, 2);
constexpr Ipv4Address kOtherSource(10, 0, 1, 3);
constexpr Ipv4Address kGroup(239, 129, 2, 3);
constexpr std::size_t kIp = 14;
constexpr std::size_t kUdp = kIp + 20;

void put_word(std::vector<std::byte>& bytes, std::size_t at, std::uint32_t word) {
    bytes[at] = static_cast<std::byte>(word >> 8U);
    bytes[at + 1] = static_cast<std::byte>(word);
}

[[nodiscard]] std::uint32_t fold(std::uint32_t sum) {
    while ((sum >> 16U) != 0) {
        sum = (sum & 0xffffU) + (sum >> 16U);
    }
    return ~sum & 0xffffU;
}

[[nodiscard]] std::uint32_t sum_of(const std::vector<std::byte>& bytes, std::size_t from, std::size_t to) {
    std::uint32_t sum = 0;
    for (std::size_t i = from; i < to; i += 2) {
        sum +=
            (std::to_integer<std::uint32_t>(bytes[i]) << 8U) | std::to_integer<std::uint32_t>(bytes[i + 1]);
    }
    return sum;
}

void put_address(std::vector<std::byte>& bytes, std::size_t at, Ipv4Address address) {
    put_word(bytes, at, address.host() >> 16U);
    put_word(bytes, at + 2, address.host() & 0xffffU);
}

/// A correct frame: TTL 63, port 5000, `sequence` of flow 7, 40 octets of payload.
[[nodiscard]] std::vector<std::byte> good_frame(std::uint64_t sequence, Ipv4Address source = kSource) {
    constexpr std::size_t kPayload = 40;
    std::vector<std::byte> bytes(kUdp + 8 + kPayload);
    put_word(bytes, 0, 0x0100);
    put_word(bytes, 2, 0x5e01);
    put_word(bytes, 4, 0x0203);
    put_word(bytes, 12, 0x0800);
    put_word(bytes, kIp, 0x4500);
    put_word(bytes, kIp + 2, 20 + 8 + kPayload);
    put_word(bytes, kIp + 8, (63U << 8U) | 17U);
    put_address(bytes, kIp + 12, source);
    put_address(bytes, kIp + 16, kGroup);
    put_word(bytes, kIp + 10, fold(sum_of(bytes, kIp, kUdp)));
    put_word(bytes, kUdp, 40'000);
    put_word(bytes, kUdp + 2, 5000);
    put_word(bytes, kUdp + 4, 8 + kPayload);
    const std::span<std::byte> payload = std::span(bytes).subspan(kUdp + 8);
    write_probe(payload, {.flow = 7, .sequence = sequence, .sent_ns = 1});
    write_padding(payload);
    put_word(bytes, kUdp + 6, fold(sum_of(bytes, kIp + 12, bytes.size()) + 17 + 8 + kPayload));
    return bytes;
}

TEST(LabFrame, ReadsAGoodPacket) {
    const auto bytes = good_frame(41);
    const Frame frame = read_frame(bytes);
    ASSERT_EQ(frame.kind, FrameKind::kData);
    EXPECT_EQ(frame.source, kSource);
    EXPECT_EQ(frame.group, kGroup);
    EXPECT_EQ(frame.port, 5000);
    EXPECT_EQ(frame.ttl, 63);
    EXPECT_EQ(frame.probe, (Probe{.flow = 7, .sequence = 41, .sent_ns = 1}));
}

TEST(LabFrame, EverySingleFlippedBitBehindTheSourceMacIsNoticed) {
    const auto good = good_frame(41);
    for (std::size_t at = 0; at < good.size(); ++at) {
        if (at >= 6 && at < 14) {
            continue; // source MAC and EtherType: not judged, or another protocol
        }
        for (unsigned bit = 0; bit < 8; ++bit) {
            auto bytes = good;
            bytes[at] ^= static_cast<std::byte>(1U << bit);
            EXPECT_NE(read_frame(bytes).kind, FrameKind::kData) << "octet " << at << " bit " << bit;
        }
    }
}

TEST(LabFrame, ATruncatedFrameIsNeverGoodNorReadBeyondItsEnd) {
    const auto good = good_frame(1);
    for (std::size_t length = 0; length < good.size(); ++length) {
        const std::vector<std::byte> bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length));
        EXPECT_NE(read_frame(bytes).kind, FrameKind::kData) << length;
    }
}

TEST(LabFrame, AMissingUdpChecksumIsAFault) {
    auto bytes = good_frame(1);
    put_word(bytes, kUdp + 6, 0);
    EXPECT_EQ(read_frame(bytes).kind, FrameKind::kBadUdpChecksum);
}

TEST(LabFrame, FindsTheGroupsOfReports) {
    const std::array<std::uint8_t, 8> leave{0x17, 0, 0, 0, 239, 1, 1, 1};
    EXPECT_EQ(groups_in_report(std::as_bytes(std::span(leave))), std::vector{Ipv4Address(239, 1, 1, 1)});
    const std::array<std::uint8_t, 28> report{0x22, 0, 0, 0, 0,   0, 0, 2,              //
                                              6,    0, 0, 1, 232, 1, 1, 1, 10, 0, 1, 2, // ALLOW one source
                                              4,    0, 0, 0, 239, 1, 1, 2};             // TO_EX none
    EXPECT_EQ(groups_in_report(std::as_bytes(std::span(report))),
              (std::vector{Ipv4Address(232, 1, 1, 1), Ipv4Address(239, 1, 1, 2)}));
    EXPECT_EQ(groups_in_report(std::as_bytes(std::span(report)).first(24)),
              std::vector{Ipv4Address(232, 1, 1, 1)});
}

TEST(LabSequence, TellsLossFromLatenessFromDuplication) {
    using Verdict = SequenceAudit::Verdict;
    SequenceAudit audit;
    EXPECT_EQ(audit.see(100), Verdict::kInOrder);
    EXPECT_EQ(audit.see(103), Verdict::kAfterGap);
    EXPECT_EQ(audit.lost(), 2U);
    EXPECT_EQ(audit.see(101), Verdict::kLate);
    EXPECT_EQ(audit.see(101), Verdict::kDuplicate);
    EXPECT_EQ(audit.see(99), Verdict::kLate); // below the first one seen
    EXPECT_EQ(audit.see(103 + 2 * SequenceAudit::kLargestGap), Verdict::kAbsurd);
    EXPECT_EQ(audit.first(), 99U);
    EXPECT_EQ(audit.last(), 103U);
    EXPECT_EQ(audit.received(), 4U);
    EXPECT_EQ(audit.lost(), 1U);
    EXPECT_EQ(audit.duplicated(), 1U);
    EXPECT_EQ(audit.reordered(), 2U);
}

TEST(LabWire, CountsWhatNobodyAskedFor) {
    WireAudit audit({.ttl = 63, .vlan = VlanId(0)});
    const auto see = [&](Ipv4Address source, std::uint64_t sequence, std::int64_t at) {
        const auto bytes = good_frame(sequence, source);
        audit.see(read_frame(bytes), bytes.size(), VlanId(0), at);
    };
    see(kSource, 0, 10);
    EXPECT_EQ(audit.totals().wrong, 1U);
    audit.want(kGroup, kSource, Asker::kThisHost);
    see(kSource, 1, 20);
    see(kOtherSource, 0, 21);
    EXPECT_EQ(audit.totals().wrong, 2U);
    audit.unwant(kGroup, kSource, Asker::kThisHost, 30);
    see(kSource, 2, 30);
    EXPECT_EQ(audit.totals().wrong, 2U);
    see(kSource, 3, 31);
    EXPECT_EQ(audit.totals().wrong, 3U);
    EXPECT_EQ(audit.flows().size(), 2U);
    EXPECT_EQ(audit.totals().packets, 5U);
}

TEST(LabWire, TtlAndVlanHaveToBeExact) {
    WireAudit audit({.ttl = 62, .vlan = VlanId(10)});
    audit.want(kGroup, kAnySource, Asker::kNeighbour);
    const auto bytes = good_frame(0);
    audit.see(read_frame(bytes), bytes.size(), VlanId(0), 1);
    EXPECT_EQ(audit.totals().bad_vlan, 1U);
    audit.see(read_frame(bytes), bytes.size(), VlanId(10), 2);
    EXPECT_EQ(audit.totals().bad_ttl, 1U);
}

TEST(LabWatch, MeasuresFromReportToFirstDataAndFromLeaveToSilence) {
    MembershipWatch watch(100);
    watch.joining(kGroup, kAnySource);
    EXPECT_FALSE(watch.see_data(kGroup, kSource, 5)); // before the report: left over from somebody else
    watch.see_report({kGroup}, 10);
    watch.see_report({kGroup}, 12); // the repeated report does not count
    const auto first = watch.see_data(kGroup, kSource, 17);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->report_ns, 10);
    EXPECT_EQ(first->data_ns, 17);
    EXPECT_FALSE(watch.see_data(kGroup, kSource, 18));

    watch.leaving(kGroup, kAnySource);
    watch.see_report({kGroup}, 20);
    EXPECT_FALSE(watch.see_data(kGroup, kSource, 25));
    EXPECT_TRUE(watch.gone_quiet(125).empty());
    const auto quiet = watch.gone_quiet(126);
    ASSERT_EQ(quiet.size(), 1U);
    EXPECT_EQ(quiet[0].leave_ns, 20);
    EXPECT_EQ(quiet[0].last_data_ns, 25);
    EXPECT_EQ(quiet[0].packets, 1U);
    EXPECT_TRUE(watch.gone_quiet(500).empty());
}

/// Runs a pacer on virtual time and returns how many packets were sent until `end_ns`.
std::uint64_t send_until(Pacer& pacer, std::int64_t& now, std::int64_t end_ns) {
    std::uint64_t sent = 0;
    for (; now < end_ns; now = pacer.next_ns()) {
        const std::uint64_t due = pacer.due(now);
        pacer.sent(due, now);
        sent += due;
    }
    return sent;
}

TEST(LabPacer, KeepsTheRate) {
    for (const double rate : {7.0, 999.0, 20'000.0, 60'000.0}) {
        Pacer pacer(rate, 0);
        std::int64_t now = 0;
        EXPECT_NEAR(static_cast<double>(send_until(pacer, now, 10'000'000'000)), 10 * rate, 2 + rate / 500)
            << rate;
    }
}

TEST(LabPacer, CatchesUpAfterAStallWithoutABigBurst) {
    Pacer pacer(20'000, 0);
    std::int64_t now = 0;
    std::uint64_t sent = send_until(pacer, now, 100'000'000);
    now += 100'000'000;
    EXPECT_EQ(pacer.due(now), 41U); // two milliseconds' worth
    sent += send_until(pacer, now, 1'000'000'000);
    EXPECT_NEAR(static_cast<double>(sent), 20'000, 45);
}

} // namespace
} // namespace mcfwd::lab
