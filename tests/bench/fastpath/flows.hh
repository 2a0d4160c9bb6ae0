// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The flows of the benchmark, and the order in which their packets arrive. Everything is computed from the
// number of a flow, so that a million of them need no memory of the source.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <mcfwd/ipv4.hh>

namespace mcfwd::bench {

/// In which order packets of the flows arrive.
enum class Order : std::uint8_t {
    kInTurn,  ///< one after the other
    kUniform, ///< each with the same probability
    kZipf,    ///< the n-th most frequent one with a probability in proportion to 1/n
};
[[nodiscard]] std::string_view name(Order order);

/// Four sources send to each group.
inline constexpr std::uint32_t kSourcesPerGroup = 4;
inline constexpr std::uint32_t kFirstGroup = 0xef000000;  // 239.0.0.0
inline constexpr std::uint32_t kFirstSource = 0x0a000102; // 10.0.1.2

[[nodiscard]] constexpr Ipv4Address group_of(std::uint32_t flow) {
    return Ipv4Address(kFirstGroup + flow / kSourcesPerGroup);
}
[[nodiscard]] constexpr Ipv4Address source_of(std::uint32_t flow) {
    return Ipv4Address(kFirstSource + flow % kSourcesPerGroup);
}

/// Numbers of flows below `flows` as their packets arrive; a source begins again at the end. As long as it
/// takes for random orders to touch nearly all flows, and the same in every run.
[[nodiscard]] std::vector<std::uint32_t> arrivals(Order order, std::uint32_t flows);

} // namespace mcfwd::bench
