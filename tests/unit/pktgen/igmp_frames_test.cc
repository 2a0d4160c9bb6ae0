// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The file that configs/pktgen/memif.lua writes, read by the codec of igmp/: whoever listens as mcfwd does
// hears exactly these hosts join and leave exactly these groups.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <igmp/codec.hh>

namespace mcfwd::igmp {
namespace {

using Octets = std::vector<std::byte>;
/// VLAN and group.
using Memberships = std::set<std::pair<unsigned, Ipv4Address>>;

constexpr std::size_t kTaggedHeader = 18;

unsigned number16(std::span<const std::byte> octets, std::size_t at) {
    return (std::to_integer<unsigned>(octets[at]) << 8U) | std::to_integer<unsigned>(octets[at + 1]);
}

/// Runs the script in a directory of the test and returns the frames of its file.
std::vector<Octets> frames_of(const std::string& script) {
    const auto directory =
        std::filesystem::temp_directory_path() / fmt::format("mcfwd-pktgen-{}", ::getpid());
    std::filesystem::create_directories(directory);
    const std::string command = fmt::format("cd '{}' && '{}' '{}/{}.lua' >/dev/null", directory.string(),
                                            MCFWD_LUA, MCFWD_PKTGEN, script);
    EXPECT_EQ(std::system(command.c_str()), 0) << command; // NOLINT(concurrency-mt-unsafe): one thread
    std::vector<Octets> frames;
    {
        std::ifstream file(directory / (script + "-igmp.pcap"), std::ios::binary);
        file.ignore(24);
        std::array<std::uint32_t, 4> record{};
        while (file.read(reinterpret_cast<char*>(record.data()), sizeof record)) {
            Octets& frame = frames.emplace_back(record[2]);
            file.read(reinterpret_cast<char*>(frame.data()), static_cast<std::streamsize>(frame.size()));
        }
    }
    std::filesystem::remove_all(directory);
    return frames;
}

Ipv4Address host_of(unsigned vlan) {
    return {10, 1, static_cast<std::uint8_t>(vlan), 2};
}

/// Applies a frame to the memberships; every expectation of it is that of a router on the VLAN.
void hear(const Octets& frame, Memberships& memberships, std::size_t& changes) {
    ASSERT_GE(frame.size(), 60U);
    ASSERT_LE(frame.size(), 1514U);
    const std::span octets(frame);
    ASSERT_EQ(number16(octets, 12), 0x8100U);
    ASSERT_EQ(number16(octets, 16), 0x0800U);
    const unsigned vlan = number16(octets, 14);
    const auto packet = parse(octets.subspan(kTaggedHeader));
    ASSERT_TRUE(packet.has_value()) << parse_failure_name(packet.error());
    EXPECT_EQ(packet->source, host_of(vlan));
    EXPECT_EQ(packet->destination, destination_of(packet->message));
    EXPECT_EQ(packet->ttl, 1);
    EXPECT_TRUE(packet->router_alert);
    EXPECT_EQ(octets[2], std::byte{0x5e});
    EXPECT_EQ(number16(octets, 4), packet->destination.host() & 0xffffU);
    const auto* report = std::get_if<ReportV3>(&packet->message);
    ASSERT_NE(report, nullptr);
    EXPECT_FALSE(report->truncated);
    EXPECT_EQ(report->unknown_records, 0U);
    for (const GroupRecord& record : report->records) {
        ASSERT_TRUE(record.sources.empty());
        const std::pair member{vlan, record.group};
        changes += record.type == RecordType::kToExclude   ? memberships.insert(member).second
                   : record.type == RecordType::kToInclude ? memberships.erase(member)
                                                           : 0U;
    }
}

/// 1,024 groups for each of the fan-outs 1, 4 and 16.
Memberships expected() {
    Memberships all;
    unsigned range = 1;
    for (const unsigned fan_out : {1U, 4U, 16U}) {
        for (unsigned vlan = 101; vlan < 101 + fan_out; ++vlan) {
            for (std::uint32_t group = 0; group < 1024; ++group) {
                all.emplace(vlan, Ipv4Address((239U << 24U) + (range << 16U) + group));
            }
        }
        ++range;
    }
    return all;
}

TEST(PktgenIgmpFrames, AreTheJoinsAndLeavesOfAllReceivers) {
    const std::vector<Octets> frames = frames_of("memif");
    ASSERT_EQ(frames.size(), 252U);
    Memberships memberships;
    std::size_t changes = 0;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        SCOPED_TRACE(i);
        ASSERT_NO_FATAL_FAILURE(hear(frames[i], memberships, changes));
        if (i + 1 == frames.size() / 2) {
            EXPECT_EQ(memberships, expected());
        }
    }
    EXPECT_TRUE(memberships.empty());
    EXPECT_EQ(changes, 2 * expected().size()); // nobody joins or leaves twice
}

} // namespace
} // namespace mcfwd::igmp
