// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The octets come from the project's IGMP codec: how reports look is tested elsewhere.
#include "membership.hh"

#include <algorithm>
#include <array>

#include <igmp/codec.hh>

namespace mcfwd::wire {
namespace {

constexpr std::size_t kMtu = 1500;
constexpr std::size_t kIpOctets = 24; // with the Router Alert option
constexpr std::size_t kRecordOctets = 8;
constexpr std::uint32_t kRecordsPerReport =
    static_cast<std::uint32_t>((kMtu - kIpOctets - 8) / kRecordOctets);

[[nodiscard]] std::vector<std::byte> ethernet(const Host& host, const std::vector<std::byte>& packet) {
    std::vector<std::byte> frame;
    const auto append = [&frame](const MacAddress& mac) {
        std::ranges::transform(mac.bytes, std::back_inserter(frame),
                               [](auto octet) { return std::byte{octet}; });
    };
    append(multicast_mac(Ipv4Address(224, 0, 0, 22)));
    append(host.mac);
    frame.insert(frame.end(), {std::byte{0x08}, std::byte{0x00}});
    frame.insert(frame.end(), packet.begin(), packet.end());
    return frame;
}

} // namespace

std::vector<ReportFrame> report_frames(const Host& host, Change change, Ipv4Address first_group,
                                       std::uint32_t groups) {
    const auto type = change == Change::kJoin ? igmp::RecordType::kToExclude : igmp::RecordType::kToInclude;
    std::vector<ReportFrame> frames;
    for (std::uint32_t first = 0; first < groups; first += kRecordsPerReport) {
        const std::uint32_t count = std::min(groups - first, kRecordsPerReport);
        igmp::ReportV3 report;
        for (std::uint32_t i = 0; i < count; ++i) {
            report.records.push_back(
                {.type = type, .group = Ipv4Address(first_group.host() + first + i), .sources = {}});
        }
        const auto packets = igmp::encode(report, host.address, kMtu);
        frames.push_back({.octets = ethernet(host, packets.at(0)), .first = first, .groups = count});
    }
    return frames;
}

} // namespace mcfwd::wire
