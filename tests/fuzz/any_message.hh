// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Messages made of fuzzed octets: few groups and sources, so that they meet.
#pragma once

#include <vector>

#include <fuzzer/FuzzedDataProvider.h>

#include <igmp/message.hh>

namespace mcfwd::igmp::fuzz {

inline Ipv4Address any_group(FuzzedDataProvider& data) {
    constexpr Ipv4Address kGroups[] = {{239, 1, 1, 1}, {239, 1, 1, 2}, {232, 1, 1, 1},
                                       {224, 0, 0, 5}, {10, 0, 0, 1},  {}};
    return data.PickValueInArray(kGroups);
}

inline Ipv4Address any_source(FuzzedDataProvider& data) {
    return Ipv4Address(0x0A090000U + data.ConsumeIntegralInRange<std::uint32_t>(0, 6));
}

inline std::vector<Ipv4Address> any_sources(FuzzedDataProvider& data) {
    std::vector<Ipv4Address> sources(data.ConsumeIntegralInRange<std::size_t>(0, 4));
    for (Ipv4Address& source : sources) {
        source = data.ConsumeBool() ? any_source(data) : Ipv4Address(data.ConsumeIntegral<std::uint32_t>());
    }
    return sources;
}

inline Message any_message(FuzzedDataProvider& data) {
    switch (data.ConsumeIntegralInRange(0, 5)) {
    case 0:
        return ReportV1{any_group(data)};
    case 1:
        return ReportV2{any_group(data)};
    case 2:
        return Leave{any_group(data)};
    case 3:
        return Query{.version = static_cast<Version>(data.ConsumeIntegralInRange(1, 3)),
                     .max_response = std::chrono::milliseconds(100) * data.ConsumeIntegral<std::uint8_t>(),
                     .group = any_group(data),
                     .suppress = data.ConsumeBool(),
                     .robustness = data.ConsumeIntegralInRange<std::uint8_t>(0, 7),
                     .querier_interval = std::chrono::seconds(data.ConsumeIntegral<std::uint8_t>()),
                     .sources = any_sources(data)};
    default:
        break;
    }
    ReportV3 report;
    for (int left = data.ConsumeIntegralInRange(0, 3); left > 0; --left) {
        const auto type = static_cast<RecordType>(data.ConsumeIntegralInRange(1, 6));
        report.records.push_back({type, any_group(data), any_sources(data)});
    }
    return report;
}

} // namespace mcfwd::igmp::fuzz
