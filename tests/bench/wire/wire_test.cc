// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A figure is worth what the arithmetic behind it is: the generator's pure parts, each against a slow or an
// obvious way to the same answer, and each fault shown to the audit once.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <igmp/codec.hh>

#include "copy_audit.hh"
#include "frame.hh"
#include "histogram.hh"
#include "membership.hh"
#include "membership_delay.hh"
#include "packet_spread.hh"
#include "schedule.hh"

namespace mcfwd::wire {
namespace {

constexpr Flows kFlows{.first_source = Ipv4Address(10, 1, 0, 2),
                       .sources = 3,
                       .first_group = Ipv4Address(239, 1, 0, 254),
                       .groups = 5};
constexpr MacAddress kMac{{2, 0, 0, 0, 0, 9}};
constexpr std::size_t kTtlAt = 14 + 8;

/// What a router makes of packet `sequence`.
[[nodiscard]] std::vector<std::byte> copy_of(std::uint32_t sequence, std::size_t octets = kSmallestFrame) {
    std::vector<std::byte> frame(octets);
    FrameWriter(octets, kMac, 7).write(frame.data(), kFlows, kFlows.flow_of(sequence), sequence);
    FrameWriter::stamp(frame.data(), 123'456'789);
    frame[kTtlAt] = std::byte{63};
    return frame;
}

[[nodiscard]] FrameKind kind_of(const std::vector<std::byte>& frame) {
    return read_frame(frame, {.flows = &kFlows, .octets = frame.size(), .trial = 7}).kind;
}

TEST(WireFlows, EverySourceSendsToEveryGroup) {
    std::vector<std::pair<Ipv4Address, Ipv4Address>> seen;
    for (std::uint32_t flow = 0; flow < kFlows.count(); ++flow) {
        seen.emplace_back(kFlows.source(flow), kFlows.group(flow));
    }
    std::ranges::sort(seen);
    EXPECT_EQ(std::ranges::unique(seen).size(), 0U);
    EXPECT_EQ(seen.front(), std::pair(Ipv4Address(10, 1, 0, 2), Ipv4Address(239, 1, 0, 254)));
    EXPECT_EQ(seen.back(), std::pair(Ipv4Address(10, 1, 0, 4), Ipv4Address(239, 1, 1, 2)));
}

TEST(WireFrame, IpHeadersOfAllFlowsAndSizesHaveARightChecksum) {
    for (const std::size_t octets : {kSmallestFrame, std::size_t{512}, kLargestFrame}) {
        for (std::uint32_t sequence = 0; sequence < kFlows.count(); ++sequence) {
            auto frame = copy_of(sequence, octets);
            frame[kTtlAt] = std::byte{64};
            EXPECT_EQ(igmp::internet_checksum(std::span(frame).subspan(14, 20)), 0) << sequence;
        }
    }
}

TEST(WireFrame, ACopyTellsItsNumberFlowAndTime) {
    const auto frame = copy_of(38);
    const ReceivedFrame read = read_frame(frame, {.flows = &kFlows, .octets = kSmallestFrame, .trial = 7});
    EXPECT_EQ(read.kind, FrameKind::kCopy);
    EXPECT_EQ(read.sequence, 38U);
    EXPECT_EQ(read.flow, 38U % 15U);
    EXPECT_EQ(read.sent_cycles, 123'456'789U);
}

TEST(WireFrame, WhatTheRouterShouldNotHaveMadeIsNoCopy) {
    const auto good = copy_of(3);
    ASSERT_EQ(kind_of(good), FrameKind::kCopy);
    for (const std::size_t at :
         {std::size_t{0}, std::size_t{5}, std::size_t{12}, kTtlAt, kTtlAt + 1, std::size_t{14 + 15},
          std::size_t{14 + 19}, std::size_t{42}, std::size_t{46}}) {
        auto bad = good;
        bad[at] ^= std::byte{1};
        EXPECT_EQ(kind_of(bad), FrameKind::kWrong) << "octet " << at;
    }
    auto longer = good;
    longer.resize(good.size() + 4);
    EXPECT_EQ(read_frame(longer, {.flows = &kFlows, .octets = good.size(), .trial = 7}).kind,
              FrameKind::kWrong);
    for (std::size_t octets = 0; octets < 58; ++octets) {
        EXPECT_EQ(kind_of({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(octets)}),
                  FrameKind::kWrong);
    }
}

TEST(WireFrame, OtherTrialsAndQueriesAreToldApart) {
    auto stale = copy_of(3);
    stale[44] ^= std::byte{1};
    EXPECT_EQ(kind_of(stale), FrameKind::kStale);
    auto query = copy_of(3);
    query[14 + 9] = std::byte{2};
    EXPECT_EQ(kind_of(query), FrameKind::kIgmp);
}

TEST(WireHistogram, QuantilesAreThoseOfTheSortedValues) {
    std::mt19937_64 random(4); // NOLINT: the same values every time
    for (const double spread : {5.0, 12.0, 30.0}) {
        Histogram histogram;
        std::vector<std::uint64_t> values;
        for (int i = 0; i < 20'000; ++i) {
            values.push_back(static_cast<std::uint64_t>(
                std::exp2(std::uniform_real_distribution<double>(0, spread)(random))));
            histogram.add(values.back());
        }
        std::ranges::sort(values);
        for (const double share : {0.0001, 0.1, 0.5, 0.99, 0.999, 1.0}) {
            const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
            const std::uint64_t exact = values[rank - 1];
            EXPECT_GE(histogram.quantile(share), exact) << share;
            EXPECT_LE(histogram.quantile(share), exact + exact / 128) << share;
        }
        EXPECT_EQ(histogram.quantile(1), values.back());
        EXPECT_EQ(histogram.largest(), values.back());
        EXPECT_EQ(histogram.smallest(), values.front());
    }
}

TEST(WireHistogram, TakesEveryValueAndNone) {
    Histogram histogram;
    EXPECT_EQ(histogram.quantile(0.5), 0U);
    EXPECT_EQ(histogram.smallest(), 0U);
    histogram.add(0);
    histogram.add(~std::uint64_t{0} >> 1U);
    histogram.add(~std::uint64_t{0});
    EXPECT_EQ(histogram.quantile(0.3), 0U);
    EXPECT_EQ(histogram.quantile(1), ~std::uint64_t{0});
}

TEST(WireHistogram, AMergedOneIsThatOfAllValues) {
    Histogram low;
    Histogram high;
    for (std::uint64_t value = 1; value <= 100; ++value) {
        (value <= 60 ? low : high).add(value);
    }
    low.merge(high);
    EXPECT_EQ(low.count(), 100U);
    EXPECT_EQ(low.quantile(0.5), 50U);
    EXPECT_EQ(low.quantile(0.99), 99U);
    EXPECT_DOUBLE_EQ(low.mean(), 50.5);
    low.merge(Histogram());
    EXPECT_EQ(low.smallest(), 1U);
    EXPECT_EQ(low.largest(), 100U);
}

TEST(WireAudit, TellsDuplicatesFromLateOnesAndOrdersEachFlowByItself) {
    using Verdict = CopyAudit::Verdict;
    CopyAudit audit(10, 2);
    EXPECT_EQ(audit.see(2, 0), Verdict::kInOrder);
    EXPECT_EQ(audit.see(1, 1), Verdict::kInOrder) << "another flow";
    EXPECT_EQ(audit.see(0, 0), Verdict::kLate);
    EXPECT_EQ(audit.see(0, 0), Verdict::kDuplicate);
    EXPECT_EQ(audit.see(9, 1), Verdict::kInOrder);
    EXPECT_EQ(audit.see(10, 0), Verdict::kNeverSent);
    EXPECT_EQ(audit.received(), 4U);
    EXPECT_EQ(audit.duplicated(), 1U);
    EXPECT_EQ(audit.reordered(), 1U);
}

TEST(WireSpread, IsTheTimeBetweenFirstAndLastCopyOfCompletePackets) {
    PacketSpread spread(3);
    spread.arrived(0, 100);
    spread.arrived(1, 105);
    spread.arrived(0, 130);
    spread.arrived(1, 101); // receivers are looked at in turn, so a later call may bring an earlier time
    spread.arrived(0, 110);
    EXPECT_EQ(spread.spreads().count(), 1U) << "packet 1 lacks a copy";
    EXPECT_EQ(spread.spreads().largest(), 30U);
    spread.arrived(1, 102);
    EXPECT_EQ(spread.spreads().count(), 2U);
    EXPECT_EQ(spread.spreads().smallest(), 4U);
}

TEST(WireSpread, APacketWhosePlaceIsTakenIsLeftOut) {
    PacketSpread spread(2);
    spread.arrived(5, 100);
    spread.arrived(5 + PacketSpread::kWindow, 200);
    spread.arrived(5, 300);
    EXPECT_EQ(spread.spreads().count(), 0U);
    spread.arrived(5 + PacketSpread::kWindow, 207);
    EXPECT_EQ(spread.spreads().count(), 1U);
    EXPECT_EQ(spread.spreads().largest(), 7U);
}

TEST(WireSchedule, SendsAllPacketsAtTheirTimes) {
    Schedule schedule(1000, 1e6, 500, 10); // one packet in 1,000 cycles
    EXPECT_EQ(schedule.due(500), 1U);
    schedule.sent(1);
    EXPECT_EQ(schedule.due(1499), 0U);
    EXPECT_EQ(schedule.due(1500), 1U);
    schedule.sent(1);
    EXPECT_EQ(schedule.due(4600), 3U);
    schedule.sent(3);
    EXPECT_FALSE(schedule.done());
    EXPECT_EQ(schedule.due(1'000'000), 5U) << "no more than planned";
    schedule.sent(5);
    EXPECT_TRUE(schedule.done());
    EXPECT_EQ(schedule.skipped(), 0U);
}

TEST(WireSchedule, GivesUpWhatIsOverdueForTooLong) {
    Schedule schedule(1e6, 1e9, 0, 1'000'000); // 200 packets are 200 us
    EXPECT_EQ(schedule.due(1'000'000), Schedule::kBurst) << "1,001 packets late";
    EXPECT_EQ(schedule.skipped(), 801U);
    for (int burst = 0; burst < 6; ++burst) {
        schedule.sent(Schedule::kBurst);
        EXPECT_EQ(schedule.due(1'000'000), burst < 5 ? Schedule::kBurst : 8U);
    }
    schedule.sent(8);
    EXPECT_EQ(schedule.due(1'000'000), 0U);
    EXPECT_EQ(schedule.skipped(), 801U);
}

TEST(WireMembership, ReportsNameEveryGroupOnceInFramesThatFit) {
    constexpr std::uint32_t kGroups = 500;
    const Host host{.address = Ipv4Address(10, 2, 0, 2), .mac = kMac};
    std::vector<Ipv4Address> named;
    for (const ReportFrame& report :
         report_frames(host, Change::kLeave, Ipv4Address(239, 1, 0, 0), kGroups)) {
        EXPECT_LE(report.octets.size(), kLargestFrame);
        EXPECT_EQ(report.first, named.size());
        const auto packet = igmp::parse(std::span(report.octets).subspan(14));
        ASSERT_TRUE(packet);
        const auto& message = std::get<igmp::ReportV3>(packet->message);
        EXPECT_EQ(message.records.size(), report.groups);
        for (const auto& record : message.records) {
            EXPECT_EQ(record.type, igmp::RecordType::kToInclude);
            named.push_back(record.group);
        }
    }
    ASSERT_EQ(named.size(), kGroups);
    EXPECT_TRUE(std::ranges::is_sorted(named));
    EXPECT_EQ(named.back(), Ipv4Address(239, 1, 1, 243));
}

TEST(WireMembershipDelay, OfAJoinEndsWithTheFirstPacketOfEachGroup) {
    MembershipDelay delay(Change::kJoin, 3);
    delay.arrived(0, 50); // before anybody asked
    delay.reported({.octets = {}, .first = 0, .groups = 3}, 100);
    delay.arrived(0, 130);
    delay.arrived(0, 140);
    delay.arrived(1, 160);
    delay.arrived(9, 170); // not reported
    EXPECT_EQ(delay.delays().count(), 2U) << "nothing came for the third group";
    EXPECT_EQ(delay.delays().smallest(), 30U);
    EXPECT_EQ(delay.delays().largest(), 60U);
    EXPECT_EQ(delay.packets_after(), 3U);
}

TEST(WireMembershipDelay, OfALeaveEndsWithTheLastPacketOfEachGroup) {
    MembershipDelay delay(Change::kLeave, 2);
    delay.reported({.octets = {}, .first = 0, .groups = 2}, 100);
    delay.arrived(0, 130);
    delay.arrived(0, 145);
    EXPECT_EQ(delay.delays().count(), 2U);
    EXPECT_EQ(delay.delays().smallest(), 0U) << "the second group ended at once";
    EXPECT_EQ(delay.delays().largest(), 45U);
}

} // namespace
} // namespace mcfwd::wire
